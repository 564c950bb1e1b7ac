"""Makes the table of zone rules and its test vectors; called by tools/generate-zones.

    .venv/bin/python tools/zones/generate.py [--check]
"""

from __future__ import annotations

import argparse
import difflib
import pathlib
import re
import sys
import textwrap

import tzdata
import tzif
import vectors

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = pathlib.Path("Sources/Analytics/Generated/ZoneTable.swift")
VECTORS = pathlib.Path("Tests/AnalyticsTests/Vectors/zones.txt")
SOURCE = pathlib.Path(tzdata.__file__).resolve().parent / "zoneinfo"

# The database's placeholder for a machine whose zone nobody has set.
PLACEHOLDERS = {"Factory"}

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
WIDTH = 112

TEMPLATE = '''\
// Made by tools/generate-zones from tzdata {version}. Do not edit.

/// The rules of all zones of the database, packed; `ZoneTable+Reading.swift` says how.
enum ZoneTable {{
    /// The version of the time zone database that the table was made from.
    static let version = "{version}"

    static let text = """
{zones}
        """
}}
'''


def names() -> tuple[str, dict[str, list[str]]]:
    """The version of the database, and every zone's name with the names that are links to it."""
    version, zones, links = "", {}, {}
    for line in (SOURCE / "tzdata.zi").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if line.startswith("# version "):
            version = fields[2]
        elif fields and fields[0] == "Z":
            zones[fields[1]] = []
        elif fields and fields[0] == "L":
            links[fields[2]] = fields[1]
    if not version or len(zones) + len(links) < 400:
        raise tzif.TableError(f"{SOURCE} is not a whole time zone database")
    for link, target in sorted(links.items()):
        # A link may lead to another link.
        while target in links:
            target = links[target]
        zones[target].append(link)
    return version, {name: zones[name] for name in sorted(zones) if name not in PLACEHOLDERS}


def base36(number: int) -> str:
    """A whole number in digits and small letters."""
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = DIGITS[digit] + digits
    return "-" + digits if number < 0 else digits


def packed(name: str, links: list[str], rules: tzif.Rules) -> str:
    """A zone as the table has it: names | offsets | transitions | footer."""
    offsets = list(dict.fromkeys([rules.initial, *(offset for _, offset in rules.transitions)]))
    if len(offsets) > 26:
        raise tzif.TableError(f"{name}: {len(offsets)} offsets, and the table has letters for 26")
    changes, last = "", 0
    for moment, offset in rules.transitions:
        changes += chr(ord("A") + offsets.index(offset)) + base36(moment - last)
        last = moment
    # Transitions may be broken anywhere, names only between two of them.
    text = " ".join([name, *links]) + "|" + " ".join(map(str, offsets)) + "|"
    wrapped = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    rest = f"{changes}|{rules.footer};"
    room = WIDTH - len(wrapped[-1])
    wrapped[-1] += rest[:room]
    wrapped += [rest[start : start + WIDTH] for start in range(room, len(rest), WIDTH)]
    return "\n".join("        " + line for line in wrapped)


def make() -> dict[pathlib.Path, str]:
    """The text of every file."""
    version, zones = names()
    table, rules = [], {}
    for name, links in zones.items():
        rules[name] = tzif.read((SOURCE / name).read_bytes())
        tzif.check(rules[name])
        for link in links:
            if tzif.read((SOURCE / link).read_bytes()) != rules[name]:
                raise tzif.TableError(f"{link} is a link to {name} and has other rules")
        table.append(packed(name, links, rules[name]))
    aliases = {link: name for name, links in zones.items() for link in links}
    return {
        TABLE: TEMPLATE.format(version=version, zones="\n".join(table)),
        VECTORS: vectors.text(version, rules, aliases),
    }


def present_version() -> str:
    """The version that the present table was made from; empty where there is none."""
    found = re.search(r"from tzdata (\w+)", (ROOT / TABLE).read_text("utf-8")) if (ROOT / TABLE).exists() else None
    return found.group(1) if found else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/generate-zones", description="Makes the table of zone rules.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a committed file differs")
    options = parser.parse_args()
    made = make()
    version = names()[0]
    if version < present_version():
        print(f"generate-zones: tzdata {version} is older than the table's {present_version()}", file=sys.stderr)
        return 1
    for path, text in made.items():
        committed = (ROOT / path).read_text("utf-8") if (ROOT / path).exists() else ""
        if options.check and committed != text:
            lines = difflib.unified_diff(
                committed.splitlines(), text.splitlines(), f"committed/{path}", f"generated/{path}", lineterm=""
            )
            print("\n".join(lines), file=sys.stderr)
            return 1
        if committed != text:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, encoding="utf-8")
            print(f"{path}: made from tzdata {version}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except tzif.TableError as error:
        sys.exit(f"generate-zones: {error}")
