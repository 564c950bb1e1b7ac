"""Compiled time zone files (TZif, RFC 9636), read as far as offsets from UTC go."""

from __future__ import annotations

import dataclasses
import struct


class TableError(Exception):
    """Something that the table cannot express or that contradicts itself; the message says what."""


@dataclasses.dataclass(frozen=True)
class Rules:
    """The offsets of one zone."""

    initial: int
    """Seconds east of UTC before the first transition."""
    transitions: tuple[tuple[int, int], ...]
    """Since which second of Unix time which offset holds; in order, and only where
    the offset changes or the footer begins to hold."""
    footer: str
    """What holds after the last transition, in POSIX's form; empty where the last offset stays."""


HEADER = struct.Struct(">4sc15x6l")


def read(data: bytes) -> Rules:
    """The rules in a file of version 2 or later."""
    magic, version, *counts = HEADER.unpack_from(data)
    if magic != b"TZif" or version < b"2":
        raise TableError("not a TZif file of version 2 or later")
    # The first block has times of 32 bits for old readers; the second says everything.
    utc, standard, leaps, times, types, characters = counts
    start = HEADER.size + times * 5 + types * 6 + characters + leaps * 8 + standard + utc
    utc, standard, leaps, times, types, characters = HEADER.unpack_from(data, start)[2:]
    if leaps:
        raise TableError("counts leap seconds")
    start += HEADER.size
    moments = struct.unpack_from(f">{times}q", data, start)
    indices = data[start + times * 8 : start + times * 9]
    start += times * 9
    offsets = [struct.unpack_from(">l", data, start + index * 6)[0] for index in range(types)]
    start += types * 6 + characters + standard + utc
    footer = data[start:].decode("ascii")
    if not footer.startswith("\n") or not footer.endswith("\n"):
        raise TableError("no footer")
    return _rules(offsets, list(zip(moments, indices)), footer.strip())


def _rules(offsets: list[int], moments: list[tuple[int, int]], footer: str) -> Rules:
    # Without a comma the footer says no more than the last transition.
    footer = footer if "," in footer else ""
    transitions, current = [], offsets[0]
    for moment, index in moments:
        # The last one stays in any case where there is a footer: it says since when the footer holds.
        if offsets[index] != current or (footer and moment == moments[-1][0]):
            current = offsets[index]
            transitions.append((moment, current))
    return Rules(offsets[0], tuple(transitions), footer)


def boundaries(rules: Rules) -> list[tuple[int, int, int]]:
    """Every transition as an instant and the offsets before and after it."""
    before = [rules.initial, *(offset for _, offset in rules.transitions)]
    return [(moment, before[index], offset) for index, (moment, offset) in enumerate(rules.transitions)]


def check(rules: Rules) -> None:
    """Refuses rules in which a reader could not search: the table is searched by instants and by clock times."""
    found = boundaries(rules)
    for earlier, later in zip(found, found[1:]):
        for key in (lambda b: b[0], lambda b: b[0] + b[1], lambda b: b[0] + max(b[1], b[2])):
            if key(earlier) >= key(later):
                raise TableError(f"transitions {earlier} and {later} are not in order")
