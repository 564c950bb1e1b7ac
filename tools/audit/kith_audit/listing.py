"""A record as text for a person, and as JSON for a program."""

from __future__ import annotations

import json
import uuid
from typing import Any

from . import record as layout
from .record import Record, Subject

_MICROSECONDS = 1_000_000
_DAY_SECONDS = 86_400


def as_json(record: Record, decode: bool = False) -> str:
    """One line of JSON with everything that a record holds.

    Names are those of `kith.v1.Event` where it has the field; bytes are hexadecimal; what there is not is null.
    """
    header = record.header
    fields: dict[str, Any] = {
        "position": header.position,
        "formatVersion": header.format_version,
        "origin": header.origin,
        "kind": header.kind,
        "schemaVersion": header.schema_version,
        "flags": header.flags,
        "historic": bool(header.flags & layout.FLAG_HISTORIC),
        "clockHeld": bool(header.flags & layout.FLAG_CLOCK_HELD),
        "recordedAt": instant(header.recorded_at),
        "occurredAt": instant(header.occurred_at),
        "streamKind": header.stream_kind,
        "streamNumber": header.stream,
        "streamId": _uuid(record.stream_id),
        "revision": header.revision,
        "previousInStream": header.previous_in_stream,
        "commandId": _uuid(header.command_id),
        "commandIndex": header.command_index,
        "commandCount": header.command_count,
        "body": header.body,
        "correlationId": _uuid(header.correlation_id) if any(header.correlation_id) else None,
        "causation": header.causation,
        "principalNumber": header.principal,
        "onBehalfOfNumber": header.on_behalf_of,
        "importNumber": header.import_number,
        "subjects": [_subject(entry, part) for entry, part in zip(record.subjects, record.sealed)],
        "payloadLength": header.payload_length,
        "payload": record.payload.hex(),
        "fingerprint": record.fingerprint.hex() if record.fingerprint is not None else None,
        "recordLength": len(record.data),
        "leafHash": record.leaf_hash.hex(),
    }
    if decode:
        from . import payload

        fields["kindName"] = payload.event_kind(header.kind)
        fields["streamKindName"] = payload.aggregate_kind(header.stream_kind)
        fields["event"] = payload.as_json(record)
    return json.dumps(fields, ensure_ascii=False)


def as_text(record: Record, decode: bool = False) -> str:
    """A record in a few lines."""
    header = record.header
    kind, stream_kind = str(header.kind), str(header.stream_kind)
    content = record.payload.hex()
    if decode:
        from . import payload

        kind, stream_kind = payload.event_kind(header.kind), payload.aggregate_kind(header.stream_kind)
        content = json.dumps(payload.as_json(record), ensure_ascii=False)
    lines = [
        f"{header.position}  kind {kind}  stream {header.stream}, kind {stream_kind}, revision {header.revision}, "
        f"previous {header.previous_in_stream}",
        f"recorded {instant(header.recorded_at)}  occurred {instant(header.occurred_at)}  "
        f"origin {layout.ORIGINS.get(header.origin, header.origin)}  flags {_flags(header.flags)}",
        f"command {_uuid(header.command_id)}  event {header.command_index} of {header.command_count}  "
        f"body {header.body}",
        f"correlation {_uuid(header.correlation_id) if any(header.correlation_id) else 'none'}  "
        f"causation {header.causation}",
        f"principal {header.principal}  on behalf of {header.on_behalf_of}  import {header.import_number}",
    ]
    if record.stream_id is not None:
        lines.append(f"stream id {_uuid(record.stream_id)}")
    for entry in record.subjects:
        lines.append(
            f"subject {entry.number}  role {entry.role}  previous {entry.previous}  slot {entry.key_slot}, "
            f"generation {entry.generation}  body {entry.body}  part {entry.part}  sealed {entry.sealed_length} bytes"
        )
    lines.append(f"payload {header.payload_length} bytes, version {header.schema_version}  {content}".rstrip())
    if record.fingerprint is not None:
        lines.append(f"fingerprint {record.fingerprint.hex()}")
    lines.append(f"record {len(record.data)} bytes, format {header.format_version}  leaf hash {record.leaf_hash.hex()}")
    return "\n    ".join(lines) + "\n"


def instant(microseconds: int) -> str:
    """A time of the log in ISO 8601, UTC. Not by `datetime`, which knows the years 1 to 9999 only."""
    seconds, fraction = divmod(microseconds, _MICROSECONDS)
    days, second = divmod(seconds, _DAY_SECONDS)
    year, month, day = _civil(days)
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{fraction:06}Z"
    sign = "" if 0 <= year <= 9999 else "-" if year < 0 else "+"
    return f"{sign}{abs(year):04}-{month:02}-{day:02}T{clock}"


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of the Gregorian calendar, from days since 1970-01-01."""
    # Years are counted from 1 March, so that the leap day is the last of its year; eras have 400 of them.
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_from_march + 2) // 5 + 1
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    return era * 400 + year_of_era + (month <= 2), month, day


def _subject(entry: Subject, sealed: bytes) -> dict[str, Any]:
    return {
        "number": entry.number,
        "role": entry.role,
        "previous": entry.previous,
        "keySlot": entry.key_slot,
        "slotGeneration": entry.generation,
        "body": entry.body,
        "part": entry.part,
        "sealedLength": entry.sealed_length,
        "sealed": sealed.hex() if sealed else None,
    }


def _flags(flags: int) -> str:
    names = {
        layout.FLAG_HISTORIC: "historic",
        layout.FLAG_CLOCK_HELD: "clock held",
        layout.FLAG_FINGERPRINT_OPEN: "fingerprint open",
        layout.FLAG_FINGERPRINT_SEALED: "fingerprint sealed",
    }
    return ", ".join(name for flag, name in names.items() if flags & flag) or "none"


def _uuid(identifier: bytes | None) -> str | None:
    return str(uuid.UUID(bytes=identifier)) if identifier is not None else None
