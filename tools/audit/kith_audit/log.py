"""A log's directory: docs/log-format.md, "The directory" and "The environment". Only ever reads."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import re
import struct
import uuid
from collections.abc import Iterator

import lmdb

from .damage import Damage, WrongUse
from .guard import Progress
from .record import HASH_BYTES, RECORD_BYTES_MAXIMUM

FORMAT_KNOWN = "1"
_FORMAT_LINE = re.compile(r"kith-log version (\d+) id (\S+)\n?")
# "In the byte order of the machine."
_KEY = struct.Struct("=Q")
# How many records are read before the snapshot is let go. A reader that keeps one for long stops LMDB from using
# pages of the file again, and the file grows while it reads.
PAGE_RECORDS = 4_096


class Log:
    """A log that is open for reading, up to the position that was its last when it was opened."""

    def __init__(
        self,
        directory: pathlib.Path,
        lock: bool = True,
        progress: Progress | None = None,
        page_records: int = PAGE_RECORDS,
    ) -> None:
        """Opens the log of a data directory.

        Args:
            directory: the data directory, the one with the file FORMAT.
            lock: take a place in LMDB's table of readers. Without it nothing may write: only for a copy, or while
                the service is stopped.
            progress: is told every position before LMDB is asked for it.
            page_records: how many records are read in one snapshot before they are handed on.

        Raises:
            WrongUse: there is no log, it may not be read, or its format is another one.
            Damage: what says that this is a log is damaged.
        """
        self.log_id = read_format(directory)
        self._progress = progress or Progress()
        self._page_records = page_records
        folder = directory / "log"
        # Asked before LMDB is: it would say the same of a file that is missing and of one that it must not read.
        try:
            with open(folder / "data.mdb", "rb") as file:
                if not file.read(1):
                    raise Damage(None, "data.mdb is empty")
        except FileNotFoundError as error:
            raise Damage(None, f"{folder / 'data.mdb'} is missing") from error
        except OSError as error:
            raise WrongUse(f"{error.filename}: {error.strerror}") from error
        try:
            # The size of the map is that of the file; one unnamed table; one reader.
            self._environment = lmdb.open(
                str(folder), readonly=True, create=False, lock=lock, map_size=0, max_dbs=0, max_spare_txns=1
            )
        except lmdb.Error as error:
            raise _opening_failed(folder, error) from error
        try:
            self._look_around(folder)
        except BaseException:
            self._environment.close()
            raise

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._environment.close()

    def _look_around(self, folder: pathlib.Path) -> None:
        """What can be said before the first record: the file's length, the table's kind and its end."""
        information = self._environment.info()
        needed = (information["last_pgno"] + 1) * self._environment.stat()["psize"]
        present = os.path.getsize(folder / "data.mdb")
        if present < needed:
            # LMDB would read beyond the end of the file, and the process would be killed for it.
            raise Damage(None, f"data.mdb is cut off: {present} bytes, and its pages take {needed}")
        if not self._environment.open_db(None).flags()["integerkey"]:
            raise Damage(None, "the table does not have the flag MDB_INTEGERKEY")
        with _reading(1), self._environment.begin() as transaction, transaction.cursor() as cursor:
            self.entries = transaction.stat()["entries"]
            self.end = _position(cursor.key(), self.entries) if cursor.last() else 0

    def values(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        """The values at the positions from `first` to `last`, both included, in their order.

        Raises:
            Damage: a position between them is missing, or LMDB cannot read its pages.
        """
        expected = first
        while expected <= last:
            # A page is handed on when its snapshot has been let go: the caller may take its time.
            page: list[tuple[int, bytes]] = []
            damage = None
            try:
                self._read_page(page, expected, min(last, expected + self._page_records - 1))
            except Damage as error:
                damage = error
            # Also what was read before the damage: something may be wrong with it, and that comes first.
            yield from page
            if damage is not None:
                raise damage
            expected += len(page)

    def _read_page(self, page: list[tuple[int, bytes]], first: int, last: int) -> None:
        expected = first
        # Buffers point into the file: a length that was changed is seen before so many bytes are copied.
        with (
            _reading(first, page),
            self._environment.begin(buffers=True) as transaction,
            transaction.cursor() as cursor,
        ):
            self._progress.position = first
            found = cursor.set_range(_KEY.pack(first))
            while expected <= last:
                if not found:
                    raise Damage(expected, f"missing, and so is everything up to position {last}")
                key, value = cursor.item()
                position = _position(key, expected)
                if position != expected:
                    raise Damage(expected, f"missing: the next position in the table is {position}")
                if len(value) > RECORD_BYTES_MAXIMUM + HASH_BYTES:
                    raise Damage(position, f"a value of {len(value)} bytes, more than a record and its hash may have")
                page.append((position, bytes(value)))
                expected += 1
                self._progress.position = expected
                found = cursor.next()


def read_format(directory: pathlib.Path) -> uuid.UUID:
    """The log's id, from the file FORMAT.

    Raises:
        WrongUse: this is no data directory, or its log has another format.
        Damage: the line is not what it should be.
    """
    path = directory / "FORMAT"
    try:
        line = path.read_bytes()
    except FileNotFoundError as error:
        if (directory / "log" / "data.mdb").exists():
            raise Damage(None, "the file FORMAT is missing") from error
        raise WrongUse(f"{directory} is no data directory of Kith: there is no file FORMAT") from error
    except OSError as error:
        raise WrongUse(f"{path}: {error.strerror}") from error
    match = _FORMAT_LINE.fullmatch(line.decode("utf-8", "replace"))
    if match is None:
        raise Damage(None, f"the file FORMAT does not say what it should: {line[:80]!r}")
    if match[1] != FORMAT_KNOWN:
        raise WrongUse(f"the log has format {match[1]}; this reader knows format {FORMAT_KNOWN} only")
    try:
        identifier = uuid.UUID(match[2])
    except ValueError as error:
        raise Damage(None, f"the file FORMAT names an id that is no UUID: {match[2]!r}") from error
    if str(identifier) != match[2].lower():
        raise Damage(None, f"the file FORMAT names an id that is no UUID in text form: {match[2]!r}")
    return identifier


def _position(key: bytes, near: int) -> int:
    if len(key) != _KEY.size:
        raise Damage(near, f"a key of {len(key)} bytes; a position has {_KEY.size}")
    return _KEY.unpack(key)[0]


@contextlib.contextmanager
def _reading(first: int, page: list[tuple[int, bytes]] | None = None) -> Iterator[None]:
    """Turns what LMDB says while it reads into damage at the position that was asked for."""
    try:
        yield
    except lmdb.MapResizedError as error:
        raise WrongUse("the service gave the log more room while it was read; start again") from error
    except lmdb.ReadersFullError as error:
        raise WrongUse("LMDB's table of readers is full") from error
    except (lmdb.Error, MemoryError) as error:
        raise Damage(first + len(page or ()), f"LMDB cannot read its pages: {error}") from error


def _opening_failed(folder: pathlib.Path, error: lmdb.Error) -> Exception:
    """What it means that LMDB did not open its environment."""
    if isinstance(error, (lmdb.InvalidError, lmdb.CorruptedError, lmdb.PageNotFoundError)):
        return Damage(None, f"data.mdb is no environment of LMDB: {error}")
    if isinstance(error, lmdb.VersionMismatchError):
        return WrongUse(f"{folder}: not of this version of LMDB, or damaged: {error}")
    if any(os.strerror(code) in str(error) for code in (errno.EACCES, errno.EROFS, errno.EPERM)):
        return WrongUse(f"{folder}: {error}. Where nothing writes to the log, read it with --no-lock")
    return WrongUse(f"{folder}: {error}")
