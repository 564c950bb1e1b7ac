"""The rules that every version of kith.v1 keeps, whatever stood in the version before."""

from __future__ import annotations

import re

from descriptors import PACKAGE, Field, Message, Schema

REASON_NUMBER = 15
SOURCE_NUMBER = 30

# A field with one of these words in its name is likely to hold a personal datum.
PERSONAL_WORDS = {
    "address", "birthday", "display", "email", "extension", "family", "given", "invoice", "line1", "locality", "mail",
    "mobile", "name", "names", "note", "phone", "postal", "remark", "street", "surname", "tax_number", "telephone",
    "text", "wechat",
}  # fmt: skip

# Open fields that have such a name and are not personal: message.field, and why.
NOT_PERSONAL = {
    "AgentReplied.text": "only where the ticket concerns nobody; else the text is sealed",
    "ChangeTeam.name": "name of a team",
    "ChangeTerritory.name": "name of a territory",
    "CompetitorChanged.name_before": "name of a company that competes with us",
    "CompetitorDetail.name": "name of a company that competes with us",
    "CustomerMessageReceived.text": "only where the ticket concerns nobody; else the text is sealed",
    "DefinePriceBook.name": "name of a price book",
    "DefineTeam.name": "name of a team",
    "DefineTerritory.name": "name of a territory",
    "FieldValue.text": "of a field that is not personal; values of personal ones are sealed in FieldsSetPersonal",
    "FigureDefinition.name": "name of a figure",
    "MarketChanged.name_before": "name of a market",
    "MarketDetail.name": "name of a market",
    "NextStepSet.text": "only where the opportunity has no party; else the text is sealed",
    "Note.text": "an answer to a reader; opened at read time",
    "NoteAdded.text": "only where the aggregate is no subject; else the text is sealed",
    "OfferRecord.name": "name of an offer",
    "OfferTerms.name": "name of an offer",
    "OfferTermsInput.name": "name of an offer",
    "OpportunityHead.name": "only where the opportunity has no party; else the name is sealed",
    "OrganisationRecord.name": "name of the organisation that runs the log",
    "OrganisationSet.name": "name of the organisation that runs the log",
    "PipelineContent.name": "name of a pipeline",
    "PriceBookDefined.name": "name of a price book",
    "PriceBookRecord.name": "name of a price book",
    "ProductDetail.name": "name of a product",
    "ProjectionStatus.name": "name of a projection",
    "RebuildProgress.name": "name of a projection",
    "RebuildRequest.name": "name of a projection",
    "SetOrganisation.name": "name of the organisation that runs the log",
    "TeamChanged.name": "name of a team",
    "TeamChanged.name_before": "name of a team",
    "TeamDefined.name": "name of a team",
    "TeamRecord.name": "name of a team",
    "TeamRetired.name": "name of a team",
    "TerritoryChanged.name": "name of a territory",
    "TerritoryDefined.name": "name of a territory",
    "TerritoryRecord.name": "name of a territory",
    "TicketHead.text": "only where the ticket concerns nobody; else the text is sealed",
    "VariantAttribute.name": "name of an attribute, such as colour",
}

# PersonalData fields that stand on events of any kind.
PERSONAL_DATA_OF_EVERY_EVENT = {"fingerprint": 1, "reason": 9}


def check(schema: Schema) -> list[str]:
    """What of the schema breaks a rule; one sentence each."""
    return (
        comments(schema)
        + event_numbers(schema)
        + event_reasons(schema)
        + personal_subjects(schema)
        + personal_stays_sealed(schema)
        + personal_names(schema)
        + unspecified_zero(schema)
    )


def comments(schema: Schema) -> list[str]:
    """Every message, enum and value says what it is; a code of a refusal says it in four lines."""
    findings = []
    for message in schema.messages.values():
        if not message.comment:
            findings.append(f"{message.name}: has no comment")
    for enum in schema.enums.values():
        if not enum.comment:
            findings.append(f"{enum.name}: has no comment")
        for value in enum.values:
            if value.number == 0 or (enum.short == "EventKind" and event_message(schema, value.name)):
                continue  # The comment of an event's kind is that of its message.
            if not value.comment:
                findings.append(f"{enum.name}.{value.name}: has no comment")
            elif enum.short == "ErrorCode":
                findings += [f"{enum.name}.{value.name}: {what}" for what in refusal_faults(value.comment)]
    return findings


