"""A client of Kith: commands, reads and history over the local socket.

    from kith_client import Client

    with Client() as kith:
        print(kith.status().value.durable_position)

The messages are those of `schemas/kith/v1`; their Python code is in `kith.v1`.
"""

from .client import Answer, Client, default_socket_path
from .errors import (
    CommandIdReused,
    ConnectionClosed,
    Forbidden,
    KithError,
    NotFound,
    NotReachable,
    NotYet,
    Overloaded,
    ProtocolViolation,
    Refused,
    RequestTooLarge,
    RevisionConflict,
)
from .values import command, decimal_value, external, money, new_id, reference, timestamp, to_decimal

__all__ = [
    "Answer",
    "Client",
    "CommandIdReused",
    "ConnectionClosed",
    "Forbidden",
    "KithError",
    "NotFound",
    "NotReachable",
    "NotYet",
    "Overloaded",
    "ProtocolViolation",
    "Refused",
    "RequestTooLarge",
    "RevisionConflict",
    "command",
    "decimal_value",
    "default_socket_path",
    "external",
    "money",
    "new_id",
    "reference",
    "timestamp",
    "to_decimal",
]
