"""Well-behaved clients: each sends one request, reads the answer, and rests until its next turn."""

from __future__ import annotations

import socket
import time

import wire
from kith.v1 import protocol_pb2, registry_pb2

# Connections of each kind, and requests of one connection per second: far below what the service can do.
CONNECTIONS = 4
RATE = 50


class WrongAnswer(Exception):
    """The service did not do what was asked."""


def measure(path: str, kind: str, seconds: float) -> list[float]:
    """Seconds from sending to answer, of every request within the time."""
    count = int(seconds * RATE) * CONNECTIONS
    make = {"command": lambda number: wire.commands_frame(number, 1), "query": wire.query_frame}[kind]
    frames = [make(number) for number in range(1, count + 1)]
    connections = [_connect(path) for _ in range(CONNECTIONS)]
    samples: list[float] = []
    answers: list[bytes] = []
    try:
        begin = time.monotonic()
        for number, frame in enumerate(frames):
            # One connection after the other, each in its rhythm.
            due = begin + number / (RATE * CONNECTIONS)
            time.sleep(max(0.0, due - time.monotonic()))
            connection = connections[number % CONNECTIONS]
            sent = time.perf_counter()
            connection.sendall(frame)
            answers.append(_receive(connection))
            samples.append(time.perf_counter() - sent)
            if time.monotonic() > begin + 4 * seconds:
                break
    finally:
        for connection in connections:
            connection.close()
    for answer in answers:
        _check(answer, kind)
    return samples


def _connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    connection.connect(path)
    return connection


def _receive(connection: socket.socket) -> bytes:
    buffer = bytearray()
    while True:
        for message in wire.split_frames(buffer):
            return message
        chunk = connection.recv(1 << 16)
        if not chunk:
            raise WrongAnswer("the service has closed the connection of a well-behaved client")
        buffer += chunk


def _check(message: bytes, kind: str) -> None:
    response = protocol_pb2.Response.FromString(message)
    if kind == "query" and response.WhichOneof("response") == "list":
        return
    if kind == "command" and [result.WhichOneof("outcome") for result in response.submit.results] == ["accepted"]:
        return
    codes = [result.refused.code for result in response.submit.results] or [response.error.code]
    raise WrongAnswer(f"a {kind} was answered {', '.join(registry_pb2.ErrorCode.Name(code) for code in codes)}")
