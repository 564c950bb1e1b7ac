"""The files that the checks look at."""

from __future__ import annotations

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What a working copy holds beside the project.
NOT_OURS = {".build", ".git", ".venv", ".kith", "__pycache__"}

GENERATED = [
    pathlib.Path("Sources/Schema/Generated"),
    pathlib.Path("Sources/Analytics/Generated"),
    pathlib.Path("Sources/HTTPFace/Generated"),
    pathlib.Path("tools/python/kith"),
    pathlib.Path("schemas/baseline.txt"),
    pathlib.Path("schemas/openapi.json"),
    pathlib.Path("docs/refusals.md"),
    pathlib.Path("docs/glossary.md"),
]


def files(
    root: pathlib.Path, *suffixes: str, below: tuple[str, ...] = (), generated: bool = False
) -> list[pathlib.Path]:
    """The project's files under `root`, relative to it, in order; what git ignores is left out.

    Without suffixes: every file. `below` names the folders to look in.
    """
    found = _known_to_git(root)
    if found is None:
        found = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    return sorted(
        path
        for path in found
        if not NOT_OURS & set(path.parts)
        and (not suffixes or path.suffix in suffixes)
        and (not below or path.parts[0] in below)
        and (generated or not is_generated(path))
        and (root / path).is_file()
    )


def is_generated(path: pathlib.Path) -> bool:
    """Whether tools/generate or tools/generate-zones makes this file."""
    return any(path == place or place in path.parents for place in GENERATED)


def _known_to_git(root: pathlib.Path) -> list[pathlib.Path] | None:
    if not (root / ".git").exists():
        return None  # A copy without history, from an archive.
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return [pathlib.Path(name) for name in run.stdout.split("\0") if name] if run.returncode == 0 else None
