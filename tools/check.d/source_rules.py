"""Rules of the source that the compiler and the formatter do not know."""

from __future__ import annotations

import pathlib
import re

from repository import files

# The targets between the disk and a projection, where an error that is swallowed is a wrong answer.
ENGINE = ("Sources/LMDB/", "Sources/EventLog/", "Sources/KeyVault/", "Sources/Replay/")

# Text that must not stand in the code of Swift sources: what it is, where it counts, what to do.
FORBIDDEN_SWIFT: list[tuple[re.Pattern[str], tuple[str, ...], str]] = [
    (re.compile(r"\btry!"), ("Sources/",), "try! turns an error into a crash; handle or rethrow it"),
    (re.compile(r"\bas!"), ("Sources/", "Tests/"), "as! crashes; use as? and say what happens otherwise"),
    (re.compile(r"\bfatalError\("), ("Sources/",), "fatalError; throw, or precondition for a programmer's error"),
    (re.compile(r"\bprint\("), ("Sources/",), "print; use the logger (the command line writes through its Console)"),
    (
        re.compile(r"\btry\?(?! await [\w.]*\bsleep\()"),
        ENGINE,
        "try? hides an error of the disk; only `not found` ends a scan",
    ),
]

# Targets whose business is to write to the terminal (the daemon: its help and its complaints before logging).
PRINTING = {"kith", "kithd"}

ANY_TEXT: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\b(TODO|FIXME)\b(?!\(#\d+\))"), "needs the number of an issue: TODO(#12)"),
    (re.compile(r"(?<![\w.$}~-])/(work|root|home|Users)/(?!\.\.\.)\w"), "a path of one machine"),
    (
        re.compile(r"\b(pypi\.org|pythonhosted|registry\.npmjs|crates\.io|proxy\.golang|deb\.debian|archive\.ubu)"),
        "the host of a package registry; its client knows it",
    ),
]
TEXT_SUFFIXES = (".swift", ".py", ".md", ".proto", ".sh", ".json", ".yml", ".txt", ".html", "")

UNCHECKED = re.compile(r"@unchecked\s+Sendable")
GUARD_WORDS = re.compile(r"\b(lock|locked|mutex|queue|thread|event loop|loop|immutable|atomic)", re.IGNORECASE)
COMMENT = re.compile(r"^\s*//")


def findings(root: pathlib.Path) -> list[str]:
    """Every place that breaks a rule."""
    result = []
    for path in files(root, ".swift", below=("Sources", "Tests")):
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        result += _forbidden(path, lines)
        result += _unguarded(path, lines)
    for path in files(root, *TEXT_SUFFIXES):
        # The rules themselves name what they forbid.
        if path.parts[:2] != ("tools", "check.d"):
            result += _text(root, path)
    return result


def _forbidden(path: pathlib.Path, lines: list[str]) -> list[str]:
    result = []
    for number, line in enumerate(lines, 1):
        if COMMENT.match(line):
            continue
        for pattern, folders, why in FORBIDDEN_SWIFT:
            if str(path).startswith(folders) and pattern.search(_without_strings(line)):
                if "print" in pattern.pattern and path.parts[1] in PRINTING:
                    continue
                result.append(f"{path}:{number}: {why}")
    return result


def _without_strings(line: str) -> str:
    return re.sub(r'"(\\.|[^"\\])*"', '""', line)


def _unguarded(path: pathlib.Path, lines: list[str]) -> list[str]:
    """`@unchecked Sendable` that does not say which lock or queue makes it true."""
    result = []
    for index, line in enumerate(lines):
        if not UNCHECKED.search(line) or COMMENT.match(line):
            continue
        # The comment stands right above the declaration, attributes may stand between.
        above = []
        for earlier in reversed(lines[:index]):
            if not COMMENT.match(earlier) and not earlier.strip().startswith("@"):
                break
            above.append(earlier)
        if not GUARD_WORDS.search(" ".join([*above, line.partition("//")[2]])):
            result.append(f"{path}:{index + 1}: @unchecked Sendable, and no comment names its lock, queue or thread")
    return result


def _text(root: pathlib.Path, path: pathlib.Path) -> list[str]:
    try:
        text = (root / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []  # Not a text.
    return [
        f"{path}:{number}: {match[0]}: {why}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, why in ANY_TEXT
        if (match := pattern.search(line))
    ]
