"""Refuses a change of kith.v1 that data already written or a client already built could not read.

    .venv/bin/python tools/schema/check_compatibility.py [--schemas FOLDER] [--baseline FILE]

Prints one line per finding and ends with 1 where there are any. kith.store.v1 holds derived state, which can be
thrown away, and is exempt.
"""

from __future__ import annotations

import argparse
import pathlib
import sys

import rules
from descriptors import ROOT, Enum, Message, Schema, SchemaError, compile_schema, parse_baseline

# Their numbers are written into the log: nothing of them is ever taken away, not even with `reserved`.
STORED_FOR_EVER = {"kith.v1.EventPayload", "kith.v1.PersonalData", "kith.v1.EventKind", "kith.v1.AggregateKind"}


def compatibility(old: Schema, new: Schema) -> list[str]:
    """What of the new schema breaks the promises of the old one."""
    findings: list[str] = []
    for message in old.messages.values():
        if message.name not in new.messages:
            findings.append(f"{message.name}: the message was removed or renamed")
        else:
            findings += _compare_messages(message, new.messages[message.name])
    for enum in old.enums.values():
        if enum.name not in new.enums:
            findings.append(f"{enum.name}: the enum was removed or renamed")
        else:
            findings += _compare_enums(enum, new.enums[enum.name])
    return findings


def _compare_messages(old: Message, new: Message) -> list[str]:
    findings = _lost_reservations(old, new)
    by_number = {field.number: field for field in new.fields}
    old_numbers = {field.number for field in old.fields}
    for field in old.fields:
        place = f"{old.name}.{field.name} = {field.number}"
        present = by_number.get(field.number)
        if present is None:
            findings += _removal(old, new, place, field.number, field.name)
        elif present.name != field.name:
            findings.append(f"{place}: the number now names {present.name}; JSON and clients know the old name")
        else:
            findings += _compare_fields(place, field, present)
    for field in new.fields:
        if field.number not in old_numbers and old.reserved.holds(field.number):
            findings.append(f"{new.name}.{field.name} = {field.number}: the number was reserved")
        if field.name in old.reserved.names:
            findings.append(f"{new.name}.{field.name} = {field.number}: the name was reserved")
    return findings


def _compare_fields(place: str, old, new) -> list[str]:
    findings = []
    if new.type != old.type:
        findings.append(f"{place}: the type changed from {old.type} to {new.type}")
    if new.label != old.label:
        findings.append(f"{place}: the label changed from {old.label} to {new.label}")
    if new.oneof != old.oneof:
        findings.append(f"{place}: it moved from oneof {old.oneof or '(none)'} to oneof {new.oneof or '(none)'}")
    return findings


def _compare_enums(old: Enum, new: Enum) -> list[str]:
    findings = _lost_reservations(old, new)
    names_by_number: dict[int, list[str]] = {}
    for value in new.values:
        names_by_number.setdefault(value.number, []).append(value.name)
    old_numbers = {value.number for value in old.values}
    for value in old.values:
        place = f"{old.name}.{value.name} = {value.number}"
        names = names_by_number.get(value.number)
        if names is None:
            findings += _removal(old, new, place, value.number, value.name)
        elif value.name not in names:
            findings.append(f"{place}: the number was given another name, {names[0]}")
    for value in new.values:
        if value.number not in old_numbers and old.reserved.holds(value.number):
            findings.append(f"{new.name}.{value.name} = {value.number}: the number was reserved")
    return findings


def _removal(old: Message | Enum, new: Message | Enum, place: str, number: int, name: str) -> list[str]:
    if old.name in STORED_FOR_EVER:
        return [f"{place}: removed, but logs hold this number for ever"]
    if not new.reserved.holds(number) or name not in new.reserved.names:
        return [f'{place}: removed without `reserved {number};` and `reserved "{name}";`']
    return []


def _lost_reservations(old: Message | Enum, new: Message | Enum) -> list[str]:
    taken = {field.number for field in new.fields} if isinstance(new, Message) else {v.number for v in new.values}
    findings = []
    for first, last in old.reserved.ranges:
        # A whole range up to the last number protobuf has is too long to walk; ranges of ours are short.
        for number in range(first, min(last, first + 10_000) + 1):
            if not new.reserved.holds(number) and number not in taken:
                findings.append(f"{old.name}: {number} is no longer reserved")
    findings += [f'{old.name}: "{name}" is no longer reserved' for name in old.reserved.names - new.reserved.names]
    return findings


def main(arguments: list[str]) -> int:
    """Compares, prints what was found, and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemas", type=pathlib.Path, default=ROOT / "schemas")
    parser.add_argument("--baseline", type=pathlib.Path, default=ROOT / "schemas" / "baseline.txt")
    options = parser.parse_args(arguments)
    try:
        new = compile_schema(options.schemas)
        old = parse_baseline(options.baseline.read_text(encoding="utf-8"))
    except (SchemaError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    findings = compatibility(old, new) + rules.check(new)
    for finding in findings:
        print(finding, file=sys.stderr)
    if findings:
        print(f"schema: {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
