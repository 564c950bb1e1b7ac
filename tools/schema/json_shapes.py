"""The Swift table of what the JSON of every message looks like, for the HTTP face."""

from __future__ import annotations

from descriptors import PACKAGE, Field, Message, Schema

# What of the protocol is asked and answered: everything else stands within these.
ROOTS = ["Request", "Response"]

WIDE = {"int64", "uint64", "sint64", "fixed64", "sfixed64"}
TEXTS = {"string", "bytes"}


def json_name(name: str) -> str:
    """The name of a field in protobuf's JSON mapping."""
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def reachable(schema: Schema, roots: list[str]) -> list[Message]:
    """The messages of the protocol that stand within these, with them, by name."""
    found: dict[str, Message] = {}
    waiting = [schema.messages[f"{PACKAGE}.{root}"] for root in roots]
    while waiting:
        message = waiting.pop()
        if message.name in found:
            continue
        found[message.name] = message
        waiting += [schema.messages[field.type] for field in message.fields if field.type in schema.messages]
    return [found[name] for name in sorted(found)]


def table(schema: Schema) -> str:
    """The text of MessageShapes' table as Swift."""
    lines = []
    for message in reachable(schema, ROOTS):
        fields = sorted(message.fields, key=lambda field: field.number)
        lines.append(" ".join([message.short, *(f"{json_name(f.name)}:{_kind(schema, f)}" for f in fields)]))
    text = "\n".join("        " + line for line in lines)
    return f'''\
// DO NOT EDIT. Made by tools/generate from schemas/kith/v1.

/// Which fields the messages of the protocol have in JSON.
enum GeneratedShapes {{
    /// A line per message; `MessageShapes` says what it means.
    static let table = """
{text}
        """
}}
'''


def _kind(schema: Schema, field: Field) -> str:
    if field.type in schema.messages:
        short = schema.messages[field.type].short
        return f"R={short}" if field.label == "repeated" else f"m={short}"
    if field.label == "repeated":
        return "r"
    if field.label == "optional" or field.oneof or ("." in field.type and field.type not in schema.enums):
        # Messages of other packages are timestamps, which are texts.
        return "q" if field.type == "bool" else "p"
    if field.type in schema.enums:
        first = next(value for value in schema.enums[field.type].values if value.number == 0)
        return f"e={first.name}"
    if field.type in TEXTS:
        return "s"
    if field.type == "bool":
        return "b"
    return "l" if field.type in WIDE else "n"
