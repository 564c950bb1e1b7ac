"""Row 29: backups under load, restored elsewhere."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import time

from kith.v1 import history_pb2, registry_pb2
from kith_client import Client
from load import Load
from oracle import Oracle
from report import KILLS, Failed, NotHere
from run import Row, Run, World
from service import Service

TOOL_SECONDS = 300
# What a restored log needs beside its records: they have backups of their own.
BESIDE_THE_LOG = ("vault", "master.key", "bodies")


def backup_and_restore(run: Run) -> None:
    """Backups at random moments of the load, one of them in a service that is killed; each restores to a prefix that
    holds what had been acknowledged before it was begun."""
    kith = run.kithd.with_name("kith")
    if not kith.is_file() or "\n  backup " not in _tool(kith, "--help").stdout:
        raise NotHere(f"there is no command line with backups beside {run.kithd}")
    restored = 0
    for _ in run.repeat(short=1, long=100, counts=False):
        with run.world() as world:
            world.begin()
            backups = run.folder / "backups"
            with Load(world.service, world.ledger, run.rng, clients=8) as load:
                for moment in run.repeat(short=2, long=4):
                    if not load.wait_for(run.rng.randrange(10, 80)):
                        raise Failed("the load does not run")
                    known = time.monotonic_ns()
                    _back_up(run, kith, world, backups)
                    restored += _judge(run, kith, world, backups, known, to_position=moment % 2 == 1)
                _killed_backup(run, kith, world, backups)
            if not run.findings:
                restored += _judge(run, kith, world, backups, 0, to_position=False)
            world.start()
            world.check()
            shutil.rmtree(backups, ignore_errors=True)
    run.note(f"{restored} restored directories")


def _back_up(run: Run, kith: pathlib.Path, world: World, backups: pathlib.Path) -> None:
    done = _tool(kith, "backup", str(backups), "--socket", str(world.service.socket))
    run.expect(done.returncode == 0, f"kith backup ended with {done.returncode}: {done.stderr.strip()[-300:]}")


def _killed_backup(run: Run, kith: pathlib.Path, world: World, backups: pathlib.Path) -> None:
    """The service is killed while it writes a backup: what has a name is whole all the same."""
    with subprocess.Popen(
        [str(kith), "backup", str(backups), "--socket", str(world.service.socket)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        time.sleep(run.rng.random() * 0.2)
        world.service.kill()
        run.faults[KILLS] += 1
        process.wait(TOOL_SECONDS)


def _judge(
    run: Run, kith: pathlib.Path, world: World, backups: pathlib.Path, known: int, to_position: bool
) -> bool:  # fmt: skip
    """Restores the backups, to their end or to a position before it, and holds the result to the ledger."""
    directory = run.folder / "restored"
    words = ["restore", str(backups), "--data-directory", str(directory), "--reason", "fault suite"]
    limit = run.rng.randrange(4, 60) if to_position else 0
    done = _tool(kith, *words, *(["--to-position", str(limit)] if limit else []))
    if done.returncode != 0:
        run.found(f"kith restore ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return False
    _copy_beside(world.service.directory, directory)
    service = Service(run.kithd, run.folder, "restored")
    try:
        run.ready(service.start())
        _hold_to_ledger(run, world, service, 0 if limit else known, limit)
    finally:
        service.kill()
        service.remove()
    return True


def _hold_to_ledger(run: Run, world: World, service: Service, known: int, limit: int) -> None:
    with service.client() as kith:
        size = _restored_size(kith)
    run.expect(not limit or size <= limit, f"restored to position {size}, and {limit} was asked for")
    before = world.ledger.as_of(known).acknowledged().values()
    wanted = max((entry.receipts[-1][0] for entry in before if entry.receipts), default=0)
    run.expect(size >= wanted, f"the backup ends at {size}, and {wanted} was acknowledged before it was begun")
    ledger = world.ledger.up_to(size)
    oracle = Oracle(service, ledger, run.rng)
    with service.client() as kith:
        # The event that opens the epoch is the restore's own; all else has to be what was sent.
        opened = next(kith.history(history_pb2.HistoryRequest(all=True, **{"from": size + 1}, to=size + 1)))
    ledger.baseline = {**world.ledger.baseline, opened.position: opened.leaf_hash}
    oracle.check()
    run.findings += oracle.findings


def _restored_size(kith: Client) -> int:
    """The position behind which the event that opens the epoch stands."""
    last = 0
    for event in kith.history(history_pb2.HistoryRequest(all=True, omit_payload=True)):
        if event.kind == registry_pb2.EVENT_KIND_EPOCH_OPENED:
            last = event.position - 1
    if not last:
        raise Failed("a restored log has no event that opens its epoch")
    return last


def _copy_beside(source: pathlib.Path, target: pathlib.Path) -> None:
    for name in BESIDE_THE_LOG:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        elif (source / name).exists():
            shutil.copy2(source / name, target / name)


def _tool(kith: pathlib.Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(kith), *words], capture_output=True, text=True, check=False, timeout=TOOL_SECONDS)


ROWS = [
    Row(
        29,
        "backup under load, restore elsewhere",
        "kith backup at random moments under load and in a service that is killed; each restored, whole and to a "
        "position: a prefix of whole commands; then P1 to P5 of it",
        backup_and_restore,
        share=2,
    )
]
