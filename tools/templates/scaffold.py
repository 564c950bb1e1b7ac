"""Makes the skeleton of an aggregate or a projection from tools/templates; called by tools/new.

A template is a folder with `files/` (copied, names and texts filled in), `edits.txt` (lines for existing files) and
`next.txt` (what the author does next). All edits are made in memory first: where one of them does not fit, nothing
is written.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)*")

# Numbers of the domain model go up to 45; refusals from 5000 on are the service's own.
FIRST_FREE_NUMBER = 60
LAST_NUMBER = 640  # An event's kind has 16 bits.


class ScaffoldError(Exception):
    """The skeleton cannot be made; the message says why."""


def placeholders(name: str, number: int | None) -> dict[str, str]:
    """What stands for what in a template. `name` is UpperCamelCase."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    result = {
        "__Name__": name,
        "__name_camel__": name[0].lower() + name[1:],
        "__name__": words.replace(" ", "_"),
        "__name_flat__": words.replace(" ", ""),
        "__name_dash__": words.replace(" ", "-"),
        "__NAME__": words.replace(" ", "_").upper(),
        "__words__": words,
        "__a_words__": _article(words) + " " + words,
        "__A_words__": _article(words).capitalize() + " " + words,
        "__Words__": words[0].upper() + words[1:],
    }
    if number is not None:
        result["__KIND__"] = str(number * 10)
        result["__FIELD__"] = str(number + 100)
        for index in (1, 2):
            result[f"__EVENT_{index}__"] = str(number * 100 + index)
            result[f"__COMMAND_{index}__"] = str(number * 100 + index - 1)
    return result


def _article(words: str) -> str:
    return "an" if words[0] in "aeio" else "a"


def fill(text: str, values: dict[str, str]) -> str:
    """The text with every placeholder filled in."""
    # The longest first: __name_camel__ before __name__.
    for placeholder in sorted(values, key=len, reverse=True):
        text = text.replace(placeholder, values[placeholder])
    return text


def taken_numbers(root: pathlib.Path) -> set[int]:
    """Numbers of the domain model that have an aggregate or an event."""
    registry = (root / "schemas/kith/v1/registry.proto").read_text(encoding="utf-8")
    kinds = re.findall(r"AGGREGATE_KIND_\w+ = (\d+);", registry)
    events = re.findall(r"EVENT_KIND_\w+ = (\d+);", registry)
    return {int(kind) // 10 for kind in kinds} | {int(event) // 100 for event in events}


def choose_number(root: pathlib.Path, wanted: int | None) -> int:
    """The number that was asked for, or the first free one."""
    taken = taken_numbers(root)
    if wanted is None:
        return next(number for number in range(FIRST_FREE_NUMBER, LAST_NUMBER) if number not in taken)
    if wanted in taken:
        raise ScaffoldError(f"number {wanted} is taken: see schemas/kith/v1/registry.proto")
    if not 1 <= wanted < LAST_NUMBER or 50 <= wanted < FIRST_FREE_NUMBER:
        raise ScaffoldError(f"number {wanted} is none for an aggregate: 1 to 49, or {FIRST_FREE_NUMBER} and up")
    return wanted


def edit(text: str, where: str, anchor: str, lines: list[str]) -> str:
    """The text with the lines inserted; ScaffoldError where the anchor is not there."""
    rows = text.split("\n")
    places = [index for index, row in enumerate(rows) if row.strip().startswith(anchor)]
    if not places:
        raise ScaffoldError(f"no line begins with {anchor!r}")
    match where:
        case "before":
            at = places[0]
        case "after-last":
            at = places[-1] + 1
        case "end-of":
            at = _closing(rows, places[0])
            # Behind a block's lines may stand its reservations and their comments; new lines go before its end.
        case _:
            raise ScaffoldError(f"{where!r} is no place; see tools/templates/aggregate/edits.txt")
    rows[at:at] = lines
    return "\n".join(rows)


def _closing(rows: list[str], first: int) -> int:
    """The row of the brace that closes the block beginning at `first`."""
    indent = len(rows[first]) - len(rows[first].lstrip())
    for index in range(first + 1, len(rows)):
        if rows[index].startswith(" " * indent + "}"):
            return index
    raise ScaffoldError(f"the block that begins with {rows[first].strip()!r} has no end")


def read_edits(text: str) -> list[tuple[str, str, str, list[str]]]:
    """The edits of a template: file, place, anchor, lines."""
    edits: list[tuple[str, str, str, list[str]]] = []
    for row in text.split("\n"):
        if row.startswith("== "):
            file, where, anchor = (part.strip() for part in row.removeprefix("== ").split("|", 2))
            edits.append((file, where, anchor, []))
        elif edits:
            edits[-1][3].append(row)
    for *_, lines in edits:
        # The empty line before the next edit is the template's own.
        while lines and not lines[-1].strip():
            lines.pop()
        lines[:] = ["" if line == "<blank>" else line for line in lines]
    return edits


def scaffold(root: pathlib.Path, kind: str, name: str, number: int | None) -> dict[pathlib.Path, str]:
    """The files that the skeleton makes or changes, and their texts."""
    template = ROOT / "tools" / "templates" / kind
    values = placeholders(name, number)
    result: dict[pathlib.Path, str] = {}
    for source in sorted((template / "files").rglob("*")):
        if source.is_file():
            target = pathlib.Path(fill(str(source.relative_to(template / "files")), values))
            if (root / target).exists():
                raise ScaffoldError(f"{target} exists")
            result[target] = fill(source.read_text(encoding="utf-8"), values)
    edits = template / "edits.txt"
    for file, where, anchor, lines in read_edits(edits.read_text(encoding="utf-8")) if edits.exists() else []:
        path = pathlib.Path(file)
        before = result.get(path) or (root / path).read_text(encoding="utf-8")
        try:
            result[path] = edit(before, where, anchor, [fill(line, values) for line in lines])
        except ScaffoldError as error:
            raise ScaffoldError(f"{file}: {error}; the template no longer fits the code") from error
    return result


def main(arguments: list[str]) -> int:
    """Makes the skeleton and gives the exit code."""
    parser = argparse.ArgumentParser(prog="tools/new", description=__doc__)
    parser.add_argument("kind", choices=["aggregate", "projection"])
    parser.add_argument("name", help="in UpperCamelCase, for example LoyaltyAccount")
    parser.add_argument("--number", type=int, help="an aggregate's number in the domain model; the first free one")
    parser.add_argument("--dry-run", action="store_true", help="say what would be made, make nothing")
    options = parser.parse_args(arguments)
    try:
        if not NAME.fullmatch(options.name):
            raise ScaffoldError(f"{options.name} is not in UpperCamelCase")
        number = choose_number(ROOT, options.number) if options.kind == "aggregate" else None
        made = scaffold(ROOT, options.kind, options.name, number)
    except (ScaffoldError, OSError) as error:
        print(f"new: {error}; nothing was made", file=sys.stderr)
        return 1
    for path, text in made.items():
        print(f"new: {'changes' if (ROOT / path).exists() else 'makes'} {path}")
        if not options.dry_run:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, encoding="utf-8")
    if options.dry_run:
        return 0
    next_steps = ROOT / "tools" / "templates" / options.kind / "next.txt"
    print("\n" + fill(next_steps.read_text(encoding="utf-8"), placeholders(options.name, number)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
