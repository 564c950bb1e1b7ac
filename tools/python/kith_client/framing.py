"""Frames: a little-endian uint32 length, then so many bytes of one message."""

from __future__ import annotations

import socket
import struct

from .errors import ConnectionClosed, ProtocolViolation, RequestTooLarge

FRAME_BYTES_MAXIMUM = 4 << 20
_LENGTH = struct.Struct("<I")


def encode_frame(message: bytes) -> bytes:
    """The frame that carries a message; RequestTooLarge above 4 MiB."""
    if len(message) > FRAME_BYTES_MAXIMUM:
        raise RequestTooLarge(f"The request has {len(message)} bytes; a frame takes {FRAME_BYTES_MAXIMUM}. Send less.")
    return _LENGTH.pack(len(message)) + message


class FrameReader:
    """Reads frames from a stream socket."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._buffer = bytearray()

    def read(self) -> bytes:
        """The next frame's message; ConnectionClosed at the end of the stream.

        A read that runs into the socket's timeout raises TimeoutError and loses nothing: the next one goes on.
        """
        self._fill(_LENGTH.size)
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > FRAME_BYTES_MAXIMUM:
            raise ProtocolViolation(f"The service announced a frame of {length} bytes.")
        self._fill(_LENGTH.size + length)
        message = bytes(self._buffer[_LENGTH.size : _LENGTH.size + length])
        del self._buffer[: _LENGTH.size + length]
        return message

    def _fill(self, count: int) -> None:
        while len(self._buffer) < count:
            try:
                chunk = self._stream.recv(1 << 16)
            except TimeoutError:
                raise
            except OSError as error:
                raise ConnectionClosed(f"The connection broke: {error}") from error
            if not chunk:
                raise ConnectionClosed("The service closed the connection.")
            self._buffer += chunk
