"""Rows 2, 7 and 8: the n-th call on a file kills the process or fails; flushes and meta pages that fail."""

from __future__ import annotations

from collections.abc import Iterator

from kith_client import KithError, Refused
from load import Load, Maker, send
from report import CALLS, KILLS, Failed
from run import Row, Run, World
from service import GONE
from shim import Shim

# Commands of a run, sent one after the other: a start and so many make some hundred calls.
COMMANDS = 12
# What the n-th call does. The last three leave the process alive.
DEADLY = ("kill", "kill-after", "tear")
FAILING = ("eio", "enospc")


def every_call(run: Run) -> None:
    """From the very first call of a new directory on: the n-th one is the end of the process, or fails."""
    total = _count_calls(run)
    silent = 0
    for number in _numbers(run, total):
        action = run.rng.choice(DEADLY + FAILING)
        with run.world() as world:
            shim = Shim(run.folder, world.service.directory, action, at=number)
            _session_until_it_breaks(run, world, shim)
            if shim.fired == 0:
                silent += 1
            run.faults[KILLS if action in DEADLY else CALLS] += shim.fired
            world.kill()
            world.start()
            # The first start may not have come so far: what the service writes by itself is only there now.
            world.oracle.begin()
            world.check(rebuild=number % 4 == 0)
    run.note(f"{total} calls in a session of {COMMANDS} commands; {silent} numbers were not reached")


def _numbers(run: Run, total: int) -> Iterator[int]:
    """The numbers of the calls to hit: some in the short form, all in turn in the long one."""
    order = list(range(1, total + 1))
    run.rng.shuffle(order)
    for index in run.repeat(short=10, long=len(order) * (len(DEADLY) + len(FAILING))):
        yield order[index % len(order)]


def _count_calls(run: Run) -> int:
    with run.world() as world:
        shim = Shim(run.folder, world.service.directory)
        _session_until_it_breaks(run, world, shim)
        world.service.stop()
        return shim.calls


def _session_until_it_breaks(run: Run, world: World, shim: Shim) -> None:
    """Starts the service and sends commands, one at a time, until all are sent or the service is gone. A service that
    refuses to start, or refuses commands, has said so; one that says nothing has failed."""
    maker = Maker(run.rng)
    world.service.launch(shim.environment)
    if not world.service.answers_within(60):
        if world.service.is_running:
            run.found(f"after call {shim.calls} the service neither answers nor ends: {world.service.last_words()}")
        return
    try:
        with world.service.client() as kith:
            for _ in range(COMMANDS):
                send(kith, world.ledger, [maker.next()])
    except TimeoutError:
        run.found("a command got no answer")
    except (*GONE, KithError):
        pass  # Killed; or the connection was refused with a reason.


def failed_flush(run: Run) -> None:
    """One fdatasync of the log fails under load: whoever waits is told, and nobody is acknowledged any more."""
    for _ in run.repeat(short=2, long=200):
        with run.world() as world:
            world.begin_under(shim := Shim(run.folder, world.service.directory, "eio", "fdatasync", "log/data.mdb"))
            _break_under_load(run, world, shim, may_refuse=False)
    run.note("commands refused, reads served, then restarted")


def failed_meta_write(run: Run) -> None:
    """One write of a meta page of the log fails under load."""
    for _ in run.repeat(short=2, long=200):
        with run.world() as world:
            shim = Shim(run.folder, world.service.directory, "eio", "pwrite,write", "log/data.mdb", meta=True)
            world.begin_under(shim)
            # LMDB gives out nothing more from an environment whose meta page it could not write.
            _break_under_load(run, world, shim, may_refuse=True)
    run.note("commands refused until restarted, and so may be reads of the log")


def _break_under_load(run: Run, world: World, shim: Shim, may_refuse: bool) -> None:
    with Load(world.service, world.ledger, run.rng, clients=16, through_refusals=False) as load:
        if not load.wait_for(run.rng.randrange(20, 120)):
            raise Failed(f"the load does not run: {world.service.last_words()}")
        shim.hit_next()
        load.wait_until_over()
    run.faults[CALLS] += shim.fired
    if shim.fired == 0:
        raise Failed("the call that was to fail was never made")
    if world.service.is_running:
        acknowledged = len(world.ledger.acknowledged())
        with world.service.client() as kith:
            for outcome in (send(kith, world.ledger, [Maker(run.rng).person()])[0] for _ in range(3)):
                run.expect(outcome.WhichOneof("outcome") == "refused", "a command was taken after the failure")
            status = kith.status().value
            run.expect(bool(status.read_only_reason), "the status does not say that no commands are taken")
        run.expect(len(world.ledger.acknowledged()) == acknowledged, "something was acknowledged after the failure")
        _read_meanwhile(run, world, may_refuse)
    world.kill()
    world.start()
    world.check()


def _read_meanwhile(run: Run, world: World, may_refuse: bool) -> None:
    """What was acknowledged before can be read, or is refused with a reason where that is allowed."""
    try:
        world.check_log()
    except Refused as refusal:
        run.expect(may_refuse, f"reads are refused: {refusal}")


ROWS = [
    Row(
        2,
        "killed at every call",
        "shim: the n-th write, flush, truncation or rename under the data directory, from the first start on, kills "
        "before, after or in the middle of it, or fails with EIO or ENOSPC; then P1 to P5",
        every_call,
        share=6,
    ),
    Row(
        7,
        "fdatasync fails once",
        "shim: EIO for a flush of the log under load; definite answers, nothing acknowledged afterwards, reads go on; "
        "then restarted, P1 to P5",
        failed_flush,
    ),
    Row(
        8,
        "meta page cannot be written",
        "shim: EIO for a write of a meta page of the log under load; as row 7",
        failed_meta_write,
    ),
]
