"""Puts the service through the rows of the fault table and judges it from outside; tools/faults calls it."""

from __future__ import annotations

import argparse
import contextlib
import pathlib
import secrets
import signal
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tools" / "python"), str(ROOT / "tools" / "audit")]

import report  # noqa: E402
import rows  # noqa: E402
import shim  # noqa: E402
from kith_client import KithError  # noqa: E402
from run import Row, Run  # noqa: E402

# How long the long form goes on beginning new runs, unless it is told otherwise.
DURATION = 3_600


def main() -> int:
    """Runs the rows and gives the exit code: 0 only where each that ran has passed."""
    given = _arguments()
    # SIGTERM ends the run as Ctrl-C does: what was started is stopped and removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    print(f"faults: seed {given.seed}, {given.kithd}", flush=True)
    chosen = [row for row in rows.ALL if given.rows is None or row.number in given.rows]
    left_out = [row for row in chosen if given.short and given.rows is None and row.left_out]
    running = [row for row in chosen if row not in left_out]
    shares = sum(row.share for row in running)
    results = []
    try:
        for row in running:
            result = _run(row, given, given.duration * row.share / shares)
            results.append(result)
            _tell(result)
    finally:
        shim.remove_libraries()
    for row in left_out:
        print(f"row {row.number:2} left out of the short form: {row.fault}: {row.left_out}")
    if given.table:
        given.table.write_text(report.table(results, given.seed), encoding="utf-8")
    print(report.closing(results, given.seed, time.monotonic() - began), flush=True)
    return 0 if report.passed(results) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/faults", description=__doc__)
    parser.add_argument("--kithd", type=pathlib.Path, help="the executable (the debug build)")
    parser.add_argument("--short", action="store_true", help="under five minutes; without the rows that need longer")
    parser.add_argument("--rows", help="only these rows, numbers separated by commas")
    parser.add_argument("--list", action="store_true", help="name the rows")
    parser.add_argument("--duration", type=float, default=DURATION, help="seconds of the long form (%(default)s)")
    parser.add_argument("--soak", type=float, default=0, help="seconds that row 30 goes on (its part of the long form)")
    parser.add_argument("--seed", type=int, default=None, help="the same faults as a run that printed this seed")
    parser.add_argument("--table", type=pathlib.Path, help="write the rows as a table in Markdown to this file")
    given = parser.parse_args()
    if given.list:
        for row in rows.ALL:
            print(f"{row.number:2}  {row.fault}: {row.how}")
        sys.exit(0)
    if given.seed is None:
        given.seed = secrets.randbelow(1 << 31)
    if given.rows is not None:
        known = {row.number for row in rows.ALL}
        words = given.rows.split(",")
        given.rows = {int(word) for word in words if word.isdigit()}
        if not all(word.isdigit() for word in words) or not given.rows <= known:
            parser.error(f"--rows takes numbers out of {', '.join(map(str, sorted(known)))}")
    given.kithd = (given.kithd or ROOT / ".build" / "debug" / "kithd").resolve()
    if not given.kithd.is_file():
        parser.error(f"there is no {given.kithd}; build it: swift build --product kithd")
    return given


def _run(row: Row, given: argparse.Namespace, seconds: float) -> report.Result:
    began = time.monotonic()
    result = report.Result(row.number, row.fault, row.how)
    # Unix sockets have short paths.
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"kf{row.number}.")))
        if row.number == rows.SOAK and given.soak:
            seconds = given.soak
        run = Run(row, given.kithd, folder, given.seed, given.short, seconds)
        try:
            row.act(run)
        except report.NotHere as why:
            result.state, result.detail = report.NOT_HERE, str(why)
        except report.Failed as why:
            run.found(str(why))
        except (KithError, OSError) as error:
            run.found(f"{type(error).__name__}: {error}")
        if result.state == report.PASSED:
            result.state = report.FAILED if run.findings else report.PASSED
            result.detail = run.detail()
        result.findings, result.faults, result.runs = run.findings, run.faults, run.runs
    result.seconds = time.monotonic() - began
    return result


def _tell(result: report.Result) -> None:
    detail = f": {result.detail}" if result.detail else ""
    print(f"row {result.number:2} {result.state} ({result.runs} runs, {result.seconds:.0f} s): {result.fault}{detail}")
    for finding in result.findings:
        print(f"       {finding.kind}: {finding.what}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
