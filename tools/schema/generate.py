"""Makes everything that follows from schemas/; called by tools/generate, which builds the Swift plugin first.

    .venv/bin/python tools/schema/generate.py --plugin PATH [--check] [--reset-baseline]

Everything is made in a temporary folder first and then copied (or, with --check, compared): a failure half way
leaves the repository as it was.
"""

from __future__ import annotations

import argparse
import difflib
import pathlib
import shutil
import subprocess
import sys
import tempfile

import documents
import json_shapes
import openapi
import rules
import swift_catalogue
from check_compatibility import compatibility
from descriptors import PACKAGE, ROOT, Schema, SchemaError, baseline_text, compile_schema, parse_baseline

SWIFT_PACKAGES = [PACKAGE, "kith.store.v1"]
SWIFT_FOLDER = pathlib.Path("Sources/Schema/Generated")
PYTHON_FOLDER = pathlib.Path("tools/python/kith")
BASELINE = pathlib.Path("schemas/baseline.txt")

# Folders that hold nothing but generated files: what is there beside them is stale.
WHOLE_FOLDERS = [SWIFT_FOLDER, PYTHON_FOLDER]

# The form of generated Python differs between releases of protoc; the committed one is of Debian's.
PYTHON_PROTOC = "libprotoc 3.21."


class GenerationError(Exception):
    """Something could not be made; the message says what."""


def generate(target: pathlib.Path, plugin: pathlib.Path) -> Schema:
    """Makes every file below `target`, under the paths they have in the repository."""
    schema = compile_schema(ROOT / "schemas")
    _swift_code(target, plugin)
    _python_code(target)
    catalogue = swift_catalogue.catalogue(schema, (target / SWIFT_FOLDER / "refusals.pb.swift").read_text("utf-8"))
    _write(target / SWIFT_FOLDER / "RefusalCatalogue.swift", catalogue)
    texts = [(target / SWIFT_FOLDER / f"{name}.pb.swift").read_text("utf-8") for name in ("envelope", "protocol")]
    _write(target / SWIFT_FOLDER / "OperationNames.swift", swift_catalogue.operations(schema, *texts))
    template = (ROOT / "schemas" / "glossary.template.md").read_text(encoding="utf-8")
    _write(target / "Sources/HTTPFace/Generated/MessageShapes.swift", json_shapes.table(schema))
    _write(target / "schemas/openapi.json", openapi.document(schema))
    _write(target / "docs/refusals.md", documents.refusals(schema))
    _write(target / "docs/glossary.md", documents.glossary(schema, template))
    _write(target / BASELINE, baseline_text(schema))
    return schema


def _swift_code(target: pathlib.Path, plugin: pathlib.Path) -> None:
    files = [path for package in SWIFT_PACKAGES for path in _schema_files(package)]
    names = [path.name for path in files]
    for name in names:
        # The Swift files of all packages lie in one folder.
        if names.count(name) > 1:
            raise GenerationError(f"two packages of the schema have a file {name}")
    (target / SWIFT_FOLDER).mkdir(parents=True)
    _protoc(
        f"--plugin=protoc-gen-swift={plugin}",
        "--swift_opt=Visibility=Public",
        "--swift_opt=UseAccessLevelOnImports=true",
        "--swift_opt=FileNaming=DropPath",
        f"--swift_out={target / SWIFT_FOLDER}",
        *map(str, files),
    )


def _python_code(target: pathlib.Path) -> None:
    folder = target / PYTHON_FOLDER
    folder.mkdir(parents=True)
    _protoc(f"--python_out={folder.parent}", *map(str, _schema_files(PACKAGE)))
    _write(folder / "__init__.py", '"""Messages of Kith; generated."""\n')
    _write(folder / "v1" / "__init__.py", '"""Version 1 of the messages; generated from schemas/kith/v1."""\n')


def _schema_files(package: str) -> list[pathlib.Path]:
    return sorted((ROOT / "schemas" / package.replace(".", "/")).glob("*.proto"))


def _protoc(*arguments: str) -> None:
    command = ["protoc", f"--proto_path={ROOT / 'schemas'}", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SchemaError(run.stderr.strip())


def _write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _files_below(root: pathlib.Path) -> dict[pathlib.Path, pathlib.Path]:
    return {
        path.relative_to(root): path
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def stale_files(made: set[pathlib.Path]) -> list[pathlib.Path]:
    """Files in folders of generated code that are generated no more."""
    return [
        folder / path
        for folder in WHOLE_FOLDERS
        for path in _files_below(ROOT / folder)
        if folder / path not in made
    ]


def compare(target: pathlib.Path) -> list[str]:
    """Differences between what was made and what is committed, as lines of a diff."""
    differences: list[str] = []
    made = _files_below(target)
    same_protoc = subprocess.run(["protoc", "--version"], capture_output=True, text=True, check=True).stdout
    for relative, path in made.items():
        if PYTHON_FOLDER in relative.parents and not same_protoc.startswith(PYTHON_PROTOC):
            continue
        committed = ROOT / relative
        old = committed.read_text(encoding="utf-8").splitlines() if committed.exists() else []
        new = path.read_text(encoding="utf-8").splitlines()
        differences += difflib.unified_diff(old, new, f"committed/{relative}", f"generated/{relative}", lineterm="")
    return differences + [f"no longer generated: {path}" for path in stale_files(set(made))]


def install(target: pathlib.Path) -> list[pathlib.Path]:
    """Copies what differs into the repository and removes what is stale; the paths that changed."""
    changed = []
    made = _files_below(target)
    for relative, path in made.items():
        committed = ROOT / relative
        # Files that did not change keep their time, so that the compiler leaves them alone.
        if not committed.exists() or committed.read_bytes() != path.read_bytes():
            committed.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, committed)
            changed.append(relative)
    for relative in stale_files(set(made)):
        (ROOT / relative).unlink()
        changed.append(relative)
    return changed


def broken_promises(schema: Schema) -> list[str]:
    """What in the schema breaks a rule, or a promise of the committed baseline."""
    findings = rules.check(schema)
    if (ROOT / BASELINE).exists():
        findings += compatibility(parse_baseline((ROOT / BASELINE).read_text(encoding="utf-8")), schema)
    return findings


def main(arguments: list[str]) -> int:
    """Makes or checks, and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plugin", type=pathlib.Path, required=True, help="protoc-gen-swift")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a committed file differs")
    parser.add_argument(
        "--reset-baseline", action="store_true",
        help="take the schema as it is for the baseline; only before the first log that anyone keeps",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder)
        try:
            schema = generate(target, options.plugin)
        except (SchemaError, GenerationError, ValueError, OSError) as error:
            print(f"generate: {error}", file=sys.stderr)
            return 1
        if options.check:
            return _report_differences(compare(target))
        findings = [] if options.reset_baseline else broken_promises(schema)
        if findings:
            print(*findings, sep="\n", file=sys.stderr)
            print(f"generate: {len(findings)} findings; nothing was written", file=sys.stderr)
            return 1
        changed = install(target)
        print(*(f"generate: {path}" for path in changed), sep="\n", end="\n" if changed else "")
        print(f"generate: {len(changed)} files changed")
        return 0


def _report_differences(differences: list[str]) -> int:
    if not differences:
        return 0
    # The descriptors in Python code are lines of many thousand characters.
    print(*(line if len(line) <= 160 else line[:160] + " …" for line in differences[:200]), sep="\n", file=sys.stderr)
    if len(differences) > 200:
        print(f"… and {len(differences) - 200} lines more", file=sys.stderr)
    print("generate: committed files are not what schemas/ gives; run tools/generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
