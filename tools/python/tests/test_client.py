"""The client against a fake service: what goes over the wire, and what the caller gets."""

import contextlib
import hashlib
import os
import pathlib
import struct
import sys
import tempfile
import threading
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fake_service import FakeService, framed
from kith.v1 import (
    body_pb2,
    envelope_pb2,
    history_pb2,
    operations_pb2,
    party_pb2,
    pipeline_view_pb2,
    queries_pb2,
    refusals_pb2,
)
from kith.v1 import protocol_pb2 as protocol
from kith_client import (
    Client,
    ConnectionClosed,
    KithError,
    NotFound,
    NotReachable,
    Overloaded,
    ProtocolViolation,
    Refused,
    RequestTooLarge,
    RevisionConflict,
    command,
    default_socket_path,
    reference,
)


class ClientCase(unittest.TestCase):
    """A client and a service that answers as the test says."""

    def connect(self, answer, timeout: float = 5) -> Client:
        """A client of a service that answers so."""
        self.service = FakeService(answer)
        self.addCleanup(self.service.close)
        client = Client(self.service.path, timeout=timeout)
        self.addCleanup(client.close)
        return client


def refusal(request: protocol.Request, code: int, **fields) -> protocol.Response:
    """The answer that refuses a request."""
    detail = refusals_pb2.ErrorDetail(code=code, sentence="No.", **fields)
    return protocol.Response(id=request.id, last=True, error=detail)


class Bodies(ClientCase):
    """Long texts, e-mails and files."""

    def test_an_upload_goes_frame_by_frame_and_ends_with_its_hash(self):
        parts = []

        def answer(request):
            part = request.put_body
            parts.append(part)
            ends = part.WhichOneof("part") == "finish"
            said = body_pb2.PutBodyResponse(received=sum(len(part.content) for part in parts))
            if ends:
                said.body.item_id = "item"
            yield protocol.Response(id=request.id, last=ends, put_body=said)

        client = self.connect(answer)
        content = bytes(range(256)) * 5000
        stored = client.put_body(content, "text/plain", subject=reference(("shop", "1"))).value
        self.assertEqual(stored.item_id, "item")
        self.assertEqual(parts[0].begin.size, len(content))
        self.assertEqual(parts[0].begin.subject.external.key, "1")
        self.assertEqual(b"".join(part.content for part in parts), content)
        self.assertEqual(max(len(part.content) for part in parts), 1 << 20)
        self.assertEqual(parts[-1].finish.content_sha256, hashlib.sha256(content).digest())

    def test_a_refused_upload_raises(self):
        def answer(request):
            yield refusal(request, refusals_pb2.BODY_TAKEN)

        with self.assertRaises(Refused):
            self.connect(answer).put_body(b"x", "text/plain")

    def test_a_body_is_read_in_pieces(self):
        def answer(request):
            for piece in (b"abc", b"def"):
                yield protocol.Response(id=request.id, get_body=body_pb2.GetBodyResponse(content=piece))
            yield protocol.Response(id=request.id, last=True)

        self.assertEqual(b"".join(self.connect(answer).get_body("item", purpose="audit")), b"abcdef")


