"""The service that is measured."""

from __future__ import annotations

import contextlib
import pathlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator


class Failure(Exception):
    """There is nothing to measure, with the reason."""


class Service:
    """One kithd on an empty log."""

    def __init__(self, program: pathlib.Path, directory: pathlib.Path) -> None:
        self.socket = directory / "k.sock"
        self.http = directory / "h.sock"
        self._log = directory / "kithd.log"
        self._command = [
            program, "--data-directory", directory / "data", "--socket", self.socket, "--http-socket", self.http,
            "--pack", "none", "--log-level", "notice",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[Service]:
        """Starts it, and stops it at the end."""
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen([str(word) for word in self._command], stdout=log, stderr=log)
        try:
            self._wait()
            yield self
        finally:
            self._stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            with socket.socket(socket.AF_UNIX) as connection:
                with contextlib.suppress(OSError):
                    connection.connect(str(self.socket))
                    return
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise Failure("the service does not start: " + self._log.read_text()[-600:])
            time.sleep(0.02)

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def resident(self) -> float:
        """Megabytes of memory in use."""
        if self._process is None or not self.runs:
            raise Failure("the service has ended: " + self._log.read_text()[-600:])
        for line in pathlib.Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Failure("the system does not say how much memory the service has")
