"""Rows 5, 6, 12 and 13: bytes that are not what was written, on copies of a directory."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Callable, Iterator

import lmdb
from answers import Answer, Questions, difference
from load import Maker, person_of, send
from report import BITS, LOST, OTHER, WRONG, Failed
from run import Row, Run, World
from service import Service

PAGE = 4_096
# Persons that are asked for one by one.
ASKED = 3


class Original:
    """A directory at rest, and what a service answers on it."""

    def __init__(self, run: Run, world: World, commands: int) -> None:
        world.begin()
        maker = Maker(run.rng)
        with world.service.client() as kith:
            for _ in range(commands // 50):
                send(kith, world.ledger, [maker.next() for _ in range(50)])
            end = kith.status().value.durable_position
        if world.service.stop() != 0:
            raise Failed(f"the service does not stop: {world.service.last_words()}")
        self.run = run
        self.directory = world.service.directory
        parties = [p for entry in world.ledger.acknowledged().values() if (p := person_of(entry.command))]
        self.questions = Questions(run.rng.sample(parties, ASKED), end)
        with self.copy() as service:
            service.start()
            self.good = self.questions.ask(service)
            if service.stop() != 0:
                raise Failed("the service does not stop on a copy")

    def copy(self) -> _Copy:
        """A copy of the directory, with a service that is not started yet."""
        return _Copy(self)

    def judge(self, service: Service, what: str) -> bool:
        """Starts the service on a damaged copy, asks everything, and says which answers are wrong. Whether it
        started."""
        service.launch()
        if not service.answers_within(60):
            self._ended(service, what)
            return False
        answers = self.questions.ask(service)
        for name, good in self.good.items():
            self._compare(name, good, answers[name], what)
        if not service.is_running:
            self._ended(service, what)
        return True

    def _compare(self, name: str, good: Answer, seen: Answer, what: str) -> None:
        if wrong := difference(good, seen):
            kind = LOST if "ends behind" in wrong else WRONG
            self.run.found(f"{what}: the answer to {name}: {wrong}", kind)
        elif seen.broken:
            self.run.found(f"{what}: the connection ended during {name}, without a reason")

    def _ended(self, service: Service, what: str) -> None:
        """A service that does not start has to say why; one that dies has failed."""
        code = service.wait(10) if not service.is_running else None
        if code != 1:
            self.run.found(f"{what}: the service has ended with {code}: {service.last_words()}", OTHER)


class _Copy:
    def __init__(self, original: Original) -> None:
        self._original = original

    def __enter__(self) -> Service:
        run = self._original.run
        shutil.copytree(self._original.directory, run.folder / "copy")
        # Whoever damages the directory does not reach what stands beside it.
        witness = self._original.directory.with_suffix(".witness")
        if witness.exists():
            shutil.copy2(witness, run.folder / "copy.witness")
        self._service = Service(run.kithd, run.folder, "copy")
        return self._service

    def __exit__(self, *_: object) -> None:
        self._service.kill()
        self._service.remove()


def used_bytes(environment: pathlib.Path) -> int:
    """How much of an environment's data file is in use."""
    with lmdb.open(str(environment), readonly=True, lock=False, max_dbs=0) as opened:
        return (opened.info()["last_pgno"] + 1) * PAGE


# ---- Row 12: bit flips ----


def flips_in_the_log(run: Run) -> None:
    """One bit of the log's file is another."""
    _flips(run, lambda original: [original.directory / "log"])


def flips_in_derived_data(run: Run) -> None:
    """One bit of the index or of a view's store is another."""

    def places(original: Original) -> list[pathlib.Path]:
        return [path.parent for path in original.directory.glob("*/data.mdb") if path.parent.name == "index"] + [
            path.parent for path in original.directory.glob("views/*/data.mdb")
        ]

    _flips(run, places)


def _flips(run: Run, places: Callable[[Original], list[pathlib.Path]]) -> None:
    with run.world() as world:
        original = Original(run, world, 600 if run.short else 3_000)
        folders = places(original)
        sizes = {folder: used_bytes(folder) for folder in folders}
        for _ in run.repeat(short=20, long=5_000):
            folder = run.rng.choice(folders)
            at, bit = run.rng.randrange(sizes[folder]), run.rng.randrange(8)
            with original.copy() as service:
                place = folder.relative_to(original.directory) / "data.mdb"
                with open(service.directory / place, "r+b") as file:
                    file.seek(at)
                    byte = file.read(1)[0]
                    file.seek(at)
                    file.write(bytes([byte ^ 1 << bit]))
                run.faults[BITS] += 1
                original.judge(service, f"bit {bit} of byte {at} (page {at // PAGE}) of {place} flipped")


# ---- Row 13: pages in the wrong place ----


def misplaced_pages(run: Run) -> None:
    """Two pages of the log's file change places, or one is as it was earlier."""
    with run.world() as world:
        original = Original(run, world, 600 if run.short else 3_000)
        file = original.directory / "log" / "data.mdb"
        pages = used_bytes(file.parent) // PAGE
        older = _older_pages(run, world, file)
        for number in run.repeat(short=12, long=2_000):
            content = bytearray(file.read_bytes())
            if number % 2:
                page = run.rng.choice(list(older))
                content[page * PAGE : (page + 1) * PAGE] = older[page]
                what = f"page {page} of the log is as it was earlier"
            else:
                one, other = run.rng.sample(range(2, pages), 2)
                first = content[one * PAGE : (one + 1) * PAGE]
                content[one * PAGE : (one + 1) * PAGE] = content[other * PAGE : (other + 1) * PAGE]
                content[other * PAGE : (other + 1) * PAGE] = first
                what = f"pages {one} and {other} of the log have changed places"
            with original.copy() as service:
                (service.directory / "log" / "data.mdb").write_bytes(content)
                original.judge(service, what)


