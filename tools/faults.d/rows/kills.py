"""Row 1: the process is killed, again and again, under load."""

from __future__ import annotations

import time

from load import Load
from run import Row, Run

CLIENTS = 64
# Kills of one directory, before the next one begins empty: the oracle reads the whole log after each.
KILLS_OF_A_LOG = 20


def kill_under_load(run: Run) -> None:
    """Kills at random moments, and looks at everything after each."""
    commands = acknowledged = 0
    for _ in run.repeat(short=1, long=200, counts=False):
        with run.world() as world:
            world.begin()
            for kill in run.repeat(short=6, long=KILLS_OF_A_LOG):
                with Load(world.service, world.ledger, run.rng, clients=CLIENTS) as load:
                    load.wait_for(run.rng.randrange(1, 200))
                    time.sleep(run.rng.random() * 0.05)
                    world.kill()
                world.start()
                # A rebuild takes as long as all the rest: of every fourth kill.
                world.check(rebuild=kill % 4 == 3)
            world.check()
            commands += len(world.ledger.entries)
            acknowledged += len(world.ledger.acknowledged())
    run.note(f"{run.faults['kills']} kills, {commands} commands, {acknowledged} acknowledged")


ROWS = [
    Row(
        1,
        "kill -9 under load",
        f"kill at random moments while {CLIENTS} clients send; then P1 to P6",
        kill_under_load,
        share=14,
    )
]
