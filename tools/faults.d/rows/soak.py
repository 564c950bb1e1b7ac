"""Row 30: mixed load for long; nothing grows that should not."""

from __future__ import annotations

import dataclasses
import statistics
import time

from kith.v1 import queries_pb2, registry_pb2
from load import Load, Maker, send
from report import Failed
from run import Row, Run, World

# The soak is looked at in so many pieces of equal length.
PIECES = 12


@dataclasses.dataclass
class Piece:
    """What a piece of the time showed."""

    # Anonymous memory of the service, bytes.
    memory: int
    # Bytes of the log's content, and events, at its end.
    log_bytes: int
    events: int
    # Seconds that the slowest hundredth of a lone client's commands took at least.
    p99: float


def soak(run: Run) -> None:
    """Commands, reads, rebuilds and restarts for the whole time: memory, file size per event and latency stay flat."""
    with run.world() as world:
        world.begin()
        seconds = max(1.0, run.seconds_left() / PIECES)
        pieces = []
        for number in range(PIECES):
            if number == PIECES // 2:
                world.check()
                world.restart()
            pieces.append(_piece(run, world, seconds))
        world.check()
        _judge(run, pieces)
        run.runs = 1


def _piece(run: Run, world: World, seconds: float) -> Piece:
    until = time.monotonic() + seconds
    took = []
    maker = Maker(run.rng)
    with Load(world.service, world.ledger, run.rng, clients=6, pause=0.05), world.service.client() as kith:
        while time.monotonic() < until:
            began = time.monotonic()
            send(kith, world.ledger, [maker.next()])
            took.append(time.monotonic() - began)
            kith.list_page(queries_pb2.ListRequest(kind=registry_pb2.AGGREGATE_KIND_PARTY, limit=20))
        if len(took) < 10:
            raise Failed(f"only {len(took)} commands were answered in {seconds:.0f} s")
        for _ in kith.rebuild("customer360"):
            pass
        status = kith.status().value
    p99 = statistics.quantiles(took, n=100)[98]
    return Piece(world.service.resident_bytes(), status.log_bytes, status.durable_position, p99)


def _judge(run: Run, pieces: list[Piece]) -> None:
    """Compares the last third with the second: in the first one caches are filled, and the restart is between them."""
    third = PIECES // 3
    middle, last = pieces[third : 2 * third], pieces[-third:]

    def of(part: list[Piece], name: str) -> float:
        return statistics.median(getattr(piece, name) for piece in part)

    memory = of(middle, "memory"), of(last, "memory")
    run.expect(memory[1] < memory[0] * 1.5 + (48 << 20), f"memory grew from {memory[0]:.0f} to {memory[1]:.0f} bytes")
    # A machine that does other things, too, makes any latency vary: only what grows without end is meant.
    late = of(middle, "p99"), of(last, "p99")
    run.expect(late[1] < late[0] * 5 + 0.2, f"p99 went from {late[0]:.3f} to {late[1]:.3f} s")
    per_event = [piece.log_bytes / piece.events for piece in (pieces[third], pieces[-1])]
    run.expect(per_event[1] < per_event[0] * 1.2, f"bytes per event: {per_event[0]:.0f}, then {per_event[1]:.0f}")
    run.note(
        f"{pieces[-1].events} events; memory {memory[0] / 2**20:.0f} then {memory[1] / 2**20:.0f} MiB, "
        f"{per_event[1]:.0f} bytes per event, p99 {late[0] * 1000:.0f} then {late[1] * 1000:.0f} ms"
    )


ROWS = [
    Row(
        30,
        "long soak",
        "mixed load with reads, rebuilds and a restart; memory, file size per event and p99 stay flat; then P1 to P5",
        soak,
        share=4,
        left_out="needs an hour: tools/faults, or --rows 30 --soak SECONDS",
    )
]
