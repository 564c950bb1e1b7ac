"""Makes small logs as docs/log-format.md describes them: an encoder of its own, which shares nothing with the reader.

Damage is made on purpose: any field can be given any value, before or behind the leaf hash.
"""

from __future__ import annotations

import hashlib
import pathlib
import struct
import uuid
from typing import Any

import lmdb

LOG_ID = uuid.UUID("0193a000-0000-7000-8000-000000000001")
START = 1_732_000_000_000_000
# Kinds of events and of aggregates, as the schema numbers them.
LOG_OPENED, PARTY_REGISTERED, PARTY_ARCHIVED, ORDER_PLACED, ORDER_CONFIRMED = 1, 101, 110, 901, 904
LOG, PARTY, ORDER = 1, 10, 90
NO_SUBJECTS: list[dict[str, int]] = []

HEADER_FIELDS = [
    ("format_version", 1), ("origin", 1), ("kind", 2), ("schema_version", 2), ("flags", 2), ("position", 8),
    ("recorded_at", -8), ("occurred_at", -8), ("stream", 8), ("revision", 4), ("command_index", 2),
    ("command_count", 2), ("previous_in_stream", 8), ("command_id", 16), ("correlation_id", 16), ("causation", 8),
    ("principal", 8), ("on_behalf_of", 8), ("import_number", 8), ("stream_kind", 2), ("subject_count", 1),
    ("zero", 1), ("payload_length", 2), ("body", 2),
]  # fmt: skip
SUBJECT_FIELDS = [
    ("number", 8), ("previous", 8), ("key_slot", 4), ("generation", 4), ("body", 2), ("part", 2),
    ("sealed_length", 2), ("role", 2),
]  # fmt: skip


def encode_fields(fields: list[tuple[str, int]], values: dict[str, Any]) -> bytes:
    """Fields one after the other; a negative width is a signed number, bytes are taken as they are."""
    result = b""
    for name, width in fields:
        value = values[name]
        if isinstance(value, bytes):
            result += value
        else:
            result += value.to_bytes(abs(width), "little", signed=width < 0)
    return result


def encode(event: dict[str, Any]) -> bytes:
    """The bytes of a record, from the fields of its header and `stream_id`, `subjects`, `payload`, `fingerprint`."""
    result = encode_fields(HEADER_FIELDS, event)
    result += event["stream_id"]
    for subject in event["subjects"]:
        result += encode_fields(SUBJECT_FIELDS, subject)
    result += event["payload"] + event["fingerprint"]
    for subject in event["subjects"]:
        result += subject["sealed"]
    return result


def value_of(record: bytes) -> bytes:
    """What stands in the table: the record and its leaf hash."""
    return record + hashlib.sha256(b"\x00" + record).digest()


def merkle_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word: split at the largest power of two that is smaller than the number."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