class Commands(ClientCase):
    """Sending commands."""

    def test_results_come_in_the_order_of_the_commands(self):
        def answer(request):
            results = [envelope_pb2.CommandResult(command_id=sent.id) for sent in request.submit.commands]
            yield protocol.Response(id=request.id, last=True, submit=protocol.SubmitResponse(results=results))

        client = self.connect(answer)
        results = client.submit(*(envelope_pb2.Command(id=f"c{n}") for n in range(3)))
        self.assertEqual([result.command_id for result in results], ["c0", "c1", "c2"])
        self.assertEqual(client.submit(), [])
        self.assertEqual(len(self.service.requests), 1)

    def test_execute_gives_the_outcome(self):
        def answer(request):
            result = envelope_pb2.CommandResult(accepted=envelope_pb2.Accepted(tree_size=7))
            yield protocol.Response(id=request.id, last=True, submit=protocol.SubmitResponse(results=[result]))

        outcome = self.connect(answer).execute(command(party_pb2.ArchiveParty(party=reference(3))))
        self.assertEqual(outcome.tree_size, 7)
        sent = self.service.requests[0].submit.commands[0]
        self.assertEqual(sent.bodies[0].archive_party.party.number, 3)

    def test_execute_raises_the_refusal(self):
        def answer(request):
            detail = refusals_pb2.ErrorDetail(
                code=refusals_pb2.REVISION_CONFLICT, sentence="The order has moved on.", expected=2, actual=5,
                field="bodies[0].expected_revision",
            )  # fmt: skip
            result = envelope_pb2.CommandResult(refused=detail)
            yield protocol.Response(id=request.id, last=True, submit=protocol.SubmitResponse(results=[result]))

        with self.assertRaises(RevisionConflict) as caught:
            self.connect(answer).execute(envelope_pb2.Command(id="c"))
        self.assertEqual((caught.exception.detail.expected, caught.exception.detail.actual), (2, 5))
        text = "REVISION_CONFLICT (bodies[0].expected_revision): The order has moved on."
        self.assertEqual(str(caught.exception), text)

    def test_a_request_that_is_too_large_is_not_sent(self):
        client = self.connect(lambda request: [protocol.Response(id=request.id, last=True, status={})])
        with self.assertRaises(RequestTooLarge):
            client.submit(envelope_pb2.Command(idempotency_key=b"k" * (4 << 20)))
        client.status()  # The connection still stands.
        self.assertEqual(len(self.service.requests), 1)

    def test_too_few_results_are_no_answer(self):
        client = self.connect(lambda request: [protocol.Response(id=request.id, last=True, submit={})])
        with self.assertRaises(ProtocolViolation):
            client.submit(envelope_pb2.Command(id="c"))


class Reads(ClientCase):
    """Reading views."""

    def test_an_answer_says_what_it_reflects(self):
        def answer(request):
            value = queries_pb2.GetResponse(record=queries_pb2.Record(number=request.get.reference.number))
            reflects = protocol.Reflects(epoch=1, position=42)
            yield protocol.Response(id=request.id, last=True, get=value, reflects=reflects)

        found = self.connect(answer).get(queries_pb2.GetRequest(reference=reference(7)))
        self.assertEqual((found.value.number, found.reflects.position, found.reflects.epoch), (7, 42, 1))

    def test_a_request_that_says_nothing_is_still_of_its_kind(self):
        def answer(request):
            assert request.WhichOneof("request") == "status"
            yield protocol.Response(id=request.id, last=True, status=operations_pb2.StatusResponse(epoch=3))

        self.assertEqual(self.connect(answer).status().value.epoch, 3)

    def test_a_customer(self):
        def answer(request):
            yield protocol.Response(id=request.id, last=True, customer=queries_pb2.Customer(last_changed_position=9))

        found = self.connect(answer).customer(queries_pb2.CustomerRequest(party=reference("a")))
        self.assertEqual(found.value.last_changed_position, 9)

    def test_any_query_that_is_answered_once(self):
        def answer(request):
            self.assertEqual(request.WhichOneof("request"), "pipeline")
            yield protocol.Response(id=request.id, last=True, pipeline={"zone": "UTC"}, reflects={"position": 7})

        kith = self.connect(answer)
        found = kith.answer(pipeline_view_pb2.PipelineRequest(at_least=7))
        self.assertEqual((found.value.zone, found.reflects.position), ("UTC", 7))
        for other in (history_pb2.HistoryRequest(), party_pb2.RegisterParty(), None):
            with self.assertRaises(ValueError):
                kith.answer(other)

    def test_a_list_is_read_to_its_end(self):
        def answer(request):
            first = int(request.list.cursor or b"0")
            page = queries_pb2.ListResponse(records=[queries_pb2.Record(number=first + n) for n in range(2)])
            page.cursor = b"" if first >= 4 else str(first + 2).encode()
            yield protocol.Response(id=request.id, last=True, list=page)

        client = self.connect(answer)
        request = queries_pb2.ListRequest(limit=2)
        self.assertEqual([record.number for record in client.list(request)], [0, 1, 2, 3, 4, 5])
        self.assertEqual(request.cursor, b"")  # The caller's request is left alone.

    def test_refusals_have_classes_by_code(self):
        for code, kind, name in [
            (refusals_pb2.NOT_FOUND, NotFound, "NOT_FOUND"),
            (refusals_pb2.OVERLOADED, Overloaded, "OVERLOADED"),
            (refusals_pb2.SCHEMA_INVALID, Refused, "SCHEMA_INVALID"),
            (9999, Refused, "CODE_9999"),
        ]:
            with self.subTest(name):
                client = self.connect(lambda request, code=code: [refusal(request, code, retry_helps=True)])
                with self.assertRaises(kind) as caught:
                    client.get(queries_pb2.GetRequest())
                self.assertIs(type(caught.exception), kind)
                self.assertIsInstance(caught.exception, KithError)
                self.assertEqual(caught.exception.code, name)
                self.assertTrue(caught.exception.retry_helps)

    def test_a_refusal_leaves_the_connection_open(self):
        def answer(request):
            if request.WhichOneof("request") == "get":
                yield refusal(request, refusals_pb2.NOT_FOUND)
            else:
                yield protocol.Response(id=request.id, last=True, status=operations_pb2.StatusResponse())

        client = self.connect(answer)
        with self.assertRaises(NotFound):
            client.get(queries_pb2.GetRequest())
        client.status()


