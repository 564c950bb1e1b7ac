"""The example of the README runs as it stands."""

import contextlib
import io
import os
import pathlib
import re
import sys
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fake_service import FakeService
from kith.v1 import envelope_pb2, history_pb2, queries_pb2, refusals_pb2
from kith.v1 import protocol_pb2 as protocol

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


def answer(request: protocol.Request):
    """Accepts every command but the archiving of a party; knows one customer and one event."""
    kind = request.WhichOneof("request")
    if kind == "submit":
        result = envelope_pb2.CommandResult(accepted={"events": [{"position": 7}]})
        if request.submit.commands[0].bodies[0].HasField("archive_party"):
            detail = refusals_pb2.ErrorDetail(code=refusals_pb2.REFERENCE_MISSING, sentence="There is none.")
            result = envelope_pb2.CommandResult(refused=detail)
        yield protocol.Response(id=request.id, last=True, submit={"results": [result]})
    elif kind == "customer":
        customer = queries_pb2.Customer(purchases=[{"currency": "EUR", "orders": 1, "net": 2500}])
        yield protocol.Response(id=request.id, last=True, customer=customer)
    elif kind == "history":
        event = history_pb2.Event(position=getattr(request.history, "from"), payload={"order_placed": {}})
        yield protocol.Response(id=request.id, history={"events": [event]})


class Readme(unittest.TestCase):
    """The README's Python."""

    def test_the_example_runs(self):
        (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
        service = FakeService(answer)
        self.addCleanup(service.close)
        printed = io.StringIO()
        with mock.patch.dict(os.environ, {"KITH_SOCKET": service.path}), contextlib.redirect_stdout(printed):
            exec(compile(example, str(README), "exec"), {})
        self.assertEqual(
            printed.getvalue().splitlines(),
            ["EUR 1 2500", "REFERENCE_MISSING False REFERENCE_MISSING: There is none.", "7 order_placed"],
        )


if __name__ == "__main__":
    unittest.main()
