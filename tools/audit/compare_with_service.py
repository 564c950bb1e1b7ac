#!/usr/bin/env python3
"""Compares what the independent reader finds in a log's file with what the service says about the same positions.

    .venv/bin/python tools/audit/compare_with_service.py --socket PATH DIRECTORY [--payloads] [--least N]

Every header field, every subject entry, the record's bytes and its leaf hash, and the root of the whole; the log is
checked on the way as `read_log.py --check` does. DIRECTORY is the service's data directory.
Exit code: 0 all equal, 1 a difference or damage (the first one is named), 2 wrong use, 3 service not reachable.
"""

from __future__ import annotations

import argparse
import contextlib
import pathlib
import sys
import uuid
from typing import Any

from kith_audit import payload, record as layout
from kith_audit.checks import Chain
from kith_audit.damage import Damage, WrongUse
from kith_audit.log import Log
from kith_audit.record import Record, parse_value

# After kith_audit.payload, which knows where the client is.
from kith.v1 import history_pb2
from kith_client import Client, KithError, NotReachable


class Different(Exception):
    """File and service do not say the same."""


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="compare_with_service.py",
        description="Compares a log's file, as the independent reader reads it, with its service's history.",
    )
    parser.add_argument("directory", type=pathlib.Path, help="the data directory of the running service")
    parser.add_argument("--socket", help="the service's socket; where clients look where it is absent")
    parser.add_argument("--payloads", action="store_true", help="compare the decoded payloads as well")
    parser.add_argument("--least", type=int, default=1, metavar="N", help="fail where the log has fewer records")
    return parser.parse_args()


def compare(kith: Client, options: argparse.Namespace) -> tuple[int, str]:
    """Compares everything up to the durable end; how many records, and their root.

    Raises:
        Different: file and service do not say the same.
        Damage: the file is damaged.
    """
    status = kith.status().value
    end = status.durable_position
    if end < options.least:
        raise Different(f"the log has {end} records, and {options.least} were to be compared")
    request = history_pb2.HistoryRequest(
        all=True, to=end, include_record=True, omit_payload=not options.payloads, **{"from": 1}
    )
    stream_ids: dict[int, str] = {}
    with Log(options.directory) as log, contextlib.closing(kith.history(request)) as events:
        _expect("the log's id", str(log.log_id), status.log_id)
        chain = Chain(log.log_id)
        if log.end < end:
            raise Different(f"the service says that position {end} is durable, and the file ends at {log.end}")
        for position, value in log.values(1, end):
            record = parse_value(position, value)
            chain.append(record)
            if record.stream_id is not None:
                stream_ids[position] = str(uuid.UUID(bytes=record.stream_id))
            event = next(events, None)
            if event is None:
                raise Different(f"the service's history ends before position {position}")
            compare_event(record, stream_ids[record.header.stream], event)
            if options.payloads:
                compare_payload(record, event)
        if next(events, None) is not None:
            raise Different(f"the service's history goes on after position {end}")
    root = chain.tree.root().hex()
    # Commands that came meanwhile have moved the root on.
    if kith.status().value.durable_position == end:
        _expect(f"the root over {end} records", root, status.root.hex())
    return end, root


def compare_event(record: Record, stream_id: str, event: history_pb2.Event) -> None:
    """Every field of an event beside what stands in its record.

    Raises:
        Different: naming the field.
    """
    header = record.header
    for name, found in header_fields(record, stream_id).items():
        said = getattr(event, name)
        if found != said:
            raise Different(f"position {header.position}: {name} is {found!r} in the file, the service says {said!r}")
    for name in ("recorded_at", "occurred_at"):
        time = getattr(event, name)
        said = time.seconds * 1_000_000 + time.nanos // 1_000
        _expect(f"position {header.position}: {name}", getattr(header, name), said)
        _expect(f"position {header.position}: nanoseconds of {name}", 0, time.nanos % 1_000)
    _expect(f"position {header.position}: number of subject entries", len(record.subjects), len(event.subjects))
    for index, (subject, said) in enumerate(zip(record.subjects, event.subjects)):
        entry = {
            "number": subject.number,
            "role": subject.role,
            "previous": subject.previous,
            "key_slot": subject.key_slot,
            "slot_generation": subject.generation,
            "body": subject.body,
            "part": subject.part,
            "sealed_length": subject.sealed_length,
        }
        for name, found in entry.items():
            _expect(f"position {header.position}: {name} of subject entry {index}", found, getattr(said, name))


def header_fields(record: Record, stream_id: str) -> dict[str, Any]:
    """What a record says, by the names of `kith.v1.Event`; times and subjects apart."""
    header = record.header
    return {
        "position": header.position,
        "kind": header.kind,
        "schema_version": header.schema_version,
        "origin": header.origin,
        "historic": bool(header.flags & layout.FLAG_HISTORIC),
        "clock_held": bool(header.flags & layout.FLAG_CLOCK_HELD),
        "stream_kind": header.stream_kind,
        "stream_number": header.stream,
        "stream_id": stream_id,
        "revision": header.revision,
        "previous_in_stream": header.previous_in_stream,
        "command_id": str(uuid.UUID(bytes=header.command_id)),
        "command_index": header.command_index,
        "command_count": header.command_count,
        "body": header.body,
        "flags": header.flags,
        "correlation_id": str(uuid.UUID(bytes=header.correlation_id)) if any(header.correlation_id) else "",
        "causation": header.causation,
        "principal_number": header.principal,
        "on_behalf_of_number": header.on_behalf_of,
        "import_number": header.import_number,
        "leaf_hash": record.leaf_hash,
        "record": record.data,
    }


def compare_payload(record: Record, event: history_pb2.Event) -> None:
    """The payload as this process decodes it beside the one that the service decoded.

    Raises:
        Different: they are not the same message.
    """
    position = record.header.position
    named = event.payload.WhichOneof("event")
    number = event.payload.DESCRIPTOR.fields_by_name[named].number if named else 0
    _expect(f"position {position}: kind of the payload", record.header.kind, number)
    if payload.message(record) != getattr(event.payload, named):
        raise Different(f"position {position}: the payload in the file is not the one that the service sends")


def _expect(what: str, found: object, said: object) -> None:
    if found != said:
        raise Different(f"{what} is {found!r} in the file, the service says {said!r}")


def main() -> int:
    """Compares as the command line says; the exit code."""
    options = arguments()
    try:
        with Client(options.socket) as kith:
            count, root = compare(kith, options)
    except NotReachable as error:
        return _failed(error, 3)
    except WrongUse as error:
        return _failed(error, 2)
    except (Different, Damage, KithError) as error:
        return _failed(error, 1)
    print(f"{count} records are the same in the file and in the service's history; root {root}")
    return 0


def _failed(error: Exception, code: int) -> int:
    print(f"compare_with_service: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
