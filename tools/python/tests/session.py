"""The session that every client can do, against a running service: a customer, an order and a return, an opportunity,
a ticket, points; the views of all of them; the history, followed.

    .venv/bin/python tools/python/tests/session.py --socket PATH

Can run again and again against the same log: every run makes customers of its own. Prints one line per step; ends
with 1 and the reason where an answer is not what it should be.
"""

from __future__ import annotations

import argparse
import contextlib
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from kith.v1 import history_pb2, loyalty_account_pb2, loyalty_programme_pb2, loyalty_view_pb2, operations_pb2
from kith.v1 import opportunity_pb2, order_pb2, party_pb2, pipeline_pb2, pipeline_view_pb2, queries_pb2, registry_pb2
from kith.v1 import ticket_pb2, ticket_view_pb2
from kith_client import Client, ConnectionClosed, KithError, NotFound
from kith_client import command, decimal_value, external, money, new_id, reference

NAME = "Ana Śliwińska 王小明"
SYSTEM = "session"


class Failed(Exception):
    """An answer is not what it should be."""


def expect(actual: object, expected: object, what: str) -> None:
    """Raises Failed where they differ."""
    if actual != expected:
        raise Failed(f"{what}: {actual!r} instead of {expected!r}")


def register(kith: Client, party: str) -> int:
    """Registers a person; its stream number."""
    body = party_pb2.RegisterParty(
        id=party,
        kind=party_pb2.PARTY_KIND_PERSON,
        name=party_pb2.PartyNamePersonal(display=NAME),
        contact_points=[
            party_pb2.ContactPointInput(
                kind=party_pb2.CONTACT_POINT_KIND_EMAIL,
                personal=party_pb2.ContactPointPersonal(value=f"ana.{party}@example.org"),
            )
        ],
        external=[external(SYSTEM, party)],
    )
    sent = command(body)
    accepted = kith.execute(sent)
    expect([event.kind for event in accepted.events], [registry_pb2.EVENT_KIND_PARTY_REGISTERED], "events")
    expect(accepted.bodies[0].id, party, "id of the party")
    # The same command again gets the same answer, and appends nothing.
    again = kith.execute(sent)
    expect(again.replayed, True, "replayed")
    expect([e.position for e in again.events], [e.position for e in accepted.events], "positions of the retry")
    return accepted.bodies[0].number


def upsert(kith: Client, party: str) -> None:
    """Changes the person by the key of the other system, then finds nothing to change."""
    body = party_pb2.UpsertParty(
        key=external(SYSTEM, party),
        kind=party_pb2.PARTY_KIND_PERSON,
        detail=party_pb2.PartyDetail(country="PL", language="pl"),
    )
    accepted = kith.execute(command(body))
    expect([e.kind for e in accepted.events], [registry_pb2.EVENT_KIND_PARTY_DETAIL_CHANGED], "events of the upsert")
    unchanged = kith.execute(command(body))
    expect(unchanged.DESCRIPTOR.name, "Unchanged", "outcome of the second upsert")


def order_and_return(kith: Client, party: str, order: str) -> int:
    """Orders two pieces at 12.50 and gives one back; the position of the last event."""
    placed = order_pb2.PlaceOrder(
        id=order,
        document_number=f"S-{order}",
        party=reference((SYSTEM, party)),
        currency="EUR",
        lines=[order_pb2.OrderLineInput(quantity=decimal_value(2), unit_price=decimal_value("12.50"))],
        reached=order_pb2.ORDER_STATUS_CONFIRMED,
    )
    kith.execute(command(placed))
    returned = order_pb2.RegisterReturn(
        id=new_id(),
        document_number=f"R-{order}",
        order=reference(order),
        lines=[
            order_pb2.ReturnLineInput(order_line=1, quantity=decimal_value(1), unit_price=decimal_value("12.50"))
        ],
    )
    return last_position(kith.execute(command(returned, reason="too small")))


