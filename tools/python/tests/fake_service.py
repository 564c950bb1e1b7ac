"""A service of a few lines: answers every request as a test says, on a socket in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import pathlib
import socket
import struct
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from kith.v1 import protocol_pb2 as protocol

Frame = protocol.Response | bytes


class FakeService:
    """Takes one connection at a time.

    `answer` gets every request and gives the frames to send: responses, or bytes that go out as they are. The
    requests are kept in `requests`; None stands for the end of a connection.
    """

    def __init__(self, answer: Callable[[protocol.Request], Iterable[Frame]]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._folder.name, "kith.sock")
        self._answer = answer
        self.requests: list[protocol.Request | None] = []
        self._changed = threading.Condition()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the service and removes its socket."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        self._folder.cleanup()

    def wait_for(self, count: int) -> list[protocol.Request | None]:
        """What has come in, once it is so much."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.requests) >= count, timeout=5)
        if not arrived:
            raise AssertionError(f"only {len(self.requests)} of {count} requests came")
        return list(self.requests)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._serve_connection(connection)
            self._note(None)

    def _serve_connection(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        # A client may leave at any time, also with frames on their way to it.
        with contextlib.suppress(OSError):
            while len(head := stream.read(4)) == 4:
                request = protocol.Request.FromString(stream.read(struct.unpack("<I", head)[0]))
                self._note(request)
                for frame in self._answer(request):
                    connection.sendall(frame if isinstance(frame, bytes) else framed(frame))

    def _note(self, request: protocol.Request | None) -> None:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()


def framed(response: protocol.Response) -> bytes:
    """The frame of a response."""
    message = response.SerializeToString()
    return struct.pack("<I", len(message)) + message