class Streams(ClientCase):
    """History and rebuild: many frames under credit."""

    @staticmethod
    def history(pages: int):
        """A service with so many pages of two events, which keeps to the credit it was given."""
        state = {"credit": 4, "sent": 0, "cancelled": False, "id": 0}

        def answer(request):
            kind = request.WhichOneof("request")
            if kind == "history":
                state["id"] = request.id
            elif kind == "credit":
                state["credit"] += request.credit.frames
            elif kind == "cancel":
                yield refusal(request, refusals_pb2.CANCELLED)
                return
            elif kind == "status":
                yield protocol.Response(id=request.id, last=True, status=operations_pb2.StatusResponse(epoch=1))
                return
            while state["credit"] > 0 and state["sent"] < pages:
                number = state["sent"]
                page = history_pb2.HistoryPage(
                    events=[history_pb2.Event(position=2 * number + n) for n in (1, 2)], next=2 * number + 3
                )
                state["credit"] -= 1
                state["sent"] += 1
                yield protocol.Response(id=state["id"], last=state["sent"] == pages, history=page)

        return answer

    def test_all_events_of_a_long_history(self):
        client = self.connect(self.history(pages=25))
        events = client.history(history_pb2.HistoryRequest(all=True))
        self.assertEqual([event.position for event in events], list(range(1, 51)))

    def test_credit_is_given_as_pages_are_taken(self):
        client = self.connect(self.history(pages=25))
        pages = client.history_pages(history_pb2.HistoryRequest(all=True))
        for _ in range(6):
            next(pages)
        credits = [request.credit.frames for request in self.service.wait_for(3) if request.HasField("credit")]
        self.assertEqual(credits, [2, 2])

    def test_a_stream_that_is_left_is_cancelled_and_other_requests_go_on(self):
        client = self.connect(self.history(pages=1000))
        with contextlib.closing(client.history(history_pb2.HistoryRequest(all=True))) as events:
            self.assertEqual(next(events).position, 1)
        self.assertEqual(client.status().value.epoch, 1)
        kinds = [request.WhichOneof("request") for request in self.service.wait_for(3)]
        self.assertEqual(kinds, ["history", "cancel", "status"])

    def test_other_requests_are_answered_while_a_stream_is_open(self):
        client = self.connect(self.history(pages=5))
        events = client.history(history_pb2.HistoryRequest(all=True))
        first = [next(events).position]
        self.assertEqual(client.status().value.epoch, 1)
        self.assertEqual(first + [event.position for event in events], list(range(1, 11)))

    def test_a_stream_may_end_with_a_frame_that_holds_nothing(self):
        def answer(request):
            if request.WhichOneof("request") == "history":
                page = history_pb2.HistoryPage(events=[history_pb2.Event(position=1)])
                yield protocol.Response(id=request.id, history=page)
                yield protocol.Response(id=request.id, last=True)

        client = self.connect(answer)
        self.assertEqual(len(list(client.history(history_pb2.HistoryRequest(all=True)))), 1)

    def test_a_stream_that_is_refused_half_way(self):
        def answer(request):
            yield protocol.Response(id=request.id, history=history_pb2.HistoryPage(events=[history_pb2.Event()]))
            yield refusal(request, refusals_pb2.DAMAGED)

        events = self.connect(answer).history(history_pb2.HistoryRequest(all=True))
        next(events)
        with self.assertRaises(Refused) as caught:
            next(events)
        self.assertEqual(caught.exception.code, "DAMAGED")

    def test_a_rebuild_tells_its_progress(self):
        def answer(request):
            for position in (10, 20):
                progress = operations_pb2.RebuildProgress(name=request.rebuild.name, position=position, target=20)
                progress.done = position == 20
                yield protocol.Response(id=request.id, last=progress.done, rebuild=progress)

        told = list(self.connect(answer).rebuild("directory"))
        self.assertEqual([(step.name, step.position, step.done) for step in told][-1], ("directory", 20, True))


