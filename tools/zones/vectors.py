"""Test vectors of zone rules, computed by Python's zoneinfo.

zoneinfo reads the compiled database on its own: the table takes no part in a vector's values, only in the choice of
instants, many of which lie close to a transition.
"""

from __future__ import annotations

import datetime
import random
import zoneinfo

import tzif

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FIRST, LAST = -62_135_500_000, 253_402_200_000
"""Instants between which no zone's clock leaves the years 1 to 9999, beyond which Python has no dates."""
MODERN = -3_786_825_600
"""1850-01-01T00:00:00Z, before the first time zone."""

HEADER = """\
# Made by tools/generate-zones from tzdata {version} with Python's zoneinfo. Do not edit.
# at ZONE SECOND OFFSET CIVIL   at this second of Unix time the zone is so many seconds east, and its clock shows this
# of ZONE CIVIL SECOND          the instant of a civil time: in a gap by the offset before it, in an overlap the first
# day ZONE DATE SECOND          the first instant at which the zone's clock shows this date or a later one
"""

# Zones whose rules are peculiar, or that much business is done in; they get more vectors than the others.
CHOSEN = [
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Monrovia", "America/Anchorage", "America/Caracas",
    "America/Havana", "America/New_York", "America/Nuuk", "America/Santiago", "America/Sao_Paulo",
    "America/Scoresbysund", "America/Sitka", "America/St_Johns", "America/Toronto", "Antarctica/Troll", "Asia/Beirut",
    "Asia/Gaza", "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila", "Asia/Pyongyang", "Asia/Shanghai",
    "Asia/Tehran", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney", "Europe/Amsterdam", "Europe/Berlin",
    "Europe/Dublin", "Europe/Lisbon", "Europe/London", "Europe/Moscow", "Pacific/Apia", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Kwajalein", "Etc/UTC",
]  # fmt: skip


def text(version: str, rules: dict[str, tzif.Rules], aliases: dict[str, str], many: int = 20, few: int = 2) -> str:
    """All vectors: `many` of each kind for a chosen zone, `few` for the others and for every link."""
    # The package's own files, whatever the machine has.
    zoneinfo.reset_tzpath(to=[])
    lines = []
    for name in sorted([*rules, *aliases]):
        # By name, so that a new zone leaves the vectors of the others as they are.
        chance = random.Random(name)
        own = rules[aliases.get(name, name)]
        lines += _of_zone(name, own, chance, many if name in CHOSEN else few)
    return HEADER.format(version=version) + "".join(line + "\n" for line in lines)


def _of_zone(name: str, rules: tzif.Rules, chance: random.Random, count: int) -> list[str]:
    zone = zoneinfo.ZoneInfo(name)
    moments = [moment for moment, _ in rules.transitions] + _yearly(zone, rules, chance, count)
    lines = []
    for index in range(count):
        near = bool(moments) and index % 2 == 0
        second = chance.choice(moments) + chance.choice([-1, 0, 1]) if near else _anywhere(chance)
        local = _local(zone, second)
        lines.append(f"at {name} {second} {int(local.utcoffset().total_seconds())} {_civil(local)}")
    for _ in range(count):
        second = chance.choice(moments) + chance.randrange(-4_000, 4_000) if moments else _anywhere(chance)
        # Civil times in gaps, too, where no instant leads.
        civil = _local(zone, second).replace(tzinfo=None) + datetime.timedelta(seconds=chance.randrange(-3600, 3600))
        lines.append(f"of {name} {_civil(civil)} {_second(civil.replace(tzinfo=zone, fold=0))}")
    for _ in range(count // 2):
        second = chance.choice(moments) + chance.randrange(0, 80_000) if moments else _anywhere(chance)
        date = _local(zone, second).date()
        lines.append(f"day {name} {date.isoformat()} {_first_second(zone, date)}")
    return lines


def _yearly(zone: zoneinfo.ZoneInfo, rules: tzif.Rules, chance: random.Random, count: int) -> list[int]:
    """Some transitions after the last of the database, found by looking for them day by day."""
    found: list[int] = []
    if not rules.footer:
        return found
    for year in sorted(chance.sample(range(2038, 9990), max(1, count // 5))):
        start = _second(datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc))
        for day in range(start, start + 366 * 86_400, 86_400):
            low, high = day, day + 86_400
            if _local(zone, low).utcoffset() == _local(zone, high).utcoffset():
                continue
            while high - low > 1:
                middle = (low + high) // 2
                same = _local(zone, middle).utcoffset() == _local(zone, low).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
    return found


def _anywhere(chance: random.Random) -> int:
    """Mostly the time that people write about, now and then any."""
    low, high = (FIRST, LAST) if chance.random() < 0.3 else (MODERN, MODERN + 300 * 31_556_952)
    return chance.randrange(low, high)


def _first_second(zone: zoneinfo.ZoneInfo, date: datetime.date) -> int:
    """By looking at every half minute around midnight, then at every second: slow, and plainly right."""
    midnight = (date - EPOCH.date()).days * 86_400
    for coarse in range(midnight - 60_000, midnight + 60_000, 30):
        if _local(zone, coarse).date() >= date:
            return next(second for second in range(coarse - 30, coarse + 1) if _local(zone, second).date() >= date)
    raise tzif.TableError(f"{zone.key} never shows {date}")


def _local(zone: zoneinfo.ZoneInfo, second: int) -> datetime.datetime:
    return (EPOCH + datetime.timedelta(seconds=second)).astimezone(zone)


def _second(moment: datetime.datetime) -> int:
    """Seconds of Unix time, exactly. (A difference of two times of one zone would be one of its clock.)"""
    return (moment.astimezone(datetime.timezone.utc) - EPOCH) // datetime.timedelta(seconds=1)


def _civil(moment: datetime.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")
