"""Runs the checks one after the other; called by tools/check."""

from __future__ import annotations

import argparse
import collections.abc
import pathlib
import subprocess
import sys
import time

import imports
import source_rules
import text_form
from repository import ROOT, files

SHOWN_MAXIMUM = 60

Check = collections.abc.Callable[[pathlib.Path], list[str]]


def swift_files(root: pathlib.Path) -> list[str]:
    """The Swift files that the formatter looks after."""
    # The names in templates are no names yet.
    return [str(path) for path in files(root, ".swift") if path.parts[:2] != ("tools", "templates")]


def swift_format(root: pathlib.Path) -> list[str]:
    """What Swift's formatter and linter would change or refuse."""
    paths = swift_files(root)
    if not paths:
        return []
    configuration = str(root / ".swift-format")
    return _run(root, "swift", "format", "lint", "--strict", "--parallel", "--configuration", configuration, *paths)


def schema(root: pathlib.Path) -> list[str]:
    """What in schemas/ breaks a rule or a promise."""
    return _run(root, sys.executable, "tools/schema/check_compatibility.py")


def generated(root: pathlib.Path) -> list[str]:
    """Generated files that are not what schemas/ gives."""
    return _run(root, "tools/generate", "--check")


def zones(root: pathlib.Path) -> list[str]:
    """Zone rules, or their test vectors, that are not what the pinned version of tzdata gives."""
    return _run(root, sys.executable, "tools/zones/generate.py", "--check")


def shell(root: pathlib.Path) -> list[str]:
    """Shell scripts that bash cannot read, that do not stop at errors, or that cannot be run."""
    result = []
    for path in files(root, "", ".sh"):
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        if not text.startswith("#!"):
            continue
        if not (root / path).stat().st_mode & 0o100:
            result.append(f"{path}: is not executable")
        if "bash" in text.splitlines()[0]:
            result += _run(root, "bash", "-n", str(path))
            if "\nset -euo pipefail\n" not in text:
                result.append(f"{path}: has no `set -euo pipefail`")
    return result


CHECKS: dict[str, Check] = {
    "format": swift_format,
    "imports": imports.findings,
    "source": source_rules.findings,
    "text": text_form.form,
    "length": text_form.lengths,
    "shell": shell,
    "schema": schema,
    "generated": generated,
    "zones": zones,
}


def _run(root: pathlib.Path, *command: str) -> list[str]:
    """What a failing command printed; nothing where it succeeds."""
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return []
    lines = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    return lines or [f"{command[0]} ended with {run.returncode}"]


def run_checks(root: pathlib.Path, names: list[str]) -> int:
    """Runs the checks, prints what they find, and gives the exit code: 1 where one found something."""
    failed = []
    for name in names:
        started = time.monotonic()
        found = CHECKS[name](root)
        print(f"check: {name:<10} {'FAILED' if found else 'ok':<6} {time.monotonic() - started:5.1f} s", flush=True)
        for line in found[:SHOWN_MAXIMUM]:
            print(f"    {line}")
        if len(found) > SHOWN_MAXIMUM:
            print(f"    … and {len(found) - SHOWN_MAXIMUM} lines more")
        if found:
            failed.append(name)
    if failed:
        print(f"check: {len(failed)} of {len(names)} checks failed: {', '.join(failed)}", flush=True)
        return 1
    print(f"check: {len(names)} checks passed", flush=True)
    return 0


def main(arguments: list[str]) -> int:
    """Does what the command line asks for, and gives the exit code."""
    parser = argparse.ArgumentParser(prog="tools/check", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run these checks only")
    parser.add_argument("--list", action="store_true", help="name the checks")
    parser.add_argument("--fix", action="store_true", help="format the Swift sources")
    parser.add_argument("--update-lengths", action="store_true", help="lower the ratchet of file lengths")
    parser.add_argument("--self-test", action="store_true", help="prove of every check that it can fail")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in CHECKS]:
        parser.error(f"there is no check {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    if options.list:
        print(*CHECKS, sep="\n")
        return 0
    if options.fix:
        command = ["swift", "format", "format", "--in-place", "--parallel", "--configuration", ".swift-format"]
        return subprocess.run([*command, *swift_files(ROOT)], cwd=ROOT, check=False).returncode
    if options.update_lengths:
        print(f"check: {text_form.lower_ratchet(ROOT)} entries of {text_form.RATCHET} changed")
        return 0
    if options.self_test:
        tests = ["-m", "unittest", "discover", "-s", str(ROOT / "tools/check.d/tests")]
        return subprocess.run([sys.executable, *tests], check=False).returncode
    return run_checks(ROOT, options.names or list(CHECKS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
