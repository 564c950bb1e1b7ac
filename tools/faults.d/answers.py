"""What a service answers to a fixed set of questions, to be held to what another one answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from google.protobuf.message import Message
from kith.v1 import history_pb2, queries_pb2, registry_pb2
from kith_client import Client, KithError, Refused, reference
from service import GONE, Service

_KINDS = (registry_pb2.AGGREGATE_KIND_PARTY, registry_pb2.AGGREGATE_KIND_ORDER)


@dataclasses.dataclass
class Answer:
    """An answer: parts in their order, and how it ended where it did not end well."""

    parts: list[bytes]
    # The code of the refusal that it ended with.
    refusal: str = ""
    # The connection ended: the process has gone, or went away from this client.
    broken: bool = False


class Questions:
    """The questions, about some of the parties. What is asked of a view has to reflect the whole log: an answer that
    says that it reflects less is not wrong, and could not be compared."""

    def __init__(self, parties: list[str], end: int) -> None:
        """Prepares them for a log that ends at a position."""
        self._asked: dict[str, Callable[[Client], list[bytes]]] = {"history": _history, "status": _status}
        for kind in _KINDS:
            self._asked[f"list {registry_pb2.AggregateKind.Name(kind)}"] = _list_of(kind, end)
        for party in parties:
            self._asked[f"get {party}"] = _get_of(party, end)
            self._asked[f"history of {party}"] = _history_of(party)

    def ask(self, service: Service) -> dict[str, Answer]:
        """The answers to all of them, each over a connection of its own."""
        answers = {}
        for name, question in self._asked.items():
            parts: list[bytes] = []
            answer = Answer(parts)
            try:
                with service.client() as kith:
                    for part in question(kith):
                        parts.append(part)
            except Refused as refusal:
                answer.refusal = refusal.code
            except (*GONE, KithError):
                answer.broken = True
            answers[name] = answer
        return answers


def difference(good: Answer, seen: Answer) -> str:
    """In what an answer is wrong; empty where it is right, or ends with a refusal behind what is right."""
    for index, part in enumerate(seen.parts):
        if index >= len(good.parts) or part != good.parts[index]:
            return f"part {index + 1} is another"
    if len(seen.parts) < len(good.parts) and not seen.refusal and not seen.broken:
        return f"it ends behind {len(seen.parts)} of {len(good.parts)} parts, without a word"
    return ""


def _bytes(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def _history(kith: Client):
    request = history_pb2.HistoryRequest(all=True, include_record=True, reveal=True, purpose="fault suite")
    for event in kith.history(request):
        yield _bytes(event)


def _status(kith: Client):
    # Where the log is damaged, the status may say so; the position and the root may not change.
    status = kith.status().value
    yield f"{status.log_id} {status.durable_position} {status.root.hex()}".encode()


def _list_of(kind: int, end: int):
    def ask(kith: Client):
        for record in kith.list(queries_pb2.ListRequest(kind=kind, limit=200, at_least=end)):
            yield _bytes(record)

    return ask


def _get_of(party: str, end: int):
    def ask(kith: Client):
        kind = registry_pb2.AGGREGATE_KIND_PARTY
        request = queries_pb2.GetRequest(kind=kind, reference=reference(party), at_least=end)
        yield _bytes(kith.get(request).value)

    return ask


def _history_of(party: str):
    def ask(kith: Client):
        scope = history_pb2.StreamScope(kind=registry_pb2.AGGREGATE_KIND_PARTY, stream=reference(party))
        for event in kith.history(history_pb2.HistoryRequest(stream=scope, include_record=True)):
            yield _bytes(event)

    return ask
