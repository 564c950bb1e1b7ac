"""Every check can fail: a small tree with one fault in it is given to the check, which must find that fault."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import imports
import run
import source_rules
import text_form
from repository import ROOT, files


class CheckCase(unittest.TestCase):
    """An empty tree that a test fills."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path: str, text: str) -> pathlib.Path:
        """A file of the tree."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return place

    def assert_one(self, findings: list[str], part: str) -> None:
        """Exactly one finding, which says so."""
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(part, findings[0])


class Imports(CheckCase):
    """The direction of imports."""

    def test_imports_that_point_downwards_are_fine(self):
        self.write("Sources/CRM/A.swift", "internal import Schema\npackage import struct SwiftProtobuf.Version\n")
        self.write("Sources/LMDB/B.swift", "#if canImport(Glibc)\n    internal import Glibc\n#endif\n")
        self.assertEqual(imports.findings(self.root), [])

    def test_an_import_that_points_upwards(self):
        self.write("Sources/LMDB/A.swift", "internal import EventLog\n")
        self.assert_one(imports.findings(self.root), "Sources/LMDB/A.swift:1: LMDB must not import EventLog")

    def test_the_domain_knows_no_sockets_threads_or_files(self):
        for module in ["Foundation", "NIOCore", "Dispatch", "Glibc", "Synchronization", "EventLog"]:
            with self.subTest(module):
                self.write("Sources/CRM/A.swift", f"internal import {module}\n")
                self.assert_one(imports.findings(self.root), f"CRM must not import {module}")

    def test_an_import_of_a_single_declaration_counts(self):
        self.write("Sources/Views/A.swift", "internal import class Foundation.FileManager\n")
        self.assert_one(imports.findings(self.root), "Views must not import Foundation")

    def test_an_import_with_an_attribute_counts(self):
        self.write("Sources/Replay/A.swift", "@preconcurrency internal import NIOCore\n")
        self.assert_one(imports.findings(self.root), "Replay must not import NIOCore")

    def test_an_import_without_an_access_level(self):
        self.write("Sources/Service/A.swift", "import Schema\n")
        self.assert_one(imports.findings(self.root), "import Schema says no access level")

    def test_a_clock_in_the_domain(self):
        for text in ["Date()", "UUID()", "Int.random(in: 0..<4)", "ContinuousClock.now"]:
            with self.subTest(text):
                self.write("Sources/Views/A.swift", f"let a = {text}\n")
                self.assert_one(imports.findings(self.root), "Views is pure and must not use")

    def test_a_target_that_the_table_does_not_know(self):
        self.write("Sources/Extra/A.swift", "let a = 1\n")
        self.assert_one(imports.findings(self.root), "target Extra has no place")

    def test_every_target_of_the_package_is_in_the_table(self):
        targets = {path.name for path in (ROOT / "Sources").iterdir() if path.is_dir()}
        self.assertLessEqual(targets, set(imports.ALLOWED))

    def test_the_table_has_no_cycle(self):
        def reach(target: str) -> set[str]:
            below = imports.ALLOWED.get(target, set()) & imports.ALLOWED.keys()
            return below.union(*map(reach, below)) if below else set()

        for target in imports.ALLOWED:
            self.assertNotIn(target, reach(target))


class SourceRules(CheckCase):
    """Rules of the source."""

    def test_what_is_allowed(self):
        self.write(
            "Sources/LMDB/A.swift",
            "/// Safe: every use holds the lock.\n@frozen\nfinal class A: @unchecked Sendable {}\n"
            '// try! as! fatalError( are words here\nlet a = "try! me"\nlet b = c as? D ?? d\n',
        )
        self.write("Sources/kith/A.swift", 'print("the terminal is its business")\n')
        self.write("docs/a.md", "TODO" + "(#12) is fine, and so is `/var/lib/kith`.\n")
        self.assertEqual(source_rules.findings(self.root), [])

    def test_what_crashes_or_hides_an_error(self):
        for text, part in [
            ("let a = try! b()", "try! turns an error into a crash"),
            ("let a = b as! C", "as! crashes"),
            ('fatalError("no")', "fatalError"),
            ("print(a)", "use the logger"),
            ("let a = try? reader.get(key)", "try? hides an error of the disk"),
        ]:
            with self.subTest(text):
                self.write("Sources/EventLog/A.swift", text + "\n")
                self.assert_one(source_rules.findings(self.root), part)

    def test_unchecked_sendable_without_its_lock(self):
        for text in [
            "final class A: @unchecked Sendable {}",
            "/// A thing.\nfinal class A: @unchecked Sendable {}",
            "/// Guarded by a lock.\nlet other = 1\nfinal class A: @unchecked Sendable {}",
        ]:
            with self.subTest(text):
                self.write("Sources/Service/A.swift", text + "\n")
                self.assert_one(source_rules.findings(self.root), "@unchecked Sendable, and no comment names its lock")

    def test_a_task_without_the_number_of_its_issue(self):
        self.write("Sources/CRM/A.swift", "// TODO" + ": later\n")
        self.assert_one(source_rules.findings(self.root), "needs the number of an issue")

    def test_a_path_of_one_machine(self):
        for path in ["/work" + "/main", "/home" + "/me", "/root" + "/x"]:
            with self.subTest(path):
                self.write("docs/a.md", f"see {path}\n")
                self.assert_one(source_rules.findings(self.root), "a path of one machine")

    def test_the_host_of_a_registry(self):
        self.write("tools/a", "#!/usr/bin/env bash\npip --index https://pypi" + ".org/simple\n")
        self.assert_one(source_rules.findings(self.root), "the host of a package registry")


class TextForm(CheckCase):
    """The form of texts and the length of files."""

    def test_what_is_wrong_with_a_line(self):
        for text, part in [
            ("a = 1 \n", "ends with blanks"),
            ("a = 1\r\n", "ends with a carriage return"),
            ("if a:\n\tb()\n", "holds a tab"),
            ("a = 1", "does not end with a line end"),
            ("a = " + "1" * 120 + "\n", "124 characters, more than 120"),
        ]:
            with self.subTest(part):
                self.write("tools/a.py", text)
                self.assert_one(text_form.form(self.root), part)

    def test_the_length_of_a_line_counts_characters_not_bytes(self):
        self.write("tools/a.py", "# " + "客" * 118 + "\n")
        self.assertEqual(text_form.form(self.root), [])

    def test_a_file_that_is_too_long(self):
        self.write("Sources/CRM/A.swift", "//\n" * 451)
        self.assert_one(text_form.lengths(self.root), "451 lines, more than 450")

    def test_a_long_file_may_shrink_but_not_grow(self):
        self.write("Sources/CRM/A.swift", "//\n" * 460)
        self.write(str(text_form.RATCHET), "500 Sources/CRM/A.swift # a table\n")
        self.assertEqual(text_form.lengths(self.root), [])
        self.assertEqual(text_form.lower_ratchet(self.root), 1)
        self.write("Sources/CRM/A.swift", "//\n" * 461)
        self.assert_one(text_form.lengths(self.root), "has grown from 460 to 461 lines")

    def test_an_entry_of_the_ratchet_for_no_file(self):
        self.write(str(text_form.RATCHET), "500 Sources/CRM/A.swift\n")
        self.assert_one(text_form.lengths(self.root), "there is no Sources/CRM/A.swift")


class Shell(CheckCase):
    """Shell scripts."""

    def script(self, text: str) -> None:
        """An executable script of the tree."""
        self.write("tools/a", text).chmod(0o755)

    def test_a_sound_script(self):
        self.script("#!/usr/bin/env bash\nset -euo pipefail\ntrue\n")
        self.assertEqual(run.shell(self.root), [])

    def test_a_script_that_goes_on_after_errors(self):
        self.script("#!/usr/bin/env bash\ntrue\n")
        self.assert_one(run.shell(self.root), "has no `set -euo pipefail`")

    def test_a_script_that_bash_cannot_read(self):
        self.script("#!/usr/bin/env bash\nset -euo pipefail\nif true; then\n")
        self.assertIn("syntax error", "\n".join(run.shell(self.root)))

    def test_a_script_that_cannot_be_run(self):
        self.write("tools/a", "#!/usr/bin/env bash\nset -euo pipefail\n").chmod(0o644)
        self.assert_one(run.shell(self.root), "is not executable")


class Format(CheckCase):
    """Swift's formatter and linter with the project's configuration."""

    def lint(self, text: str) -> str:
        """What the linter says of a file with this text."""
        shutil.copyfile(ROOT / ".swift-format", self.root / ".swift-format")
        self.write("Sources/CRM/A.swift", text)
        return "\n".join(run.swift_format(self.root))

    def test_a_file_in_form(self):
        self.assertEqual(self.lint("internal import Schema\n\n/// A number.\nlet a = 1\n"), "")

    def test_what_the_linter_refuses(self):
        for text, part in [
            ("func a() {\n  b()\n}\n", "Indentation"),
            ("let a = " + "1 + " * 40 + "1\n", "LineLength"),
            ("internal import SwiftProtobuf\ninternal import Schema\n", "OrderedImports"),
            ("let a = b!\n", "NeverForceUnwrap"),
            ("let a = try! b()\n", "NeverUseForceTry"),
            ("/* a */\nlet a = 1\n", "NoBlockComments"),
            ("let a = ;\n", "error"),
        ]:
            with self.subTest(part):
                self.assertIn(part, self.lint(text))


class Generated(CheckCase):
    """The checks that call tools/schema, on a copy of what they read."""

    def setUp(self) -> None:
        super().setUp()
        for folder in ["schemas", "tools/schema", "Sources/Schema/Generated", "tools/python/kith", "docs"]:
            shutil.copytree(ROOT / folder, self.root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        # Whether the repository's own files are current is the check's business, not this test's.
        result = self.generate("--reset-baseline")
        self.assertEqual(result.returncode, 0, result.stderr)

    def generate_check(self) -> subprocess.CompletedProcess[str]:
        """Compares the copy's committed files with what its schema gives."""
        return self.generate("--check")

    def generate(self, option: str) -> subprocess.CompletedProcess[str]:
        """Runs the copy's generator."""
        plugin = next((ROOT / ".build").glob("*/protoc-gen-swift"), None)
        if plugin is None:
            self.skipTest("protoc-gen-swift is not built; tools/generate builds it")
        command = [sys.executable, "tools/schema/generate.py", "--plugin", str(plugin), option]
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False, env=environment)

    def test_what_was_just_made_is_current(self):
        result = self.generate_check()
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_generated_file_that_was_edited(self):
        for path in [
            "Sources/Schema/Generated/common.pb.swift", "Sources/Schema/Generated/RefusalCatalogue.swift",
            "docs/refusals.md", "docs/glossary.md", "schemas/baseline.txt", "tools/python/kith/v1/common_pb2.py",
        ]:  # fmt: skip
            with self.subTest(path):
                before = (self.root / path).read_text(encoding="utf-8")
                self.write(path, before + "edited\n")
                result = self.generate_check()
                self.assertEqual(result.returncode, 1)
                self.assertIn("-edited", result.stderr)
                self.write(path, before)

    def test_a_stale_generated_file(self):
        self.write("Sources/Schema/Generated/gone.pb.swift", "")
        result = self.generate_check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("no longer generated: Sources/Schema/Generated/gone.pb.swift", result.stderr)

    def test_a_schema_that_was_changed_and_not_generated(self):
        common = (self.root / "schemas/kith/v1/common.proto").read_text(encoding="utf-8")
        self.write("schemas/kith/v1/common.proto", common.replace("// An amount of money.", "// Money."))
        self.assertEqual(self.generate_check().returncode, 1)

    def test_a_schema_that_breaks_a_promise(self):
        self.assertEqual(run.schema(self.root), [])
        common = (ROOT / "schemas/kith/v1/common.proto").read_text(encoding="utf-8")
        self.write("schemas/kith/v1/common.proto", common.replace("sint64 minor_units", "int64 minor_units"))
        self.assertIn("the type changed from sint64 to int64", "\n".join(run.schema(self.root)))


