"""The OpenAPI document of the HTTP face: the protocol's messages in their JSON form, and the paths over them.

What can be asked for follows from `Request` of the native protocol: a query that is added there stands here, and the
test that holds the router to this document fails until the router has it.
"""

from __future__ import annotations

import json

from descriptors import PACKAGE, Field, Message, Schema
from json_shapes import json_name, reachable

# Fields of Request that are no queries with one answer.
COMMANDS = {"submit"}
STREAMS = {"history"}
# Fields of Request and of Response for work that tells its progress.
OPERATIONS = {"rebuild": "RebuildProgress", "verify": "VerifyProgress", "backup": "BackupProgress"}
FLOW = {"credit", "cancel"}
# Contents go as they are over HTTP.
BODIES = {"put_body", "get_body"}

# How deep parameters of a query reach into messages: party.external.key.
PARAMETER_DEPTH = 3


def _number(form: str, minimum: int, maximum: int) -> dict:
    """A number of at most 32 bits."""
    pattern = "^-?(0|[1-9][0-9]{0,9})$" if minimum < 0 else "^(0|[1-9][0-9]{0,9})$"
    return {
        "type": ["integer", "string"], "format": form, "minimum": minimum, "maximum": maximum, "pattern": pattern
    }  # fmt: skip


def _wide_number(form: str, pattern: str) -> dict:
    """A number of 64 bits."""
    limits = {"minimum": 0} if form == "uint64" else {}
    return {"type": ["string", "integer"], "format": form, "pattern": pattern} | limits


# Protobuf's JSON mapping writes numbers of 64 bits as texts and the others as numbers, and reads both forms of each.
SCALARS: dict[str, dict] = {
    "string": {"type": "string"},
    "bytes": {"type": "string", "format": "byte"},
    "bool": {"type": "boolean"},
    "double": {"type": "number", "format": "double"},
    "float": {"type": "number", "format": "float"},
    "int32": _number("int32", -(2**31), 2**31 - 1),
    "sint32": _number("int32", -(2**31), 2**31 - 1),
    "uint32": _number("int64", 0, 2**32 - 1),
    "int64": _wide_number("int64", "^-?(0|[1-9][0-9]{0,17})$"),
    "sint64": _wide_number("int64", "^-?(0|[1-9][0-9]{0,17})$"),
    "uint64": _wide_number("uint64", "^(0|[1-9][0-9]{0,18})$"),
}
TIMESTAMP = {"type": "string", "format": "date-time"}

ERRORS = {
    400: "The request does not have the form that the schema asks for, or names what this version does not know.",
    401: "The port takes bearer tokens, and the request has none that is known.",
    403: "The caller has no role that allows this.",
    404: "There is nothing with this id, at this path, or of this kind.",
    405: "The path takes other methods; the header field Allow names them.",
    409: "The state of what the request is about stands in the way.",
    412: "The revision is another one than If-Match or If-None-Match asks for.",
    413: "The request is too large, or asks for too much at once.",
    422: "A rule of the domain does not allow the content.",
    429: "Too much waits already; Retry-After says when to come back.",
    500: "The service has failed, or found damage.",
    503: "Not now: the service stops, takes nothing, or its view is not there yet. Retry-After where waiting helps.",
    507: "The disk of the service is full.",
}

# Lists that must hold something: a request without them asks for nothing.
NEEDED = {"Command": ["bodies"]}

REFLECTED = ["Kith-Epoch", "Kith-Position", "Kith-Lag-Events", "Kith-Lag-Microseconds", "Kith-State"]


