"""The shim does what it is told, to the calls that it is told of."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import case  # noqa: F401  (finds the modules)
import shim

# What the process under the shim does; it prints one line per call that it got through.
PROGRAM = r"""
import os, sys
def attempt(name, call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        print(name, error.errno, flush=True)
    else:
        print(name, "done", flush=True)
inside = os.open(sys.argv[1] + "/data/file", os.O_RDWR | os.O_CREAT)
outside = os.open(sys.argv[1] + "/elsewhere", os.O_RDWR | os.O_CREAT)
meta = os.open(sys.argv[1] + "/data/file", os.O_RDWR | os.O_DSYNC)
attempt("elsewhere", os.pwrite, outside, b"o" * 2048, 0)
attempt("pwrite", os.pwrite, inside, b"a" * 2048, 0)
attempt("fdatasync", os.fdatasync, inside)
attempt("write", os.write, inside, b"b" * 100)
attempt("meta", os.pwrite, meta, b"m" * 512, 4096)
attempt("ftruncate", os.ftruncate, inside, 5000)
attempt("rename", os.rename, sys.argv[1] + "/data/file", sys.argv[1] + "/data/other")
"""
DONE = [f"{name} done" for name in ("elsewhere", "pwrite", "fdatasync", "write", "meta", "ftruncate", "rename")]


class ShimTests(unittest.TestCase):
    """A process under the shim."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "data").mkdir()

    @classmethod
    def tearDownClass(cls) -> None:
        shim.remove_libraries()

    def run_under(self, **options: object) -> tuple[list[str], shim.Shim, int]:
        """What the program printed, the shim, and the exit code."""
        faults = shim.Shim(self.folder, self.folder / "data", **options)  # type: ignore[arg-type]
        done = subprocess.run(
            [sys.executable, "-S", "-c", PROGRAM, str(self.folder)], capture_output=True, text=True, check=False,
            env={**os.environ, **faults.environment},
        )  # fmt: skip
        return done.stdout.splitlines(), faults, done.returncode

    def test_nothing_fails_unless_it_is_told(self) -> None:
        lines, faults, _ = self.run_under()
        self.assertEqual((lines, faults.calls, faults.fired), (DONE, 6, 0))

    def test_the_nth_call_fails(self) -> None:
        for number, name in enumerate(("pwrite", "fdatasync", "write", "meta", "ftruncate", "rename"), 1):
            for action, code in (("eio", 5), ("enospc", 28)):
                lines, faults, _ = self.run_under(action=action, at=number)
                self.assertEqual([line for line in lines if "done" not in line], [f"{name} {code}"])
                self.assertEqual(faults.fired, 1)

    def test_several_in_a_row_fail(self) -> None:
        lines, faults, _ = self.run_under(action="eio", at=2, times=3)
        self.assertEqual([line.split()[0] for line in lines if "5" in line], ["fdatasync", "write", "meta"])
        self.assertEqual(faults.fired, 3)

    def test_only_chosen_calls_count(self) -> None:
        lines, faults, _ = self.run_under(action="eio", calls="fdatasync,rename", at=1, times=9)
        self.assertEqual([line.split()[0] for line in lines if "5" in line], ["fdatasync", "rename"])
        self.assertEqual(faults.calls, 2)

    def test_only_meta_pages(self) -> None:
        lines, _, _ = self.run_under(action="eio", meta=True, at=1, times=9)
        self.assertEqual([line for line in lines if "done" not in line], ["meta 5"])

    def test_a_kill_before_and_after_the_call(self) -> None:
        for action, size in (("kill", 0), ("kill-after", 2048), ("tear", 1024)):
            lines, faults, code = self.run_under(action=action, at=1)
            self.assertEqual((lines, code, faults.fired), (["elsewhere done"], -9, 1))
            self.assertEqual((self.folder / "data" / "file").stat().st_size, size)
            (self.folder / "data" / "file").unlink()


if __name__ == "__main__":
    unittest.main()
