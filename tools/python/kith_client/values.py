"""Small makers of values that commands are built of."""

from __future__ import annotations

import datetime
import decimal
import secrets
import time
import uuid
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from kith.v1 import common_pb2, envelope_pb2


def new_id() -> str:
    """A new UUIDv7 in its text form: ids in the order of time are the cheapest for the service to store."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76  # version 7
    number = number & ~(0x3 << 62) | 0x2 << 62  # variant of RFC 9562
    return str(uuid.UUID(int=number))


def external(system: str, key: str) -> common_pb2.ExternalKey:
    """The key of a record in another system."""
    return common_pb2.ExternalKey(system=system, key=key)


def reference(target: str | int | common_pb2.ExternalKey | tuple[str, str]) -> common_pb2.Reference:
    """Names an aggregate: by its id, its stream number, or (system, key) of another system."""
    if isinstance(target, str):
        return common_pb2.Reference(id=target)
    if isinstance(target, int):
        return common_pb2.Reference(number=target)
    if isinstance(target, tuple):
        target = external(*target)
    return common_pb2.Reference(external=target)


def money(minor_units: int, currency: str) -> common_pb2.Money:
    """An amount in minor units, such as cents, of an ISO 4217 currency."""
    return common_pb2.Money(minor_units=minor_units, currency=currency)


def decimal_value(number: int | str | decimal.Decimal) -> common_pb2.DecimalValue:
    """A decimal number, from "12.50", 3 or a Decimal.

    Raises:
        ValueError: it is no finite number, or has more than 9 digits behind the point. A float is refused: 0.1 is
            none of its values.
    """
    if isinstance(number, float):
        raise ValueError("A float is no decimal number; write it as text.")
    try:
        value = decimal.Decimal(number)
    except decimal.InvalidOperation as error:
        raise ValueError(f"{number!r} is no number.") from error
    if not value.is_finite():
        raise ValueError(f"{number!r} is no finite number.")
    sign, digits, exponent = value.as_tuple()
    scale = max(0, -exponent)
    if scale > 9:
        raise ValueError(f"{number!r} has more than 9 digits behind the point.")
    unscaled = int("".join(map(str, digits))) * 10 ** max(0, exponent)
    return common_pb2.DecimalValue(unscaled=-unscaled if sign else unscaled, scale=scale)


def to_decimal(value: common_pb2.DecimalValue) -> decimal.Decimal:
    """The number that a DecimalValue holds."""
    return decimal.Decimal(value.unscaled).scaleb(-value.scale)


def timestamp(instant: datetime.datetime) -> Timestamp:
    """An instant, to the microsecond.

    Raises:
        ValueError: the instant has no time zone: it would be a guess when it was.
    """
    if instant.tzinfo is None:
        raise ValueError("The instant has no time zone.")
    result = Timestamp()
    result.FromDatetime(instant)
    return result


def command(
    *bodies: Any,
    id: str | None = None,
    reason: str = "",
    occurred_at: datetime.datetime | None = None,
    **fields: Any,
) -> envelope_pb2.Command:
    """A command around one or more bodies.

    Args:
        bodies: command messages such as RegisterParty or PlaceOrder, or whole CommandBody messages.
        id: the command's id; a new UUIDv7 where it is None and no idempotency_key is given. Keep it to send the
            command again.
        reason: why; goes to every body that is not a CommandBody.
        occurred_at: when it was so; now where it is None.
        fields: other fields of Command, for example dry_run or mode.

    Raises:
        ValueError: a body is no command.
    """
    if id is None and not fields.get("idempotency_key"):
        id = new_id()
    result = envelope_pb2.Command(id=id, **fields)
    if occurred_at is not None:
        result.occurred_at.CopyFrom(timestamp(occurred_at))
    for body in bodies:
        if isinstance(body, envelope_pb2.CommandBody):
            result.bodies.add().CopyFrom(body)
        else:
            added = result.bodies.add(reason=reason)
            field = getattr(added, _field_of(body))
            field.CopyFrom(body)
            field.SetInParent()  # Also where the command says nothing.
    return result


def _field_of(body: Any) -> str:
    """The field of CommandBody that holds a message of this type."""
    for field in envelope_pb2.CommandBody.DESCRIPTOR.oneofs_by_name["command"].fields:
        if field.message_type is getattr(body, "DESCRIPTOR", None):
            return field.name
    raise ValueError(f"{type(body).__name__} is no command.")