def document(schema: Schema) -> str:
    """The text of schemas/openapi.json."""
    roots = ["Command", "CommandResult", "ErrorDetail", "Event", "HistoryPage", "HistoryRequest", "Record"]
    roots += ["PutBodyBegin", "PutBodyFinish", "PutBodyResponse", "GetBodyRequest"]
    queries = _queries(schema)
    roots += [name for _, *names in queries for name in names]
    roots += [name for _, *names in _operations(schema) for name in names]
    messages = reachable(schema, roots)
    enums = {field.type for message in messages for field in message.fields if field.type in schema.enums}
    schemas = {message.short: _message(schema, message) for message in messages}
    schemas |= {schema.enums[name].short: _enum(schema, name) for name in enums}
    text = {
        "openapi": "3.1.0",
        "info": {
            "title": "Kith",
            "version": "1",
            "description": "Customer relationship management on an append-only log. docs/http.md has examples.",
        },
        "servers": [
            {
                "url": "http://127.0.0.1:{port}",
                "description": "At the Unix domain socket: any host (curl --unix-socket PATH http://kith/…).",
                "variables": {"port": {"default": "8080"}},
            }
        ],
        "security": [{}, {"token": []}],
        "paths": _paths(schema, queries),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "At the loopback port; at the socket the kernel says who asks.",
                }
            },
            "headers": {name: _reflected(name) for name in REFLECTED},
            "responses": {f"E{status}": _error(status, text) for status, text in ERRORS.items()},
            "schemas": dict(sorted(schemas.items())),
        },
    }
    return _text(text) + "\n"


def _text(value: object, path: tuple[str, ...] = ()) -> str:
    """The JSON with one line per operation of a path and per component, so that a review shows what has changed."""
    whole = (path[:1] == ("paths",) and len(path) == 3) or (path[:1] == ("components",) and len(path) == 3)
    if whole or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":") if whole else None)
    margin = " " * (len(path) + 1)
    members = (f"{margin}{json.dumps(name)}: {_text(member, (*path, name))}" for name, member in value.items())
    return "{\n" + ",\n".join(members) + "\n" + margin[1:] + "}"


# ---- Paths ----


def _operations(schema: Schema) -> list[tuple[str, str, str]]:
    """Name, request and progress of everything that runs for a while."""
    asked = {field.name: field for field in schema.message("Request").fields}
    return [(name, schema.messages[asked[name].type].short, tells) for name, tells in OPERATIONS.items()]


def _queries(schema: Schema) -> list[tuple[str, str, str]]:
    """Name, request and response of every query with one answer."""
    answers = {field.name: field for field in schema.messages[f"{PACKAGE}.Response"].fields}
    found = []
    for field in schema.messages[f"{PACKAGE}.Request"].fields:
        if field.oneof and field.name not in COMMANDS | STREAMS | OPERATIONS.keys() | FLOW | BODIES:
            if field.name not in answers:
                raise ValueError(f"Response has no field {field.name} for the query of that name")
            found.append((field.name, _short(schema, field.type), _short(schema, answers[field.name].type)))
    return found


def _paths(schema: Schema, queries: list[tuple[str, str, str]]) -> dict:
    paths = {"/v1/commands": {"post": _commands()}}
    for name, request, answer in queries:
        about = schema.message(request).comment
        paths[f"/v1/queries/{name}"] = {
            "get": _operation(f"{name}ByParameters", about, _parameters(schema, request), answers=_json(answer)),
            "post": _operation(name, about, body=_json(request), answers=_json(answer)),
        }
    history = _json("HistoryPage") | _lines("An event per line.") | _events()
    about = schema.message("HistoryRequest").comment
    paths["/v1/queries/history"] = {
        "get": _operation("historyByParameters", about, _parameters(schema, "HistoryRequest"), answers=history),
        "post": _operation("history", about, body=_json("HistoryRequest"), answers=history),
    }
    kind = _parameter("kind", {"type": "string", "enum": _kinds(schema)}, "path")
    reference = _parameter("reference", {"type": "string"}, "path", "A UUID, a stream number, or system:key.")
    listed = [p for p in _parameters(schema, "ListRequest") if p["name"] != "kind"]
    paths["/v1/records/{kind}"] = {
        "get": _operation("records", "The records of one kind.", [kind, *listed], answers=_json("ListResponse"))
    }
    known = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
    at_least = [p for p in _parameters(schema, "GetRequest") if p["name"] == "atLeast"]
    record = _operation("record", "One record.", [kind, reference, *at_least, known], answers=_json("Record"))
    record["responses"]["200"]["headers"]["ETag"] = _header("The revision, for If-Match.")
    record["responses"]["304"] = {"description": "The record has the revision that If-None-Match names."}
    paths["/v1/records/{kind}/{reference}"] = {"get": record}
    rest = [p for p in _parameters(schema, "CustomerRequest") if not p["name"].startswith("party.")]
    about = "Everything that is known of one customer."
    paths["/v1/customers/{reference}"] = {
        "get": _operation("customerByReference", about, [reference, *rest], answers=_json("Customer"))
    }
    after = _parameter("after", SCALARS["uint64"], about="Position of the last event that the caller has.")
    last = {"name": "Last-Event-ID", "in": "header", "schema": SCALARS["uint64"]}
    about = "The events behind a position, for whoever polls or follows."
    rest = _parameters(schema, "HistoryRequest")
    paths["/v1/events"] = {"get": _operation("events", about, [after, last, *rest], answers=history)}
    about = "How the service is."
    rest = _parameters(schema, "StatusRequest")
    paths["/v1/status"] = {"get": _operation("serviceStatus", about, rest, answers=_json("StatusResponse"))}
    for name, asks, tells in _operations(schema):
        about = schema.message(asks).comment
        progress = _lines(f"A {tells} per line.") | _events()
        paths[f"/v1/operations/{name}"] = {"post": _operation(name, about, body=_json(asks), answers=progress)}
    return paths | _bodies(schema) | _operating()


