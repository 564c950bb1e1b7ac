"""What a power cut may leave of a directory, computed from the trace of everything that was written there.

The trace has every write, truncation, flush and rename in the order in which they happened. A cut between two of them
leaves what was flushed, and of what was not flushed anything: nothing, all, some of it, some of it in part (a sector of
512 bytes is written or not), zeros where a file was to grow. A name is kept where the file or its directory was
flushed, as ext4 does; otherwise it may be missing, and a rename may not have happened.
"""

from __future__ import annotations

import dataclasses
import pathlib
import random
import struct
from collections.abc import Iterator

SECTOR = 512
WRITE, TRUNCATE, SYNC, RENAME, UNLINK, ALLOCATE, LINK = range(1, 8)
# As `struct entry` of shim.c.
_ENTRY = struct.Struct("<BBBBIQQq")


@dataclasses.dataclass(frozen=True)
class Operation:
    """One call of the trace."""

    kind: int
    path: str
    # WRITE: where; TRUNCATE, ALLOCATE: the length, and the least length, of the file.
    offset: int
    # WRITE: the bytes; RENAME, LINK: the new path.
    data: bytes
    # The descriptor was opened with O_DSYNC: what is written is on the disk when the call returns.
    synchronous: bool
    failed: bool
    # When it had happened, on the clock of time.monotonic_ns.
    nanoseconds: int


def read_trace(path: pathlib.Path) -> Iterator[Operation]:
    """The calls in their order; the last one may be cut off where the process was killed."""
    trace = path.read_bytes()
    at = 0
    while at + _ENTRY.size <= len(trace):
        kind, synchronous, failed, _, path_length, nanoseconds, length, offset = _ENTRY.unpack_from(trace, at)
        end = at + _ENTRY.size + path_length + length
        if end > len(trace):
            return
        name = trace[at + _ENTRY.size : at + _ENTRY.size + path_length].decode()
        data = trace[at + _ENTRY.size + path_length : end]
        yield Operation(kind, name, offset, data, bool(synchronous), bool(failed), nanoseconds)
        at = end


class File:
    """A file: what is on the disk for sure, and what is on its way there."""

    def __init__(self) -> None:
        self.durable = bytearray()
        self.pending: list[Operation] = []
        # Whether the name is on the disk for sure.
        self.named = False

    def settle(self) -> None:
        """Everything that was on its way has arrived."""
        for operation in self.pending:
            _apply(self.durable, operation)
        self.pending.clear()
        self.named = True

    def put_through(self, operation: Operation) -> None:
        """A synchronous write: it is on the disk, the others are not for that reason."""
        end = operation.offset + len(operation.data)
        overlapping = [o for o in self.pending if o.offset < end and operation.offset < o.offset + len(o.data)]
        for other in overlapping:
            _apply(self.durable, other)
            self.pending.remove(other)
        _apply(self.durable, operation)


class Disk:
    """The directory as the disk has it, call by call."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        # Renames that their directory's flush has not confirmed: old path, new path, what stood there before.
        self._renames: list[tuple[str, str, File | None]] = []

    def take(self, operation: Operation) -> None:
        """One call more has returned."""
        if operation.failed:
            return
        if operation.kind == SYNC:
            self._sync(operation.path)
        elif operation.kind in (RENAME, LINK):
            self._name(operation)
        elif operation.kind == UNLINK:
            self.files.pop(operation.path, None)
        else:
            file = self.files.setdefault(operation.path, File())
            if operation.synchronous:
                file.put_through(operation)
            else:
                file.pending.append(operation)

    def _name(self, operation: Operation) -> None:
        target = operation.data.decode()
        file = self.files.get(operation.path)
        if file is None:
            return
        self._renames.append((operation.path, target, self.files.get(target)))
        self.files[target] = file
        if operation.kind == RENAME:
            del self.files[operation.path]

    def _sync(self, path: str) -> None:
        if path in self.files:
            self.files[path].settle()
            return
        # A directory: the names in it are there.
        for name, file in self.files.items():
            if name.rpartition("/")[0] == path:
                file.named = True
        self._renames = [rename for rename in self._renames if rename[1].rpartition("/")[0] != path]

    def leave(self, rng: random.Random, in_flight: Operation | None = None, tear: bool = False) -> dict[str, bytes]:
        """What the cut leaves: the content of each file.

        Args:
            rng: decides what of the unflushed has arrived.
            in_flight: the call during which the power goes.
            tear: nothing is lost but the rest of the call under way, as if only the process had been killed in it.
        """
        files = dict(self.files)
        if not tear:
            for source, target, before in reversed(self._renames):
                if rng.random() < 0.5 or target not in files:
                    break  # The later ones did not happen either way; this one and those before did.
                files[source] = files.pop(target)
                if before is not None:
                    files[target] = before
        chance = 1.0 if tear else rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        left = {}
        for path, file in files.items():
            pending = list(file.pending)
            content = bytearray(file.durable)
            if not (file.named or tear) and rng.random() >= chance:
                continue
            for operation in pending:
                if rng.random() < chance:
                    _apply(content, operation if tear else _partly(operation, len(content), rng, chance))
            left[path] = content
        if in_flight is not None and in_flight.kind == WRITE and not in_flight.failed:
            content = left.setdefault(in_flight.path, bytearray())
            _apply(content, _partly(in_flight, len(content), rng, 0.5))
        return {path: bytes(content) for path, content in left.items()}


def _partly(operation: Operation, size: int, rng: random.Random, chance: float) -> Operation:
    """A write of which some sectors have arrived, or whose length has and whose bytes have not."""
    if operation.kind != WRITE or chance == 1.0 or rng.random() < 0.5:
        return operation
    if operation.offset >= size and rng.random() < 0.3:
        return dataclasses.replace(operation, data=bytes(len(operation.data)))
    cut = rng.randrange(len(operation.data) // SECTOR + 1) * SECTOR
    return dataclasses.replace(operation, data=operation.data[:cut])


def _apply(content: bytearray, operation: Operation) -> None:
    if operation.kind == TRUNCATE:
        del content[operation.offset :]
        content.extend(bytes(operation.offset - len(content)))
    elif operation.kind == ALLOCATE:
        content.extend(bytes(max(0, operation.offset - len(content))))
    else:
        content.extend(bytes(max(0, operation.offset - len(content))))
        content[operation.offset : operation.offset + len(operation.data)] = operation.data


def write_image(files: dict[str, bytes], root: str, directory: pathlib.Path) -> None:
    """Writes the files that lay under `root` into a new directory."""
    directory.mkdir(parents=True, mode=0o700)
    for path, content in files.items():
        target = directory / pathlib.Path(path).relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.touch(mode=0o600)
        target.write_bytes(content)
