"""Starts and stops what is measured: the service, PostgreSQL, the benchmark tool."""

import contextlib
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class Failure(Exception):
    """A measurement that has no figures, with the reason."""


class Bench:
    """The executables and one temporary directory; stops and removes everything at the end."""

    def __init__(self, binaries, directory):
        self.binaries = binaries
        self.directory = directory
        self._resources = contextlib.ExitStack()
        self._made = 0

    def __enter__(self):
        # Unix sockets have short paths, so theirs is a directory of its own.
        sockets = tempfile.TemporaryDirectory(prefix="kb.", dir="/tmp")
        self.sockets = pathlib.Path(self._resources.enter_context(sockets))
        return self

    def __exit__(self, *_):
        self._resources.close()

    def fresh(self, name):
        """A name in the temporary directory that nothing has yet."""
        self._made += 1
        return self.directory / f"{name}-{self._made}"

    @contextlib.contextmanager
    def service(self):
        """A service on an empty log, stopped and removed afterwards."""
        service = Service(self.binaries / "kithd", self.fresh("data"), self.sockets / f"s{self._made}")
        try:
            service.start()
            yield service
        finally:
            service.stop()
            shutil.rmtree(service.data, ignore_errors=True)

    def measure(self, *words, service=None, limit=600):
        """Runs one measurement of kith-bench and returns its figures."""
        command = [str(self.binaries / "kith-bench"), *map(str, words)]
        if service is not None:
            command += ["--socket", str(service.socket), "--daemon-pid", str(service.process.pid)]
            command += ["--limit", str(limit)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit + 120)
        if done.returncode != 0:
            raise Failure(f"{words[0]}: {done.stderr.strip()[-600:]}")
        return json.loads(done.stdout)

    def kith(self, *words, service, limit=1_800, **options):
        """Runs the command line; returns what it printed."""
        command = [str(self.binaries / "kith"), *map(str, words), "--socket", str(service.socket)]
        return subprocess.run(command, capture_output=True, text=True, timeout=limit, **options)


class Service:
    """One kithd."""

    def __init__(self, program, data, path):
        self.program = program
        self.data = data
        self.socket = path
        self.process = None

    def start(self):
        """Starts the process and waits until it takes connections."""
        self.launch()
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure("the service does not start: " + pathlib.Path(str(self.data) + ".log").read_text()[-600:])
            time.sleep(0.02)

    def launch(self):
        """Starts the process and does not wait."""
        log = open(str(self.data) + ".log", "ab")
        command = [self.program, "--data-directory", self.data, "--socket", self.socket, "--log-level", "warning",
                   "--pack", "none"]
        self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
        log.close()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self.socket))
            except OSError:
                return False
            return True


def settle():
    """Lets the disk come to rest: pages that wait to be written back stall syncs for minutes."""
    subprocess.run(["sync"], check=True, timeout=600)
    time.sleep(2)