class Connection(ClientCase):
    """When the connection itself fails."""

    def test_nothing_answers_at_the_path(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(NotReachable, "No service answers at .*/none: .* Is kithd running"):
                Client(os.path.join(folder, "none"))

    def test_the_service_ends_before_the_answer(self):
        client = self.connect(lambda request: [struct.pack("<I", 100) + b"half"], timeout=0.2)
        with self.assertRaises(TimeoutError):
            client.status()
        with self.assertRaises(ConnectionClosed):
            client.status()

    def test_a_frame_with_a_length_beyond_the_limit(self):
        client = self.connect(lambda request: [struct.pack("<I", 2 << 30)])
        with self.assertRaisesRegex(ProtocolViolation, "2147483648 bytes"):
            client.status()

    def test_a_frame_that_is_no_response(self):
        client = self.connect(lambda request: [struct.pack("<I", 3) + b"\xff\xff\xff"])
        with self.assertRaises(ProtocolViolation):
            client.status()

    def test_an_answer_of_another_kind(self):
        client = self.connect(lambda request: [protocol.Response(id=request.id, last=True, customer={})])
        with self.assertRaisesRegex(ProtocolViolation, "status"):
            client.status()

    def test_an_error_of_the_whole_connection(self):
        detail = refusals_pb2.ErrorDetail(code=refusals_pb2.SCHEMA_INVALID, sentence="No frame.")
        client = self.connect(lambda request: [protocol.Response(last=True, error=detail)])
        with self.assertRaisesRegex(Refused, "SCHEMA_INVALID: No frame."):
            client.status()
        with self.assertRaises(ConnectionClosed):
            client.status()

    def test_frames_that_arrive_in_pieces_or_together(self):
        def answer(request):
            if request.WhichOneof("request") != "history":
                return
            frames = b"".join(
                framed(protocol.Response(id=request.id, last=n == 3, history={"events": [{"position": n}]}))
                for n in (1, 2, 3)
            )
            for byte in frames[:20]:
                yield bytes([byte])
            yield frames[20:]

        client = self.connect(answer)
        events = client.history(history_pb2.HistoryRequest(all=True))
        self.assertEqual([event.position for event in events], [1, 2, 3])

    def test_leaving_the_with_statement_closes_the_connection(self):
        client = self.connect(lambda request: [protocol.Response(id=request.id, last=True, status={})])
        with client:
            client.status()
        self.assertIsNone(self.service.wait_for(2)[1])
        with self.assertRaises(ConnectionClosed):
            client.status()

    def test_another_thread_can_end_a_stream_that_waits(self):
        client = self.connect(lambda request: [])
        threading.Timer(0.1, client.close).start()
        with self.assertRaises(ConnectionClosed):
            next(client.history(history_pb2.HistoryRequest(all=True, follow=True)))

    def test_the_default_path(self):
        with mock.patch.dict(os.environ, {"KITH_SOCKET": "/run/a.sock", "XDG_RUNTIME_DIR": "/run/user/1"}):
            self.assertEqual(default_socket_path(), "/run/a.sock")
            del os.environ["KITH_SOCKET"]
            self.assertEqual(default_socket_path(), "/run/user/1/kith.sock")
            del os.environ["XDG_RUNTIME_DIR"]
            self.assertEqual(default_socket_path(), f"/tmp/kith-{os.getuid()}.sock")


if __name__ == "__main__":
    unittest.main()
