"""What came of the rows: findings, counts, the table, the closing line."""

from __future__ import annotations

import collections
import dataclasses

# Kinds of findings, as the closing line names them. Anything else is "other".
LOST, WRONG, DOUBLED, OTHER = "lost acknowledgements", "wrong answers", "doubled effects", "other"

# Kinds of faults, as the closing line names them.
KILLS, IMAGES, CALLS, BITS = "kills", "power-cut images", "n-th-call failures", "bits flipped"

PASSED, FAILED, NOT_HERE = "passed", "FAILED", "cannot run here"


# How much of a finding the table tells.
TABLE_CHARACTERS = 200


class NotHere(Exception):
    """The row cannot run on this machine; the message says why."""


class Failed(Exception):
    """The row has failed, and cannot go on; the message says what was seen."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that the promise forbids."""

    kind: str
    what: str


@dataclasses.dataclass
class Result:
    """What came of a row."""

    number: int
    fault: str
    how: str
    state: str = PASSED
    runs: int = 0
    # What was seen, for the table; or why it did not run.
    detail: str = ""
    seconds: float = 0
    faults: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    findings: list[Finding] = dataclasses.field(default_factory=list)


def table(results: list[Result], seed: int) -> str:
    """The rows as docs/reliability.md has them."""
    lines = ["| # | fault | how | runs | result |", "|---|---|---|---|---|"]
    for result in results:
        seen = result.findings[0].what[:TABLE_CHARACTERS] if result.findings else result.detail
        verdict = result.state + (f": {seen}" if seen else "")
        cells = [str(result.number), result.fault, result.how, str(result.runs), verdict]
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join([*lines, "", closing(results, seed), ""])


def closing(results: list[Result], seed: int, seconds: float | None = None) -> str:
    """The closing line: the verdict, how many rows, what was done to the service and what it did wrong."""
    states = collections.Counter(result.state for result in results)
    done: collections.Counter[str] = collections.Counter()
    found: collections.Counter[str] = collections.Counter()
    for result in results:
        done += result.faults
        found += collections.Counter(finding.kind for finding in result.findings)
    verdict = "PASSED" if passed(results) else "FAILED"
    rows = ", ".join(f"{states[state]} {state}" for state in (PASSED, FAILED, NOT_HERE) if states[state])
    faults = ", ".join(f"{kind} {done[kind]}" for kind in (KILLS, IMAGES, CALLS, BITS))
    wrong = ", ".join(f"{kind} {found[kind]}" for kind in (LOST, WRONG, DOUBLED))
    time = f"; {seconds:.0f} s" if seconds is not None else ""
    return f"faults: {verdict}: rows: {rows or 'none'}; {faults}; {wrong}; seed {seed}{time}"


def passed(results: list[Result]) -> bool:
    """Whether rows ran, and none of them failed."""
    ran = [result for result in results if result.state in (PASSED, FAILED)]
    return bool(ran) and all(result.state == PASSED for result in ran)
