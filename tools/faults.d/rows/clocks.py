"""Row 17: the clock on the wall jumps."""

from __future__ import annotations

import datetime

from load import Load, Maker, send
from report import Failed
from run import Row, Run, World
from shim import Shim

HOUR, DAY = 3_600, 86_400


def jumps(run: Run) -> None:
    """Jumps in the middle of the load, and a start just before a leap day: order and promises do not depend on it."""
    stopped = 0
    for number in run.repeat(short=4, long=200):
        jump = (-HOUR, 4 * 60, HOUR, -DAY)[number % 4]
        with run.world() as world:
            shim = Shim(run.folder, world.service.directory)
            world.begin_under(shim)
            with Load(world.service, world.ledger, run.rng, clients=8, through_refusals=False) as load:
                if not load.wait_for(40):
                    raise Failed(f"the load does not run: {world.service.last_words()}")
                shim.set_clock(jump)
                # A far jump ahead may stop the writer: then every client has been told.
                if not load.wait_for(40):
                    load.wait_until_over()
            stopped += _says_so(run, world)
            # Wrong as it is, the clock is the one there is; then somebody sets it right.
            for clock in (jump, 0):
                world.kill()
                again = Shim(run.folder, world.service.directory)
                again.set_clock(clock)
                run.ready(world.service.start(again.environment))
                _takes_commands(run, world)
                world.check()
    _leap_day(run)
    run.note(f"jumps of -1 h, +4 min, +1 h, -1 day; the writer stopped and said so after {stopped}; a leap day begins")


def _says_so(run: Run, world: World) -> bool:
    with world.service.client() as kith:
        result = send(kith, world.ledger, [Maker(run.rng).person()])[0]
        refused = result.WhichOneof("outcome") == "refused"
        said = bool(kith.status().value.read_only_reason)
    run.expect(refused == said, f"refuses commands: {refused}, says so in the status: {said}")
    return refused


def _takes_commands(run: Run, world: World) -> None:
    with world.service.client() as kith:
        result = send(kith, world.ledger, [Maker(run.rng).person()])[0]
    run.expect(result.WhichOneof("outcome") == "accepted", f"after a restart a command is answered with {result}")


def _leap_day(run: Run) -> None:
    now = datetime.datetime.now(datetime.UTC)
    eve = datetime.datetime(2028, 2, 28, 23, 59, 58, tzinfo=datetime.UTC)
    with run.world() as world:
        shim = Shim(run.folder, world.service.directory)
        shim.set_clock(int((eve - now).total_seconds()))
        world.begin_under(shim)
        with Load(world.service, world.ledger, run.rng, clients=2, pause=0.02) as load:
            load.wait_for(150)
        world.check()


ROWS = [
    Row(
        17,
        "clock jumps",
        "shim: the clock on the wall jumps back and ahead under load, a leap day begins; order does not depend on it, "
        "refusals are said; then P1 to P5",
        jumps,
    )
]
