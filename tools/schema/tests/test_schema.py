"""Every rule of the schema can fail: the schema of the repository is copied, changed in one place, and judged."""

import contextlib
import io
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import check_compatibility
import documents
import rules
import swift_catalogue
from descriptors import ROOT, SchemaError, baseline_text, compile_schema, parse_baseline


class SchemaCase(unittest.TestCase):
    """A copy of the schema that a test may change."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(ROOT / "schemas" / "kith", self.root / "kith")

    def change(self, file: str, old: str, new: str) -> None:
        """Replaces a text that stands in a file of the schema; the first place only."""
        path = self.root / "kith" / "v1" / f"{file}.proto"
        text = path.read_text(encoding="utf-8")
        self.assertIn(old, text, f"{file}.proto has changed: adapt the test")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def broken_promises(self) -> list[str]:
        """What the changed schema breaks of the repository's one."""
        return check_compatibility.compatibility(compile_schema(ROOT / "schemas"), compile_schema(self.root))

    def broken_rules(self) -> list[str]:
        """The rules that the changed schema breaks."""
        return rules.check(compile_schema(self.root))

    def assert_one(self, findings: list[str], part: str) -> None:
        """Exactly one finding, which says so."""
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(part, findings[0])


class Compatibility(SchemaCase):
    """A promise that was made is kept."""

    def test_the_schema_as_it_is_keeps_every_promise(self):
        self.assertEqual(self.broken_promises(), [])
        baseline = parse_baseline((ROOT / "schemas" / "baseline.txt").read_text(encoding="utf-8"))
        self.assertEqual(check_compatibility.compatibility(baseline, compile_schema(ROOT / "schemas")), [])

    def test_new_fields_values_and_messages_are_fine(self):
        self.change("common", "string currency = 2;", "string currency = 2;\n  string rate_set = 3;")
        department = "PARTY_KIND_DEPARTMENT = 3;"
        self.change("party", department, department + "\n  // A club.\n  PARTY_KIND_CLUB = 4;")
        self.change("party", "enum PartyKind", "// New.\nmessage New {}\n\nenum PartyKind")
        self.assertEqual(self.broken_promises(), [])

    def test_a_field_that_is_removed(self):
        self.change("common", "  string currency = 2;\n", "")
        self.assert_one(self.broken_promises(), "Money.currency = 2: removed without `reserved 2;`")

    def test_a_field_that_is_removed_with_its_number_reserved_only(self):
        self.change("common", "  string currency = 2;\n", "  reserved 2;\n")
        self.assert_one(self.broken_promises(), "removed without")

    def test_a_field_that_is_removed_and_reserved_is_fine(self):
        self.change("common", "  string currency = 2;\n", '  reserved 2;\n  reserved "currency";\n')
        self.assertEqual(self.broken_promises(), [])

    def test_a_field_that_gets_another_number(self):
        self.change("common", "string currency = 2;", "string currency = 3;")
        self.assert_one(self.broken_promises(), "Money.currency = 2: removed without")

    def test_a_field_that_is_renamed(self):
        self.change("common", "string currency = 2;", "string currency_code = 2;")
        self.assert_one(self.broken_promises(), "the number now names currency_code")

    def test_a_field_that_changes_its_type(self):
        self.change("common", "sint64 minor_units", "int64 minor_units")
        self.assert_one(self.broken_promises(), "the type changed from sint64 to int64")

    def test_a_field_that_changes_its_message(self):
        self.change("party", "Money budget = 4;", "DecimalValue budget = 4;")
        self.assert_one(self.broken_promises(), "the type changed from kith.v1.Money to kith.v1.DecimalValue")

    def test_a_field_that_becomes_repeated(self):
        self.change("common", "string currency = 2;", "repeated string currency = 2;")
        self.assert_one(self.broken_promises(), "the label changed from single to repeated")

    def test_a_field_that_loses_its_presence(self):
        self.change("party", "optional uint64 source_version = 8;", "uint64 source_version = 8;")
        self.assert_one(self.broken_promises(), "the label changed from optional to single")

    def test_a_field_that_leaves_its_oneof(self):
        self.change("common", "    uint64 number = 3;\n", "")
        self.change("common", "message Reference {", "message Reference {\n  uint64 number = 3;")
        self.assert_one(self.broken_promises(), "it moved from oneof target to oneof (none)")

    def test_a_field_that_takes_a_reserved_number(self):
        self.change("envelope", "  reserved 112 to 115, 3402,", "  reserved 113 to 115, 3402,")
        restore = "RestoreParty restore_party = 111;"
        self.change("envelope", restore, restore + "\n    Tag erase = 112;")
        self.assert_one(self.broken_promises(), "CommandBody.erase = 112: the number was reserved")

    def test_a_reservation_that_is_given_up(self):
        self.change("envelope", "  reserved 112 to 115, 3402,", "  reserved 113 to 115, 3402,")
        self.assert_one(self.broken_promises(), "CommandBody: 112 is no longer reserved")

    def test_a_message_that_is_removed(self):
        self.change("order", "message ConfirmOrder", "message AcceptOrder")
        self.change("envelope", "ConfirmOrder confirm_order", "AcceptOrder confirm_order")
        self.assertIn("ConfirmOrder: the message was removed or renamed", "\n".join(self.broken_promises()))

    def test_a_value_that_is_removed(self):
        self.change("party", "  PARTY_KIND_DEPARTMENT = 3;\n", "")
        self.assert_one(self.broken_promises(), "PARTY_KIND_DEPARTMENT = 3: removed without")

    def test_a_value_that_gets_another_name(self):
        self.change("party", "PARTY_KIND_DEPARTMENT = 3;", "PARTY_KIND_TEAM = 3;")
        self.assert_one(self.broken_promises(), "the number was given another name, PARTY_KIND_TEAM")

    def test_a_kind_of_event_that_is_re_used(self):
        self.change("registry", "EVENT_KIND_UNTAGGED = 13;", "EVENT_KIND_STARRED = 13;")
        self.assert_one(self.broken_promises(), "EventKind.EVENT_KIND_UNTAGGED = 13: the number was given another name")

    def test_a_kind_of_event_is_not_removed_even_with_reserved(self):
        reserved = '  reserved 13;\n  reserved "EVENT_KIND_UNTAGGED";\n'
        self.change("registry", "  EVENT_KIND_UNTAGGED = 13;\n", reserved)
        self.assert_one(self.broken_promises(), "EVENT_KIND_UNTAGGED = 13: removed, but logs hold this number for ever")

    def test_an_event_is_not_removed_even_with_reserved(self):
        self.change("history", "    Untagged untagged = 13;\n", "")
        head = "message EventPayload {"
        self.change("history", head, head + '\n  reserved 13;\n  reserved "untagged";')
        self.assert_one(self.broken_promises(), "EventPayload.untagged = 13: removed, but logs hold")


