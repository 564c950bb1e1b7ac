"""What must hold between the records of a log, checked in one pass from position 1."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from .damage import Damage
from .merkle import Tree
from .record import FLAG_CLOCK_HELD, FLAG_FINGERPRINT_OPEN, FLAG_HISTORIC, Header, Record, leaf_hash


class Stream(NamedTuple):
    """Where a stream stands."""

    last: int
    revision: int
    kind: int


class Chain:
    """Takes the records one after the other, and says where they do not fit to each other.

    Memory grows with the number of streams, subjects and commands, not with that of the events.
    """

    def __init__(self, log_id: uuid.UUID) -> None:
        """Begins before position 1 of the log with this id."""
        self._log_id = log_id
        self.tree = Tree()
        self.streams: dict[int, Stream] = {}
        # Stream number of a subject -> the last position that concerns it.
        self.subjects: dict[int, int] = {}
        self.commands: set[bytes] = set()
        self._recorded_at: int | None = None
        # The event before, as long as its command is not complete.
        self._open: Header | None = None
        # Whether the fingerprint of the last command stands open.
        self._fingerprint_open = False
        # Streams that the open command names and that do not exist yet -> in which capacity it names them.
        self._owed: dict[int, str] = {}

    def append(self, record: Record) -> None:
        """Takes the record at the next position.

        Raises:
            Damage: it does not follow from those before.
        """
        header = record.header
        if header.position != self.tree.size + 1:
            raise Damage(header.position, f"stands where position {self.tree.size + 1} belongs")
        if header.position == 1 and record.stream_id != self._log_id.bytes:
            raise Damage(1, f"opens another log than {self._log_id}, which the file FORMAT names")
        self._check_command(header)
        self._check_fingerprint(record)
        self._check_time(header)
        self._check_stream(header)
        self._check_subjects(record)
        self._check_references(record)
        # Computed, not taken from the table: the root must not follow a hash that was changed with its record.
        self.tree.append(leaf_hash(record.data))

    def finish(self) -> None:
        """Says that there is no further record.

        Raises:
            Damage: the last command is not complete.
        """
        if self._open is not None:
            missing = f"event {self._open.command_index + 1} of {self._open.command_count}"
            raise Damage(self.tree.size + 1, f"missing: {missing} of command {uuid.UUID(bytes=self._open.command_id)}")

    def _check_command(self, header: Header) -> None:
        before = self._open
        if before is None:
            if header.command_index != 0:
                raise Damage(header.position, f"{_event_of_command(header)}, and the events before are missing")
            if header.command_id in self.commands:
                command = uuid.UUID(bytes=header.command_id)
                raise Damage(header.position, f"command {command} has been in the log before")
            self.commands.add(header.command_id)
        else:
            expected = (before.command_id, before.command_index + 1, before.command_count)
            if (header.command_id, header.command_index, header.command_count) != expected:
                wanted = before._replace(command_index=before.command_index + 1)
                raise Damage(header.position, f"{_event_of_command(header)}, where {_event_of_command(wanted)} belongs")
            if (header.flags ^ before.flags) & FLAG_HISTORIC:
                raise Damage(header.position, "one command with events in historic mode and not in historic mode")
        self._open = header if header.command_index + 1 < header.command_count else None

    def _check_fingerprint(self, record: Record) -> None:
        """Of a command with personal data the fingerprint is sealed: whoever has its key could test guesses of them."""
        if record.header.command_index == 0:
            self._fingerprint_open = bool(record.header.flags & FLAG_FINGERPRINT_OPEN)
        if self._fingerprint_open and any(record.sealed):
            raise Damage(record.header.position, "a sealed part in a command whose fingerprint stands open")

    def _check_time(self, header: Header) -> None:
        before = self._recorded_at
        if before is not None and header.recorded_at < before:
            raise Damage(header.position, f"recorded {before - header.recorded_at} µs before the event before it")
        if header.flags & FLAG_CLOCK_HELD and header.recorded_at != before:
            raise Damage(header.position, "the clock is said to be held, and the time is not that of the event before")
        self._recorded_at = header.recorded_at

    def _check_stream(self, header: Header) -> None:
        position, number = header.position, header.stream
        stream = self.streams.get(number)
        if stream is None:
            if number != position:
                raise Damage(position, f"belongs to stream {number}, and position {number} does not begin a stream")
            if header.revision != 1:
                raise Damage(position, f"the first event of its stream has revision {header.revision}")
            if header.previous_in_stream != 0:
                raise Damage(position, f"the first event of its stream names {header.previous_in_stream} as previous")
        else:
            if header.revision != stream.revision + 1:
                wanted = stream.revision + 1
                raise Damage(position, f"revision {header.revision} of stream {number}, where {wanted} belongs")
            if header.previous_in_stream != stream.last:
                found = header.previous_in_stream
                raise Damage(position, f"previous in stream {number} is {stream.last}, and the event says {found}")
            if header.stream_kind != stream.kind:
                raise Damage(position, f"stream {number} is of kind {stream.kind}, the event says {header.stream_kind}")
        self.streams[number] = Stream(position, header.revision, header.stream_kind)

    def _check_subjects(self, record: Record) -> None:
        position = record.header.position
        for subject in record.subjects:
            last = self.subjects.get(subject.number, 0)
            if subject.previous != last:
                raise Damage(
                    position, f"previous of subject {subject.number} is {last}, and its entry says {subject.previous}"
                )
        # Afterwards: several entries of one subject have the same previous position.
        for subject in record.subjects:
            self.subjects[subject.number] = position

    def _check_references(self, record: Record) -> None:
        """Every stream that an event names begins before it, or later in the same command."""
        header = record.header
        if header.causation >= header.position:
            raise Damage(header.position, f"caused by position {header.causation}, which is not before it")
        self._owed.pop(header.position, None)
        for number, capacity in (
            (header.principal, "principal"),
            (header.on_behalf_of, "person on whose behalf it was commanded"),
            (header.import_number, "import"),
        ):
            if number != 0 and number not in self.streams:
                self._owed[number] = capacity
        for subject in record.subjects:
            if subject.number not in self.streams:
                self._owed[subject.number] = "subject"
        if self._open is None and self._owed:
            number, capacity = next(iter(self._owed.items()))
            raise Damage(header.position, f"its command names {number} as {capacity}, and there is no such stream")


def _event_of_command(header: Header) -> str:
    return f"event {header.command_index} of {header.command_count} of command {uuid.UUID(bytes=header.command_id)}"
