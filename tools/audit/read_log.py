#!/usr/bin/env python3
"""Lists and checks a log of Kith without any of Kith's code; docs/auditing.md says how to use it.

    .venv/bin/python tools/audit/read_log.py DIRECTORY [--from N] [--to N] [--json] [--decode]
    .venv/bin/python tools/audit/read_log.py DIRECTORY --check [--to N] [--root HEX --size N] [--json]

Exit code: 0 read (and no damage found), 1 damage, 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from collections.abc import Callable

from kith_audit import listing
from kith_audit.checks import Chain
from kith_audit.damage import Damage, WrongUse
from kith_audit.guard import Progress, guarded
from kith_audit.log import PAGE_RECORDS, Log
from kith_audit.record import HASH_BYTES, Record, parse_value


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for; ends the process with 2 where it cannot be meant."""
    parser = argparse.ArgumentParser(
        prog="read_log.py",
        description="Lists the records of a log, or checks all of it. Reads only; the service may run meanwhile.",
        epilog="Exit code: 0 read (and no damage found), 1 damage, 2 wrong use.",
    )
    parser.add_argument("directory", type=pathlib.Path, help="the data directory, the one with the file FORMAT")
    parser.add_argument("--from", dest="first", type=_positive, metavar="N", help="first position to list")
    parser.add_argument("--to", dest="last", type=_positive, metavar="N", help="last position to list or check")
    parser.add_argument("--json", action="store_true", help="one JSON object per line; bytes are hexadecimal")
    parser.add_argument("--decode", action="store_true", help="decode the payloads; with --check, try each")
    parser.add_argument("--check", action="store_true", help="check from position 1 on, and print the Merkle root")
    parser.add_argument("--root", type=_hash, metavar="HEX", help="check, and compare the root over --size records")
    parser.add_argument("--size", type=_positive, metavar="N", help="the tree size that --root belongs to")
    parser.add_argument(
        "--no-lock", action="store_true", help="leave no trace as a reader: only for a copy or a stopped service"
    )
    options = parser.parse_args(words)
    if (options.root is None) != (options.size is None):
        parser.error("--root and --size belong together")
    options.check = options.check or options.root is not None
    if options.check and options.first not in (None, 1):
        parser.error("--check begins at position 1: what a record links to lies before it")
    if options.last is not None and options.last < (options.first or 1):
        parser.error("--to lies before --from")
    if None not in (options.size, options.last) and options.size > options.last:
        parser.error("--size lies behind --to")
    return options


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1 << 64):
        raise argparse.ArgumentTypeError(f"{text!r} is no position: a number from 1")
    return int(text)


def _hash(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != HASH_BYTES:
        raise argparse.ArgumentTypeError(f"{text!r} is no hash: {2 * HASH_BYTES} hexadecimal digits")
    return value


def read(options: argparse.Namespace, progress: Progress, page_records: int = PAGE_RECORDS) -> int:
    """Does what the options say; the exit code."""
    try:
        with Log(options.directory, not options.no_lock, progress, page_records) as log:
            if options.check:
                check(log, options)
            else:
                list_records(log, options)
        return 0
    except WrongUse as error:
        print(f"read_log: {error}", file=sys.stderr)
        return 2
    except Damage as error:
        say_damage(options, error)
        return 1


def list_records(log: Log, options: argparse.Namespace) -> None:
    """Prints the records that were asked for; each is checked as far as it can be alone."""
    first, last = options.first or 1, options.last or log.end
    if max(first, last) > max(log.end, 1):
        raise WrongUse(f"the log ends at position {log.end}")
    form = listing.as_json if options.json else listing.as_text
    for position, value in log.values(first, last):
        print(form(parse_value(position, value), options.decode))


def check(log: Log, options: argparse.Namespace) -> None:
    """Checks the records from position 1 on, to the end or to --to, and says what they are.

    Raises:
        Damage: the first that was found.
    """
    last = log.end if options.last is None else options.last
    if options.last is not None and options.last > log.end:
        raise WrongUse(f"the log ends at position {log.end}")
    if options.size is not None and options.size > log.end:
        raise Damage(log.end + 1, f"missing: the log ends at {log.end}, and a root over {options.size} was given out")
    chain = Chain(log.log_id)
    examine = _decoder() if options.decode else None
    for position, value in log.values(1, last):
        record = parse_value(position, value)
        chain.append(record)
        if examine is not None:
            examine(record)
        if position == options.size:
            _compare_root(chain, options.root)
    if last == log.end:
        chain.finish()
        if log.entries != log.end:
            raise Damage(None, f"the table says that it holds {log.entries} records, and holds {log.end}")
    _say_sound(options, log, chain)


def _decoder() -> Callable[[Record], object]:
    """Tries a payload; the generated messages are looked for only where they are needed."""
    from kith_audit import payload

    return payload.message


def _compare_root(chain: Chain, expected: bytes) -> None:
    root = chain.tree.root()
    if root != expected:
        raise Damage(
            None,
            f"the root over {chain.tree.size} records is {root.hex()}, not {expected.hex()}: "
            "a record up to there was changed together with its hash, or the root is of another log",
        )


def _say_sound(options: argparse.Namespace, log: Log, chain: Chain) -> None:
    summary = {
        "log": str(log.log_id),
        "records": chain.tree.size,
        "commands": len(chain.commands),
        "streams": len(chain.streams),
        "subjects": len(chain.subjects),
        "root": chain.tree.root().hex(),
    }
    if options.json:
        print(json.dumps(summary | {"damage": None}))
        return
    for name, value in summary.items():
        print(f"{name:<9} {value}")
    if options.size is not None:
        print(f"the root over {options.size} records is the one that was given")
    print("no damage found")


def say_damage(options: argparse.Namespace, damage: Damage) -> None:
    """Names the damage on standard error, and with --json in a last line of the output."""
    sys.stdout.flush()
    print(f"read_log: damage: {damage}", file=sys.stderr)
    if options.json:
        print(json.dumps({"damage": {"position": damage.position, "what": damage.what}}))


def main() -> int:
    """Reads as the command line says; the exit code."""
    options = arguments()
    code, crash, position = guarded(lambda progress: read(options, progress))
    if crash is not None and options.check:
        # Records of the same page were read and not yet looked at: once more, each before the next is read.
        code, crash, position = guarded(lambda progress: read(options, progress, page_records=1))
    if crash is not None:
        say_damage(options, Damage(position or None, f"LMDB crashed ({crash}) on its pages"))
    return code


if __name__ == "__main__":
    sys.exit(main())
