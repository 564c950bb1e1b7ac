"""Requests as bytes, made ahead, so that whoever sends them spends no time on it."""

from __future__ import annotations

import json
import pathlib
import struct
import sys
import uuid
from collections.abc import Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

from kith.v1 import envelope_pb2, party_pb2, protocol_pb2, queries_pb2, registry_pb2
from kith_client.framing import encode_frame

_PLACE = "00000000-0000-4000-8000-000000000000"


def _command(identifier: str) -> envelope_pb2.Command:
    register = party_pb2.RegisterParty(
        kind=party_pb2.PARTY_KIND_PERSON, name=party_pb2.PartyNamePersonal(display="Ana Example")
    )
    return envelope_pb2.Command(id=identifier, bodies=[envelope_pb2.CommandBody(register_party=register)])


def commands_frame(request: int, count: int) -> bytes:
    """A frame with so many commands that register a person each, every one under an id of its own."""
    template = protocol_pb2.SubmitRequest(commands=[_command(_PLACE)]).SerializeToString()
    before, after = template.split(_PLACE.encode())
    submit = b"".join(before + str(uuid.uuid4()).encode() + after for _ in range(count))
    message = protocol_pb2.Request(id=request).SerializeToString() + b"\x12" + varint(len(submit)) + submit
    return encode_frame(message)


def query_frame(request: int, limit: int = 20) -> bytes:
    """A frame that asks for a page of parties."""
    query = queries_pb2.ListRequest(kind=registry_pb2.AGGREGATE_KIND_PARTY, limit=limit)
    return encode_frame(protocol_pb2.Request(id=request, list=query).SerializeToString())


def command_lines(count: int) -> bytes:
    """The same commands as lines of JSON."""
    body = {"registerParty": {"kind": "PARTY_KIND_PERSON", "name": {"display": "Ana Example"}}}
    template = json.dumps({"id": _PLACE, "bodies": [body]}) + "\n"
    before, after = template.split(_PLACE)
    return "".join(before + str(uuid.uuid4()) + after for _ in range(count)).encode()


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def split_frames(buffer: bytearray) -> Iterator[bytes]:
    """Takes the messages of all whole frames out of a buffer."""
    start = 0
    while len(buffer) - start >= 4:
        (length,) = struct.unpack_from("<I", buffer, start)
        if len(buffer) - start - 4 < length:
            break
        yield bytes(buffer[start + 4 : start + 4 + length])
        start += 4 + length
    del buffer[:start]