class Baseline(SchemaCase):
    """The baseline's lines hold all that the comparison needs."""

    def test_reading_what_was_written_gives_the_same_lines(self):
        text = baseline_text(compile_schema(self.root))
        self.assertEqual(baseline_text(parse_baseline(text)), text)

    def test_a_line_that_is_none_of_a_baseline(self):
        with self.assertRaisesRegex(SchemaError, "line 2: cannot read"):
            parse_baseline("message kith.v1.A\nvalue 1 B\n")

    def test_a_schema_that_protoc_refuses(self):
        self.change("common", "message Money {", "message Money")
        with self.assertRaises(SchemaError):
            compile_schema(self.root)

    def test_the_command_ends_with_1_and_with_0(self):
        baseline = self.root / "baseline.txt"
        baseline.write_text(baseline_text(compile_schema(self.root)), encoding="utf-8")
        arguments = ["--schemas", str(self.root), "--baseline", str(baseline)]
        self.assertEqual(check_compatibility.main(arguments), 0)
        self.change("common", "sint64 minor_units", "int64 minor_units")
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            self.assertEqual(check_compatibility.main(arguments), 1)
        self.assertIn("the type changed from sint64 to int64", printed.getvalue())


class Rules(SchemaCase):
    """Every rule finds what it is there for."""

    def test_the_schema_as_it_is_keeps_every_rule(self):
        self.assertEqual(self.broken_rules(), [])

    def test_a_message_without_a_comment(self):
        self.change("common", "// An amount of money.\n", "")
        self.assert_one(self.broken_rules(), "kith.v1.Money: has no comment")

    def test_an_enum_without_a_comment(self):
        self.change("party", "// What a party is.\n", "")
        self.assert_one(self.broken_rules(), "kith.v1.PartyKind: has no comment")

    def test_a_value_without_a_comment(self):
        self.change("party", "  // A natural person.\n", "")
        self.assert_one(self.broken_rules(), "PARTY_KIND_PERSON: has no comment")

    def test_a_refusal_that_lacks_a_line(self):
        for line, word in [("Cause: The caller", "Cause"), ("Client: Ask an", "Client"), ("中文: 调用者", "中文")]:
            with self.subTest(word):
                self.setUp()
                self.change("refusals", f"  // {line}", "  // Else: ")
                self.assert_one(self.broken_rules(), f"FORBIDDEN: its comment has no line {word}:")

    def test_a_refusal_with_an_unclear_retry(self):
        self.change("refusals", "Retry: no", "Retry: perhaps")
        self.assert_one(self.broken_rules(), "Retry is yes or no, not 'perhaps'")

    def test_a_refusal_with_one_half_in_chinese(self):
        self.change("refusals", "调用者没有允许此操作的角色。| ", "调用者没有允许此操作的角色。")
        self.assert_one(self.broken_rules(), "cause | what the client does")

    def test_an_event_whose_numbers_differ(self):
        self.change("history", "Untagged untagged = 13;", "Untagged untagged = 98;")
        self.assert_one(self.broken_rules(), "EventPayload.untagged = 98: its kind has number 13")

    def test_an_event_without_a_kind(self):
        self.change("registry", "  EVENT_KIND_UNTAGGED = 13;\n", "")
        self.assert_one(self.broken_rules(), "EventPayload.untagged: there is no EVENT_KIND_UNTAGGED")

    def test_a_kind_without_an_event(self):
        untagged = "EVENT_KIND_UNTAGGED = 13;"
        self.change("registry", untagged, untagged + "\n  // New.\n  EVENT_KIND_STARRED = 98;")
        self.assert_one(self.broken_rules(), "EVENT_KIND_STARRED: has no field in EventPayload")

    def test_an_event_whose_message_has_another_name(self):
        self.change("history", "Untagged untagged = 13;", "Tagged untagged = 13;")
        self.assertIn("EventPayload.untagged: its message is called Tagged", "\n".join(self.broken_rules()))

    def test_a_personal_part_with_another_number_than_its_event(self):
        self.change("history", "NotePersonal note_added = 11;", "NotePersonal note_added = 12;")
        self.assert_one(self.broken_rules(), "PersonalData.note_added = 12: its event has number 11")

    def test_a_personal_part_of_no_event(self):
        self.change("history", "NotePersonal note_added = 11;", "NotePersonal note_sung = 11;")
        self.assert_one(self.broken_rules(), "PersonalData.note_sung: there is no such event")

    def test_an_event_without_a_reason(self):
        archived = "message PartyArchived {\n  string reason = "
        self.change("party", archived + "15;", archived + "14;")
        self.assert_one(self.broken_rules(), "kith.v1.PartyArchived: an event has `string reason = 15;`")

    def test_a_personal_message_that_names_no_subject(self):
        comment = "// What an order says about a person.\n// Subject: the ordering party."
        self.change("order", comment, "// What an order says.")
        self.assert_one(self.broken_rules(), "OrderPersonal: a personal message has a line `Subject:`")

    def test_a_sealed_part_that_is_not_called_personal(self):
        self.change("history", "NotePersonal note_added = 11;", "NoteAdded note_added = 11;")
        self.assert_one(self.broken_rules(), "note_added: the name of its message does not end in Personal")

    def test_an_open_payload_that_reaches_a_personal_message(self):
        self.change("order", "message OrderConfirmed {", "message OrderConfirmed {\n  OrderPersonal personal = 3;")
        part = "OrderConfirmed.personal: the open payload of an event reaches kith.v1.OrderPersonal"
        self.assert_one(self.broken_rules(), part)

    def test_an_open_payload_that_reaches_part_of_a_personal_message(self):
        self.change("party", "message PartyArchived {", "message PartyArchived {\n  NamePart part = 3;")
        # A name part that is used outside is no longer personal by its place; its field `text` then gives it away.
        self.assertIn("NamePart.text: sounds personal", "\n".join(self.broken_rules()))

    def test_a_field_that_is_named_like_a_personal_datum(self):
        for field in ["name", "email", "phone_number", "delivery_address", "free_text"]:
            with self.subTest(field):
                self.setUp()
                self.change("order", "message OrderConfirmed {", f"message OrderConfirmed {{\n  string {field} = 3;")
                self.assert_one(self.broken_rules(), f"OrderConfirmed.{field}: sounds personal")

    def test_an_exception_that_names_nothing(self):
        rest = " = 1;\n  // Path of the category"
        self.change("product", "  string name" + rest, "  string title" + rest)
        self.assert_one(self.broken_rules(), "NOT_PERSONAL: there is no ProductDetail.name")

    def test_an_enum_without_a_value_for_nothing_said(self):
        self.change("party", "PARTY_KIND_UNSPECIFIED", "PARTY_KIND_UNKNOWN")
        self.assert_one(self.broken_rules(), "PartyKind: its first value is PARTY_KIND_UNSPECIFIED = 0")

    def test_a_value_without_the_name_of_its_enum(self):
        self.change("party", "PARTY_KIND_PERSON", "NATURAL_PERSON")
        self.assert_one(self.broken_rules(), "NATURAL_PERSON: begins with PARTY_KIND_")


