"""Commands at random, and the clients that send them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence

from kith.v1 import administration_pb2, envelope_pb2, order_pb2, party_pb2, registry_pb2
from kith_client import Client, KithError, command, decimal_value, external, new_id, reference
from ledger import Ledger
from report import Failed
from service import GONE, Service

# Keys of another system that several clients write to at the same time.
SHARED_KEYS = 12


class Maker:
    """Makes commands; not for several threads."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._made = 0
        # Parties that exist, because they were acknowledged.
        self.parties: list[str] = []

    def next(self) -> envelope_pb2.Command:
        """A command: a person, an order, both at once, a note, or what several clients write to."""
        kind = self._rng.random()
        if kind < 0.30:
            return self.person()
        if kind < 0.60:
            return command(self._order(self._rng.choice(self.parties) if self.parties else None))
        if kind < 0.75:
            party = new_id()
            return command(self._person(party), self._order(party))
        if kind < 0.85 and self.parties:
            return command(
                administration_pb2.AddNote(
                    kind=registry_pb2.AGGREGATE_KIND_PARTY,
                    target=reference(self._rng.choice(self.parties)),
                    note=administration_pb2.NotePersonal(text="n" * self._rng.randrange(1, 1_000)),
                )
            )
        return command(
            party_pb2.UpsertParty(
                key=external("shared", str(self._rng.randrange(SHARED_KEYS))),
                kind=party_pb2.PARTY_KIND_PERSON,
                name=party_pb2.PartyNamePersonal(display=f"Shared {self._rng.randrange(1_000)}"),
            )
        )

    def person(self) -> envelope_pb2.Command:
        """A person with a name and an address, which the log seals."""
        return command(self._person(new_id()))

    def bulky(self) -> envelope_pb2.Command:
        """A command that makes a record of almost 1 kB."""
        name = party_pb2.PartyNamePersonal(display="x" * 900)
        return command(party_pb2.RegisterParty(id=new_id(), kind=party_pb2.PARTY_KIND_PERSON, name=name))

    def _person(self, party: str) -> party_pb2.RegisterParty:
        return party_pb2.RegisterParty(
            id=party,
            kind=party_pb2.PARTY_KIND_PERSON,
            name=party_pb2.PartyNamePersonal(display=name_of(party)),
            external=[external("faults", party)],
        )

    def _order(self, party: str | None) -> order_pb2.PlaceOrder:
        self._made += 1
        lines = [
            order_pb2.OrderLineInput(quantity=decimal_value(self._rng.randrange(1, 9)), unit_price=decimal_value("4.5"))
            for _ in range(self._rng.randrange(1, 4))
        ]
        return order_pb2.PlaceOrder(
            id=new_id(), party=reference(party) if party else None, currency="EUR", lines=lines,
            reached=order_pb2.ORDER_STATUS_CONFIRMED,
        )  # fmt: skip


def name_of(party: str) -> str:
    """The name that the person with this id is given, by which what is read can be held to what was sent."""
    return f"王 Ana {party}"


def person_of(sent: envelope_pb2.Command) -> str | None:
    """The id of the person that a command registers under `name_of`; None where it registers none."""
    body = sent.bodies[0]
    if body.WhichOneof("command") != "register_party" or not body.register_party.external:
        return None
    return body.register_party.id


def send(kith: Client, ledger: Ledger, commands: Sequence[envelope_pb2.Command]) -> list[envelope_pb2.CommandResult]:
    """Sends commands in one frame, and notes them and their answers."""
    ledger.sending(commands)
    results = kith.submit(*commands)
    ledger.answered(results)
    return results


class Load:
    """Clients that send commands, each in a thread and over a connection of its own, until they are told to stop or the
    service goes away. `with Load(…) as load:` stops them at the end."""

    def __init__(
        self, service: Service, ledger: Ledger, rng: random.Random, clients: int = 64, pause: float = 0,
        through_refusals: bool = True,
    ) -> None:  # fmt: skip
        """Prepares the clients.

        Args:
            service: whom they send to.
            ledger: where they note what they send and what is answered.
            rng: what they do follows from it, but for the order in which threads run.
            clients: how many they are.
            pause: seconds that each waits between two frames.
            through_refusals: go on where the service says that it cannot take commands now.
        """
        self._service = service
        self._ledger = ledger
        self._pause = pause
        self._through = through_refusals
        self._stop = threading.Event()
        self.answers = 0
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(rng.getrandbits(64)),), daemon=True)
            for _ in range(clients)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Tells the clients to stop, and waits for their last answers."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_until_over(self, seconds: float = 60) -> None:
        """Waits until every client has ended by itself: the service refused its commands, or went away.

        Raises:
            Failed: clients still send, or wait for an answer.
        """
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, until - time.monotonic()))
        if left := sum(thread.is_alive() for thread in self._threads):
            raise Failed(f"{left} of {len(self._threads)} clients still send or wait for an answer")

    def wait_for(self, answers: int, seconds: float = 60) -> bool:
        """Waits until so many frames more were answered; False where that takes too long, or all clients have ended."""
        wanted, until = self.answers + answers, time.monotonic() + seconds
        while self.answers < wanted and time.monotonic() < until and any(t.is_alive() for t in self._threads):
            time.sleep(0.002)
        return self.answers >= wanted

    def _work(self, rng: random.Random) -> None:
        maker = Maker(rng)
        try:
            with self._service.client() as kith:
                while not self._stop.is_set():
                    if not self._frame(kith, maker, rng) and not self._through:
                        return
                    if self._pause:
                        time.sleep(self._pause)
        except GONE:
            return  # What was under way is in doubt; the ledger knows.
        except KithError:
            return  # The connection as a whole was refused.

    def _frame(self, kith: Client, maker: Maker, rng: random.Random) -> bool:
        """Sends a frame; whether the service takes commands."""
        commands = [maker.next() for _ in range(rng.choice((1, 1, 1, 2, 5)))]
        results = send(kith, self._ledger, commands)
        accepted = [result for result in results if result.WhichOneof("outcome") == "accepted"]
        for sent, result in zip(commands, results, strict=True):
            party = person_of(sent)
            if party and result.WhichOneof("outcome") == "accepted":
                maker.parties.append(party)
        # Some are sent again at once, as by a client that did not get its answer: nothing may happen twice.
        if accepted and rng.random() < 0.1:
            send(kith, self._ledger, commands[:1])
        self.answers += 1
        return bool(accepted) or not any(result.WhichOneof("outcome") == "refused" for result in results)
