"""The oracle sees each kind of broken promise, and none where it is kept."""

from __future__ import annotations

import random
import unittest
import uuid

import case
from kith.v1 import envelope_pb2, refusals_pb2
from ledger import Ledger
from oracle import Oracle
from report import DOUBLED, LOST, OTHER, WRONG


class OracleTests(unittest.TestCase):
    """One lie at a time."""

    def setUp(self) -> None:
        self.service, self.ledger = case.honest()

    def kinds(self) -> set[str]:
        """What the oracle finds."""
        oracle = Oracle(self.service, self.ledger, random.Random(1))  # type: ignore[arg-type]
        oracle.check()
        return {finding.kind for finding in oracle.findings}

    def test_nothing_is_found_where_the_promise_is_kept(self) -> None:
        self.assertEqual(self.kinds(), set())

    def test_an_event_at_the_end_is_missing(self) -> None:
        del self.service.values[-4:]
        self.assertIn(LOST, self.kinds())

    def test_an_event_in_the_middle_is_missing(self) -> None:
        del self.service.values[6]
        self.assertTrue(self.kinds())

    def test_a_record_has_another_byte(self) -> None:
        value = bytearray(self.service.values[7])
        value[130] ^= 1
        self.service.values[7] = bytes(value)
        self.assertIn(WRONG, self.kinds())

    def test_a_record_and_its_hash_are_others(self) -> None:
        record = bytearray(self.service.values[1][:-32])
        record[-40] ^= 1
        self.service.values[1] = case.build_log.value_of(bytes(record))
        self.assertIn(LOST, self.kinds())

    def test_the_root_is_another(self) -> None:
        self.service.root = bytes(32)
        self.assertIn(WRONG, self.kinds())

    def test_a_root_that_was_given_out_no_longer_holds(self) -> None:
        self.ledger.roots[8] = bytes(32)
        self.assertIn(WRONG, self.kinds())

    def test_an_event_that_nobody_sent(self) -> None:
        command = next(key for key, entry in self.ledger.entries.items())
        del self.ledger.entries[command]
        self.assertIn(WRONG, self.kinds())

    def test_what_was_refused_is_in_the_log(self) -> None:
        entry = next(iter(self.ledger.entries.values()))
        entry.receipts, entry.refusal = None, "NOT_FOUND"
        self.assertIn(WRONG, self.kinds())

    def test_what_was_there_at_first_is_another(self) -> None:
        self.ledger.baseline[1] = bytes(32)
        self.assertIn(LOST, self.kinds())

    def test_a_retry_is_done_again(self) -> None:
        entry = next(iter(self.ledger.entries.values()))
        entry.receipts = None
        self.service.results[entry.command.id].accepted.replayed = False
        self.assertIn(DOUBLED, self.kinds())

    def test_a_retry_is_answered_with_other_positions(self) -> None:
        entry = next(iter(self.ledger.entries.values()))
        self.service.results[entry.command.id].accepted.events[0].position += 1
        self.assertIn(DOUBLED, self.kinds())

    def test_a_retry_of_what_is_in_the_log_is_refused(self) -> None:
        entry = next(iter(self.ledger.entries.values()))
        entry.receipts = None
        refused = envelope_pb2.CommandResult(command_id=entry.command.id)
        refused.refused.code = refusals_pb2.NOT_FOUND
        self.service.results[entry.command.id] = refused
        self.assertIn(WRONG, self.kinds())

    def test_a_projection_differs(self) -> None:
        self.service.rebuilt[0].previous_digest = b"other"
        self.assertIn(WRONG, self.kinds())

    def test_a_projection_is_not_rebuilt(self) -> None:
        self.service.rebuilt[0].done = False
        self.assertIn(OTHER, self.kinds())


class LedgerTests(unittest.TestCase):
    """What the answers alone show."""

    def setUp(self) -> None:
        self.ledger = Ledger()
        self.sent = case.sent_as(str(uuid.uuid4()))
        self.ledger.sending([self.sent])

    def test_sent_and_not_answered_is_in_doubt(self) -> None:
        self.assertEqual([entry.command for entry in self.ledger.in_doubt()], [self.sent])

    def test_a_refusal_that_speaks_of_the_service_leaves_it_in_doubt(self) -> None:
        for code, doubts in ((refusals_pb2.READ_ONLY, 1), (refusals_pb2.DISK_FULL, 1), (refusals_pb2.NOT_FOUND, 0)):
            result = envelope_pb2.CommandResult(command_id=self.sent.id)
            result.refused.code = code
            self.ledger.answered([result])
            self.assertEqual(len(self.ledger.in_doubt()), doubts)

    def test_two_answers_that_differ(self) -> None:
        for position in (2, 3):
            self.ledger.answered([case.accepted(self.sent, [(position, bytes(32))], size=position, root=bytes(32))])
        self.assertEqual([finding.kind for finding in self.ledger.findings], [DOUBLED])

    def test_two_roots_of_one_size(self) -> None:
        for root in (bytes(32), bytes(31) + b"1"):
            self.ledger.answered([case.accepted(self.sent, [(2, bytes(32))], size=2, root=root)])
        self.assertEqual([finding.kind for finding in self.ledger.findings], [WRONG])

    def test_an_answer_to_nothing(self) -> None:
        self.ledger.answered([envelope_pb2.CommandResult(command_id=str(uuid.uuid4()))])
        self.assertEqual([finding.kind for finding in self.ledger.findings], [WRONG])


if __name__ == "__main__":
    unittest.main()
