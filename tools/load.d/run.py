"""Builds the service, measures good clients alone and beside each load, prints the table; called by tools/load."""

from __future__ import annotations

import argparse
import datetime
import multiprocessing
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Event

import clients
import figures
import loads
from service import Failure, Service

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ("command", "query")
# Seconds that a load may take to get going, and to end.
PATIENCE = 120


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="tools/load", description="Measures good clients beside bad ones.")
    parser.add_argument("--only", default=",".join(loads.ALL), help=f"which loads, of {','.join(loads.ALL)} (all)")
    parser.add_argument("--ratio", type=float, default=2.0, help="how much p99 may be higher beside a load (2)")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement (8)")
    parser.add_argument("--rounds", type=int, default=2, help="how often the two sides take turns (2)")
    parser.add_argument("--kithd", type=pathlib.Path, help="the executable to measure, instead of building one")
    parser.add_argument("--smoke", action="store_true", help="small, in the debug build, without a limit")
    given = parser.parse_args()
    given.only = given.only.split(",")
    for name in given.only:
        if name not in loads.ALL:
            parser.error(f"there is no load {name}; there are {', '.join(loads.ALL)}")
    if given.seconds <= 0 or given.rounds < 1:
        parser.error("--seconds and --rounds are above 0")
    if given.smoke:
        given.seconds, given.rounds = 1.0, 1
    return given


def build(smoke: bool) -> pathlib.Path:
    """The executable, built where it is not up to date."""
    words = ["swift", "build", "-c", "debug" if smoke else "release", "--product", "kithd"]
    if not smoke:
        words += ["--scratch-path", ".build-bench"]
    print("load: building kithd", file=sys.stderr)
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure("the build failed:\n" + done.stdout[-2_000:] + done.stderr[-2_000:])
    where = subprocess.run([*words, "--show-bin-path"], cwd=ROOT, capture_output=True, text=True, check=True)
    return pathlib.Path(where.stdout.strip()) / "kithd"


def good_clients(service: Service, seconds: float) -> dict[str, list[float]]:
    """Both kinds at the same time, each in a process of its own."""
    with ProcessPoolExecutor(len(KINDS)) as pool:
        running = {kind: pool.submit(clients.measure, str(service.socket), kind, seconds) for kind in KINDS}
        return {kind: future.result(timeout=10 * seconds + PATIENCE) for kind, future in running.items()}


class Beside:
    """A load in a process of its own."""

    def __init__(self, name: str, service: Service, size: float) -> None:
        self._ready, self._stop = multiprocessing.Event(), multiprocessing.Event()
        self._said: multiprocessing.Queue[str] = multiprocessing.Queue()
        words = (name, str(service.socket), str(service.http), self._ready, self._stop, size, self._said)
        self._process = multiprocessing.Process(target=_carry_out, args=words, daemon=True)

    def __enter__(self) -> Beside:
        self._process.start()
        if not self._ready.wait(PATIENCE):
            raise Failure("the load did not get going")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()

    def remark(self) -> str:
        """What the load says that it did; it must have ended."""
        if self._process.exitcode != 0:
            raise Failure(f"the load ended with {self._process.exitcode}")
        return self._said.get(timeout=PATIENCE)


def _carry_out(
    name: str, path: str, http: str, ready: Event, stop: Event, size: float, said: multiprocessing.Queue[str]
) -> None:
    said.put(loads.ALL[name](path, http, ready, stop, size))


def measure(name: str, service: Service, given: argparse.Namespace) -> list[figures.Line]:
    """One load: the sides take turns."""
    alone = {kind: figures.Side() for kind in KINDS}
    beside = {kind: figures.Side() for kind in KINDS}
    resident, remarks = 0.0, []
    for _ in range(given.rounds):
        # What the last load left behind is worked off.
        os.sync()
        time.sleep(0.2 if given.smoke else 2)
        for kind, samples in good_clients(service, given.seconds).items():
            alone[kind].samples += samples
        with Beside(name, service, 0.05 if given.smoke else 1) as load:
            for kind, samples in good_clients(service, given.seconds).items():
                beside[kind].samples += samples
            resident = max(resident, service.resident())
        remarks.append(load.remark())
    return [figures.Line(name, kind, alone[kind], beside[kind], resident, "; ".join(remarks)) for kind in KINDS]


def main() -> int:
    """Measures and prints; 0 where every ratio is within the limit, 1 where not, 3 where there are no figures."""
    given = arguments()
    try:
        program = given.kithd or build(given.smoke)
        print(
            f"{datetime.date.today()}, {os.cpu_count()} processors ({platform.machine()}), {platform.system()} "
            f"{platform.release()}, {'debug' if given.smoke else 'release'} build, {given.rounds} x {given.seconds:g} "
            f"seconds per side, {clients.CONNECTIONS} connections x {clients.RATE} requests a second of each kind"
        )
        lines: list[figures.Line] = []
        # Unix sockets have short paths.
        with tempfile.TemporaryDirectory(prefix="kl.", dir="/tmp") as directory:
            with Service(program, pathlib.Path(directory)).running() as service:
                empty = service.resident()
                for name in given.only:
                    print(f"load: {name}", file=sys.stderr)
                    lines += measure(name, service, given)
    except (Failure, clients.WrongAnswer, figures.TooFew) as error:
        print(f"load: {error}", file=sys.stderr)
        return 3
    limit = None if given.smoke else given.ratio
    print(f"Memory of the service at its start: {empty:.0f} MB\n")
    print(figures.table(lines, limit))
    silent = [line.load for line in lines if "without an answer" in line.remark]
    bad = figures.exceeding(lines, limit) if limit is not None else []
    for line in bad:
        print(f"load: p99 of a {line.kind} is {line.ratio:.2f} times as high beside {line.load}", file=sys.stderr)
    for name in sorted(set(silent)):
        print(f"load: {name}: commands without an answer", file=sys.stderr)
    return 1 if bad or silent else 0


if __name__ == "__main__":
    sys.exit(main())
