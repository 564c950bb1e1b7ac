"""Rows 9 and 10: there is no more room, for commands and for what is derived."""

from __future__ import annotations

import subprocess
import time

from disk import SmallDisk
from kith.v1 import envelope_pb2, refusals_pb2
from kith_client import Client, KithError
from load import Maker, send
from report import Failed
from run import Row, Run, World
from service import GONE

MEGABYTE = 1 << 20
# How long the service has to notice by itself that there is room again.
NOTICE_SECONDS = 60


def no_room(run: Run) -> None:
    """The disk becomes full under commands; they are refused as DISK_FULL, and all else goes on."""
    for _ in run.repeat(short=1, long=40):
        mountpoint = run.folder / f"m{run.runs}"
        with SmallDisk(mountpoint, 20 * MEGABYTE) as disk:
            with run.world(prefix=disk.prefix, directory=mountpoint / "data") as world:
                world.begin()
                disk.take(run.rng.randrange(5, 9) * MEGABYTE)
                with world.service.client() as kith:
                    _fill(run, world, kith)
                    _stays_definite(run, world, kith)
                world.check_log()
                disk.give_back()
                _resumes(run, world)
                # The oracle rebuilds every view, which takes their room twice.
                disk.enlarge(120 * MEGABYTE)
                world.check()
                world.restart()
                world.check()
    run.note("commands were taken again without a restart")


def file_limit(run: Run) -> None:
    """As `no_room`, by a limit on the size of files (RLIMIT_FSIZE), which is lifted afterwards."""
    for _ in run.repeat(short=1, long=40):
        limit = run.rng.randrange(6, 10) * MEGABYTE
        with run.world(prefix=("prlimit", f"--fsize={limit}:unlimited")) as world:
            world.begin()
            with world.service.client() as kith:
                _fill(run, world, kith)
                _stays_definite(run, world, kith)
            world.check_log()
            process = world.service.process
            subprocess.run(["prlimit", f"--pid={process.pid if process else 0}", "--fsize=unlimited"], check=True)
            _resumes(run, world)
            world.check()
    run.note("commands were taken again without a restart")


def _fill(run: Run, world: World, kith: Client) -> None:
    maker = Maker(run.rng)
    for _ in range(4_000):
        results = send(kith, world.ledger, [maker.bulky() for _ in range(50)])
        refusals = {result.refused.code for result in results if _is_of_disk(result)}
        if refusals:
            run.expect(refusals == {refusals_pb2.DISK_FULL}, f"a full disk is refused with {_names(refusals)}")
            return
    raise Failed("the disk does not become full")


def _is_of_disk(result: envelope_pb2.CommandResult) -> bool:
    codes = (refusals_pb2.DISK_FULL, refusals_pb2.READ_ONLY, refusals_pb2.INTERNAL)
    return result.WhichOneof("outcome") == "refused" and result.refused.code in codes


def _names(codes: set[int]) -> str:
    return ", ".join(sorted(refusals_pb2.ErrorCode.Name(code) for code in codes))


def _stays_definite(run: Run, world: World, kith: Client) -> None:
    """Whoever goes on trying is answered at once; the status says why."""
    for _ in range(5):
        results = send(kith, world.ledger, [Maker(run.rng).person() for _ in range(50)])
        # A small one may still fit where a large one did not.
        if all(result.WhichOneof("outcome") != "refused" for result in results):
            continue
        reason = kith.status().value.read_only_reason
        run.expect(bool(reason), "the disk is full, and the status does not say it")


def _resumes(run: Run, world: World) -> None:
    """Commands are taken again without a restart, once there is room."""
    until = time.monotonic() + NOTICE_SECONDS
    with world.service.client() as kith:
        while send(kith, world.ledger, [Maker(run.rng).person()])[0].WhichOneof("outcome") != "accepted":
            if time.monotonic() > until:
                run.found("there is room again, and no commands are taken")
                return
            time.sleep(0.2)


def no_room_for_a_rebuild(run: Run) -> None:
    """The disk becomes full while projections are rebuilt: the rebuild fails, the service goes on."""
    failed = 0
    for _ in run.repeat(short=1, long=40):
        mountpoint = run.folder / f"m{run.runs}"
        with SmallDisk(mountpoint, 40 * MEGABYTE) as disk:
            with run.world(prefix=disk.prefix, directory=mountpoint / "data") as world:
                world.begin()
                with world.service.client() as kith:
                    for _ in range(8):
                        send(kith, world.ledger, [Maker(run.rng).next() for _ in range(100)])
                    disk.take(40 * MEGABYTE)
                    try:
                        for _ in kith.rebuild("all"):
                            pass
                    except GONE:
                        run.found(f"the service has ended with {world.service.wait(10)}: {world.service.last_words()}")
                        return
                    except KithError:
                        failed += 1
                run.expect(world.service.is_running, f"the service has ended: {world.service.last_words()}")
                world.check_log()
                disk.give_back()
                _resumes(run, world)
                world.check()
    run.expect(failed > 0, "no rebuild failed: the disk was not full")
    run.note(f"{failed} rebuilds failed and said so; backups: see row 29")


ROWS = [
    Row(
        9,
        "disk full",
        "a small tmpfs becomes full under commands: DISK_FULL, reads go on, room again and commands are taken; then P1 "
        "to P5",
        no_room,
    ),
    Row(
        9,
        "limit on the size of files",
        "RLIMIT_FSIZE is reached under commands: as above, until it is lifted; then P1 to P5",
        file_limit,
    ),
    Row(
        10,
        "disk full during a rebuild",
        "a full tmpfs while all projections are rebuilt: the rebuild fails, the service goes on; then P1 to P5",
        no_room_for_a_rebuild,
    ),
]
