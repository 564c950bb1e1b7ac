"""Rows 18 to 20: clients that are slow, speak nonsense, or go away."""

from __future__ import annotations

import random
import resource
import socket
import statistics
import struct
import time
from collections.abc import Callable

from google.protobuf.message import DecodeError
from kith.v1 import history_pb2, protocol_pb2
from kith_client.framing import encode_frame
from load import Maker, send
from run import Row, Run, World

FRAMES = 300
# Connections that misbehave, beside those that are idle.
RUDE = 40


def bad_frames(run: Run) -> None:
    """Frames that are not, or hardly, of the protocol; the service goes on, and takes nothing of half a frame."""
    with run.world() as world:
        world.begin()
        for _ in run.repeat(short=1, long=400):
            kinds = {kind: 0 for kind in _FRAMES}
            for _ in range(FRAMES):
                kind = run.rng.choice(list(_FRAMES))
                kinds[kind] += 1
                _send_raw(run, world, _FRAMES[kind](run.rng))
                if not world.service.is_running:
                    run.found(f"the service has ended after a frame ({kind}): {world.service.last_words()}")
                    return
            with world.service.client() as kith:
                send(kith, world.ledger, [Maker(run.rng).person()])
            world.check(rebuild=False)
    run.note(f"{run.runs * FRAMES} frames")


def _send_raw(run: Run, world: World, data: bytes) -> None:
    """Sends bytes and closes; what in them is a command after all was sent, and may be in the log."""
    world.ledger.sending(_commands_in(data), wild=True)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(world.service.socket))
        try:
            connection.sendall(data)
            if run.rng.random() < 0.5:
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1 << 16):
                    pass
        except TimeoutError:
            run.found("the service neither answers nor closes the connection")
        except OSError:
            pass  # Closed by the service, which is its right.


def _commands_in(data: bytes) -> list:
    """The commands that the first frames hold."""
    commands = []
    while len(data) >= 4:
        (length,) = struct.unpack_from("<I", data)
        message, data = data[4 : 4 + length], data[4 + length :]
        try:
            commands += protocol_pb2.Request.FromString(message).submit.commands
        except DecodeError:
            return commands
    return commands


def _valid(rng: random.Random) -> bytes:
    request = protocol_pb2.Request(id=rng.randrange(1, 1 << 20))
    request.submit.commands.extend(Maker(rng).next() for _ in range(rng.randrange(1, 4)))
    return encode_frame(request.SerializeToString())


def _random(rng: random.Random) -> bytes:
    return encode_frame(rng.randbytes(rng.randrange(0, 400)))


def _huge_length(rng: random.Random) -> bytes:
    length = rng.choice((4 * 2**20 + 1, 2**31 - 1, 2**31, 2**32 - 1))
    return struct.pack("<I", length) + rng.randbytes(rng.randrange(0, 2_000))


def _cut(rng: random.Random) -> bytes:
    frame = _valid(rng)
    return frame[: rng.randrange(len(frame))]


def _flipped(rng: random.Random) -> bytes:
    frame = bytearray(_valid(rng))
    for _ in range(rng.randrange(1, 4)):
        frame[rng.randrange(4, len(frame))] ^= 1 << rng.randrange(8)
    return bytes(frame)


def _nested(rng: random.Random) -> bytes:
    """Length-delimited fields within each other, deeper than any decoder should follow."""
    message = b""
    for _ in range(rng.randrange(100, 3_000)):
        message = bytes([rng.choice((0x12, 0x1A, 0x22))]) + _varint(len(message)) + message
    return encode_frame(message)


def _trailing(rng: random.Random) -> bytes:
    """A valid frame behind which comes half of another one: that one must not have any effect."""
    return _valid(rng) + _cut(rng)


def _varint(number: int) -> bytes:
    result = bytearray()
    while number > 0x7F:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*result, number])


_FRAMES = {
    "random": _random,
    "huge length": _huge_length,
    "cut": _cut,
    "bits flipped": _flipped,
    "nested": _nested,
    "half a second one": _trailing,
}


def gone_before_the_answer(run: Run) -> None:
    """Clients that send and go away before the answer comes; then each command is sent again."""
    commands = 0
    with run.world() as world:
        world.begin()
        for _ in run.repeat(short=3, long=300):
            maker = Maker(run.rng)
            for _ in range(40):
                sent = [maker.next() for _ in range(run.rng.randrange(1, 20))]
                world.ledger.sending(sent)
                request = protocol_pb2.Request(id=1)
                request.submit.commands.extend(sent)
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.connect(str(world.service.socket))
                    connection.sendall(encode_frame(request.SerializeToString()))
                commands += len(sent)
            world.check(rebuild=False)
        world.check()
    run.note(f"{commands} commands")


