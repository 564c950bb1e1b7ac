"""Starts kithd as systemd does and listens to what it says: a check of the protocol without systemd.

    service_manager.py KITHD KITH FOLDER

Sockets that are open before the service is, READY=1, WATCHDOG=1, STOPPING=1; and a new start behind the same sockets.
Ends with 0 where everything was as it should be.
"""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
import sys

# A debug build on a busy machine.
PATIENCE = 120


def main() -> None:
    """Runs the check."""
    kithd, kith, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(folder / "notify"))
    manager.settimeout(PATIENCE)
    listeners = [listening(folder / "native.sock"), listening(folder / "http.sock")]
    for _ in range(2):
        # Whoever comes before the service waits for it.
        early = asking(folder / "http.sock")
        process = start(kithd, folder, listeners)
        try:
            expect(manager, "READY=1")
            answer = early.makefile("rb").read()
            assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"ok\n"), answer
            for _ in range(3):
                expect(manager, "WATCHDOG=1")
            status = subprocess.run(
                [kith, "--socket", str(folder / "native.sock"), "status"], capture_output=True, text=True, check=False
            )
            assert status.returncode == 0, status.stderr
            os.kill(process, signal.SIGTERM)
            while (message := heard(manager)) != "STOPPING=1":
                assert message == "WATCHDOG=1", message
        except BaseException:
            os.kill(process, signal.SIGKILL)
            raise
        finally:
            _, state = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(state) == 0, state
    # The sockets are the manager's: they stay, and the daemon opens no other ones.
    left = sorted(path.name for path in folder.iterdir() if path.suffix == ".sock")
    assert left == ["http.sock", "native.sock"], left


def listening(path: pathlib.Path) -> socket.socket:
    """A socket that is listened at."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(16)
    return listener


def asking(path: pathlib.Path) -> socket.socket:
    """A connection over which somebody has asked whether the service lives."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    connection.connect(str(path))
    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: kith\r\nConnection: close\r\n\r\n")
    return connection


def start(kithd: str, folder: pathlib.Path, listeners: list[socket.socket]) -> int:
    """Starts the daemon with the sockets as descriptors 3 and 4; its process id."""
    process = os.fork()
    if process:
        return process
    try:
        # First out of the way of 3 and 4, where one of them may be now.
        copies = [os.dup(listener.fileno()) for listener in listeners]
        spare = [os.dup2(copy, 100 + index) for index, copy in enumerate(copies)]
        for index, descriptor in enumerate(spare):
            os.dup2(descriptor, 3 + index)
        log = os.open(folder / "kithd.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 2)
        os.closerange(5, 200)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")} | {
            "LISTEN_PID": str(os.getpid()),
            "LISTEN_FDS": "2",
            "LISTEN_FDNAMES": "native:http",
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": "400000",
            "WATCHDOG_PID": str(os.getpid()),
        }
        flags = ["--data-directory", str(folder / "data"), "--socket", str(folder / "other.sock"), "--pack", "none"]
        os.execve(kithd, [kithd, *flags, "--log-reserve-bytes", "1048576"], environment)
    finally:
        os._exit(127)


def heard(manager: socket.socket) -> str:
    """The next message of the daemon."""
    return manager.recv(4_096).decode()


def expect(manager: socket.socket, message: str) -> None:
    """The next message must be this one."""
    got = heard(manager)
    assert got == message, f"{got} instead of {message}"


if __name__ == "__main__":
    main()