class Builder:
    """Events that follow from each other, as the service would write them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._streams: dict[int, dict[str, Any]] = {}
        self._subjects: dict[int, int] = {}
        self.command([dict(kind=LOG_OPENED, stream_kind=LOG, stream_id=LOG_ID.bytes)])

    def command(self, events: list[dict[str, Any]], sealed_fingerprint: bool = False) -> int:
        """Adds the events of one command; the position of the first.

        An event without `stream` begins one. `subjects` are dictionaries with `number` (which may lie ahead) and,
        where it is not empty, `sealed`.
        """
        first = len(self.events) + 1
        command_id = uuid.uuid5(LOG_ID, f"command at {first}").bytes
        for index, given in enumerate(events):
            event = self._complete(given, index, len(events), command_id, sealed_fingerprint)
            self.events.append(event)
            self._streams[event["stream"]] = event
            for subject in event["subjects"]:
                self._subjects[subject["number"]] = event["position"]
        return first

    def _complete(
        self, given: dict[str, Any], index: int, count: int, command_id: bytes, sealed_fingerprint: bool
    ) -> dict[str, Any]:
        position = len(self.events) + 1
        before = self._streams.get(given.get("stream", position))
        entries = list(given.get("subjects", NO_SUBJECTS))
        if index == 0 and sealed_fingerprint:
            owner = entries[0]["number"]
            entries.insert(0, dict(number=owner, part=65_535, role=3, sealed=bytes(62)))
        event: dict[str, Any] = {
            "format_version": 1, "origin": 1, "schema_version": 1, "position": position,
            "flags": 0 if index else 8 if sealed_fingerprint else 4,
            "recorded_at": START + position * 1_000, "occurred_at": START - position,
            "stream": position, "stream_kind": before["stream_kind"] if before else 0,
            "revision": before["revision"] + 1 if before else 1,
            "previous_in_stream": before["position"] if before else 0,
            "command_index": index, "command_count": count, "command_id": command_id,
            "correlation_id": bytes(16), "causation": 0, "principal": 0, "on_behalf_of": 0, "import_number": 0,
            "zero": 0, "body": 0, "payload": f"payload {position}".encode(),
            "stream_id": b"" if before else uuid.uuid5(LOG_ID, f"stream {position}").bytes,
            "fingerprint": b"" if index or sealed_fingerprint else hashlib.sha256(command_id).digest(),
        }  # fmt: skip
        event |= given
        event["subjects"] = [self._entry(entry) for entry in entries]
        event["subject_count"] = len(entries)
        event.setdefault("payload_length", len(event["payload"]))
        return event

    def _entry(self, given: dict[str, Any]) -> dict[str, Any]:
        entry = {
            "previous": self._subjects.get(given["number"], 0), "key_slot": 16 + given["number"], "generation": 1,
            "body": 0, "part": 0, "role": 1, "sealed": b"",
        }  # fmt: skip
        entry |= given
        entry.setdefault("sealed_length", len(entry["sealed"]))
        return entry

    def values(self) -> list[bytes]:
        """What stands in the table, from position 1."""
        return [value_of(encode(event)) for event in self.events]

    def root(self, size: int | None = None) -> bytes:
        """The root over the first records."""
        return merkle_root([value[-32:] for value in self.values()[:size]])


def sample() -> Builder:
    """A log with every feature of the format: 12 positions, 6 commands, 4 streams, 2 subjects."""
    log = Builder()
    # 2, 3: a party, and an order of the party by the same command, open and sealed parts.
    party = log.command(
        [
            dict(kind=PARTY_REGISTERED, stream_kind=PARTY, subjects=[dict(number=2, sealed=bytes(range(40)))]),
            dict(kind=ORDER_PLACED, stream_kind=ORDER, body=1, subjects=[dict(number=2, role=2)]),
        ],
        sealed_fingerprint=True,
    )
    # 4, 5: the order comes before the customer that it names. 6 follows from 4, by a policy.
    order = log.command(
        [
            dict(kind=ORDER_PLACED, stream_kind=ORDER, principal=party, subjects=[dict(number=5, role=2)]),
            dict(kind=PARTY_REGISTERED, stream_kind=PARTY, subjects=[dict(number=5), dict(number=2)]),
            dict(kind=ORDER_CONFIRMED, stream=4, origin=3, causation=4, subjects=[dict(number=5, role=2)]),
        ]
    )
    # 7: a reason on its own part. 8: the clock was held. 9: in historic mode, with a correlation.
    archived = dict(kind=PARTY_ARCHIVED, stream=party)
    archived["subjects"] = [dict(number=party), dict(number=party, part=65_534, sealed=bytes(30))]
    log.command([archived], sealed_fingerprint=True)
    log.command([dict(kind=ORDER_CONFIRMED, stream=3, flags=4 | 2, recorded_at=START + 7_000)])
    log.command([
        dict(kind=ORDER_CONFIRMED, stream=order, flags=4 | 1, origin=4, occurred_at=-1, import_number=party,
             correlation_id=bytes(range(16)), on_behalf_of=5, payload=b"", body=2),
        dict(kind=ORDER_CONFIRMED, stream=order, flags=1),
        dict(kind=ORDER_CONFIRMED, stream=3, flags=1),
        dict(kind=ORDER_CONFIRMED, stream=3, flags=1),
    ])  # fmt: skip
    return log


def write(directory: pathlib.Path, values: dict[int, bytes] | list[bytes]) -> pathlib.Path:
    """Writes a data directory with these values, by position or from 1 on; gives it back."""
    if isinstance(values, list):
        values = dict(enumerate(values, 1))
    folder = directory / "log"
    folder.mkdir(parents=True)
    (directory / "FORMAT").write_text(f"kith-log version 1 id {LOG_ID}\n", encoding="utf-8")
    make_integer_keyed(folder)
    append(directory, values)
    return directory


def append(directory: pathlib.Path, values: dict[int, bytes]) -> None:
    """Appends values to a data directory's log, by position."""
    environment = lmdb.open(str(directory / "log"), map_size=1 << 28, max_dbs=0)
    with environment.begin(write=True) as transaction:
        for position, value in sorted(values.items()):
            assert transaction.put(struct.pack("=Q", position), value, append=True)
    environment.close()


def make_integer_keyed(folder: pathlib.Path) -> None:
    """Makes an empty environment whose unnamed table has the flag MDB_INTEGERKEY.

    The Python package refuses flags for that table, so they are written into both of the file's first pages: behind a
    page header of 16 bytes, 24 bytes and the free list's 48 bytes, the table's flags are the 2 bytes at 4.
    """
    lmdb.open(str(folder), map_size=1 << 28, max_dbs=0).close()
    path = folder / "data.mdb"
    data = bytearray(path.read_bytes())
    for page in (0, len(data) // 2):
        struct.pack_into("<H", data, page + 16 + 24 + 48 + 4, 0x08)
    path.write_bytes(data)