def refusal_faults(comment: str) -> list[str]:
    """What is missing in the comment of a code of a refusal."""
    try:
        parse_refusal(comment)
    except ValueError as error:
        return [str(error)]
    return []


def parse_refusal(comment: str) -> dict[str, str]:
    """The parts of a refusal's comment: cause, client, retry (yes or no), cause_zh, client_zh.

    Raises ValueError where a part is missing.
    """
    parts: dict[str, str] = {}
    label = ""
    labels = {"Cause": "cause", "Client": "client", "Retry": "retry", "中文": "zh"}
    for line in comment.splitlines():
        head, colon, rest = line.partition(":")
        if colon and head.strip() in labels:
            label = labels[head.strip()]
            parts[label] = rest.strip()
        elif label:
            parts[label] += " " + line.strip()  # A line that goes on.
    for word, key in labels.items():
        if not parts.get(key):
            raise ValueError(f"its comment has no line {word}:")
    if parts["retry"] not in ("yes", "no"):
        raise ValueError(f"Retry is yes or no, not {parts['retry']!r}")
    cause, bar, client = parts.pop("zh").partition("|")
    if not bar or not cause.strip() or not client.strip():
        raise ValueError("its line 中文 does not have the form cause | what the client does")
    return parts | {"cause_zh": cause.strip(), "client_zh": client.strip()}


def event_numbers(schema: Schema) -> list[str]:
    """An event has one number: as its kind, in EventPayload and in PersonalData."""
    findings = []
    payload, kinds, personal = schema.message("EventPayload"), schema.enum("EventKind"), schema.message("PersonalData")
    if not (payload and kinds and personal):
        return [f"{PACKAGE}: EventPayload, EventKind or PersonalData is missing"]
    numbers = {kind.name.removeprefix("EVENT_KIND_").lower(): kind for kind in kinds.values}
    for field in payload.fields:
        kind = numbers.get(field.name)
        if kind is None:
            findings.append(f"EventPayload.{field.name}: there is no EVENT_KIND_{field.name.upper()}")
        elif kind.number != field.number:
            findings.append(f"EventPayload.{field.name} = {field.number}: its kind has number {kind.number}")
        if _snake(field.type.rpartition(".")[2]) != field.name:
            findings.append(f"EventPayload.{field.name}: its message is called {field.type.rpartition('.')[2]}")
    for kind_name, kind in numbers.items():
        if kind.number != 0 and not payload.field(kind_name) and not kind.comment.startswith("Taken"):
            findings.append(f"{kind.name}: has no field in EventPayload, and its comment does not begin with Taken")
    for field in personal.fields:
        number = PERSONAL_DATA_OF_EVERY_EVENT.get(field.name) or getattr(payload.field(field.name), "number", None)
        if number is None:
            findings.append(f"PersonalData.{field.name}: there is no such event")
        elif number != field.number:
            findings.append(f"PersonalData.{field.name} = {field.number}: its event has number {number}")
    for kind in kinds.values:
        if kinds.reserved.holds(kind.number):
            findings.append(f"{kind.name}: its number is reserved")
    return findings


def event_reasons(schema: Schema) -> list[str]:
    """Every event can say why it happened and from where it came."""
    findings = []
    for message in _events(schema):
        reason = message.field("reason")
        if reason is None or (reason.number, reason.type, reason.label) != (REASON_NUMBER, "string", "single"):
            findings.append(f"{message.name}: an event has `string reason = {REASON_NUMBER};`")
        source = message.field("source")
        if source is None or (source.number, source.label) != (SOURCE_NUMBER, "single"):
            findings.append(f"{message.name}: an event has `Source source = {SOURCE_NUMBER};`")
    return findings


