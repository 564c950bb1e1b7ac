"""tools/new: what it makes fits the code as it is, keeps the rules of the schema, and half of it is never written."""

import contextlib
import io
import pathlib
import re
import shutil
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tools/templates"), str(ROOT / "tools/schema"), str(ROOT / "tools/check.d")]

import check_compatibility
import rules
import scaffold
from descriptors import compile_schema


class Scaffold(unittest.TestCase):
    """A copy of what the templates change."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        parts = [
            "schemas", "docs", "tools/templates", "Sources/CRM/Core", "Sources/Views", "Sources/Service",
            "Sources/kith", "Tests/EndToEndTests/Support",
        ]  # fmt: skip
        for part in parts:
            if (ROOT / part).exists():
                shutil.copytree(ROOT / part, self.root / part)
        patch = mock.patch.object(scaffold, "ROOT", self.root)
        patch.start()
        self.addCleanup(patch.stop)

    def run_new(self, *arguments: str) -> tuple[int, str]:
        """The exit code of tools/new, and what it printed."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = scaffold.main(list(arguments))
        return code, printed.getvalue()

    def snapshot(self) -> dict[pathlib.Path, bytes]:
        """Every file and its bytes."""
        return {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def test_an_aggregate_keeps_the_rules_and_promises_of_the_schema(self):
        code, printed = self.run_new("aggregate", "BonusAccount", "--number", "99")
        self.assertEqual(code, 0, printed)
        schema = compile_schema(self.root / "schemas")
        self.assertEqual(rules.check(schema), [])
        self.assertEqual(check_compatibility.compatibility(compile_schema(ROOT / "schemas"), schema), [])
        payload = schema.message("EventPayload")
        self.assertEqual(payload.field("bonus_account_defined").number, 9901)
        self.assertEqual(schema.message("CommandBody").field("define_bonus_account").number, 9900)
        compile_schema(self.root / "schemas", "kith.store.v1")
        registry = (self.root / "Sources/CRM/Core/CommandRegistry.swift").read_text(encoding="utf-8")
        self.assertIn("        case .defineBonusAccount(let command): command\n", registry)

    def test_every_switch_over_commands_or_records_gets_the_new_cases(self):
        self.assertEqual(self.run_new("aggregate", "BonusAccount")[0], 0)
        switches = {
            r"case [^:]*\.allowOnBehalfOf\b": ".defineBonusAccount",
            r"case [^:\n]*\.importJob\b": ".bonusAccount",
        }
        for source in [*(ROOT / "Sources").rglob("*.swift"), *(ROOT / "Tests").rglob("*.swift")]:
            for pattern, case in switches.items():
                if "Generated" in source.parts or not re.search(pattern, source.read_text(encoding="utf-8")):
                    continue
                with self.subTest(source.name, case=case):
                    made = self.root / source.relative_to(ROOT)
                    self.assertTrue(made.exists(), "not among what setUp copies")
                    self.assertIn(case, made.read_text(encoding="utf-8"))

    def test_nothing_of_a_template_is_left_unfilled(self):
        before = self.snapshot()
        for arguments in [("aggregate", "BonusAccount"), ("projection", "PipelineReport")]:
            code, printed = self.run_new(*arguments)
            self.assertEqual(code, 0, printed)
        for path, text in self.snapshot().items():
            if path not in before or before[path] != text:
                self.assertNotRegex(text.decode(), r"__[A-Za-z_]*[A-Za-z0-9]__", str(path))

    def test_a_second_aggregate_gets_the_next_number(self):
        # Aggregates of contributors may have the first numbers already.
        first = scaffold.choose_number(self.root, None)
        self.run_new("aggregate", "First")
        second = scaffold.choose_number(self.root, None)
        self.run_new("aggregate", "Second")
        registry = (self.root / "schemas/kith/v1/registry.proto").read_text(encoding="utf-8")
        self.assertGreater(second, first)
        self.assertIn(f"AGGREGATE_KIND_FIRST = {first * 10};", registry)
        self.assertIn(f"AGGREGATE_KIND_SECOND = {second * 10};", registry)
        self.assertEqual(rules.check(compile_schema(self.root / "schemas")), [])

    def test_what_is_refused_writes_nothing(self):
        self.run_new("aggregate", "First")
        before = self.snapshot()
        for arguments, part in [
            (("aggregate", "First"), "exists"),
            (("aggregate", "lower"), "not in UpperCamelCase"),
            (("aggregate", "Name-With-Dash"), "not in UpperCamelCase"),
            (("aggregate", "Other", "--number", "1"), "number 1 is taken"),
            (("aggregate", "Other", "--number", "50"), "is none for an aggregate"),
            (("aggregate", "Other", "--number", "700"), "is none for an aggregate"),
        ]:
            with self.subTest(arguments):
                code, printed = self.run_new(*arguments)
                self.assertEqual(code, 1)
                self.assertIn(part, printed)
                self.assertEqual(self.snapshot(), before)

    def test_a_template_that_no_longer_fits_writes_nothing(self):
        registry = self.root / "Sources/CRM/Core/CommandRegistry.swift"
        registry.write_text("// Empty.\n", encoding="utf-8")
        before = self.snapshot()
        code, printed = self.run_new("aggregate", "Other")
        self.assertEqual(code, 1)
        self.assertIn("CommandRegistry.swift: no line begins with", printed)
        self.assertEqual(self.snapshot(), before)

    def test_a_dry_run_writes_nothing(self):
        before = self.snapshot()
        code, printed = self.run_new("aggregate", "Other", "--dry-run")
        self.assertEqual(code, 0)
        self.assertIn("makes Sources/CRM/Other/OtherAggregate.swift", printed)
        self.assertNotIn("What is left is yours", printed)
        self.assertEqual(self.snapshot(), before)


class Edits(unittest.TestCase):
    """Where lines go."""

    TEXT = "a {\n  one\n  b {\n    two\n  }\n}\nimport x\nimport y\nrest\n"

    def test_the_places(self):
        for where, anchor, expected in [
            ("end-of", "a {", "a {\n  one\n  b {\n    two\n  }\nNEW\n}\nimport x\nimport y\nrest\n"),
            ("end-of", "b {", "a {\n  one\n  b {\n    two\nNEW\n  }\n}\nimport x\nimport y\nrest\n"),
            ("before", "import", "a {\n  one\n  b {\n    two\n  }\n}\nNEW\nimport x\nimport y\nrest\n"),
            ("after-last", "import", "a {\n  one\n  b {\n    two\n  }\n}\nimport x\nimport y\nNEW\nrest\n"),
        ]:
            with self.subTest(where=where, anchor=anchor):
                self.assertEqual(scaffold.edit(self.TEXT, where, anchor, ["NEW"]), expected)

    def test_a_place_that_is_none(self):
        for where, anchor in [("end-of", "none"), ("end-of", "rest"), ("elsewhere", "rest")]:
            with self.subTest(where), self.assertRaises(scaffold.ScaffoldError):
                scaffold.edit(self.TEXT, where, anchor, ["NEW"])


if __name__ == "__main__":
    unittest.main()
