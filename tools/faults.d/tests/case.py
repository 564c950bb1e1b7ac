"""What the tests of the fault suite share: where its modules are, and a service that lies."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import sys
import uuid
from collections.abc import Iterator
from typing import Any

_TOOLS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(_TOOLS / folder) for folder in ("faults.d", "faults.d/tests", "python", "audit", "audit/tests")
]

import build_log  # noqa: E402
from kith.v1 import envelope_pb2, history_pb2, operations_pb2, order_pb2, queries_pb2  # noqa: E402
from kith_audit.merkle import Tree  # noqa: E402
from kith_audit.record import parse_value  # noqa: E402
from kith_client import Answer, command  # noqa: E402
from ledger import Ledger  # noqa: E402


@dataclasses.dataclass
class FakeService:
    """A service with a log in memory, of which a test can change whatever it likes."""

    values: list[bytes]
    root: bytes | None = None
    # Answers to commands that are sent again, by their ids.
    results: dict[str, envelope_pb2.CommandResult] = dataclasses.field(default_factory=dict)
    rebuilt: list[operations_pb2.RebuildProgress] = dataclasses.field(default_factory=list)

    @contextlib.contextmanager
    def client(self) -> Iterator[FakeService]:
        """Itself: it speaks as a client does."""
        yield self

    def status(self) -> Answer[operations_pb2.StatusResponse]:
        """How the log stands."""
        tree = Tree()
        for value in self.values:
            tree.append(value[-32:])
        status = operations_pb2.StatusResponse(
            log_id=str(build_log.LOG_ID), durable_position=len(self.values), root=self.root or tree.root()
        )
        for progress in self.rebuilt:
            status.projections.add(name=progress.name)
        return Answer(status, None)  # type: ignore[arg-type]

    def history(self, request: history_pb2.HistoryRequest) -> Iterator[history_pb2.Event]:
        """The events, with the bytes that the test put there."""
        for position, value in enumerate(self.values, 1):
            if request.to and position > request.to:
                return
            command_id = str(uuid.UUID(bytes=value[56:72]))
            yield history_pb2.Event(
                position=position, command_id=command_id, record=value[:-32], leaf_hash=value[-32:]
            )

    def submit(self, *commands: envelope_pb2.Command) -> list[envelope_pb2.CommandResult]:
        """The answers that the test has laid down."""
        return [self.results[sent.id] for sent in commands]

    def rebuild(self, _: str) -> Iterator[operations_pb2.RebuildProgress]:
        """The rebuilds that the test has laid down."""
        return iter(self.rebuilt)

    def get(self, _: queries_pb2.GetRequest) -> Any:
        """No test reads a person."""
        raise AssertionError("nothing is to be read")


def honest() -> tuple[FakeService, Ledger]:
    """A service that keeps its promise, and the ledger of everything in its log but its first event."""
    values = build_log.sample().values()
    service, ledger = FakeService(list(values)), Ledger()
    ledger.baseline = {1: values[0][-32:]}
    runs: dict[bytes, list[tuple[int, bytes]]] = {}
    for position, value in enumerate(values[1:], 2):
        header = parse_value(position, value).header
        runs.setdefault(header.command_id, []).append((position, value[-32:]))
    for command_id, receipts in runs.items():
        sent = sent_as(str(uuid.UUID(bytes=command_id)))
        ledger.sending([sent])
        result = accepted(sent, receipts, size=receipts[-1][0], root=build_log.sample().root(receipts[-1][0]))
        ledger.answered([result])
        service.results[sent.id] = accepted(sent, receipts, size=receipts[-1][0], replayed=True,
                                            root=build_log.sample().root(receipts[-1][0]))  # fmt: skip
    progress = operations_pb2.RebuildProgress(name="directory", done=True, digest=b"d", previous_digest=b"d")
    service.rebuilt = [progress]
    return service, ledger


def sent_as(command_id: str) -> envelope_pb2.Command:
    """Some command under an id."""
    return command(order_pb2.PlaceOrder(currency="EUR"), id=command_id)


def accepted(
    sent: envelope_pb2.Command, receipts: list[tuple[int, bytes]], size: int, root: bytes, replayed: bool = False
) -> envelope_pb2.CommandResult:
    """The answer that a command was accepted with these events."""
    result = envelope_pb2.CommandResult(command_id=sent.id)
    result.accepted.replayed = replayed
    result.accepted.tree_size, result.accepted.root = size, root
    for position, leaf in receipts:
        result.accepted.events.add(position=position, leaf_hash=leaf)
    return result