def personal_subjects(schema: Schema) -> list[str]:
    """Every personal message names whose it is, and every sealed part is a personal message."""
    findings = [
        f"{message.name}: a personal message has a line `Subject:` in its comment"
        for message in schema.messages.values()
        if message.name.endswith("Personal") and not re.search(r"^Subject: \S", message.comment, re.MULTILINE)
    ]
    data = schema.message("PersonalData")
    for field in data.fields if data else []:
        if not field.is_scalar and not field.type.endswith("Personal"):
            findings.append(f"PersonalData.{field.name}: the name of its message does not end in Personal")
    return findings


def personal_stays_sealed(schema: Schema) -> list[str]:
    """Nothing personal is reachable from an event's open payload."""
    findings = []
    personal = _personal_messages(schema)

    def walk(message: Message, path: str, seen: set[str]) -> None:
        for field in message.fields:
            if field.type in personal:
                findings.append(f"{path}.{field.name}: the open payload of an event reaches {field.type}")
            elif field.type in schema.messages and field.type not in seen:
                walk(schema.messages[field.type], f"{path}.{field.name}", seen | {field.type})

    for message in _events(schema):
        walk(message, message.short, {message.name})
    return findings


def personal_names(schema: Schema) -> list[str]:
    """No message beside the personal ones has a text field that is named like a personal datum."""
    findings = []
    personal = _personal_messages(schema)
    for message in schema.messages.values():
        if message.name in personal:
            continue
        for field in message.fields:
            if field.type in ("string", "bytes") and _sounds_personal(field):
                if f"{message.short}.{field.name}" not in NOT_PERSONAL:
                    findings.append(
                        f"{message.name}.{field.name}: sounds personal; move it into a message …Personal, "
                        "or add it to NOT_PERSONAL in tools/schema/rules.py with the reason"
                    )
    known = {f"{m.short}.{f.name}" for m in schema.messages.values() for f in m.fields}
    return findings + [f"NOT_PERSONAL: there is no {name}" for name in NOT_PERSONAL if name not in known]


def unspecified_zero(schema: Schema) -> list[str]:
    """Number 0 of an enum means that nothing was said, and values carry the enum's name."""
    findings = []
    for enum in schema.enums.values():
        prefix = _snake(enum.name.rpartition(".")[2]).upper() + "_"
        if enum.values[0].number != 0 or enum.values[0].name != prefix + "UNSPECIFIED":
            findings.append(f"{enum.name}: its first value is {prefix}UNSPECIFIED = 0")
        if enum.short == "ErrorCode":
            continue  # Codes are used by their bare names in every language.
        names = [value.name for value in enum.values if not value.name.startswith(prefix)]
        findings += [f"{enum.name}.{name}: begins with {prefix}" for name in names]
    return findings


def _events(schema: Schema) -> list[Message]:
    payload = schema.message("EventPayload")
    return [schema.messages[field.type] for field in payload.fields if field.type in schema.messages] if payload else []


def event_message(schema: Schema, kind_name: str) -> Message | None:
    """The message of an event, by the name of its kind; none for a number that is only taken."""
    payload = schema.message("EventPayload")
    field = payload.field(kind_name.removeprefix("EVENT_KIND_").lower()) if payload else None
    return schema.messages.get(field.type) if field else None


def _personal_messages(schema: Schema) -> set[str]:
    """The messages …Personal, and those that are used inside of them and nowhere else (parts of a name, say)."""
    personal = {name for name in schema.messages if name.endswith("Personal")}
    grown = True
    while grown:
        grown = False
        for name in schema.messages.keys() - personal:
            users = {message.name for message, _ in schema.uses(name)}
            # Events, records and commands are used by one message too: only values of personal messages count.
            if users and users <= personal:
                personal.add(name)
                grown = True
    return personal


def _sounds_personal(field: Field) -> bool:
    return field.name in PERSONAL_WORDS or bool(PERSONAL_WORDS & set(field.name.split("_")))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
