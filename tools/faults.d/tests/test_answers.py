"""Answers of a damaged copy are right, refused, or wrong; and what a ledger knew earlier."""

from __future__ import annotations

import unittest
import uuid

import case
from answers import Answer, difference
from ledger import Ledger

GOOD = Answer([b"a", b"b", b"c"])


class DifferenceTests(unittest.TestCase):
    """One answer beside the good one."""

    def test_the_same_is_right(self) -> None:
        self.assertEqual(difference(GOOD, Answer([b"a", b"b", b"c"])), "")

    def test_another_part_is_wrong_also_before_a_refusal(self) -> None:
        self.assertIn("part 2", difference(GOOD, Answer([b"a", b"x"], refusal="DAMAGED")))

    def test_more_is_wrong(self) -> None:
        self.assertIn("part 4", difference(GOOD, Answer([b"a", b"b", b"c", b"d"])))

    def test_less_is_wrong_without_a_word(self) -> None:
        self.assertIn("ends behind 2 of 3", difference(GOOD, Answer([b"a", b"b"])))

    def test_less_is_right_with_a_refusal(self) -> None:
        self.assertEqual(difference(GOOD, Answer([b"a", b"b"], refusal="DAMAGED")), "")


class EarlierTests(unittest.TestCase):
    """The ledger as it was at an earlier moment, and for a log that ends earlier."""

    def setUp(self) -> None:
        self.ledger = Ledger()
        for position in (2, 3):
            sent = case.sent_as(str(uuid.uuid4()))
            self.ledger.sending([sent])
            root = bytes([position]) * 32
            self.ledger.answered([case.accepted(sent, [(position, bytes(32))], size=position, root=root)])

    def positions(self, ledger: Ledger) -> list[int]:
        """Where the acknowledged commands are."""
        return [entry.receipts[0][0] for entry in ledger.acknowledged().values() if entry.receipts]

    def test_what_was_acknowledged_later_is_in_doubt(self) -> None:
        moments = sorted(entry.acknowledged_at for entry in self.ledger.entries.values())
        earlier = self.ledger.as_of(moments[1])
        self.assertEqual((self.positions(earlier), list(earlier.roots)), ([2], [2]))
        self.assertEqual(len(earlier.in_doubt()), 1)

    def test_what_lies_behind_the_end_is_in_doubt(self) -> None:
        shorter = self.ledger.up_to(2)
        self.assertEqual((self.positions(shorter), list(shorter.roots)), ([2], [2]))
        self.assertEqual(len(shorter.in_doubt()), 1)


if __name__ == "__main__":
    unittest.main()
