"""Rows 14 to 16: other programs that read the log's file, as auditors' tools do, and do it badly."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time

import lmdb
from kith_client import KithError, Refused
from load import Load, Maker, send
from report import KILLS, Failed
from run import Row, Run, World

# Opens so many snapshots of an environment (as many as there are slots for), says how many, and waits.
_READER = """
import sys, lmdb
environment = lmdb.open(sys.argv[1], readonly=True, max_dbs=0, max_spare_txns=1, map_size=0)
held = []
try:
    while len(held) < int(sys.argv[2]):
        held.append(environment.begin())
        held[-1].stat()
except lmdb.ReadersFullError:
    pass
print(len(held), flush=True)
sys.stdin.read()
"""
# How long the service has to notice that a reader is dead.
NOTICE_SECONDS = 90


class _Reader:
    """A process with snapshots open."""

    def __init__(self, environment: pathlib.Path, snapshots: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _READER, str(environment), str(snapshots)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        line = self.process.stdout.readline() if self.process.stdout else b""
        if not line:
            raise Failed("the reader does not start")
        self.snapshots = int(line)

    def kill(self) -> None:
        """Ends it with its snapshots open."""
        self.process.kill()
        self.process.communicate()


def frozen_reader(run: Run) -> None:
    """A reader holds its snapshot while commands come: the service says which process it is."""
    grown = []
    for _ in run.repeat(short=1, long=5):
        with run.world() as world:
            world.begin()
            with Load(world.service, world.ledger, run.rng, clients=4) as load:
                load.wait_for(50)
                free = _bytes_per_event(world, load)
                reader = _Reader(world.service.directory / "log", 1)
                pinned = _bytes_per_event(world, load)
                grown.append(pinned / free)
                _named_in_time(run, world, reader)
                reader.kill()
            world.check()
    run.note(f"the file grew {max(grown):.1f} times as fast per event while the snapshot was held")


def _bytes_per_event(world: World, load: Load) -> float:
    """How the log's file grows under load."""
    with world.service.client() as kith:
        before = kith.status().value
        load.wait_for(100)
        after = kith.status().value
    return (after.log_bytes - before.log_bytes) / max(1, after.durable_position - before.durable_position)


def _named_in_time(run: Run, world: World, reader: _Reader) -> None:
    """Waits until the status names the process that holds the snapshot."""
    until = time.monotonic() + NOTICE_SECONDS
    with world.service.client() as kith:
        while time.monotonic() < until:
            status = kith.status().value
            if any(pinned.process_id == reader.process.pid for pinned in status.pinned_snapshots):
                return
            time.sleep(0.5)
    run.found(f"the status does not name process {reader.process.pid}, which holds an old snapshot")


def killed_reader(run: Run) -> None:
    """A reader is killed with a snapshot open: its place is free again, and its pages can be used again."""
    slowest = 0.0
    for _ in run.repeat(short=1, long=50):
        with run.world() as world:
            world.begin()
            reader = _Reader(world.service.directory / "log", 3)
            with Load(world.service, world.ledger, run.rng, clients=4) as load:
                load.wait_for(20)
                reader.kill()
                run.faults[KILLS] += 1
                killed = time.monotonic()
                while _has_slot(world, reader.process.pid):
                    if time.monotonic() - killed > NOTICE_SECONDS:
                        run.found(f"the places of the dead reader {reader.process.pid} are still taken")
                        break
                    time.sleep(0.2)
                slowest = max(slowest, time.monotonic() - killed)
            world.check()
    run.note(f"its places were free again after {slowest:.1f} s at most")


def _has_slot(world: World, process: int) -> bool:
    with lmdb.open(str(world.service.directory / "log"), readonly=True, max_dbs=0, map_size=0) as environment:
        lines = environment.readers().splitlines()
    return any(line.split()[:1] == [str(process)] for line in lines)


def no_more_slots(run: Run) -> None:
    """Another program takes every place for readers: what needs one is refused, or waits; nothing ends."""
    places = 0
    for _ in run.repeat(short=1, long=20):
        with run.world() as world:
            world.begin()
            with world.service.client() as kith:
                send(kith, world.ledger, [Maker(run.rng).next() for _ in range(50)])
            reader = _Reader(world.service.directory / "log", 1 << 20)
            try:
                _use_without_slots(run, world)
            finally:
                reader.kill()
            run.expect(world.service.answers_within(60), f"the service has ended: {world.service.last_words()}")
            _works_again(run, world)
            world.check()
            places = reader.snapshots
    run.note(f"{places} places taken")


def _use_without_slots(run: Run, world: World) -> None:
    try:
        with world.service.client() as kith:
            send(kith, world.ledger, [Maker(run.rng).person() for _ in range(5)])
            kith.status()
        world.check_log()
    except Refused:
        pass  # Typed, with a sentence.
    except KithError as error:
        run.found(f"without places for readers the connection ends: {error}")


def _works_again(run: Run, world: World) -> None:
    """Commands are taken again, if need be after a restart; views that could not read the log go on by themselves."""
    with world.service.client() as kith:
        result = send(kith, world.ledger, [Maker(run.rng).person()])[0]
    if result.WhichOneof("outcome") != "accepted":
        world.restart()
    # Views try once a second, and say meanwhile why they stand: a read that is refused then has lost nothing.
    reasons = [""]
    for _ in range(100):
        with world.service.client() as kith:
            reasons = [view.parked_reason for view in kith.status().value.projections if view.parked_reason]
        if not reasons:
            return
        time.sleep(0.1)
    run.found(f"ten seconds after places were free again a view still stands: {reasons[0]}")


ROWS = [
    Row(
        14,
        "slow or frozen reader",
        "another program holds a snapshot of the log under load: the status names its process; then P1 to P5",
        frozen_reader,
    ),
    Row(
        15,
        "reader killed",
        "another program is killed with snapshots of the log open; its places are free again; then P1 to P5",
        killed_reader,
    ),
    Row(
        16,
        "no more places for readers",
        "another program takes all of LMDB's places for readers; refusals, no end; then P1 to P5",
        no_more_slots,
    ),
]