def _older_pages(run: Run, world: World, file: pathlib.Path) -> dict[int, bytes]:
    """Pages that differ between the directory and a later state of it, as they are in the later one: a page that was
    written for nothing, and one that belongs to another time, look the same to a reader."""
    with_more = run.folder / "more"
    shutil.copytree(world.service.directory, with_more)
    service = Service(run.kithd, run.folder, "more")
    service.start()
    with service.client() as kith:
        for _ in range(4):
            kith.submit(*[Maker(run.rng).person() for _ in range(20)])
    service.stop()
    before, after = file.read_bytes(), (with_more / "log" / "data.mdb").read_bytes()
    service.remove()
    pages = used_bytes(file.parent) // PAGE
    return {
        page: after[page * PAGE : (page + 1) * PAGE]
        for page in range(2, pages)
        if before[page * PAGE : (page + 1) * PAGE] != after[page * PAGE : (page + 1) * PAGE]
    }


# ---- Row 5: meta pages ----


def meta_pages(run: Run) -> None:
    """One or both of LMDB's meta pages are damaged."""
    whole = served = 0
    with run.world() as world:
        original = Original(run, world, 200)
        for number, (pages, kind) in zip(run.repeat(short=9, long=500), _meta_damage(), strict=False):
            with original.copy() as service:
                with open(service.directory / "log" / "data.mdb", "r+b") as file:
                    for page in pages:
                        _damage(run, file, page, kind)
                which = " and ".join(map(str, pages))
                started = original.judge(service, f"meta page {which} of the log: {kind} (run {number + 1})")
                if len(pages) == 1:
                    whole, served = whole + 1, served + started
    run.note(f"with one page damaged: served in {served} of {whole}, else refused with the reason")


def _meta_damage() -> Iterator[tuple[tuple[int, ...], str]]:
    while True:
        for kind in ("zeroed", "random bytes", "one bit"):
            for pages in ((0,), (1,), (0, 1)):
                yield pages, kind


def _damage(run: Run, file, page: int, kind: str) -> None:
    # What LMDB keeps of a meta page is in its first sector.
    file.seek(page * PAGE)
    sector = bytearray(file.read(512))
    if kind == "zeroed":
        sector = bytearray(512)
    elif kind == "random bytes":
        sector = bytearray(run.rng.randbytes(512))
    else:
        sector[run.rng.randrange(150)] ^= 1 << run.rng.randrange(8)
    file.seek(page * PAGE)
    file.write(sector)


# ---- Row 6: an older file ----


def rolled_back(run: Run) -> None:
    """The log's file is put back as it was at an earlier time: the service does not start, or says so."""
    for _ in run.repeat(short=1, long=50):
        with run.world() as world:
            world.begin()
            maker = Maker(run.rng)
            with world.service.client() as kith:
                send(kith, world.ledger, [maker.next() for _ in range(40)])
            world.service.stop()
            older = (world.service.directory / "log" / "data.mdb").read_bytes()
            world.start()
            with world.service.client() as kith:
                send(kith, world.ledger, [maker.next() for _ in range(run.rng.randrange(1, 40))])
            world.service.stop()
            (world.service.directory / "log" / "data.mdb").write_bytes(older)
            # Everything that is derived would tell, too; whoever rolls back the log can delete it.
            for derived in ("index", "views"):
                shutil.rmtree(world.service.directory / derived, ignore_errors=True)
            world.service.launch()
            if world.service.answers_within(60):
                with world.service.client() as kith:
                    said = bool(kith.status().value.read_only_reason)
                run.expect(said, "the log was put back to an earlier state, and the service says nothing", LOST)
            else:
                code = world.service.wait(10)
                run.expect(code == 1, f"the service has ended with {code}: {world.service.last_words()}")
    run.note("refused at the start, or said in the status")


ROWS = [
    Row(
        5,
        "torn or zeroed meta page",
        "meta page 0, 1 or both of the log zeroed, overwritten or with one bit flipped, on copies; every answer right "
        "or refused, or the start refused with the reason",
        meta_pages,
    ),
    Row(
        6,
        "the log as it was earlier",
        "an older file of the log put back, everything derived deleted; the start refused, or the status says so",
        rolled_back,
    ),
    Row(
        12,
        "bits flipped in the log",
        "one random bit of the log's file, on copies; all answers compared with the good ones: right, or refused",
        flips_in_the_log,
        share=8,
    ),
    Row(
        12,
        "bits flipped in derived data",
        "one random bit of the index's or a view's file, on copies; all answers right, or refused",
        flips_in_derived_data,
        share=2,
    ),
    Row(
        13,
        "misdirected or lost write",
        "two pages of the log's file swapped, or one of another time, on copies; all answers right, or refused",
        misplaced_pages,
        share=2,
    ),
]