def sell(kith: Client, party: str) -> int:
    """Opens an opportunity over 1,000.00 in a pipeline of its own and takes it to the second stage."""
    stages = [
        pipeline_pb2.PipelineStage(key="qualified", probability=20),
        pipeline_pb2.PipelineStage(key="proposal", probability=50),
        pipeline_pb2.PipelineStage(key="won", kind=pipeline_pb2.STAGE_KIND_WON),
        pipeline_pb2.PipelineStage(key="lost", kind=pipeline_pb2.STAGE_KIND_LOST),
    ]
    pipeline = pipeline_pb2.DefinePipeline(
        external=[external(SYSTEM, party)],
        content=pipeline_pb2.PipelineContent(name="Session", stages=stages, loss_reasons=[{"key": "price"}]),
    )
    kith.execute(command(pipeline))
    opportunity = new_id()
    opened = opportunity_pb2.OpenOpportunity(
        id=opportunity, pipeline=reference((SYSTEM, party)), party=reference(party), amount=money(100_000, "EUR"),
        personal=opportunity_pb2.OpportunityPersonal(name="Tea for the office"),
    )  # fmt: skip
    kith.execute(command(opened))
    advance = opportunity_pb2.AdvanceStage(opportunity=reference(opportunity), stage="proposal")
    return last_position(kith.execute(command(advance)))


def serve(kith: Client, party: str) -> int:
    """Opens a ticket, and takes a second message of the customer."""
    ticket = new_id()
    opened = ticket_pb2.OpenTicket(
        id=ticket, party=reference(party), channel="email",
        personal=ticket_pb2.TicketPersonal(subject_line="Where is my order?", text="It should have come on Monday."),
    )  # fmt: skip
    kith.execute(command(opened))
    message = ticket_pb2.RecordCustomerMessage(
        ticket=reference(ticket), channel="email",
        message=ticket_pb2.TicketMessagePersonal(text="It is still not here."),
    )  # fmt: skip
    position = last_position(kith.execute(command(message)))
    record = kith.get(
        queries_pb2.GetRequest(
            kind=registry_pb2.AGGREGATE_KIND_TICKET, reference=reference(ticket), at_least=position
        )
    ).value
    expect(record.ticket.personal.subject_line, "Where is my order?", "subject line of the ticket, opened")
    expect(len(record.ticket.messages), 1, "messages of the ticket")
    return position


def reward(kith: Client, party: str) -> int:
    """Makes the person a member of a programme of its own, with 100 points."""
    programme = reference((SYSTEM, party))
    kith.execute(command(loyalty_programme_pb2.DefineProgramme(external=[programme.external], label="Session")))
    kith.execute(command(loyalty_programme_pb2.ActivateProgramme(programme=programme)))
    account = new_id()
    kith.execute(
        command(loyalty_account_pb2.EnrolMember(id=account, programme=programme, party=reference(party)))
    )
    earned = loyalty_account_pb2.EarnPoints(account=reference(account), cause=external(SYSTEM, "welcome"), points=100)
    position = last_position(kith.execute(command(earned)))
    # The same cause is rewarded once.
    expect(kith.submit(command(earned))[0].WhichOneof("outcome") != "accepted", True, "the second reward")
    return position


def last_position(accepted: object) -> int:
    """Position of the last event of a command."""
    return max(event.position for event in accepted.events)


def read_figures(kith: Client, party: str, position: int) -> None:
    """Reads the views of pipeline, tickets and loyalty, and what the customer's shows of them."""
    pipeline = kith.answer(
        pipeline_view_pb2.PipelineRequest(
            filter=pipeline_view_pb2.OpportunityFilter(party=reference(party)), at_least=position
        )
    ).value
    expect((pipeline.outcomes.opportunities, pipeline.outcomes.open), (1, 1), "opportunities, open ones")
    expect([(s.stage, s.opportunities) for s in pipeline.stages if s.opportunities], [("proposal", 1)], "stages")
    tickets = kith.answer(
        ticket_view_pb2.TicketsRequest(
            filter=ticket_view_pb2.TicketFilter(party=reference(party)), at_least=position
        )
    ).value
    expect([(t.subject_line, t.contacts) for t in tickets.tickets], [("Where is my order?", 2)], "the ticket queue")
    loyalty = kith.answer(loyalty_view_pb2.LoyaltyRequest(party=reference(party), at_least=position)).value
    expect([account.summary.balance.active for account in loyalty.accounts], [100], "points")
    customer = kith.customer(queries_pb2.CustomerRequest(party=reference(party), at_least=position)).value
    expect(len(customer.opportunities), 1, "opportunities of the customer")
    expect([account.balance.active for account in customer.loyalty], [100], "points of the customer")


