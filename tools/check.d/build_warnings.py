"""Finds the warnings of our own sources in the log of a build.

    .venv/bin/python tools/check.d/build_warnings.py LOG
"""

from __future__ import annotations

import pathlib
import re
import sys

from repository import ROOT

WARNING = re.compile(r"^(?P<path>/?[^:\n]+\.swift):(?P<line>\d+):\d+: warning: (?P<text>.*)$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
OURS = ("Sources", "Tests", "tools")


def warnings(log: str, root: pathlib.Path) -> list[tuple[pathlib.Path, str]]:
    """Files of ours with a warning, and the warning with its place; each once."""
    found = {}
    for match in WARNING.finditer(COLOUR.sub("", log)):
        path = (root / match["path"]).resolve()
        try:
            relative = path.relative_to(root.resolve())
        except ValueError:
            continue
        if relative.parts[0] in OURS:
            found[f"{relative}:{match['line']}: {match['text']}"] = path
    return [(path, text) for text, path in found.items()]


def main(arguments: list[str]) -> int:
    """Prints the warnings and gives the exit code."""
    found = warnings(pathlib.Path(arguments[0]).read_text(encoding="utf-8", errors="replace"), ROOT)
    for path, text in found:
        print(f"warning as error: {text}")
        if path.exists():
            path.touch()
    print(f"warnings: {len(found)}" if found else "no warnings of our own")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
