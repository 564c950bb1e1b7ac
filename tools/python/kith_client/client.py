"""The client: one connection, requests with ids, answers in any order, streams under credit."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import hashlib
import os
import socket
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from google.protobuf.message import DecodeError
from kith.v1 import (
    body_pb2,
    common_pb2,
    envelope_pb2,
    history_pb2,
    operations_pb2,
    protocol_pb2,
    queries_pb2,
    registry_pb2,
)

from .errors import ConnectionClosed, NotReachable, ProtocolViolation, RequestTooLarge, refused
from .framing import FrameReader, encode_frame

Value = TypeVar("Value")

# Streams start with a credit of 4 frames; half of it is given back in one go, so that the service never waits.
_CREDIT_STEP = 2

# Requests that are answered in another way, or not at all.
_NOT_ANSWERED_ONCE = {"submit", "history", "rebuild", "verify", "backup", "credit", "cancel", "put_body"}

# Commands in one request.
_COMMANDS_MAXIMUM = 10_000

# Bytes of a body in one frame.
_PIECE = 1 << 20


@dataclasses.dataclass(frozen=True)
class Answer(Generic[Value]):
    """An answer, and the position and epoch of the log that it reflects."""

    value: Value
    reflects: protocol_pb2.Reflects


def default_socket_path() -> str:
    """Where service and clients meet if nothing else is said.

    `KITH_SOCKET`; otherwise `kith.sock` in `XDG_RUNTIME_DIR`; otherwise `/tmp/kith-<uid>.sock`.
    """
    if path := os.environ.get("KITH_SOCKET"):
        return path
    if directory := os.environ.get("XDG_RUNTIME_DIR"):
        return os.path.join(directory, "kith.sock")
    return f"/tmp/kith-{os.getuid()}.sock"


class Client:
    """A connection to the service over its Unix domain socket; use it in a `with` statement.

    A client belongs to one thread. Several streams may be open beside other requests. It does not connect again by
    itself: when the connection ends, every request raises ConnectionClosed; make a new client and send commands
    whose answer is missing again **under the same id**.
    """

    def __init__(self, socket_path: str | None = None, timeout: float | None = 60.0) -> None:
        """Connects.

        Args:
            socket_path: path of the service's socket; the default path where it is None.
            timeout: seconds to wait for the next frame, None for ever. A stream that follows the log waits for
                ever whatever stands here. A request that times out raises TimeoutError and closes the connection.

        Raises:
            NotReachable: nothing answers at the path.
        """
        path = socket_path or default_socket_path()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._timeout = timeout
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise NotReachable(f"No service answers at {path}: {error.strerror}. Is kithd running?") from error
        self._reader = FrameReader(self._socket)
        self._next_id = 1
        self._closed = False
        # Frames that came for an open request while another one was waited for.
        self._waiting: dict[int, collections.deque[protocol_pb2.Response]] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; open requests raise ConnectionClosed.

        The one thing that another thread may call: it ends a stream that waits for new events.
        """
        self._closed = True
        self._waiting.clear()
        with contextlib.suppress(OSError):  # Not connected any more.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    # ---- Commands ----

    def submit(self, *commands: envelope_pb2.Command) -> list[envelope_pb2.CommandResult]:
        """Sends commands and waits until each is decided and, where it was accepted, durable.

        Each is decided on its own, in this order; the results have the same order. A command that is refused raises
        nothing here: look at the result's `outcome`, or use `execute`. More than 10,000 raise RequestTooLarge.
        """
        if not commands:
            return []
        if len(commands) > _COMMANDS_MAXIMUM:
            raise RequestTooLarge(f"A request takes {_COMMANDS_MAXIMUM} commands, not {len(commands)}. Send less.")
        request = protocol_pb2.SubmitRequest(commands=commands)
        response = self._call("submit", request)
        if len(response.submit.results) != len(commands):
            self._violation("The answer holds another number of results than there were commands.")
        return list(response.submit.results)

    def execute(self, command: envelope_pb2.Command) -> envelope_pb2.Accepted | envelope_pb2.Unchanged:
        """Sends one command and gives what came of it.

        Raises:
            Refused: the service said no.
        """
        (result,) = self.submit(command)
        outcome = result.WhichOneof("outcome")
        if outcome == "refused":
            raise refused(result.refused)
        if outcome is None:
            self._violation("The result of a command holds no outcome.")
        return getattr(result, outcome)

    # ---- Reads ----

    def get(self, request: queries_pb2.GetRequest) -> Answer[queries_pb2.Record]:
        """Reads one aggregate, by id, external reference or number.

        Raises:
            NotFound: there is none.
            NotYet: the view did not reach `at_least` in time.
        """
        response = self._call("get", request)
        return Answer(response.get.record, response.reflects)

    def list(self, request: queries_pb2.ListRequest) -> Iterator[queries_pb2.Record]:
        """Reads a list to its end, page after page; `request.limit` is the length of a page."""
        page = queries_pb2.ListRequest()
        page.CopyFrom(request)
        while True:
            answer = self.list_page(page)
            yield from answer.value.records
            if not answer.value.cursor:
                return
            page.cursor = answer.value.cursor

    def list_page(self, request: queries_pb2.ListRequest) -> Answer[queries_pb2.ListResponse]:
        """Reads one page of a list; its `cursor` leads to the next one."""
        response = self._call("list", request)
        return Answer(response.list, response.reflects)

    def customer(self, request: queries_pb2.CustomerRequest) -> Answer[queries_pb2.Customer]:
        """Reads everything that is known of one customer."""
        response = self._call("customer", request)
        return Answer(response.customer, response.reflects)

    def status(self, digest: bool = False) -> Answer[operations_pb2.StatusResponse]:
        """Asks how the service is; with `digest`, computes the digest of every projection."""
        response = self._call("status", operations_pb2.StatusRequest(digest=digest))
        return Answer(response.status, response.reflects)

    def recompute(self, until: int = 0) -> Answer[operations_pb2.RecomputeResponse]:
        """Has every consequence in the log (up to a position) computed anew and compared with what is there."""
        response = self._call("recompute", operations_pb2.RecomputeRequest(until=until), patient=True)
        return Answer(response.recompute, response.reflects)

    def answer(self, request: Any) -> Answer[Any]:
        """Asks a query of any kind that is answered once, by the message that asks: PipelineRequest, LoyaltyRequest, …

        Raises:
            ValueError: the message is no such query.
        """
        kind = _query_of(request)
        response = self._call(kind, request)
        return Answer(getattr(response, kind), response.reflects)

    # ---- Streams ----

    def history(self, request: history_pb2.HistoryRequest) -> Iterator[history_pb2.Event]:
        """Reads events in the order of the log; with `request.follow`, new ones as they become durable.

        The service sends only as fast as the events are taken. Closing the generator (or leaving a `for` loop that
        owns it) cancels the request.
        """
        with contextlib.closing(self.history_pages(request)) as pages:
            for answer in pages:
                yield from answer.value.events

    def history_pages(self, request: history_pb2.HistoryRequest) -> Iterator[Answer[history_pb2.HistoryPage]]:
        """As `history`, page by page: a page also says where to go on, and whether it reaches the end of the log."""
        for response in self._stream("history", request, patient=request.follow):
            yield Answer(response.history, response.reflects)

    def rebuild(self, name: str) -> Iterator[operations_pb2.RebuildProgress]:
        """Rebuilds a projection ("all": each of them) while the service runs, and tells the progress."""
        for response in self._stream("rebuild", operations_pb2.RebuildRequest(name=name), patient=True):
            yield response.rebuild

    def backup(self, request: operations_pb2.BackupRequest) -> Iterator[operations_pb2.BackupProgress]:
        """Writes a backup into a directory of the service's machine, and tells the progress."""
        for response in self._stream("backup", request, patient=True):
            yield response.backup

    def verify(self, size: int = 0, root: bytes = b"") -> Iterator[operations_pb2.VerifyProgress]:
        """Has the whole log checked, and tells the progress; the last one says `done` and names the damage, if any.

        Args:
            size, root: a size of the tree and the root that was given out with it, which the log must have.
        """
        for response in self._stream("verify", operations_pb2.VerifyRequest(size=size, root=root), patient=True):
            yield response.verify

    # ---- Bodies ----

    def put_body(
        self,
        content: bytes,
        media_type: str,
        subject: common_pb2.Reference | None = None,
        item_id: str = "",
        employee: bool = False,
    ) -> Answer[body_pb2.BodyReference]:
        """Uploads a long text, an e-mail or a file of up to 25 MB, for a command to refer to within a day.

        Args:
            content: the bytes; the service compares their SHA-256.
            media_type: for example "message/rfc822".
            subject: whose it is: the party of the ticket, note or interaction that it is going to belong to; None
                where that concerns nobody.
            item_id: UUID of the new item; chosen by the service where it is empty.
            employee: the subject is an employee.

        Raises:
            Refused: LIMIT_EXCEEDED, BODY_TAKEN, REFERENCE_MISSING and others.
        """
        begin = body_pb2.PutBodyBegin(item_id=item_id, media_type=media_type, size=len(content))
        if subject is not None:
            begin.subject.CopyFrom(subject)
            if employee:
                begin.subject_kind = registry_pb2.AGGREGATE_KIND_EMPLOYEE
        number = self._send("put_body", body_pb2.PutBodyRequest(begin=begin))
        parts = self._parts(content)
        while True:
            response = self._receive(number, "put_body", patient=False)
            if response.last:
                return Answer(response.put_body.body, response.reflects)
            # One frame for each answer: the client never has to read and write at the same time.
            if (part := next(parts, None)) is not None:
                self._write(protocol_pb2.Request(id=number, put_body=part))

    @staticmethod
    def _parts(content: bytes) -> Iterator[body_pb2.PutBodyRequest]:
        for start in range(0, len(content), _PIECE):
            yield body_pb2.PutBodyRequest(content=content[start : start + _PIECE])
        digest = hashlib.sha256(content).digest()
        yield body_pb2.PutBodyRequest(finish=body_pb2.PutBodyFinish(content_sha256=digest))

    def get_body(self, item_id: str, purpose: str = "") -> Iterator[bytes]:
        """Reads a body, piece by piece: `b"".join(kith.get_body(item))` is all of it.

        Raises:
            NotFound: there is none.
            Refused: BODY_REDACTED or ERASED: its key was destroyed.
        """
        request = body_pb2.GetBodyRequest(item_id=item_id, purpose=purpose)
        for response in self._stream("get_body", request, patient=False):
            yield response.get_body.content

    # ---- The connection ----

    def _call(self, kind: str, request: Any, patient: bool = False) -> protocol_pb2.Response:
        number = self._send(kind, request)
        response = self._receive(number, kind, patient=patient)
        if not response.last:
            self._violation(f"The answer to a {kind} request goes on.")
        return response

    def _stream(self, kind: str, request: Any, patient: bool) -> Iterator[protocol_pb2.Response]:
        number = self._send(kind, request)
        ended = False
        taken = 0
        try:
            while not ended:
                response = self._receive(number, kind, patient)
                ended = response.last
                # The last frame may come without a value: there was nothing more to say.
                if response.WhichOneof("response") is not None:
                    yield response
                taken += 1
                if taken == _CREDIT_STEP and not ended:
                    self._write(protocol_pb2.Request(id=number, credit=protocol_pb2.Credit(frames=taken)))
                    taken = 0
        finally:
            open_still = number in self._waiting and not self._closed
            if open_still:
                # Left early. Frames that are on their way are dropped as they come: the id is no longer known.
                del self._waiting[number]
                self._write(protocol_pb2.Request(id=number, cancel=protocol_pb2.Cancel()))

    def _send(self, kind: str, request: Any) -> int:
        number = self._next_id
        frame = protocol_pb2.Request(id=number)
        getattr(frame, kind).CopyFrom(request)
        getattr(frame, kind).SetInParent()  # Also where the request says nothing.
        self._write(frame)
        self._next_id += 1
        self._waiting[number] = collections.deque()
        return number

    def _write(self, request: protocol_pb2.Request) -> None:
        if self._closed:
            raise ConnectionClosed("The connection is closed.")
        frame = encode_frame(request.SerializeToString())
        try:
            self._socket.settimeout(self._timeout)
            self._socket.sendall(frame)
        except OSError as error:
            # Part of the frame may be on its way: nothing more can be said on this connection.
            self.close()
            raise ConnectionClosed(f"The connection broke: {error}") from error

    def _receive(self, number: int, kind: str, patient: bool) -> protocol_pb2.Response:
        """The next frame of a request; raises its refusal."""
        frames = self._waiting.get(number)
        if frames is None:
            raise ConnectionClosed("The connection is closed.")
        while not frames:
            self._read_frame(patient)
        response = frames.popleft()
        answer = response.WhichOneof("response")
        if response.last or answer == "error":
            self._waiting.pop(number, None)
        if answer == "error":
            raise refused(response.error)
        if answer != kind and not (answer is None and response.last):
            self._violation(f"The answer does not belong to a {kind} request.")
        return response

    def _read_frame(self, patient: bool) -> None:
        """Reads one frame and puts it where its request looks for it."""
        try:
            self._socket.settimeout(None if patient else self._timeout)
            message = self._reader.read()
        except (TimeoutError, ConnectionClosed, ProtocolViolation):
            self.close()
            raise
        try:
            response = protocol_pb2.Response.FromString(message)
        except DecodeError as error:
            self._violation("The service sent a frame that is no response.", error)
        if response.id == 0 and response.WhichOneof("response") == "error":
            # Concerns the connection as a whole; the service closes it behind this frame.
            self.close()
            raise refused(response.error)
        frames = self._waiting.get(response.id)
        if frames is not None:
            frames.append(response)
        # Else: a frame of a stream that was left.

    def _violation(self, sentence: str, cause: BaseException | None = None) -> None:
        self.close()
        raise ProtocolViolation(sentence) from cause


def _query_of(request: Any) -> str:
    """The field of Request that holds a query of this type with one answer."""
    for field in protocol_pb2.Request.DESCRIPTOR.oneofs_by_name["request"].fields:
        if field.message_type is getattr(request, "DESCRIPTOR", None) and field.name not in _NOT_ANSWERED_ONCE:
            return field.name
    raise ValueError(f"{type(request).__name__} is no query that is answered once.")
