"""What a row has at hand: its folder, its seed, its time, its service, and where it says what it found."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import pathlib
import random
import time
from collections.abc import Callable, Iterator

from ledger import Ledger
from oracle import Oracle
from report import KILLS, OTHER, Finding
from service import Service
from shim import Shim


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the fault table."""

    number: int
    fault: str
    how: str
    act: Callable[[Run], None]
    # Its part of the time of a long run, beside those of the other rows.
    share: float = 1
    # Why the short form leaves it out; empty where it does not.
    left_out: str = ""


class World:
    """One data directory with its service, its ledger and its oracle."""

    def __init__(self, run: Run, service: Service) -> None:
        self.run = run
        self.service = service
        self.ledger = Ledger()
        self.oracle = Oracle(service, self.ledger, run.rng)

    def begin(self) -> None:
        """Starts the service on its new directory, and takes what it writes there as given."""
        self.start()
        self.oracle.begin()

    def begin_under(self, shim: Shim) -> None:
        """As `begin`, with the shim in the process; nothing fails yet."""
        self.run.ready(self.service.start(shim.environment))
        self.oracle.begin()

    def start(self) -> None:
        """Starts the service, and keeps the time that took."""
        self.run.ready(self.service.start())

    def restart(self) -> None:
        """Kills the service and starts it again."""
        self.kill()
        self.start()

    def kill(self) -> None:
        """Kills the service, which counts."""
        self.service.kill()
        self.run.faults[KILLS] += 1

    def check(self, retry: bool = True, rebuild: bool = True) -> None:
        """Has the oracle judge, and takes over what it found."""
        self.oracle.check(retry=retry, rebuild=rebuild)
        self._take_over()

    def check_log(self) -> None:
        """P1 to P3 alone, which only read."""
        self.oracle.check_log()
        self._take_over()

    def _take_over(self) -> None:
        self.run.findings += self.oracle.findings
        self.oracle.findings = []


class Run:
    """One row under way."""

    def __init__(self, row: Row, kithd: pathlib.Path, folder: pathlib.Path, seed: int, short: bool, seconds: float):
        """Prepares the row.

        Args:
            row: the row.
            kithd: the executable.
            folder: a folder of its own, with a short path.
            seed: the seed of the whole run, from which the row's own follows.
            short: the short form.
            seconds: how long the row may go on beginning new runs.
        """
        self.row = row
        self.kithd = kithd
        self.folder = folder
        self.short = short
        self.rng = random.Random(f"{seed}/{row.number}")
        self.findings: list[Finding] = []
        self.faults: collections.Counter[str] = collections.Counter()
        self.runs = 0
        self.slowest_start = 0.0
        self._notes: list[str] = []
        self._until = time.monotonic() + seconds
        self._worlds = 0

    def repeat(self, short: int, long: int, counts: bool = True) -> Iterator[int]:
        """Counts the runs: so many in the short form, so many in the long one; fewer where the time is over. The first
        always runs; a run that found something is the last.

        Args:
            short: how many in the short form.
            long: how many in the long form at most.
            counts: add to the number of runs that is told; not where each of them is made of several.
        """
        for number in range(short if self.short else long):
            if self.findings or (number > 0 and self.seconds_left() < 0):
                return
            yield number
            self.runs += counts

    def seconds_left(self) -> float:
        """How long the row may still begin new runs."""
        return self._until - time.monotonic()

    @contextlib.contextmanager
    def world(
        self, options: tuple[str, ...] = (), prefix: tuple[str, ...] = (), directory: pathlib.Path | None = None
    ) -> Iterator[World]:
        """A service on a new directory; both are removed at the end, unless something was found."""
        self._worlds += 1
        name = f"d{self._worlds}"
        service = Service(self.kithd, self.folder, name, options=options, prefix=prefix, directory=directory)
        try:
            yield World(self, service)
        finally:
            service.kill()
            if not self.findings and directory is None:
                service.remove()

    def found(self, what: str, kind: str = OTHER) -> None:
        """Says what is against the promise."""
        self.findings.append(Finding(kind, what))

    def expect(self, holds: bool, what: str, kind: str = OTHER) -> None:
        """Says what is against the promise, where it does not hold."""
        if not holds:
            self.found(what, kind)

    def ready(self, seconds: float) -> None:
        """Takes how long a start took."""
        self.slowest_start = max(self.slowest_start, seconds)

    def note(self, what: str) -> None:
        """Says something for the result's text."""
        self._notes.append(what)

    def detail(self) -> str:
        """What the result says."""
        start = [f"ready within {self.slowest_start:.1f} s"] if self.slowest_start else []
        return "; ".join([*self._notes, *start])