def _operating() -> dict:
    """What machines ask that look after the service."""
    about = "Measurements, in the text format of Prometheus (docs/metrics.md)."
    metrics = _operation("metrics", about, answers={"text/plain": {"schema": {"type": "string"}}})
    paths = {"/metrics": {"get": metrics}}
    for name, about in (("livez", "Whether the service is alive."), ("readyz", "Whether it takes commands.")):
        answer = {"content": {"text/plain": {"schema": {"type": "string"}}}}
        responses = {"200": {"description": "Yes."} | answer, "503": {"description": "No, and why."} | answer}
        responses |= {"405": {"$ref": "#/components/responses/E405"}}
        # Whoever starts and stops the service has no token of it.
        paths[f"/{name}"] = {"get": {"operationId": name, "summary": about, "security": [{}], "responses": responses}}
    return paths


def _bodies(schema: Schema) -> dict:
    """Long texts, e-mails and files: their content is the body of the request or of the answer."""
    item = _parameter("item", {"type": "string", "format": "uuid"}, "path", "UUID of the item.")
    announced = {"itemId", "mediaType", "size"}
    said = [p for p in _parameters(schema, "PutBodyBegin") if p["name"] not in announced]
    said += _parameters(schema, "PutBodyFinish")
    content = {"type": "string", "format": "binary", "description": "Any media type; it is kept with the content."}
    body = {"application/octet-stream": {"schema": content}}
    about = "Uploads a body, for a command to refer to within a day. Content-Length must be there."
    put = _operation("putBody", about, [item, *said], body, _json("PutBodyResponse"))
    post = _operation("putNewBody", about + " The service chooses the id.", said, body, _json("PutBodyResponse"))
    purpose = [p for p in _parameters(schema, "GetBodyRequest") if p["name"] == "purpose"]
    answer = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    get = _operation("getBody", "The content of a body, with its media type.", [item, *purpose], answers=answer)
    return {"/v1/bodies": {"post": post}, "/v1/bodies/{item}": {"get": get, "put": put}}


def _commands() -> dict:
    match = [
        {"name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'}},
        {"name": "If-None-Match", "in": "header", "schema": {"type": "string", "enum": ["*"]}},
    ]
    about = "One command; or as NDJSON many, each decided on its own, with a CommandResult per line in their order."
    body = _json("Command") | _lines("A Command per line.")
    return _operation("submit", about, match, body, _json("CommandResult") | _lines("A CommandResult per line."))


def _operation(
    name: str, about: str, parameters: list[dict] | None = None, body: dict | None = None, answers: dict | None = None
) -> dict:
    operation: dict = {"operationId": name, "summary": about}
    if parameters:
        operation["parameters"] = parameters
    if body:
        # No body is a request without fields: whole for some queries, refused for what it lacks by others.
        operation["requestBody"] = {"required": False, "content": body}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in REFLECTED}
    responses = {"200": {"description": "The answer.", "headers": headers, "content": answers or {}}}
    responses |= {str(status): {"$ref": f"#/components/responses/E{status}"} for status in ERRORS}
    return operation | {"responses": responses}


def _json(message: str) -> dict:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{message}"}}}


def _lines(about: str) -> dict:
    return {"application/x-ndjson": {"schema": {"type": "string", "description": about}}}