def read_views(kith: Client, party: str, order: str, position: int) -> None:
    """Reads what was written: the record, the list, the customer."""
    found = kith.get(
        queries_pb2.GetRequest(
            kind=registry_pb2.AGGREGATE_KIND_PARTY, reference=reference((SYSTEM, party)), at_least=position
        )
    )
    expect(found.value.id, party, "id by reference")
    expect(found.value.party.name.display, NAME, "name, byte for byte")
    expect(found.value.party.detail.country, "PL", "country")
    expect(found.reflects.position >= position, True, "what the answer reflects")
    expect(found.reflects.epoch, 1, "epoch")
    orders = kith.list(
        queries_pb2.ListRequest(
            kind=registry_pb2.AGGREGATE_KIND_ORDER, sort=queries_pb2.SORT_ORDER_REGISTERED, descending=True,
            limit=10, at_least=position,
        )
    )  # fmt: skip
    expect(order in (record.id for record in orders), True, "the order is in the list")
    customer = kith.customer(
        queries_pb2.CustomerRequest(party=reference(party), at_least=position, timeline_limit=20)
    ).value
    expect([history.currency for history in customer.purchases], ["EUR"], "currencies")
    history = customer.purchases[0]
    expect((history.orders, history.returns), (1, 1), "orders and returns")
    expect((history.gross, history.returned, history.net), (2500, 1250, 1250), "gross, returned, net in cents")
    kinds = {entry.kind for entry in customer.timeline}
    expect(registry_pb2.EVENT_KIND_RETURN_REGISTERED in kinds, True, "the return is in the timeline")
    try:
        kith.get(queries_pb2.GetRequest(kind=registry_pb2.AGGREGATE_KIND_PARTY, reference=reference(new_id())))
    except NotFound:
        return
    raise Failed("a party that nobody registered was found")


def follow(socket_path: str | None, kith: Client, party: str) -> None:
    """Follows the history of the person while another connection goes on writing."""
    request = history_pb2.HistoryRequest(subject=reference(party), follow=True, reveal=True, purpose="session")
    with Client(socket_path, timeout=30) as follower, contextlib.closing(follower.history(request)) as events:
        first = next(events)
        expect(first.kind, registry_pb2.EVENT_KIND_PARTY_REGISTERED, "first event of the subject")
        parts = [subject.personal.party_registered.name.display for subject in first.subjects]
        expect(NAME in parts, True, "the sealed name, opened")
        body = party_pb2.ChangePartyStatus(party=reference(party), status=party_pb2.PARTY_STATUS_FORMER)
        failures: list[Exception] = []

        def change() -> None:
            try:
                kith.execute(command(body, reason="moved away"))
            except KithError as error:
                failures.append(error)
                follower.close()  # There is nothing left to wait for.

        writer = threading.Timer(0.3, change)
        writer.start()
        positions = [first.position]
        try:
            for event in events:
                positions.append(event.position)
                if event.payload.party_status_changed.to == party_pb2.PARTY_STATUS_FORMER:
                    break
        except ConnectionClosed:
            if not failures:
                raise
        writer.join()
        expect(failures, [], "failures of the other connection")
        expect(positions, sorted(set(positions)), "positions in order")


def run(socket_path: str | None) -> None:
    """The whole session."""
    party, order = new_id(), new_id()
    with Client(socket_path, timeout=30) as kith:
        before = kith.status().value.durable_position
        register(kith, party)
        print("registered a person; the retry got the same answer")
        upsert(kith, party)
        print("changed by upsert; the second one found nothing to change")
        position = order_and_return(kith, party, order)
        print(f"ordered and returned; last position {position}")
        read_views(kith, party, order, position)
        print("read the record, the list and the customer: 25.00 EUR ordered, 12.50 returned")
        position = max(sell(kith, party), serve(kith, party), reward(kith, party))
        read_figures(kith, party, position)
        print("read an opportunity in the pipeline, a ticket with two messages, and 100 points")
        follow(socket_path, kith, party)
        print("followed the history to a change that another connection made")
        status = kith.status(digest=True).value
        expect(status.durable_position > before, True, "the log has grown")
        expect({p.state for p in status.projections}, {operations_pb2.PROJECTION_STATE_LIVE}, "states of projections")
        print(f"log at position {status.durable_position}, {len(status.projections)} projections live")


def main() -> int:
    """Runs the session and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", help="path of the service's socket; else KITH_SOCKET or the default")
    try:
        run(parser.parse_args().socket)
    except Failed as error:
        print(f"session failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
