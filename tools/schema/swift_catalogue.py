"""Swift tables of names: refusal codes and whether a retry can help, and what can be asked of the service."""

from __future__ import annotations

import re

from descriptors import PACKAGE, Schema
from json_shapes import json_name
from rules import parse_refusal

CASE = re.compile(r"^\s*case (\d+): self = \.(\w+|`\w+`)$", re.MULTILINE)
CHOICE = re.compile(r"^    case (\w+|`\w+`)\(\w+\)$", re.MULTILINE)


def catalogue(schema: Schema, generated: str) -> str:
    """The text of RefusalCatalogue.swift.

    `generated` is the text of refusals.pb.swift: how the plugin spells a case is its own affair (ID, not Id).
    """
    codes = [value for value in schema.enum("ErrorCode").values if value.number != 0]
    spelling = {int(number): case.strip("`") for number, case in CASE.findall(generated)}
    missing = [code.name for code in codes if code.number not in spelling]
    if missing:
        raise ValueError(f"refusals.pb.swift has no case for {', '.join(missing)}")
    names = "\n".join(f'        case .{spelling[code.number]}: "{code.name}"' for code in codes)
    helps = [f".{spelling[code.number]}" for code in codes if parse_refusal(code.comment)["retry"] == "yes"]
    return f"""\
// DO NOT EDIT. Made by tools/generate from the comments of schemas/kith/v1/refusals.proto.

extension ErrorCode {{
    /// The code as the schema spells it, for example `SCHEMA_INVALID`; a number that this version does not know
    /// is spelt `CODE_` and the number.
    public var name: String {{
        switch self {{
        case .unspecified: "ERROR_CODE_UNSPECIFIED"
{names}
        case .UNRECOGNIZED(let number): "CODE_\\(number)"
        }}
    }}

    /// Whether sending the same again later can help.
    public var retryHelps: Bool {{
        switch self {{
        case {", ".join(helps)}: true
        default: false
        }}
    }}
}}
"""


def operations(schema: Schema, commands: str, requests: str) -> str:
    """The text of OperationNames.swift.

    `commands` and `requests` are the texts of envelope.pb.swift and protocol.pb.swift, for the spelling of the cases.
    """
    parts = [
        _choices(schema, "CommandBody", "Command", "command", commands, "placeOrder"),
        _choices(schema, "Request", "Request", "request", requests, "history"),
    ]
    return "// DO NOT EDIT. Made by tools/generate from schemas/kith/v1.\n\n" + "\n".join(parts)


def _choices(schema: Schema, message: str, oneof: str, what: str, generated: str, example: str) -> str:
    """An extension of the enum that stands for a `oneof`: the name of each choice in JSON."""
    fields = [field for field in schema.messages[f"{PACKAGE}.{message}"].fields if field.oneof == oneof.lower()]
    behind = generated.partition(f"enum OneOf_{oneof}: ")[2].partition("\n  }\n")[0]
    cases = [case.strip("`") for case in CHOICE.findall(behind)]
    # The plugin may spell an abbreviation in its own way (ID, not Id), and nothing else.
    if [case.lower() for case in cases] != [json_name(field.name).lower() for field in fields]:
        raise ValueError(f"the cases of OneOf_{oneof} are not the fields of {message}")
    names = "\n".join(f'        case .{case}: "{json_name(field.name)}"' for case, field in zip(cases, fields))
    return f"""\
extension {message}.OneOf_{oneof} {{
    /// The name of the {what} in JSON, for example `{example}`.
    public var jsonName: String {{
        switch self {{
{names}
        }}
    }}
}}
"""
