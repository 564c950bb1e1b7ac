"""The schema as protoc sees it: elements with their comments, and its baseline as lines of text.

A schema is compared with the committed baseline (schemas/baseline.txt), which holds one line per message,
field, enum, value and reservation, so that a change of the contract reads as a change of lines in a review.
"""

from __future__ import annotations

import dataclasses
import pathlib
import subprocess
import tempfile

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = "kith.v1"

FieldProto = descriptor_pb2.FieldDescriptorProto


class SchemaError(Exception):
    """protoc refused the schema; the message is protoc's own."""


@dataclasses.dataclass
class Field:
    """A field of a message."""

    name: str
    number: int
    type: str  # "uint64", or the full name of a message or enum
    label: str  # "single", "optional" (with presence) or "repeated"
    oneof: str  # name of the oneof it belongs to, or ""
    comment: str = ""

    @property
    def is_scalar(self) -> bool:
        """Whether the type is built in, neither a message nor an enum."""
        return "." not in self.type


@dataclasses.dataclass
class Reservation:
    """Numbers and names that must not be given again."""

    ranges: list[tuple[int, int]] = dataclasses.field(default_factory=list)  # both ends belong to it
    names: set[str] = dataclasses.field(default_factory=set)

    def holds(self, number: int) -> bool:
        """Whether this number is reserved."""
        return any(first <= number <= last for first, last in self.ranges)


@dataclasses.dataclass
class Message:
    """A message."""

    name: str  # full name
    file: str
    comment: str
    fields: list[Field]
    reserved: Reservation

    @property
    def short(self) -> str:
        """The name without the package."""
        return self.name.removeprefix(PACKAGE + ".")

    def field(self, name: str) -> Field | None:
        """The field with this name."""
        return next((field for field in self.fields if field.name == name), None)


@dataclasses.dataclass
class Value:
    """A value of an enum."""

    name: str
    number: int
    comment: str = ""


@dataclasses.dataclass
class Enum:
    """An enum."""

    name: str
    file: str
    comment: str
    values: list[Value]
    reserved: Reservation

    @property
    def short(self) -> str:
        """The name without the package."""
        return self.name.removeprefix(PACKAGE + ".")


@dataclasses.dataclass
class Schema:
    """Every message and enum of the packages under the rules, in the order of the files."""

    messages: dict[str, Message]
    enums: dict[str, Enum]
    file_comments: dict[str, str] = dataclasses.field(default_factory=dict)

    def message(self, short: str) -> Message | None:
        """The message with this name in kith.v1."""
        return self.messages.get(f"{PACKAGE}.{short}")

    def enum(self, short: str) -> Enum | None:
        """The enum with this name in kith.v1."""
        return self.enums.get(f"{PACKAGE}.{short}")

    def uses(self, name: str) -> list[tuple[Message, Field]]:
        """The fields whose type has this full name."""
        return [(m, f) for m in self.messages.values() for f in m.fields if f.type == name]


def compile_schema(root: pathlib.Path, package: str = PACKAGE) -> Schema:
    """Reads every schema file of a package below `root` with protoc.

    Raises SchemaError where protoc refuses them.
    """
    files = sorted((root / package.replace(".", "/")).glob("*.proto"))
    if not files:
        raise SchemaError(f"no schema files for {package} in {root}")
    with tempfile.NamedTemporaryFile(suffix=".pb") as output:
        command = ["protoc", f"--proto_path={root}", f"--descriptor_set_out={output.name}", "--include_source_info"]
        run = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise SchemaError(run.stderr.strip())
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(output.name).read_bytes())
    return read_descriptors(descriptors)


def read_descriptors(descriptors: descriptor_pb2.FileDescriptorSet) -> Schema:
    """The schema that a descriptor set holds."""
    schema = Schema({}, {})
    for file in descriptors.file:
        comments = _comments(file)
        schema.file_comments[file.name] = comments.get((12,), "")  # 12: the syntax line at the top
        for index, message in enumerate(file.message_type):
            _read_message(schema, file, message, file.package, (4, index), comments)
        for index, enum in enumerate(file.enum_type):
            _read_enum(schema, file, enum, file.package, (5, index), comments)
    return schema


def _comments(file: descriptor_pb2.FileDescriptorProto) -> dict[tuple[int, ...], str]:
    result = {}
    for location in file.source_code_info.location:
        text = location.leading_comments or "".join(location.leading_detached_comments[-1:])
        # A detached comment belongs to the file's top only; elsewhere it is a heading.
        if not location.leading_comments and tuple(location.path) != (12,):
            text = ""
        if text:
            result[tuple(location.path)] = "\n".join(line.strip() for line in text.strip().splitlines())
    return result


