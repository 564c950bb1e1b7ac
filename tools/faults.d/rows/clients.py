"""Rows 18 to 20: clients that are slow, speak nonsense, or go away."""

from __future__ import annotations

import random
import socket
import struct

from google.protobuf.message import DecodeError
from kith.v1 import history_pb2, protocol_pb2
from kith_client.framing import encode_frame
from load import Maker
from report import WRONG
from run import Row, Run, World

FRAMES = 300


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
                kith.submit(*(sent := [Maker(run.rng).person()]))
                world.ledger.sending(sent)
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
    """Idle connections, clients that take a byte a time of a long answer, and clients that stop within a frame; the
    others are served, and memory stays bounded."""
    idle = 200 if run.short else 5_000
    with run.world() as world:
        world.begin()
        with world.service.client() as kith:
            maker = Maker(run.rng)
            for _ in range(20):
                sent = [maker.next() for _ in range(100)]
                world.ledger.sending(sent)
                world.ledger.answered(kith.submit(*sent))
        before = world.service.resident_bytes()
        for _ in run.repeat(short=1, long=20):
            held = _rude_connections(run, world, idle)
            try:
                with world.service.client(timeout=60) as kith:
                    for _ in range(100):
                        sent = [maker.next()]
                        world.ledger.sending(sent)
                        world.ledger.answered(kith.submit(*sent))
                grown = world.service.resident_bytes() - before
                # A connection may cost some pages; what waits for slow readers must not pile up.
                bound = (64 << 20) + len(held) * (64 << 10)
                run.expect(grown < bound, f"memory grew by {grown >> 20} MiB with {len(held)} rude connections", WRONG)
            finally:
                for connection in held:
                    connection.close()
        world.check(rebuild=False)
    run.note(f"{idle} idle connections, {len(held) - idle} slow or stuck ones")


def _rude_connections(run: Run, world: World, idle: int) -> list[socket.socket]:
    held = []
    history = protocol_pb2.Request(id=1, history=history_pb2.HistoryRequest(all=True, include_record=True))
    everything = encode_frame(history.SerializeToString())
    for number in range(idle + 40):
        connection = socket.socket(socket.AF_UNIX)
        held.append(connection)
        connection.settimeout(30)
        connection.connect(str(world.service.socket))
        if number < idle:
            continue
        if number % 2:
            connection.sendall(_valid(run.rng)[:7])  # And never goes on.
        else:
            credit = protocol_pb2.Request(id=1, credit=protocol_pb2.Credit(frames=1_000))
            connection.sendall(everything + encode_frame(credit.SerializeToString()))
            connection.recv(1)
    return held


ROWS = [
    Row(
        18,
        "slow clients",
        "idle connections, clients that take one byte, clients that stop within a frame; others are served, memory is "
        "bounded",
        slow_clients,
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