def slow_clients(run: Run) -> None:
    """Idle connections, clients that take a byte of a long answer, and clients that stop within a frame."""
    _beside_rude_clients(run, _slow_connections)


def flooding_client(run: Run) -> None:
    """A client that sends as fast as it can and never reads."""
    _beside_rude_clients(run, _flooding_connection)


def _beside_rude_clients(run: Run, connect: Callable[[Run, World], list[socket.socket]]) -> None:
    """Others are served beside rude clients, and memory stays bounded."""
    slower, rude_ones = [], 0
    with run.world() as world:
        world.begin()
        with world.service.client() as kith:
            maker = Maker(run.rng)
            for _ in range(20):
                send(kith, world.ledger, [maker.next() for _ in range(100)])
        for _ in run.repeat(short=1, long=20):
            before = world.service.resident_bytes()
            calm = _p99(run, world)
            held = connect(run, world)
            rude_ones = len(held)
            try:
                rude = _p99(run, world)
                slower.append(rude / calm)
                # A machine that does other things, too, makes any latency vary: being held up is meant.
                run.expect(rude < 5 * calm + 0.5, f"p99 went from {calm:.3f} to {rude:.3f} s beside rude clients")
                grown = world.service.resident_bytes() - before
                # A connection may cost some pages; what waits for slow readers must not pile up.
                bound = (96 << 20) + len(held) * (64 << 10)
                run.expect(grown < bound, f"memory grew by {grown >> 20} MiB with {len(held)} rude connections")
            finally:
                for connection in held:
                    connection.close()
            world.check(rebuild=False)
    run.note(f"{rude_ones} rude connections; p99 of another client {max(slower):.1f} times what it was")


def _p99(run: Run, world: World) -> float:
    """Seconds that the slowest hundredth of a client's commands take at least, one command at a time."""
    took = []
    maker = Maker(run.rng)
    with world.service.client() as kith:
        for _ in range(150):
            began = time.monotonic()
            send(kith, world.ledger, [maker.next()])
            took.append(time.monotonic() - began)
    return statistics.quantiles(took, n=100)[98]


def _slow_connections(run: Run, world: World) -> list[socket.socket]:
    idle = 200 if run.short else min(10_000, _descriptors() - 500)
    held = [_connect(world) for _ in range(idle + RUDE)]
    for number, connection in enumerate(held[idle:]):
        (_stuck, _slow)[number % 2](run, connection)
    return held


def _flooding_connection(run: Run, world: World) -> list[socket.socket]:
    connection = _connect(world)
    _flood(run, world, connection)
    return [connection]


def _descriptors() -> int:
    """How many descriptors this process may have; it takes as many as it is let."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _connect(world: World) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    # Blocking: with a timeout, a queue of connections that is full for a moment would be an error.
    connection.connect(str(world.service.socket))
    connection.settimeout(30)
    return connection


def _stuck(run: Run, connection: socket.socket) -> None:
    """Stops within a frame, and never goes on."""
    connection.sendall(_valid(run.rng)[:7])


def _slow(_: Run, connection: socket.socket) -> None:
    """Asks for everything, with a lot of credit, and takes one byte of it."""
    history = protocol_pb2.Request(id=1, history=history_pb2.HistoryRequest(all=True, include_record=True))
    credit = protocol_pb2.Request(id=1, credit=protocol_pb2.Credit(frames=1_000))
    connection.sendall(encode_frame(history.SerializeToString()) + encode_frame(credit.SerializeToString()))
    connection.recv(1)


def _flood(run: Run, world: World, connection: socket.socket) -> None:
    """Sends commands as fast as they are taken, and reads no answer."""
    maker = Maker(run.rng)
    connection.setblocking(False)
    for number in range(2, 42):
        commands = [maker.next() for _ in range(50)]
        request = protocol_pb2.Request(id=number)
        request.submit.commands.extend(commands)
        frame = encode_frame(request.SerializeToString())
        world.ledger.sending(commands)
        try:
            if connection.send(frame) < len(frame):
                return  # No more is taken: the rest of this frame never comes.
        except BlockingIOError:
            return


ROWS = [
    Row(
        18,
        "slow clients",
        "10,000 idle connections, clients that take one byte or stop within a frame; p99 of another client and memory "
        "stay in bounds; then P1 to P4",
        slow_clients,
    ),
    Row(
        18,
        "client that floods",
        "2,000 commands at once from a client that never reads; p99 of another client and memory stay in bounds; then "
        "P1 to P4",
        flooding_client,
    ),
    Row(
        19,
        "bad frames",
        "random bytes, lengths up to 4 GiB, frames cut off, bits flipped, deep nesting; no crash, nothing half done; "
        "then P1 to P4",
        bad_frames,
    ),
    Row(20, "client dies before it reads the answer", "closed after sending; then P4", gone_before_the_answer),
]
