"""A record of the log, from its bytes: docs/log-format.md, "The record"."""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

from .damage import Damage

FORMAT_VERSION = 1
PAYLOAD_SCHEMA_VERSION = 1
RECORD_BYTES_MAXIMUM = 65_536
HASH_BYTES = 32
UUID_BYTES = 16
FINGERPRINT_BYTES = 32
# A sealed part is a nonce, at least nothing, and a tag.
SEALED_BYTES_MINIMUM = 12 + 16

FLAG_HISTORIC = 1
FLAG_CLOCK_HELD = 2
FLAG_FINGERPRINT_OPEN = 4
FLAG_FINGERPRINT_SEALED = 8
FLAGS_KNOWN = FLAG_HISTORIC | FLAG_CLOCK_HELD | FLAG_FINGERPRINT_OPEN | FLAG_FINGERPRINT_SEALED

ORIGINS = {1: "command", 2: "scheduler", 3: "policy", 4: "import"}
ROLE_FINGERPRINT = 3
PART_REASON = 65_534
PART_FINGERPRINT = 65_535

# "<": little-endian, no padding. The fields stand in the order of the table, from offset 0 to 127.
_HEADER = struct.Struct("<BBHHHQqqQIHHQ16s16sQQQQHBBHH")
_SUBJECT = struct.Struct("<QQIIHHHH")
assert (_HEADER.size, _SUBJECT.size) == (128, 32)


class Header(NamedTuple):
    """The first 128 bytes, field by field, in their order."""

    format_version: int
    origin: int
    kind: int
    schema_version: int
    flags: int
    position: int
    recorded_at: int
    occurred_at: int
    stream: int
    revision: int
    command_index: int
    command_count: int
    previous_in_stream: int
    command_id: bytes
    correlation_id: bytes
    causation: int
    principal: int
    on_behalf_of: int
    import_number: int
    stream_kind: int
    subject_count: int
    zero: int
    payload_length: int
    body: int


class Subject(NamedTuple):
    """An entry of the subject table, in the order of its fields."""

    number: int
    previous: int
    key_slot: int
    generation: int
    body: int
    part: int
    sealed_length: int
    role: int


class Record(NamedTuple):
    """A record taken apart."""

    header: Header
    # The stream's UUID, which only its first event carries.
    stream_id: bytes | None
    subjects: tuple[Subject, ...]
    payload: bytes
    fingerprint: bytes | None
    # The sealed part of each subject entry, empty where the entry has none.
    sealed: tuple[bytes, ...]
    # The record's own bytes, and the hash that stands behind them in the table.
    data: bytes
    leaf_hash: bytes


def leaf_hash(record: bytes) -> bytes:
    """The leaf hash of a record's bytes."""
    return hashlib.sha256(b"\x00" + record).digest()


def parse_value(position: int, value: bytes) -> Record:
    """Takes apart the value that stands at a position, and checks what the value alone can show.

    The hash is looked at first: what follows then speaks of bytes that are as they were written.

    Raises:
        Damage: the bytes are not those that were hashed, or break a rule of the format.
    """
    if len(value) < HASH_BYTES + _HEADER.size:
        raise Damage(position, f"{len(value)} bytes are too few for a record and its leaf hash")
    data, stored_hash = value[:-HASH_BYTES], value[-HASH_BYTES:]
    computed = leaf_hash(data)
    if computed != stored_hash:
        raise Damage(position, f"leaf hash {stored_hash.hex()} stands behind a record whose hash is {computed.hex()}")
    header = Header._make(_HEADER.unpack_from(data))
    _check_header(position, header)
    return _parse_body(position, header, data, stored_hash)


