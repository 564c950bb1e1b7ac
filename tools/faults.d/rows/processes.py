"""Rows 25 to 27: a second process, resources that run out, a process that is held up."""

from __future__ import annotations

import signal
import time

from kith.v1 import history_pb2
from kith_client import Client, Overloaded
from load import Load, Maker, send
from report import CALLS, Failed
from run import Row, Run, World
from service import ANSWER_SECONDS, Service
from shim import library


def second_process(run: Run) -> None:
    """A second service on the same directory: it says so and ends, and the first one does not notice."""
    for _ in run.repeat(short=1, long=50):
        with run.world() as world:
            world.begin()
            with Load(world.service, world.ledger, run.rng, clients=8) as load:
                load.wait_for(20)
                for _ in range(3):
                    second = Service(run.kithd, run.folder, "second", directory=world.service.directory)
                    second.launch()
                    code = second.wait(60)
                    run.expect(code == 1, f"a second service on the directory ended with {code}: {second.last_words()}")
                    run.expect(load.wait_for(20), "the first service no longer answers")
            world.check(rebuild=False)
            # The lock goes with the process that has it, however that ends.
            world.restart()
            world.check()


def stopped_for_a_while(run: Run) -> None:
    """The process is held up under load and while it is read from, and goes on."""
    seconds = 2 if run.short else 60
    for _ in run.repeat(short=1, long=10):
        with run.world() as world:
            world.begin()
            with Load(world.service, world.ledger, run.rng, clients=16) as load:
                load.wait_for(60)
                _hold(world.service, seconds)
                if not load.wait_for(60):
                    raise Failed("the service does not go on")
            end = 0
            with world.service.client() as kith:
                durable = kith.status().value.durable_position
                for event in kith.history(history_pb2.HistoryRequest(all=True)):
                    run.expect(event.position == end + 1, f"position {event.position} follows {end}")
                    end = event.position
                    if end == durable // 2:
                        _hold(world.service, seconds)
                run.expect(end == durable, f"the history ended at {end} of {durable}")
            world.check()
    run.note(f"held up for {seconds} s each time")


def _hold(service: Service, seconds: float) -> None:
    service.signal(signal.SIGSTOP)
    # This is the fault itself, not a wait for something.
    time.sleep(seconds)
    service.signal(signal.SIGCONT)


def few_descriptors(run: Run) -> None:
    """More connections than there are descriptors for: those that are there are served."""
    for _ in run.repeat(short=1, long=20):
        with run.world(prefix=("prlimit", "--nofile=192:192")) as world:
            world.begin()
            held = []
            try:
                with _admitted(run, world) as first:
                    for _ in range(300):
                        held.append(world.service.client(timeout=30))
                    maker = Maker(run.rng)
                    for _ in range(30):
                        send(first, world.ledger, [maker.next()])
                    # Who was there before goes on; who came too late is let in when others have gone.
                    for client in held:
                        client.close()
                    send(first, world.ledger, [maker.next()])
                run.expect(world.service.answers_within(60), "the service takes no connections any more")
            finally:
                for client in held:
                    client.close()
            world.check(rebuild=False)
            world.restart()
            world.check()


def _admitted(run: Run, world: World) -> Client:
    """A connection that the service has taken: those before may not have been given up yet."""
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        kith = world.service.client()
        try:
            send(kith, world.ledger, [Maker(run.rng).next()])
            return kith
        except Overloaded:
            kith.close()
            if time.monotonic() > until:
                raise Failed("the service takes no connections") from None


def no_memory(run: Run) -> None:
    """The n-th request for memory fails, at a random n under load: the process may end, the promise stays."""
    ended = 0
    for _ in run.repeat(short=4, long=300):
        with run.world() as world:
            armed = run.folder / "memory"
            armed.unlink(missing_ok=True)
            at = int(10 ** run.rng.uniform(0, 5.5))
            world.service.start(
                {
                    "LD_PRELOAD": str(library("memory")),
                    "FAULT_MEMORY_AT": str(at),
                    "FAULT_MEMORY_FROM": str(armed),
                }
            )
            world.oracle.begin()
            with Load(world.service, world.ledger, run.rng, clients=8) as load:
                load.wait_for(10)
                armed.touch()
                load.wait_for(run.rng.randrange(20, 150), seconds=30)
                ended += not world.service.is_running
                world.kill()
            run.faults[CALLS] += 1
            world.start()
            world.check(rebuild=False)
    run.note(f"the process ended in {ended} of {run.runs}")


ROWS = [
    Row(
        25,
        "second process",
        "another service on the same directory under load: exit code 1, the first goes on; then P1 to P5",
        second_process,
    ),
    Row(
        26,
        "descriptors run out",
        "limit of 192 descriptors and 300 connections; those that are there are served; then P1 to P5",
        few_descriptors,
    ),
    Row(
        26,
        "memory runs out",
        "shim: the n-th request for memory under load fails, n from 1 to 300,000; then P1 to P4",
        no_memory,
    ),
    Row(
        27,
        "process held up",
        "SIGSTOP and SIGCONT under load and while the history is read; complete and in order; then P1 to P5",
        stopped_for_a_while,
    ),
]
