"""The end of tools/test: what the tests that failed said, and one line: what was counted, what failed, how long.

    .venv/bin/python tools/check.d/summary.py LOGS SECONDS [FAILED STEP…]

A run in which nothing was counted has not passed: a test target that was not built must not look like success.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import sys

SWIFT_RUN = re.compile(r"Test run with (\d+) tests?(?: in \d+ suites?)? (?:passed|failed)")
SWIFT_SKIPPED = re.compile(r"^\S+ Test .* skipped", re.MULTILINE)
SWIFT_FAILED = re.compile(r"^\S+ Test (?!run).* failed after", re.MULTILINE)
XCTEST_RUN = re.compile(r"^\s*Executed (\d+) tests?, with", re.MULTILINE)
PYTHON_RUN = re.compile(r"^Ran (\d+) tests?", re.MULTILINE)
PYTHON_SKIPPED = re.compile(r"skipped=(\d+)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FAILURE = re.compile(r"^✘ (?:Test|Suite) ")
PYTHON_FAILURE = re.compile(r"^(?:FAIL|ERROR): ")
DETAIL = "↳"
MOST_FAILURES = 60
CHECKS = re.compile(r"^check: \w+ +ok", re.MULTILINE)


@dataclasses.dataclass
class Counts:
    """What the steps counted."""

    checks: int
    swift: int
    swift_failed: int
    python: int
    skipped: int


def count(logs: dict[str, str]) -> Counts:
    """Counts what the logs of the steps tell."""
    swift, python = COLOUR.sub("", logs.get("swift-tests", "")), logs.get("python-tests", "")
    # XCTest prints its total once per level; Swift Testing once per run.
    xctest = max((int(number) for number in XCTEST_RUN.findall(swift)), default=0)
    return Counts(
        checks=len(CHECKS.findall(logs.get("check", ""))),
        swift=sum(map(int, SWIFT_RUN.findall(swift))) + xctest,
        swift_failed=len(SWIFT_FAILED.findall(swift)),
        python=sum(map(int, PYTHON_RUN.findall(python))),
        skipped=len(SWIFT_SKIPPED.findall(swift)) + sum(map(int, PYTHON_SKIPPED.findall(python))),
    )


def failures(logs: dict[str, str]) -> list[str]:
    """What the tests that failed said, as they said it: whoever sees only the end of a long run reads it here."""
    lines: list[str] = []
    for line in COLOUR.sub("", logs.get("swift-tests", "")).splitlines():
        follows = bool(lines) and line.startswith(DETAIL)
        if FAILURE.match(line) or follows:
            lines.append(line)
    lines += [line for line in logs.get("python-tests", "").splitlines() if PYTHON_FAILURE.match(line)]
    left_out = len(lines) - MOST_FAILURES
    return lines if left_out <= 0 else [*lines[:MOST_FAILURES], f"… and {left_out} more lines"]


def sentence(counts: Counts, failed: list[str], seconds: int) -> tuple[str, bool]:
    """The closing line, and whether all passed."""
    problems = [f"step {name} failed" for name in failed]
    if "swift tests" not in failed and "build" not in failed and counts.swift == 0:
        problems.append("no Swift test ran")
    if counts.swift_failed:
        problems.append(f"{counts.swift_failed} Swift tests failed")
    if counts.python == 0:
        problems.append("no Python test ran")
    counted = (
        f"{counts.checks} checks, {counts.swift} Swift tests, {counts.python} Python tests, {counts.skipped} skipped"
    )
    verdict = "PASSED" if not problems else "FAILED (" + "; ".join(problems) + ")"
    return f"tools/test: {verdict}: {counted}; {seconds // 60} min {seconds % 60} s", not problems


def main(arguments: list[str]) -> int:
    """Prints what failed and the line, and gives the exit code."""
    folder, seconds, *failed = arguments
    logs = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in pathlib.Path(folder).iterdir()}
    for failure in failures(logs):
        print(failure)
    line, passed = sentence(count(logs), failed, int(seconds))
    print(line)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
