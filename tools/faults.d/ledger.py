"""What the service was told and what it promised, kept outside of its process: what an oracle needs to judge it."""

from __future__ import annotations

import dataclasses
import threading
import time
import uuid
from collections.abc import Iterable

from kith.v1 import envelope_pb2, refusals_pb2
from kith_client.errors import code_name
from report import DOUBLED, WRONG, Finding

# Refusals that speak of the service and not of the command: whether it was carried out is not known after them, and
# sending it again must tell.
OF_THE_SERVICE = {
    refusals_pb2.OVERLOADED,
    refusals_pb2.DISK_FULL,
    refusals_pb2.READ_ONLY,
    refusals_pb2.INTERNAL,
    refusals_pb2.CANCELLED,
}

# (position, leaf hash) of each event, in their order.
Receipts = tuple[tuple[int, bytes], ...]


@dataclasses.dataclass
class Entry:
    """One command that was sent."""

    command: envelope_pb2.Command
    # What was acknowledged; None where nothing was.
    receipts: Receipts | None = None
    # When the acknowledgement had come, on the clock of time.monotonic_ns.
    acknowledged_at: int = 0
    # It was answered that nothing is to be changed.
    unchanged: bool = False
    # A refusal for what the command asks: it must not be in the log.
    refusal: str = ""
    # Bytes that were made up: may be in the log, and is never sent again.
    wild: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether nothing definite is known."""
        return self.receipts is None and not self.unchanged and not self.refusal and not self.wild


class Ledger:
    """Every command that was sent, and every acknowledgement. Several threads may write into it."""

    def __init__(self) -> None:
        self.entries: dict[bytes, Entry] = {}
        # Size of the tree -> the root that an acknowledgement named.
        self.roots: dict[int, bytes] = {}
        # What stood in the log before the first command: position -> leaf hash.
        self.baseline: dict[int, bytes] = {}
        # What the answers themselves showed to be wrong.
        self.findings: list[Finding] = []
        # Refusals that spoke of the service, by their code.
        self.of_service: dict[str, int] = {}
        self._lock = threading.Lock()

    def sending(self, commands: Iterable[envelope_pb2.Command], wild: bool = False) -> None:
        """Notes commands, before they are sent."""
        with self._lock:
            for command in commands:
                entry = Entry(command, wild=wild)
                self.entries.setdefault(key_of(command.id), entry)

    def answered(self, results: Iterable[envelope_pb2.CommandResult]) -> None:
        """Notes what the service answered, and holds it to what it answered before."""
        with self._lock:
            for result in results:
                self._answered(result)

    def _answered(self, result: envelope_pb2.CommandResult) -> None:
        entry = self.entries.get(key_of(result.command_id))
        if entry is None:
            self.findings.append(Finding(WRONG, f"an answer for {result.command_id}, which was never sent"))
            return
        outcome = result.WhichOneof("outcome")
        if outcome == "accepted":
            receipts = tuple((event.position, event.leaf_hash) for event in result.accepted.events)
            if entry.receipts is not None and entry.receipts != receipts:
                what = f"command {result.command_id} is at {_places(entry.receipts)} and at {_places(receipts)}"
                self.findings.append(Finding(DOUBLED, what))
            entry.receipts = receipts
            entry.acknowledged_at = entry.acknowledged_at or time.monotonic_ns()
            self._root(result.accepted)
        elif entry.receipts is not None and not _of_service(result):
            self.findings.append(Finding(WRONG, f"command {result.command_id} was acknowledged, and now is {outcome}"))
        elif outcome == "unchanged":
            entry.unchanged = True
        elif _of_service(result):
            name = code_name(result.refused.code)
            self.of_service[name] = self.of_service.get(name, 0) + 1
        else:
            entry.refusal = code_name(result.refused.code)

    def _root(self, accepted: envelope_pb2.Accepted) -> None:
        known = self.roots.setdefault(accepted.tree_size, accepted.root)
        if known != accepted.root:
            self.findings.append(Finding(WRONG, f"two roots were given out for {accepted.tree_size} records"))

    def acknowledged(self) -> dict[bytes, Entry]:
        """The commands that were acknowledged, by their ids."""
        with self._lock:
            return {key: entry for key, entry in self.entries.items() if entry.receipts is not None}

    def as_of(self, nanoseconds: int) -> Ledger:
        """What was known at an earlier moment: everything was sent, what was acknowledged later is in doubt. The roots
        are those of trees that held nothing later."""
        result = Ledger()
        with self._lock:
            for key, entry in self.entries.items():
                known = entry.receipts is not None and entry.acknowledged_at < nanoseconds
                result.entries[key] = entry if known else Entry(entry.command, refusal=entry.refusal, wild=entry.wild)
            last = max((entry.receipts[-1][0] for entry in result.entries.values() if entry.receipts), default=0)
            result.roots = {size: root for size, root in self.roots.items() if size <= last}
        return result

    def up_to(self, position: int) -> Ledger:
        """What was known of a log that ends at a position: what lies behind it is in doubt."""
        result = Ledger()
        with self._lock:
            for key, entry in self.entries.items():
                kept = entry.receipts is not None and all(place <= position for place, _ in entry.receipts)
                result.entries[key] = entry if kept else Entry(entry.command, refusal=entry.refusal, wild=entry.wild)
            result.roots = {size: root for size, root in self.roots.items() if size <= position}
        return result

    def in_doubt(self) -> list[Entry]:
        """The commands of which nothing definite is known."""
        with self._lock:
            return [entry for entry in self.entries.values() if entry.in_doubt]


def key_of(command_id: str) -> bytes:
    """A command id as the log has it; the text itself where it is no UUID."""
    try:
        return uuid.UUID(command_id).bytes
    except ValueError:
        return command_id.encode()


def _of_service(result: envelope_pb2.CommandResult) -> bool:
    return result.WhichOneof("outcome") == "refused" and result.refused.code in OF_THE_SERVICE


def _places(receipts: Receipts) -> str:
    return ", ".join(str(position) for position, _ in receipts) or "no position"
