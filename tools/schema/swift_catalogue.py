"""The Swift table of refusal codes: their names, and whether a retry can help."""

from __future__ import annotations

import re

from descriptors import Schema
from rules import parse_refusal

CASE = re.compile(r"^\s*case (\d+): self = \.(\w+|`\w+`)$", re.MULTILINE)


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