def _read_message(schema, file, message, scope, path, comments) -> None:
    name = f"{scope}.{message.name}"
    fields = []
    for index, field in enumerate(message.field):
        in_oneof = field.HasField("oneof_index") and not field.proto3_optional
        fields.append(
            Field(
                name=field.name,
                number=field.number,
                type=_type(field),
                label=_label(field),
                oneof=message.oneof_decl[field.oneof_index].name if in_oneof else "",
                comment=comments.get((*path, 2, index), ""),
            )
        )
    reserved = Reservation([(r.start, r.end - 1) for r in message.reserved_range], set(message.reserved_name))
    schema.messages[name] = Message(name, file.name, comments.get(path, ""), fields, reserved)
    for index, nested in enumerate(message.nested_type):
        _read_message(schema, file, nested, name, (*path, 3, index), comments)
    for index, enum in enumerate(message.enum_type):
        _read_enum(schema, file, enum, name, (*path, 4, index), comments)


def _type(field: FieldProto) -> str:
    return field.type_name.removeprefix(".") or FieldProto.Type.Name(field.type).removeprefix("TYPE_").lower()


def _label(field: FieldProto) -> str:
    if field.label == FieldProto.LABEL_REPEATED:
        return "repeated"
    return "optional" if field.proto3_optional else "single"


def _read_enum(schema, file, enum, scope, path, comments) -> None:
    name = f"{scope}.{enum.name}"
    values = [
        Value(value.name, value.number, comments.get((*path, 2, index), ""))
        for index, value in enumerate(enum.value)
    ]
    # Unlike a message's, the ranges of an enum include their end.
    reserved = Reservation([(r.start, r.end) for r in enum.reserved_range], set(enum.reserved_name))
    schema.enums[name] = Enum(name, file.name, comments.get(path, ""), values, reserved)


# ---- The baseline ----

BASELINE_HEADER = """\
# What the schema of kith.v1 promises: every line stands in logs and clients already. Made by tools/generate,
# which adds lines and refuses to take one away. Never edited by hand.
"""


def baseline_text(schema: Schema) -> str:
    """The schema as lines, in the order of names and numbers."""
    lines = []
    for message in sorted(schema.messages.values(), key=lambda message: message.name):
        lines.append(f"message {message.name}")
        for field in sorted(message.fields, key=lambda field: field.number):
            oneof = f" oneof={field.oneof}" if field.oneof else ""
            lines.append(f"  field {field.number} {field.name} {field.label} {field.type}{oneof}")
        lines += _reservation_lines(message.reserved)
    for enum in sorted(schema.enums.values(), key=lambda enum: enum.name):
        lines.append(f"enum {enum.name}")
        lines += [f"  value {v.number} {v.name}" for v in sorted(enum.values, key=lambda value: value.number)]
        lines += _reservation_lines(enum.reserved)
    return BASELINE_HEADER + "".join(line + "\n" for line in lines)


def _reservation_lines(reserved: Reservation) -> list[str]:
    return [f"  reserved {first} {last}" for first, last in sorted(reserved.ranges)] + [
        f"  reserved-name {name}" for name in sorted(reserved.names)
    ]


def parse_baseline(text: str) -> Schema:
    """The schema that a baseline's lines hold; without comments and files.

    Raises SchemaError where a line is none of a baseline.
    """
    schema = Schema({}, {})
    holder: Message | Enum | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        match words:
            case ["message", name]:
                holder = schema.messages[name] = Message(name, "", "", [], Reservation())
            case ["enum", name]:
                holder = schema.enums[name] = Enum(name, "", "", [], Reservation())
            case ["field", field_number, name, label, type_name, *oneof] if isinstance(holder, Message):
                membership = oneof[0].removeprefix("oneof=") if oneof else ""
                holder.fields.append(Field(name, int(field_number), type_name, label, membership))
            case ["value", value_number, name] if isinstance(holder, Enum):
                holder.values.append(Value(name, int(value_number)))
            case ["reserved", first, last] if holder:
                holder.reserved.ranges.append((int(first), int(last)))
            case ["reserved-name", name] if holder:
                holder.reserved.names.add(name)
            case _:
                raise SchemaError(f"baseline, line {number}: cannot read {line!r}")
    return schema
