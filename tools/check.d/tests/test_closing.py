"""The end of tools/test: warnings are found, counts are right, and nothing counted is no success."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from build_warnings import warnings
from summary import MOST_FAILURES, count, failures, sentence

ROOT = pathlib.Path("/somewhere/kith")

BUILD = """\
[12/40] Compiling CRM Party.swift
/somewhere/kith/Sources/CRM/Party.swift:12:5: warning: variable 'a' was never used
/somewhere/kith/Sources/CRM/Party.swift:12:5: warning: variable 'a' was never used
/somewhere/kith/.build/checkouts/swift-nio/Sources/NIOCore/A.swift:1:1: warning: deprecated
Tests/CRMTests/A.swift:3:1: warning: unused
warning: 'swift-nio': found 1 file(s) which are unhandled
Build complete! (12.00s)
"""

SWIFT = """\
Test Suite 'All tests' passed at 2024-01-01
\t Executed 0 tests, with 0 failures (0 unexpected) in 0.000 (0.000) seconds
◇ Test run started.
➜ Test `the CDNOW sample` skipped: "no data"
\x1b[92m✔\x1b[0m Test "append is durable" passed after 0.001 seconds.
✔ Test run with 312 tests in 41 suites passed after 12.345 seconds.
"""

PYTHON = "Ran 51 tests in 2.9s\n\nOK\n....\nRan 36 tests in 0.4s\n\nOK (skipped=2)\n"
CHECK = "check: format     ok       0.5 s\ncheck: imports    ok       0.0 s\ncheck: 2 checks passed\n"


class Warnings(unittest.TestCase):
    """Warnings of our own sources, and of nothing else."""

    def test_our_own_warnings_are_found_once(self):
        texts = [text for _, text in warnings(BUILD, ROOT)]
        expected = ["Sources/CRM/Party.swift:12: variable 'a' was never used", "Tests/CRMTests/A.swift:3: unused"]
        self.assertEqual(texts, expected)

    def test_a_build_without_warnings(self):
        self.assertEqual(warnings("Build complete! (1.00s)\n", ROOT), [])


class Summary(unittest.TestCase):
    """The closing line."""

    def test_all_passed(self):
        counts = count({"swift-tests": SWIFT, "python-tests": PYTHON, "check": CHECK})
        line, passed = sentence(counts, [], 125)
        self.assertTrue(passed)
        self.assertEqual(
            line,
            "tools/test: PASSED: 2 checks, 312 Swift tests, 87 Python tests, 3 skipped; 2 min 5 s",
        )

    def test_a_failed_step(self):
        line, passed = sentence(count({"swift-tests": SWIFT, "python-tests": PYTHON}), ["check"], 1)
        self.assertFalse(passed)
        self.assertIn("FAILED (step check failed)", line)

    def test_a_failed_test_is_counted(self):
        text = SWIFT.replace("passed after 0.001", "failed after 0.001").replace("suites passed", "suites failed")
        line, passed = sentence(count({"swift-tests": text, "python-tests": PYTHON}), ["swift tests"], 1)
        self.assertFalse(passed)
        self.assertIn("1 Swift tests failed", line)

    def test_what_failed_is_said_again(self):
        text = SWIFT + (
            "\x1b[91m✘\x1b[0m Test \"a\" recorded an issue at A.swift:1:1: Expectation failed\n"
            "↳ because of this\n"
            "✔ Test \"b\" passed after 0.001 seconds.\n"
            "✘ Test \"a\" failed after 0.002 seconds with 1 issue.\n"
        )
        python = "FAIL: test_c (test_d.E.test_c)\n" + PYTHON
        expected = [
            '✘ Test "a" recorded an issue at A.swift:1:1: Expectation failed',
            "↳ because of this",
            '✘ Test "a" failed after 0.002 seconds with 1 issue.',
            "FAIL: test_c (test_d.E.test_c)",
        ]
        self.assertEqual(failures({"swift-tests": text, "python-tests": python}), expected)
        self.assertEqual(failures({"swift-tests": SWIFT, "python-tests": PYTHON}), [])

    def test_many_failures_are_cut(self):
        text = '✘ Test "a" recorded an issue\n' * (MOST_FAILURES + 3)
        said = failures({"swift-tests": text})
        self.assertEqual((len(said), said[-1]), (MOST_FAILURES + 1, "… and 3 more lines"))

    def test_nothing_counted_is_no_success(self):
        line, passed = sentence(count({}), [], 1)
        self.assertFalse(passed)
        self.assertIn("no Swift test ran", line)
        self.assertIn("no Python test ran", line)


if __name__ == "__main__":
    unittest.main()
