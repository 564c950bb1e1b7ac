"""The figures as a table: for the terminal, and for docs/performance.md."""

import dataclasses
import datetime
import os
import pathlib
import platform
import statistics
import subprocess


@dataclasses.dataclass
class Side:
    """One side of a line: its name and the figures of each of its runs."""

    name: str
    runs: list


@dataclasses.dataclass
class Line:
    """A line of the table. `reached` is None where there is nothing to compare to."""

    number: str
    title: str
    what: str
    sides: list
    ratio: float
    goal: str
    reached: bool
    # What the figures of the sides do not tell, each a sentence.
    remarks: tuple = ()


def middle(runs, name):
    """The median of a figure over the runs."""
    return statistics.median(run[name] for run in runs)


def machine(directory, configuration):
    """What the figures were measured on."""
    processor = next(
        (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{os.cpu_count()} x {processor}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{_distribution()}, Linux {platform.release()}",
        "disk": _output("findmnt", "-n", "-o", "FSTYPE,SOURCE", "-T", directory),
        "swift": _output("swift", "--version").split("\n")[0],
        "build": configuration,
        "revision": _output("git", "describe", "--always", "--dirty"),
        "sync": "every commit is on stable storage before it is acknowledged (LMDB's default: data, then meta page)",
    }


def _distribution():
    for line in pathlib.Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.split("=", 1)[1].strip('"')
    return platform.system()


def _output(*command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=pathlib.Path(__file__).parent)
    return " ".join(done.stdout.strip().split("\n")[0].split())


HEADINGS = ("", "per second", "p50", "p99", "p99.9", "seconds", "CPU µs: service, client")


def _cells(side):
    runs = side.runs

    def latency(name):
        return f"{middle(runs, name):,.0f} µs" if all(run.get(name) for run in runs) else ""
    rate = middle(runs, "perSecond")
    processor = ""
    if all(run.get("daemonCPU") is not None for run in runs):
        each = [
            1e6 * statistics.median(run[name] / max(1, _whole(run)) for run in runs)
            for name in ("daemonCPU", "clientCPU")]
        processor = f"{each[0]:,.1f}, {each[1]:,.1f}"
    return (
        side.name, f"{rate:,.0f}", latency("p50"), latency("p99"), latency("p999"),
        f"{middle(runs, 'seconds'):,.2f}", processor)


def _whole(run):
    """Operations of the time over which processor time was taken, the warm-up included."""
    return run["operations"] * run["details"].get("wholeSeconds", run["seconds"]) / max(1e-9, run["seconds"])


def _verdict(machine, line):
    if line.reached is None or machine["build"] != "release":
        return "not compared with the goal"
    return f"ratio {line.ratio:.2f}; goal: {line.goal}: {'reached' if line.reached else 'NOT reached'}"


def heading(machine, markdown):
    """What stands above the table."""
    rows = (f"- {name}: {value}" if markdown else f"{name + ':':10} {value}" for name, value in machine.items())
    return "\n".join(rows)


def text(machine, line):
    """A line of the table, for the terminal."""
    rows = [HEADINGS] + [_cells(side) for side in line.sides]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    parts = ["", f"{line.number}  {line.title}", f"   {line.what}"]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        parts.append("   " + "  ".join(cells).rstrip())
    return "\n".join(parts + ["   " + remark for remark in line.remarks] + ["   " + _verdict(machine, line)])


def markdown(machine, line):
    """The same as docs/performance.md has it."""
    parts = ["", f"### {line.number}: {line.title}", "", f"{line.what}.", ""]
    parts.append("| " + " | ".join(HEADINGS) + " |")
    parts.append("|" + "---|" * len(HEADINGS))
    parts += ["| " + " | ".join(_cells(side)) + " |" for side in line.sides]
    parts += ["", *(f"{remark}." for remark in line.remarks)] if line.remarks else []
    return "\n".join(parts + ["", f"**{_verdict(machine, line)}.**"])
