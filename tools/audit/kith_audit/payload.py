"""Payloads and numbers by their names in the schema. The one part that needs the generated messages."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))

from google.protobuf import json_format, message_factory
from google.protobuf.message import DecodeError
from kith.v1 import history_pb2, registry_pb2

from .damage import Damage
from .record import Record


def message(record: Record) -> Any:
    """The event's message.

    Raises:
        Damage: the schema has no such event, or the payload is not its message.
    """
    field = history_pb2.EventPayload.DESCRIPTOR.fields_by_number.get(record.header.kind)
    if field is None:
        raise Damage(record.header.position, f"the schema has no event of kind {record.header.kind}")
    try:
        return message_factory.GetMessageClass(field.message_type).FromString(record.payload)
    except DecodeError as error:
        raise Damage(record.header.position, f"the payload is no {field.message_type.name}: {error}") from error


def as_json(record: Record) -> dict[str, Any]:
    """The event's message in protobuf's JSON mapping."""
    return json_format.MessageToDict(message(record))


def event_kind(number: int) -> str:
    """The name of a kind of event; the number where the schema has none."""
    return _name(registry_pb2.EventKind, number)


def aggregate_kind(number: int) -> str:
    """The name of a kind of aggregate; the number where the schema has none."""
    return _name(registry_pb2.AggregateKind, number)


def subject_role(number: int) -> str:
    """The name of a subject's role; the number where the schema has none."""
    return _name(registry_pb2.SubjectRole, number)


def _name(kinds: Any, number: int) -> str:
    return kinds.Name(number) if number in kinds.values() else str(number)
