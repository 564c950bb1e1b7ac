"""The service as a process of its own: started, killed, looked at from outside."""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

from kith_client import Client, ConnectionClosed, KithError, NotReachable, Refused
from report import Failed

# Every wait has an end; a machine under load is slow, and the end is far away.
START_SECONDS = 60.0
STOP_SECONDS = 60.0
ANSWER_SECONDS = 60.0


class Service:
    """One kithd on one data directory. It may be started again as often as one likes."""

    def __init__(
        self,
        kithd: pathlib.Path,
        folder: pathlib.Path,
        name: str = "data",
        options: Sequence[str] = (),
        prefix: Sequence[str] = (),
        directory: pathlib.Path | None = None,
    ) -> None:
        """Prepares a service; nothing is started.

        Args:
            kithd: the executable.
            folder: where data directory, socket and log of the service go; its path is short.
            name: names all three.
            options: further options of kithd.
            prefix: command that starts it, such as `prlimit --fsize=…`; it replaces itself by kithd.
            directory: the data directory, where it is not in the folder.
        """
        self.directory = directory or folder / name
        self.socket = folder / f"{name}.sock"
        self.log_file = folder / f"{name}.log"
        self._command = [
            *prefix, str(kithd), "--data-directory", str(self.directory), "--socket", str(self.socket),
            "--http-socket", "none", "--pack", "none", *_small(kithd), *options,
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, environment: Mapping[str, str] | None = None) -> None:
        """Starts the process and does not wait for anything."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env={**_clean_environment(), **(environment or {})}
            )

    def start(self, environment: Mapping[str, str] | None = None, limit: float = START_SECONDS) -> float:
        """Starts the process and waits until it answers; the seconds that took.

        Raises:
            Failed: it ended, or did not answer in time.
        """
        began = time.monotonic()
        self.launch(environment)
        if not self.answers_within(limit):
            code = self.process.poll() if self.process else None
            self.kill()
            raise Failed(f"the service does not start (exit code {code}): {self.last_words()}")
        return time.monotonic() - began

    def answers_within(self, seconds: float) -> bool:
        """Waits until the service answers; False where it ends, or has not answered by then."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.is_running:
            try:
                with self.client(timeout=max(0.1, until - time.monotonic())) as kith:
                    kith.status()
                return True
            except NotReachable:
                time.sleep(0.005)
            except Refused as refusal:
                # Where the record is damaged by which the caller is known, that is the answer to every question.
                if refusal.code == "DAMAGED":
                    return True
            except (KithError, TimeoutError):
                continue
        return False

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def client(self, timeout: float = ANSWER_SECONDS) -> Client:
        """A connection of its own."""
        return Client(str(self.socket), timeout=timeout)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal; nothing happens where the process is gone."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Ends the process in the middle of whatever it does, as kill -9 does."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """Asks the process to stop, and waits; its exit code.

        Raises:
            Failed: it did not stop in time.
        """
        self.signal(signal.SIGTERM)
        return self.wait(STOP_SECONDS)

    def wait(self, seconds: float) -> int:
        """Waits until the process ends; its exit code.

        Raises:
            Failed: it did not end in time.
        """
        if self.process is None:
            raise Failed("the service was never started")
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"the service did not end within {seconds:.0f} seconds") from None

    def remove(self) -> None:
        """Removes the directory, the service's log, and the witness that stands beside the directory: another log may
        come into its place."""
        shutil.rmtree(self.directory, ignore_errors=True)
        for path in (self.log_file, *self.directory.parent.glob(f"{self.directory.name}.witness*")):
            path.unlink(missing_ok=True)

    def resident_bytes(self) -> int:
        """Anonymous memory of the process; 0 where it is gone."""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid if self.process else 0}/status").read_text("ascii")
        except OSError:
            return 0
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return int(fields.get("RssAnon", "0 kB").split()[0]) * 1024

    def last_words(self) -> str:
        """The end of the service's own log."""
        with contextlib.suppress(OSError):
            return self.log_file.read_text(encoding="utf-8", errors="replace").strip()[-400:]
        return "it wrote no log"


@functools.cache
def _help_of(kithd: pathlib.Path) -> str:
    done = subprocess.run([str(kithd), "--help"], capture_output=True, text=True, check=True, timeout=START_SECONDS)
    return done.stdout


def _small(kithd: pathlib.Path) -> list[str]:
    """The options that keep small what the service sets aside, as far as this build has them: directories are copied a
    great deal, and lie on small disks."""
    return [
        word
        for name in ("--log-reserve-bytes", "--ballast-bytes")
        if name in _help_of(kithd)
        for word in (name, str(1 << 20))
    ]


# What a request runs into when the service goes away.
GONE = (ConnectionClosed, NotReachable, TimeoutError)


def _clean_environment() -> dict[str, str]:
    """The environment without settings of Kith's own; crashes are counted here and not told at length."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KITH_", "FAULT_", "LD_PRELOAD"))}
    return {**kept, "SWIFT_BACKTRACE": "enable=no"}
