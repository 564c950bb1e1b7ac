"""The pages of docs/ that are made from the schema: the glossary and the table of refusals."""

from __future__ import annotations

import re

from descriptors import Enum, Message, Schema
from rules import event_message, parse_refusal

GENERATED = "<!-- Made by tools/generate from schemas/; never edited by hand. -->\n"

# Codes by hundreds belong to an aggregate; the rest to every one of them.
REFUSAL_SECTIONS = [
    (1, 99, "Of every command and read", "通用"),
    (100, 199, "Party", "客户"),
    (300, 399, "Merge", "合并"),
    (500, 599, "Pipeline", "销售流程"),
    (600, 699, "Opportunity", "销售机会"),
    (700, 799, "Product and price book", "产品与价目表"),
    (900, 999, "Order and return", "订单与退货"),
    (1300, 1399, "Offer and coupon", "优惠与优惠券"),
    (1400, 1499, "Interaction", "互动"),
    (1500, 1599, "Promise", "承诺"),
    (1600, 1699, "Task and appointment", "任务与预约"),
    (1700, 1799, "Ticket and service desk", "工单与服务台"),
    (1800, 1899, "Service level and business calendar", "服务水平与工作日历"),
    (2300, 2399, "Loyalty programme", "忠诚度计划"),
    (2400, 2499, "Loyalty account", "积分账户"),
    (2500, 2599, "Reward and redemption", "奖励与兑换"),
    (3000, 3099, "Competitor and market", "竞争对手与市场"),
    (3100, 3199, "Employee, team and territory", "员工、团队与区域"),
    (3200, 3299, "Queue", "队列"),
    (3400, 3499, "Import", "导入"),
    (3500, 3599, "References and subscriptions", "引用与订阅"),
    (3600, 3699, "Targets, training and relationship reviews", "目标、培训与客户关系评审"),
    (3700, 3799, "Organisation", "组织"),
    (3800, 3899, "Field", "字段"),
    (3900, 3999, "Access", "访问权限"),
    (4000, 4099, "Body", "正文与附件"),
    (5000, 5999, "Reads and the service itself", "读取与服务"),
]


def refusals(schema: Schema) -> str:
    """docs/refusals.md; ValueError where a code lacks a part or a section."""
    text = f"""\
# Refusals · 拒绝代码

{GENERATED}
Every no that the service gives has one of these codes, in every face of the service (native protocol, Swift and
Python clients, command line) and for ever: a code never changes its meaning. An error carries the code, a sentence
for a person, the field concerned and, where a code says so, more (the revision that is, the ids of candidates, the
time to wait). Neither holds personal data. A refused command appended nothing.

*Retry* answers one question: can sending **the same** again later help? Where it says no, change the command first.
"""
    codes = [code for code in schema.enum("ErrorCode").values if code.number != 0]
    for first, last, title, title_zh in REFUSAL_SECTIONS:
        rows = [_refusal_row(code) for code in codes if first <= code.number <= last]
        if rows:
            text += f"""
## {title} · {title_zh}

| Code | Cause | What the client does | Retry | 原因 | 客户端应对 |
|---|---|---|---|---|---|
{"".join(rows)}"""
    homeless = [c.name for c in codes if not any(first <= c.number <= last for first, last, *_ in REFUSAL_SECTIONS)]
    if homeless:
        raise ValueError(f"no section of docs/refusals.md for {', '.join(homeless)}: see tools/schema/documents.py")
    return text


def _refusal_row(code) -> str:
    try:
        parts = parse_refusal(code.comment)
    except ValueError as error:
        raise ValueError(f"{code.name}: {error}") from error
    retry = "yes 可" if parts["retry"] == "yes" else "no 否"
    cells = [f"`{code.name}` {code.number}", parts["cause"], parts["client"], retry]
    cells += [parts["cause_zh"], parts["client_zh"]]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def glossary(schema: Schema, template: str) -> str:
    """docs/glossary.md: the template's hand-written nouns, then every message and enum by file."""
    by_file: dict[str, list[Message | Enum]] = {}
    for element in [*schema.messages.values(), *schema.enums.values()]:
        by_file.setdefault(element.file, []).append(element)
    sections = []
    for file in _reading_order(by_file):
        lines = [f"### `{file}`\n", _paragraph(schema.file_comments.get(file, "")) + "\n"]
        messages = [element for element in by_file[file] if isinstance(element, Message)]
        enums = [element for element in by_file[file] if isinstance(element, Enum)]
        lines += [f"- **{element.short}**{_subject(element)}: {_definition(element.comment)}" for element in messages]
        lines += [_enum_entry(schema, enum) for enum in enums if enum.short != "ErrorCode"]
        sections.append("\n".join(lines) + "\n")
    return template.replace("<!-- generated -->\n", GENERATED).replace("<!-- schema -->\n", "\n".join(sections))


def _reading_order(by_file: dict) -> list[str]:
    order = [
        "common", "registry", "envelope", "party", "product", "order", "offer",
        "people", "people_records", "administration", "history", "queries",
        "operations", "protocol", "refusals",
        "common", "registry", "envelope", "party", "pipeline", "opportunity", "opportunity_events", "product", "order",
        "administration", "history", "queries", "opportunity_record", "figures", "pipeline_view", "operations",
        "protocol", "refusals",
    ]  # fmt: skip
    rank = {f"kith/v1/{name}.proto": index for index, name in enumerate(order)}
    return sorted(by_file, key=lambda file: (rank.get(file, len(rank)), file))


def _enum_entry(schema: Schema, enum: Enum) -> str:
    entries = [f"- **{enum.short}**: {_definition(enum.comment)}"]
    for value in enum.values:
        # An event's kind means what its message means.
        message = event_message(schema, value.name) if enum.short == "EventKind" else None
        comment = message.comment if message else value.comment
        if value.number != 0:
            entries.append(f"  - `{value.name}` {value.number}: {_definition(comment)}")
    return "\n".join(entries)


def _subject(message: Message) -> str:
    match = re.search(r"^Subject: (.+)$", message.comment, re.MULTILINE)
    return f" (sealed; subject: {match[1].rstrip('.')})" if match else ""


def _definition(comment: str) -> str:
    return _paragraph("\n".join(line for line in comment.splitlines() if not line.startswith("Subject: "))) or (
        "personal part of the event of that name."
    )


def _paragraph(comment: str) -> str:
    return " ".join(line.strip() for line in comment.splitlines()).strip()
