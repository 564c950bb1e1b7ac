"""The form of text files, and the length of source files, which must not get worse."""

from __future__ import annotations

import pathlib

from repository import files

LINE_MAXIMUM = 120
FILE_LINES_MAXIMUM = 450
RATCHET = pathlib.Path("tools/check.d/long_files.txt")
RATCHET_HEADER = (
    f"# Files of more than {FILE_LINES_MAXIMUM} lines and how long each may be: never longer than it is.\n"
    "# `tools/check --update-lengths` lowers the numbers; a new line is written by hand and says why.\n"
)

CODE = (".swift", ".py", ".proto", ".sh", "")
TEXT = (*CODE, ".md", ".json", ".ndjson", ".txt", ".yml")

# Texts that are copied as they are.
FOREIGN = {pathlib.Path("LICENSE")}


def form(root: pathlib.Path) -> list[str]:
    """Trailing blanks, tabs, wrong line ends, missing line end at the end, lines that are too long."""
    result = []
    for path in files(root, *TEXT):
        if path in FOREIGN:
            continue
        try:
            text = (root / path).read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue  # Not a text.
        if text and not text.endswith("\n"):
            result.append(f"{path}: does not end with a line end")
        for number, line in enumerate(text.split("\n"), 1):
            if line.endswith("\r"):
                result.append(f"{path}:{number}: ends with a carriage return")
            elif line != line.rstrip() and path.suffix != ".md":
                result.append(f"{path}:{number}: ends with blanks")
            if "\t" in line and path.suffix in (".swift", ".py", ".proto"):
                result.append(f"{path}:{number}: holds a tab")
            # Swift's own formatter knows where a line cannot be broken.
            if len(line) > LINE_MAXIMUM and path.suffix in CODE and path.suffix != ".swift":
                result.append(f"{path}:{number}: {len(line)} characters, more than {LINE_MAXIMUM}")
    return result


def long_files(root: pathlib.Path) -> dict[pathlib.Path, int]:
    """Source files over the length, and their lengths."""
    lengths = {}
    for path in files(root, ".swift", ".py", below=("Sources", "Tests", "tools")):
        length = len((root / path).read_text(encoding="utf-8").splitlines())
        if length > FILE_LINES_MAXIMUM:
            lengths[path] = length
    return lengths


def lengths(root: pathlib.Path) -> list[str]:
    """Files that have grown beyond the length, or beyond what the ratchet allows them."""
    allowed = read_ratchet(root)
    result = []
    for path, length in long_files(root).items():
        if path not in allowed:
            result.append(f"{path}: {length} lines, more than {FILE_LINES_MAXIMUM}; split it, or add it to {RATCHET}")
        elif length > allowed[path]:
            result.append(f"{path}: has grown from {allowed[path]} to {length} lines; {RATCHET} lets it only shrink")
    for path in allowed:
        if not (root / path).is_file():
            result.append(f"{RATCHET}: there is no {path}")
    return result


def read_ratchet(root: pathlib.Path) -> dict[pathlib.Path, int]:
    """The lengths that are allowed; none where the file is missing."""
    if not (root / RATCHET).is_file():
        return {}
    entries = {}
    for line in (root / RATCHET).read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        if words:
            entries[pathlib.Path(words[1])] = int(words[0])
    return entries


def lower_ratchet(root: pathlib.Path) -> int:
    """Lowers the allowed lengths to what the files have now; how many entries changed."""
    now, allowed = long_files(root), read_ratchet(root)
    kept = {path: min(length, now[path]) for path, length in allowed.items() if path in now}
    lines = [f"{length:6} {path}\n" for path, length in sorted(kept.items())]
    (root / RATCHET).write_text(RATCHET_HEADER + "".join(lines), encoding="utf-8")
    return sum(kept.get(path) != length for path, length in allowed.items())
