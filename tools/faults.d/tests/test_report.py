"""The closing line counts what was done and found, and is no success where nothing ran."""

from __future__ import annotations

import unittest

import case  # noqa: F401  (finds the modules)
from report import BITS, CALLS, FAILED, KILLS, LOST, NOT_HERE, Finding, Result, closing, passed, table


def result(number: int, **values: object) -> Result:
    """A row that has passed, but for these values."""
    return Result(number, "fault", "how", **values)  # type: ignore[arg-type]


class ReportTests(unittest.TestCase):
    """Rows into lines."""

    def test_counts_are_summed(self) -> None:
        first, second = result(1), result(2)
        first.faults.update({KILLS: 3, CALLS: 1})
        second.faults.update({KILLS: 2, BITS: 7})
        self.assertEqual(
            closing([first, second], 5, 61.2),
            "faults: PASSED: rows: 2 passed; kills 5, power-cut images 0, n-th-call failures 1, bits flipped 7; "
            "lost acknowledgements 0, wrong answers 0, doubled effects 0; seed 5; 61 s",
        )

    def test_one_that_failed_is_a_failure(self) -> None:
        bad = result(2, state=FAILED, findings=[Finding(LOST, "position 7"), Finding(LOST, "position 8")])
        line = closing([result(1), bad, result(3, state=NOT_HERE)], 5)
        self.assertIn("faults: FAILED: rows: 1 passed, 1 FAILED, 1 cannot run here", line)
        self.assertIn("lost acknowledgements 2", line)

    def test_nothing_that_ran_is_no_success(self) -> None:
        self.assertFalse(passed([]))
        self.assertFalse(passed([result(3, state=NOT_HERE)]))

    def test_the_table_has_a_line_per_row(self) -> None:
        lines = table([result(1, runs=4, detail="a|b")], 5).splitlines()
        self.assertEqual(lines[2], "| 1 | fault | how | 4 | passed: a\\|b |")


if __name__ == "__main__":
    unittest.main()
