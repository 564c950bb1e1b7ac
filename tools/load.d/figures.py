"""Percentiles, ratios and the table."""

from __future__ import annotations

import dataclasses
import math


class TooFew(Exception):
    """There are not enough samples for a figure."""


def percentile(samples: list[float], share: float) -> float:
    """The smallest sample that at least this share of all samples does not exceed (nearest rank)."""
    if not samples:
        raise TooFew("nothing was answered")
    if not 0 < share <= 1:
        raise ValueError(f"{share} is no share")
    ordered = sorted(samples)
    return ordered[math.ceil(share * len(ordered)) - 1]


@dataclasses.dataclass
class Side:
    """Seconds from sending to answer, of one kind of request, alone or beside a load."""

    samples: list[float] = dataclasses.field(default_factory=list)

    @property
    def p50(self) -> float:
        """The median."""
        return percentile(self.samples, 0.5)

    @property
    def p99(self) -> float:
        """The sample that one in a hundred exceeds."""
        return percentile(self.samples, 0.99)


@dataclasses.dataclass
class Line:
    """What one load does to one kind of request."""

    load: str
    kind: str
    alone: Side
    beside: Side
    # Megabytes that the service had in use at the end of the load, and what the load says of itself.
    resident: float
    remark: str

    @property
    def ratio(self) -> float:
        """p99 beside the load against p99 alone."""
        return self.beside.p99 / self.alone.p99


def table(lines: list[Line], limit: float | None) -> str:
    """The lines as a table in Markdown; what exceeds the limit says so."""
    rows = [
        "| load | requests | alone p50, p99 | beside p50, p99 | ratio of p99 | memory | |",
        "|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        exceeds = limit is not None and line.ratio > limit
        rows.append(
            f"| {line.load} | {line.kind} | {times(line.alone)} | {times(line.beside)} "
            f"| {line.ratio:.2f}{' **too high**' if exceeds else ''} | {line.resident:.0f} MB | {line.remark} |"
        )
    return "\n".join(rows)


def times(side: Side) -> str:
    """Median and p99 in milliseconds, and how many samples there were."""
    return f"{side.p50 * 1000:.2f}, {side.p99 * 1000:.2f} ms ({len(side.samples)})"


def exceeding(lines: list[Line], limit: float) -> list[Line]:
    """The lines whose ratio is above the limit."""
    return [line for line in lines if line.ratio > limit]