class Zones(CheckCase):
    """The check that calls tools/zones, on a copy of what it reads."""

    def test_only_what_the_pinned_database_gives_is_current(self):
        table, vectors = "Sources/Analytics/Generated/ZoneTable.swift", "Tests/AnalyticsTests/Vectors/zones.txt"
        shutil.copytree(ROOT / "tools/zones", self.root / "tools/zones", ignore=shutil.ignore_patterns("__pycache__"))
        for path in [table, vectors]:
            self.write(path, (ROOT / path).read_text(encoding="utf-8"))
        self.assertEqual(run.zones(self.root), [])
        for path, old, new in [(table, "|-75 0 3600", "|-75 1 3600"), (vectors, "at Europe/London", "at Europe/Paris")]:
            with self.subTest(path):
                before = (self.root / path).read_text(encoding="utf-8")
                self.write(path, before.replace(old, new, 1))
                self.assertIn(new, "\n".join(run.zones(self.root)))
                self.write(path, before)

    def test_an_older_database_is_refused(self):
        table = "Sources/Analytics/Generated/ZoneTable.swift"
        shutil.copytree(ROOT / "tools/zones", self.root / "tools/zones", ignore=shutil.ignore_patterns("__pycache__"))
        self.write(table, "// Made by tools/generate-zones from tzdata 2999a. Do not edit.\n")
        self.assert_one(run.zones(self.root), "is older than the table's 2999a")


class Files(CheckCase):
    """Which files the checks look at."""

    def test_what_git_ignores_is_left_out(self):
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        self.write(".gitignore", "made/\n")
        self.write("made/a.py", "")
        self.write("kept/a.py", "")
        self.write(".build/a.py", "")
        self.assertEqual(files(self.root, ".py"), [pathlib.Path("kept/a.py")])

    def test_without_git_every_file_counts_but_generated_ones(self):
        self.write("kept/a.py", "")
        self.write("Sources/Schema/Generated/a.pb.swift", "")
        self.write(".build/a.py", "")
        self.assertEqual(files(self.root), [pathlib.Path("kept/a.py")])

    def test_a_failing_check_makes_the_run_fail(self):
        self.write("Sources/LMDB/A.swift", "import Service\n")
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            sys.stdout, kept = nowhere, sys.stdout
            try:
                self.assertEqual(run.run_checks(self.root, ["imports"]), 1)
                self.assertEqual(run.run_checks(self.root, ["length"]), 0)
            finally:
                sys.stdout = kept


if __name__ == "__main__":
    unittest.main()