def _check_header(position: int, header: Header) -> None:
    """What the header says must be possible on its own."""

    def expect(holds: bool, what: str) -> None:
        if not holds:
            raise Damage(position, what)

    expect(header.format_version == FORMAT_VERSION, f"format version {header.format_version}, not {FORMAT_VERSION}")
    expect(header.position == position, f"the record says that it is position {header.position}")
    expect(header.origin in ORIGINS, f"unknown origin {header.origin}")
    expect(
        header.schema_version == PAYLOAD_SCHEMA_VERSION,
        f"version {header.schema_version} of the payload's schema, not {PAYLOAD_SCHEMA_VERSION}",
    )
    expect(header.flags & ~FLAGS_KNOWN == 0, f"unknown flags {header.flags & ~FLAGS_KNOWN}")
    expect(header.zero == 0, f"byte 123 is {header.zero}, not 0")
    expect(header.revision >= 1, "revision 0")
    expect(
        header.command_index < header.command_count,
        f"event {header.command_index} of {header.command_count} of its command",
    )
    fingerprints = header.flags & (FLAG_FINGERPRINT_OPEN | FLAG_FINGERPRINT_SEALED)
    if header.command_index == 0:
        expect(
            fingerprints in (FLAG_FINGERPRINT_OPEN, FLAG_FINGERPRINT_SEALED),
            "the first event of a command needs exactly one fingerprint flag, "
            + ("and has both" if fingerprints else "and has none"),
        )
    else:
        expect(fingerprints == 0, "a fingerprint flag on an event that is not the first of its command")


def _parse_body(position: int, header: Header, data: bytes, stored_hash: bytes) -> Record:
    """Takes apart what follows the header; its lengths must add up to the record's."""
    subjects_start = _HEADER.size + (UUID_BYTES if header.revision == 1 else 0)
    payload_start = subjects_start + header.subject_count * _SUBJECT.size
    if payload_start > len(data):
        raise Damage(position, f"{header.subject_count} subject entries do not fit into {len(data)} bytes")
    subjects = tuple(map(Subject._make, _SUBJECT.iter_unpack(data[subjects_start:payload_start])))
    has_fingerprint = bool(header.flags & FLAG_FINGERPRINT_OPEN)
    fingerprint_start = payload_start + header.payload_length
    sealed_start = fingerprint_start + (FINGERPRINT_BYTES if has_fingerprint else 0)
    expected = sealed_start + sum(subject.sealed_length for subject in subjects)
    if expected != len(data):
        raise Damage(position, f"the lengths add up to {expected} bytes, the record has {len(data)}")
    _check_subjects(position, header, subjects)
    sealed = []
    at = sealed_start
    for subject in subjects:
        sealed.append(data[at : at + subject.sealed_length])
        at += subject.sealed_length
    return Record(
        header=header,
        stream_id=data[_HEADER.size : subjects_start] if header.revision == 1 else None,
        subjects=subjects,
        payload=data[payload_start:fingerprint_start],
        fingerprint=data[fingerprint_start:sealed_start] if has_fingerprint else None,
        sealed=tuple(sealed),
        data=data,
        leaf_hash=stored_hash,
    )


def _check_subjects(position: int, header: Header, subjects: tuple[Subject, ...]) -> None:
    """The entries must be possible beside their header and beside each other."""
    previous: dict[int, int] = {}
    for index, subject in enumerate(subjects):
        if 0 < subject.sealed_length < SEALED_BYTES_MINIMUM:
            raise Damage(position, f"subject entry {index}: a sealed part of {subject.sealed_length} bytes")
        if previous.setdefault(subject.number, subject.previous) != subject.previous:
            raise Damage(position, f"entries of subject {subject.number} with different previous positions")
        holds_fingerprint = index == 0 and bool(header.flags & FLAG_FINGERPRINT_SEALED)
        if (subject.part == PART_FINGERPRINT) != holds_fingerprint:
            raise Damage(position, f"subject entry {index}: part {subject.part} does not fit the fingerprint flags")
        if holds_fingerprint and subject.sealed_length == 0:
            raise Damage(position, "the fingerprint is said to be sealed, and there is no sealed part")
    if header.flags & FLAG_FINGERPRINT_SEALED and not subjects:
        raise Damage(position, "the fingerprint is said to be sealed, and there is no subject entry")
