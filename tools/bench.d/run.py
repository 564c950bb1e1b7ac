"""Builds the service and the benchmark tool, measures line by line and prints the table; called by tools/bench."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import lines
import report
from bench import Bench, Failure

# A build folder of its own: the manifest differs, and the one of the tests stays as it is.
SCRATCH = ".build-bench"
ROOT = pathlib.Path(__file__).resolve().parents[2]

# How much is measured. `alternations`: how often the two sides of a line take turns.
SIZES = {
    "smoke": {
        "configuration": "debug", "alternations": 1, "one": 100, "seconds": 0.5, "warm_up": 0.2, "ahead": 3_000,
        "burst": 2_000, "events": 3_000, "rows": 600, "postgres": False, "minute": 1, "lasting": 5_000,
    },
    "quick": {
        "configuration": "release", "alternations": 2, "one": 2_000, "seconds": 4, "warm_up": 1, "ahead": 600_000,
        "burst": 200_000, "events": 1_000_000, "rows": 100_000, "postgres": True, "minute": 20, "lasting": 1_500_000,
    },
    "full": {
        "configuration": "release", "alternations": 3, "one": 5_000, "seconds": 8, "warm_up": 2, "ahead": 1_500_000,
        "burst": 1_000_000, "events": 10_000_000, "rows": 100_000, "postgres": True, "minute": 60,
        "lasting": 6_500_000,
    },
}


def arguments():
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures the speed of Kith.")
    size = parser.add_mutually_exclusive_group()
    for name in SIZES:
        size.add_argument(f"--{name}", dest="size", action="store_const", const=name)
    parser.add_argument("--lines", default=",".join(lines.ALL), help="which lines, separated by commas (all)")
    parser.add_argument("--burst", type=int, help="commands of line 3a")
    parser.add_argument("--events", type=int, help="events of the log of lines 4, 5 and 6")
    parser.add_argument("--frame", type=int, default=128, help="commands per frame in lines 3 and 11")
    parser.add_argument("--window", type=int, default=64, help="frames under way in lines 3 and 11")
    parser.add_argument("--data-dir", default=None, help="a directory on the disk to measure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/performance.md has it")
    parser.add_argument(
        "--binaries", type=pathlib.Path, help="measure the executables of this directory instead of building them")
    parser.set_defaults(size="quick")
    given = parser.parse_args()
    unknown = [line for line in given.lines.split(",") if line not in lines.ALL]
    if unknown:
        parser.error(f"there is no line {unknown[0]}; there are {', '.join(lines.ALL)}")
    return given


def build(configuration):
    """Builds what is measured; returns the directory of the executables."""
    command = ["swift", "build", "-c", configuration, "--scratch-path", SCRATCH]
    for product in ("kithd", "kith", "kith-bench"):
        print(f"bench: building {product} ({configuration})", file=sys.stderr)
        done = subprocess.run(
            command + ["--product", product], cwd=ROOT, env=environment(), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout[-4_000:] + done.stderr[-4_000:] + "\nbench: the build failed")
    done = subprocess.run(
        command + ["--show-bin-path"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    return pathlib.Path(done.stdout.strip())


def environment():
    return dict(os.environ, KITH_BENCHMARKS="1")


def main():
    given = arguments()
    size = dict(SIZES[given.size])
    for name in ("burst", "events"):
        if getattr(given, name):
            size[name] = getattr(given, name)
    size["frame"], size["window"] = given.frame, given.window
    binaries = given.binaries or build(size["configuration"])
    # SIGTERM ends the run as Ctrl-C does: what was started is stopped and removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed = False
    show = report.markdown if given.markdown else report.text
    with tempfile.TemporaryDirectory(prefix="kith-bench.", dir=given.data_dir) as directory:
        with Bench(binaries, pathlib.Path(directory)) as bench:
            machine = report.machine(directory, size["configuration"])
            if not given.json:
                print(report.heading(machine, given.markdown), flush=True)
            results = []
            for name in given.lines.split(","):
                print(f"bench: line {name}", file=sys.stderr)
                try:
                    line = lines.ALL[name](bench, size)
                except (Failure, subprocess.SubprocessError) as error:
                    print(f"bench: line {name} failed: {error}", file=sys.stderr)
                    failed = True
                    continue
                results.append(line)
                # Each as soon as it is there: the whole takes long.
                if not given.json:
                    print(show(machine, line), flush=True)
    if given.json:
        print(json.dumps({"machine": machine, "size": given.size, "lines": results}, indent=1, default=vars))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
