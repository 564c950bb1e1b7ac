"""Rows 22 and 23: projections that are rebuilt while the process is killed, and while commands come."""

from __future__ import annotations

import threading
import time

from kith.v1 import queries_pb2, registry_pb2
from kith_client import Client, KithError
from load import Load, Maker, send
from report import DOUBLED, LOST, WRONG, Failed
from run import Row, Run, World
from service import GONE

# Frames of a hundred commands, which make a rebuild last.
FRAMES = 15


def _fill(run: Run, world: World) -> None:
    maker = Maker(run.rng)
    with world.service.client() as kith:
        for _ in range(FRAMES if run.short else FRAMES * 10):
            commands = [maker.next() for _ in range(100)]
            results = send(kith, world.ledger, commands)
            accepted = sum(result.WhichOneof("outcome") == "accepted" for result in results)
            if not accepted:
                raise Failed("the service takes no commands")


def interrupted(run: Run) -> None:
    """Killed at a random moment of a rebuild; what answered before answers all along."""
    with run.world() as world:
        world.begin()
        _fill(run, world)
        began = time.monotonic()
        world.check()
        lasts = time.monotonic() - began
        for _ in run.repeat(short=3, long=100):
            thread = threading.Thread(target=_rebuild_until_gone, args=(run, world), daemon=True)
            thread.start()
            until = time.monotonic() + run.rng.random() * lasts
            with world.service.client() as kith:
                while time.monotonic() < until:
                    _read_all_parties(run, world, kith)
            world.kill()
            thread.join()
            world.start()
            world.check()


def _rebuild_until_gone(run: Run, world: World) -> None:
    try:
        with world.service.client() as kith:
            for progress in kith.rebuild("all"):
                if progress.done and progress.digest != progress.previous_digest:
                    run.found(f"the rebuilt {progress.name} differs from the one it replaces", WRONG)
    except GONE:
        pass  # Killed, as was meant.


def under_writes(run: Run) -> None:
    """Rebuilt again and again while commands come: what takes over has every event once."""
    rebuilds = 0
    for _ in run.repeat(short=1, long=30):
        with run.world() as world:
            world.begin()
            with Load(world.service, world.ledger, run.rng, clients=8, pause=0.02) as load:
                load.wait_for(60)
                with world.service.client() as kith:
                    for _ in range(2 if run.short else 10):
                        for progress in kith.rebuild("all"):
                            if progress.done:
                                rebuilds += 1
                                same = progress.digest == progress.previous_digest
                                run.expect(same, f"the rebuilt {progress.name} differs at the cut-over", WRONG)
                        run.expect(load.wait_for(5), "no command was answered behind a rebuild")
            with world.service.client() as kith:
                _read_all_parties(run, world, kith)
            world.check()
    run.note(f"{rebuilds} rebuilds")


def _read_all_parties(run: Run, world: World, kith: Client) -> None:
    """Every party that was acknowledged is in the list, and none is there twice."""
    acknowledged = world.ledger.acknowledged().values()
    wanted = {
        body.register_party.id
        for entry in acknowledged
        for body in entry.command.bodies
        if body.WhichOneof("command") == "register_party"
    }
    end = kith.status().value.durable_position
    request = queries_pb2.ListRequest(kind=registry_pb2.AGGREGATE_KIND_PARTY, limit=500, at_least=end)
    try:
        listed = [record.id for record in kith.list(request)]
    except KithError as error:
        run.found(f"the list of parties cannot be read: {error}", WRONG)
        return
    run.expect(len(listed) == len(set(listed)), "a party stands in the list twice", DOUBLED)
    missing = wanted - set(listed)
    run.expect(not missing, f"{len(missing)} parties that were acknowledged are not in the list", LOST)


ROWS = [
    Row(
        22,
        "rebuild interrupted",
        "killed at random moments of a rebuild, lists read all along; then P1 to P5",
        interrupted,
    ),
    Row(
        23,
        "rebuild under writes",
        "rebuilds while 8 clients send; digest of the new equal to that of the old at the cut-over; then P1 to P5",
        under_writes,
    ),
]
