"""The bad clients. Each load runs in a process of its own until it is told to stop, and then says what it did."""

from __future__ import annotations

import collections
import contextlib
import resource
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event

import wire
from kith.v1 import protocol_pb2, registry_pb2

# The load has begun; the load is to end. It returns what it did.
Load = Callable[[str, str, Event, Event, float], str]


def idle(path: str, _http: str, ready: Event, stop: Event, size: float) -> str:
    """Connections that send nothing."""
    count = int(10_000 * size)
    with _connections(path, count):
        ready.set()
        stop.wait()
    return f"{count} connections"


def half(path: str, _http: str, ready: Event, stop: Event, size: float) -> str:
    """Connections that stop in the middle of a frame of 20 kB."""
    count = int(1_000 * size)
    frame = wire.commands_frame(1, 200)
    with _connections(path, count) as connections:
        for connection in connections:
            connection.sendall(frame[: len(frame) // 2])
        ready.set()
        stop.wait()
    return f"{count} connections"


def slow(path: str, _http: str, ready: Event, stop: Event, size: float) -> str:
    """Clients that ask for much and read one byte a second."""
    count = int(200 * size)
    asked = b"".join(wire.query_frame(number, limit=1_000) for number in range(1, 17))
    read = 0
    with _connections(path, count) as connections:
        for connection in connections:
            connection.sendall(asked)
        ready.set()
        while not stop.wait(1):
            for connection in connections:
                with contextlib.suppress(BlockingIOError, ConnectionError):
                    read += len(connection.recv(1, socket.MSG_DONTWAIT))
    return f"{count} clients, {read} bytes read"


def flood(path: str, _http: str, ready: Event, stop: Event, size: float) -> str:
    """A client that keeps sixteen frames of 1,000 commands under way."""
    per_frame = max(10, int(1_000 * size))
    outcomes: collections.Counter[str] = collections.Counter()
    room = threading.Semaphore(16)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    reader = threading.Thread(target=_read_answers, args=(connection, outcomes, room))
    frames = [wire.commands_frame(number, per_frame) for number in range(1, 33)]
    reader.start()
    number = 0
    while not stop.is_set():
        if not room.acquire(timeout=0.1):
            continue
        # Made ahead as long as they last, so that the first seconds are the hardest.
        frame = frames[number] if number < len(frames) else wire.commands_frame(number + 1, per_frame)
        connection.sendall(frame)
        number += 1
        ready.set()
    connection.shutdown(socket.SHUT_WR)
    reader.join(120)
    connection.close()
    return said(number * per_frame, outcomes)


def ndjson(_path: str, http: str, ready: Event, stop: Event, size: float) -> str:
    """A client that posts lines over HTTP as fast as they are taken."""
    per_chunk = max(10, int(1_000 * size))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(http)
    connection.sendall(
        b"POST /v1/commands HTTP/1.1\r\nHost: kith\r\nContent-Type: application/x-ndjson\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    lines: list[int] = []

    def read() -> None:
        # Whether a result stands at a border of two chunks or not: each has one end of line.
        while chunk := connection.recv(1 << 20):
            lines.append(chunk.count(b"}\n"))

    reader = threading.Thread(target=read)
    reader.start()
    chunks = [_chunk(wire.command_lines(per_chunk)) for _ in range(16)]
    asked = 0
    while not stop.is_set():
        number = asked // per_chunk
        pending = memoryview(chunks[number] if number < len(chunks) else _chunk(wire.command_lines(per_chunk)))
        while pending and not stop.is_set():
            if select.select([], [connection], [], 0.1)[1]:
                pending = pending[connection.send(pending[: 1 << 16], socket.MSG_DONTWAIT) :]
                ready.set()
        asked += per_chunk
    # In the middle of a line, perhaps: what was taken is carried out, and the connection ends.
    connection.shutdown(socket.SHUT_RDWR)
    reader.join(120)
    connection.close()
    return f"{asked} commands sent, {sum(lines)} answered"


ALL: dict[str, Load] = {"idle": idle, "slow": slow, "half": half, "flood": flood, "ndjson": ndjson}


def _chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


@contextlib.contextmanager
def _connections(path: str, count: int) -> Iterator[list[socket.socket]]:
    """So many connections, closed at the end."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections: list[socket.socket] = []
    try:
        while len(connections) < count:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
            except BlockingIOError:
                # The backlog is full: the service has other things to do as well.
                connection.close()
                time.sleep(0.01)
                continue
            connections.append(connection)
        yield connections
    finally:
        for connection in connections:
            connection.close()


def _read_answers(
    connection: socket.socket, outcomes: collections.Counter[str], room: threading.Semaphore
) -> None:
    """Counts what became of the commands."""
    buffer = bytearray()
    while chunk := connection.recv(1 << 20):
        buffer += chunk
        for message in wire.split_frames(buffer):
            room.release()
            response = protocol_pb2.Response.FromString(message)
            if response.WhichOneof("response") == "error":
                outcomes[registry_pb2.ErrorCode.Name(response.error.code)] += 1
            for result in response.submit.results:
                outcome = result.WhichOneof("outcome") or "nothing"
                if outcome == "refused":
                    outcome = registry_pb2.ErrorCode.Name(result.refused.code)
                outcomes[outcome] += 1


def said(asked: int, outcomes: collections.Counter[str]) -> str:
    """What became of the commands of a flood, and how many got silence."""
    answered = sum(outcomes.values())
    parts = ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
    silence = f", **{asked - answered} without an answer**" if answered != asked else ""
    return f"{asked} commands: {parts}{silence}"