class Documents(SchemaCase):
    """The pages and the Swift table that are made from the schema."""

    def test_the_table_of_refusals_has_a_row_for_every_code(self):
        schema = compile_schema(self.root)
        page = documents.refusals(schema)
        for code in schema.enum("ErrorCode").values[1:]:
            self.assertEqual(page.count(f"| `{code.name}` {code.number} |"), 1, code.name)
        self.assertIn("| yes 可 |", page)

    def test_a_code_without_a_section_is_an_error(self):
        self.change("refusals", "CANCELLED = 5005", "CANCELLED = 9005")
        with self.assertRaisesRegex(ValueError, "no section of docs/refusals.md for CANCELLED"):
            documents.refusals(compile_schema(self.root))

    def test_the_glossary_has_every_message_and_enum(self):
        schema = compile_schema(self.root)
        page = documents.glossary(schema, "<!-- schema -->\n")
        for element in [*schema.messages.values(), *schema.enums.values()]:
            if element.short != "ErrorCode":
                self.assertIn(f"- **{element.short}**", page)
        self.assertIn("- **OrderPersonal** (sealed; subject: the ordering party): What an order says", page)

    def test_the_swift_table_says_whether_a_retry_helps(self):
        generated = (ROOT / "Sources/Schema/Generated/refusals.pb.swift").read_text(encoding="utf-8")
        table = swift_catalogue.catalogue(compile_schema(self.root), generated)
        self.assertIn('case .commandIDReused: "COMMAND_ID_REUSED"', table)
        self.assertRegex(table, r"case .*\.overloaded.*: true")
        self.assertNotRegex(table, r"case .*\.forbidden.*: true")

    def test_a_code_that_the_swift_code_does_not_have(self):
        with self.assertRaisesRegex(ValueError, "no case for SCHEMA_INVALID"):
            swift_catalogue.catalogue(compile_schema(self.root), "")

    def test_every_command_and_query_has_its_name_in_json(self):
        table = swift_catalogue.operations(compile_schema(self.root), *self.choices())
        self.assertIn('case .placeOrder: "placeOrder"', table)
        self.assertIn('case .history: "history"', table)

    def test_a_command_that_the_swift_code_does_not_have(self):
        commands, requests = self.choices()
        with self.assertRaisesRegex(ValueError, "the cases of OneOf_Command are not the fields of CommandBody"):
            swift_catalogue.operations(
                compile_schema(self.root), commands.replace("case placeOrder(", "case orderPlace("), requests
            )

    @staticmethod
    def choices() -> list[str]:
        folder = ROOT / "Sources/Schema/Generated"
        return [(folder / f"{name}.pb.swift").read_text(encoding="utf-8") for name in ("envelope", "protocol")]


if __name__ == "__main__":
    unittest.main()
