"""Commands that may be accepted.

A command made up field by field is refused for the first field that it lacks. These ones say what commands of their
kind usually say, about records that earlier ones made, so that a run also reaches what lies behind the refusals.
"""

from __future__ import annotations

import base64
import random
import threading
import uuid

# How often a field is there; what a command is about nearly always is.
OFTEN, NEARLY_ALWAYS, SELDOM = 0.6, 0.95, 0.03

# Lists and messages within messages end somewhere.
DEPTH = 6
LONGEST_LIST = 2

# Fields that mostly stand in the way of being accepted: ids of the caller's own, what only a service may set, records
# of other systems.
RARE = {"id", "token", "source", "sourceVersion", "external", "allowDuplicate", "itemId", "bodies", "clear"}

# Fields without which most messages that have them say nothing.
NEEDED = {"name", "key", "system", "label", "currency", "text", "channel", "lines"}

# What a reference is to, where its name does not say so.
MEANT = {
    "requester": "party", "partner": "party", "survivor": "party", "absorbed": "party", "parties": "party",
    "assignee": "employee", "reviewer": "employee", "teams": "team", "employees": "employee", "related": "ticket",
    "programme": "programme", "goodsreturn": "return", "products": "product", "competitors": "competitor",
}  # fmt: skip

WORDS = ["north", "oak", "river", "cedar", "stone", "amber", "delta", "maple"]
TEXTS = {
    "currency": ["EUR", "USD", "GBP"],
    "costCurrency": ["EUR", "USD"],
    "country": ["DE", "US", "GB"],
    "zone": ["UTC", "Europe/Berlin", "Asia/Shanghai"],
    "language": ["en", "de", "zh"],
    "locale": ["en", "zh"],
    "channel": ["web", "phone", "email"],
}
# Names of fields with a date without a time.
DATES = ("date", "day", "validfrom", "validto", "validuntil", "expireson")


class Plausible:
    """Makes commands from the document's schemas, each from a seed of its own."""

    def __init__(self, schemas: dict) -> None:
        self.schemas = schemas
        common = {"expectedRevision", "reason", "fields", "clearFields"}
        self.members = [name for name in schemas["CommandBody"]["properties"] if name not in common]
        # Stream numbers of records, each with the command that made it. Requests may be made by several threads.
        self.known: list[tuple[str, int]] = []
        self.lock = threading.Lock()

    def command(self, seed: str) -> dict:
        """A command with one body."""
        chance = random.Random(seed)
        member = chance.choice(self.members)
        body = {member: self._message(self._type(self.schemas["CommandBody"]["properties"][member]), chance, 0)}
        if chance.random() < OFTEN:
            body["reason"] = "as made up"
        key = base64.b64encode(chance.randbytes(16)).decode()
        return {"idempotencyKey": key, "bodies": [body]}

    def learn(self, command: dict, result: dict) -> None:
        """Remembers what an accepted command was about."""
        accepted = result.get("accepted")
        if not accepted or accepted.get("dryRun"):
            return
        member = next(name for name in command["bodies"][0] if name in self.members)
        with self.lock:
            for body in accepted["bodies"]:
                if (member.lower(), int(body["number"])) not in self.known:
                    self.known.append((member.lower(), int(body["number"])))

    def _message(self, name: str, chance: random.Random, depth: int) -> dict:
        made: dict = {}
        choices: dict[str, list[str]] = {}
        for field, schema in self.schemas[name]["properties"].items():
            about = schema.get("description", "")
            if "At most one of the fields of" in about:
                choices.setdefault(about.rsplit('"', 2)[1], []).append(field)
            elif chance.random() < self._share(field, schema):
                made[field] = self._value(field, schema, chance, depth)
        for fields in choices.values():
            field = chance.choice(fields)
            made[field] = self._value(field, self.schemas[name]["properties"][field], chance, depth)
        return {field: value for field, value in made.items() if value is not None}

    def _share(self, field: str, schema: dict) -> float:
        if field in RARE:
            return SELDOM
        return NEARLY_ALWAYS if self._type(schema) or field in NEEDED else OFTEN

    def _value(self, field: str, schema: dict, chance: random.Random, depth: int) -> object:
        if schema.get("type") == "array" or "items" in schema:
            count = chance.randint(1, LONGEST_LIST)
            return [item for _ in range(count) if (item := self._value(field, schema["items"], chance, depth + 1))]
        name = self._type(schema)
        if name == "Reference":
            return self._reference(field, chance)
        if name:
            choices = self.schemas[name].get("enum")
            if choices:
                return chance.choice([choice for choice in choices if isinstance(choice, str)][1:] or choices)
            return self._message(name, chance, depth + 1) if depth < DEPTH else None
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if "boolean" in kinds:
            return chance.random() < OFTEN
        if "integer" in kinds:
            return chance.choice([1, 2, 3, 10, 100, 1000])
        if "number" in kinds:
            return chance.choice([0.0, 0.5, 1.0])
        return self._text(field, schema.get("format", ""), chance)

    def _text(self, field: str, form: str, chance: random.Random) -> str | None:
        if form == "date-time":
            return f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T1{chance.randint(0, 9)}:00:00Z"
        if form == "byte":
            return None
        if field in TEXTS:
            return chance.choice(TEXTS[field])
        if field == "id":
            return str(uuid.UUID(int=chance.getrandbits(128), version=4))
        if field.lower().endswith(DATES):
            return f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
        return chance.choice(WORDS) + (str(chance.randint(1, 99)) if chance.random() < OFTEN else "")

    def _reference(self, field: str, chance: random.Random) -> dict:
        with self.lock:
            known = list(self.known)
        meant = MEANT.get(field.lower(), field.lower())
        fitting = [number for member, number in known if meant in member]
        if fitting and chance.random() < NEARLY_ALWAYS:
            return {"number": str(chance.choice(fitting))}
        # What came with the service has a low number; the principal that sends all this is among it, and has to stay.
        return {"number": "0" if meant == "principal" else str(chance.randint(1, 20))}

    @staticmethod
    def _type(schema: dict) -> str | None:
        """The name of the schema that a field refers to."""
        references = [schema, *schema.get("anyOf", [])]
        return next((text["$ref"].rsplit("/", 1)[1] for text in references if "$ref" in text), None)
