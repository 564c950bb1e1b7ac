"""Rows 3 and 4: the power goes, and a write is cut off, at any point of what was traced."""

from __future__ import annotations

from collections.abc import Iterator

from load import Load
from oracle import Oracle
from power_cut import WRITE, Disk, Operation, read_trace, write_image
from report import IMAGES, Failed
from run import Row, Run, World
from service import Service
from shim import Shim

# How often the service is started under the trace: so that starts on an older log are cut off, too.
STARTS = 3
# Images of one session.
IMAGES_SHORT, IMAGES_LONG = 10, 60


def power_cut(run: Run) -> None:
    """Images of the directory at random points of a trace, with anything of what was not flushed."""
    sessions = 0
    for sessions in run.repeat(short=1, long=1_000, counts=False):
        with run.world() as world:
            operations = _trace(run, world)
            points = [run.rng.randrange(1, len(operations)) for _ in range(IMAGES_SHORT if run.short else IMAGES_LONG)]
            disks = _disks(operations, points)
            for _, (disk, point) in zip(run.repeat(IMAGES_SHORT, IMAGES_LONG), disks, strict=False):
                in_flight = operations[point] if run.rng.random() < 0.5 else None
                _judge(run, world, disk.leave(run.rng, in_flight), operations[point].nanoseconds)
                run.faults[IMAGES] += 1
    run.note(f"{run.runs} images of {sessions + 1} sessions")


def torn_page(run: Run) -> None:
    """The log's file with one write of a data page cut off at a sector; all else has arrived."""
    for _ in run.repeat(short=1, long=1_000, counts=False):
        with run.world() as world:
            operations = _trace(run, world)
            writes = [index for index, operation in enumerate(operations) if _is_data_page(operation)]
            points = [run.rng.choice(writes) for _ in range(IMAGES_SHORT if run.short else IMAGES_LONG)]
            disks = _disks(operations, points)
            for _, (disk, point) in zip(run.repeat(IMAGES_SHORT, IMAGES_LONG), disks, strict=False):
                files = disk.leave(run.rng, operations[point], tear=True)
                _judge(run, world, files, operations[point].nanoseconds)
    run.note(f"{run.runs} torn writes")


def _is_data_page(operation: Operation) -> bool:
    return operation.kind == WRITE and not operation.synchronous and operation.path.endswith("/log/data.mdb")


def _trace(run: Run, world: World) -> list[Operation]:
    """The calls of a session: some starts under load, with a kill after each."""
    trace = run.folder / "trace"
    for _ in range(STARTS):
        shim = Shim(run.folder, world.service.directory, trace=trace)
        run.ready(world.service.start(shim.environment))
        with Load(world.service, world.ledger, run.rng, clients=8) as load:
            if not load.wait_for(30 if run.short else 150):
                raise Failed(f"the load does not run: {world.service.last_words()}")
            world.service.kill()
    operations = list(read_trace(trace))
    trace.unlink()
    return operations


def _disks(operations: list[Operation], points: list[int]) -> Iterator[tuple[Disk, int]]:
    """The disk at each of the points, before the call there is made."""
    disk, taken = Disk(), 0
    for point in sorted(points):
        for operation in operations[taken:point]:
            disk.take(operation)
        taken = point
        yield disk, point


def _judge(run: Run, world: World, files: dict[str, bytes], nanoseconds: int) -> None:
    """Starts the service on an image, and has the oracle hold it to what was acknowledged before the cut."""
    directory = run.folder / "image"
    write_image(files, str(world.service.directory.resolve()), directory)
    service = Service(run.kithd, run.folder, "image")
    ledger = world.ledger.as_of(nanoseconds)
    oracle = Oracle(service, ledger, run.rng)
    try:
        run.ready(service.start())
        oracle.begin()
        oracle.check(rebuild=run.rng.random() < 0.25)
    except Failed as why:
        run.found(f"an image: {why}")
    finally:
        service.kill()
    run.findings += oracle.findings
    if not run.findings:
        service.remove()


ROWS = [
    Row(
        3,
        "power cut",
        "every write, flush and rename under load is traced; images of what a cut at any point may leave: flushed, and "
        "anything of the rest; then P1 to P5 for what was acknowledged before the cut",
        power_cut,
        share=6,
    ),
    Row(
        4,
        "torn data page",
        "as row 3, but only one write of the log is cut off, at a multiple of 512 bytes; then P1 to P5",
        torn_page,
        share=2,
    ),
]