def _events() -> dict:
    about = "Server-sent events; the id of an event of the log is its position."
    return {"text/event-stream": {"schema": {"type": "string", "description": about}}}


def _kinds(schema: Schema) -> list[str]:
    names = [value.name for value in schema.enum("AggregateKind").values if value.number]
    return [name.removeprefix("AGGREGATE_KIND_").lower().replace("_", "-") for name in names]


def _parameter(name: str, schema: dict, place: str = "query", about: str = "") -> dict:
    parameter = {"name": name, "in": place, "required": place == "path", "schema": schema}
    return parameter | ({"description": about} if about else {})


def _parameters(schema: Schema, message: str, prefix: str = "", depth: int = PARAMETER_DEPTH) -> list[dict]:
    """The fields of a request that a query can hold: no lists of messages."""
    found = []
    for field in schema.message(message).fields:
        name = prefix + json_name(field.name)
        if field.type not in schema.messages:
            found.append(_parameter(name, _field(schema, field), about=field.comment))
        elif field.label != "repeated" and depth > 1:
            found += _parameters(schema, _short(schema, field.type), name + ".", depth - 1)
    return found


def _reflected(name: str) -> dict:
    return _header(
        {
            "Kith-Epoch": "Epoch of the log that the answer reflects.",
            "Kith-Position": "Position that the answer reflects; give it as atLeast to read one's own writes.",
            "Kith-Lag-Events": "Events by which the view is behind the log.",
            "Kith-Lag-Microseconds": "Microseconds by which the view is behind the log.",
            "Kith-State": "How the view stands to the log: live, catching-up, rebuilding or parked.",
        }[name]
    )


def _header(about: str) -> dict:
    return {"description": about, "schema": {"type": "string"}}


def _error(status: int, about: str) -> dict:
    headers = {}
    if status in (429, 503, 507):
        headers["Retry-After"] = _header("Seconds to wait before the same is sent again.")
    if status == 401:
        headers["WWW-Authenticate"] = _header("Bearer.")
    if status == 405:
        headers["Allow"] = _header("The methods that the path takes.")
    return {"description": about} | ({"headers": headers} if headers else {}) | {"content": _json("ErrorDetail")}


# ---- Schemas ----


def _message(schema: Schema, message: Message) -> dict:
    needed = NEEDED.get(message.short, [])
    properties = {json_name(f.name): _described(_nullable(_field(schema, f)), f) for f in message.fields}
    for f in message.fields:
        if f.name in needed:
            properties[json_name(f.name)] = _described(_field(schema, f) | {"minItems": 1}, f)
    text: dict = {"type": "object", "properties": properties, "additionalProperties": False}
    if needed:
        text["required"] = [json_name(name) for name in needed]
    return {"description": message.comment} | text if message.comment else text


def _nullable(text: dict) -> dict:
    """In JSON a field that is null is one that is absent; answers never hold one."""
    if "$ref" in text:
        return {"anyOf": [text, {"type": "null"}]}
    types = text["type"] if isinstance(text["type"], list) else [text["type"]]
    return text | {"type": [*types, "null"]}


def _described(text: dict, field: Field) -> dict:
    about = field.comment
    if field.oneof:
        about = (about + "\n" if about else "") + f"At most one of the fields of \"{field.oneof}\" is set."
    return text | ({"description": about} if about else {})


def _field(schema: Schema, field: Field) -> dict:
    if field.type in schema.messages or field.type in schema.enums:
        text: dict = {"$ref": f"#/components/schemas/{_short(schema, field.type)}"}
    elif field.type == "google.protobuf.Timestamp":
        text = TIMESTAMP
    else:
        text = SCALARS[field.type]
    return {"type": "array", "items": text} if field.label == "repeated" else text


def _enum(schema: Schema, name: str) -> dict:
    enum = schema.enums[name]
    lines = [f"{value.name}: {' '.join(value.comment.split())}" for value in enum.values if value.comment]
    about = "\n".join(filter(None, [enum.comment, *lines]))
    # Names are what is written; their numbers are read as well.
    choices = [value.name for value in enum.values] + [value.number for value in enum.values]
    text: dict = {"type": ["string", "integer"], "enum": choices}
    return text | ({"description": about} if about else {})


def _short(schema: Schema, name: str) -> str:
    return schema.messages[name].short if name in schema.messages else schema.enums[name].short
