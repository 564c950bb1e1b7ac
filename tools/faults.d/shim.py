"""The shim that makes calls on files fail: compiled here, preloaded into the service, steered through shared memory."""

from __future__ import annotations

import functools
import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

from report import NotHere

_FOLDER = pathlib.Path(__file__).resolve().parent
_CONTROL = struct.Struct("=4Qq")


@functools.cache
def _libraries() -> pathlib.Path:
    return pathlib.Path(tempfile.mkdtemp(prefix="kith-shim."))


@functools.cache
def library(name: str = "shim") -> pathlib.Path:
    """Compiles a library, once.

    Raises:
        NotHere: there is no C compiler, or it cannot compile it.
    """
    compiler = shutil.which("cc") or shutil.which("clang") or shutil.which("gcc")
    if compiler is None:
        raise NotHere("there is no C compiler (cc)")
    source, path = _FOLDER / f"{name}.c", _libraries() / f"{name}.so"
    command = [compiler, "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", str(path), str(source), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotHere(f"{source.name} cannot be compiled: {done.stderr.strip()[-300:]}")
    return path


def remove_libraries() -> None:
    """Removes what was compiled."""
    shutil.rmtree(_libraries(), ignore_errors=True)
    _libraries.cache_clear()
    library.cache_clear()


class Shim:
    """The faults of one run of the service.

    With `at` = 0 nothing fails until `hit_next` is called.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        directory: pathlib.Path,
        action: str = "eio",
        calls: str = "",
        file: str = "",
        meta: bool = False,
        at: int = 0,
        times: int = 1,
        trace: pathlib.Path | None = None,
    ) -> None:
        """Prepares a run.

        Args:
            folder: where the shared memory's file goes; not inside `directory`.
            directory: only files below it count.
            action: eio, enospc, kill, kill-after or tear.
            calls: which calls count, separated by commas; all where it is empty.
            file: only files whose path holds this text.
            meta: only LMDB's writes of meta pages.
            at: the first call to hit, from 1.
            times: how many calls to hit from there on.
            trace: file that gets every call with its bytes.
        """
        handle, name = tempfile.mkstemp(prefix="shim.", dir=folder)
        os.write(handle, _CONTROL.pack(0, 0, at, times, 0))
        self._memory = mmap.mmap(handle, _CONTROL.size)
        os.close(handle)
        self.environment = {
            "LD_PRELOAD": str(library()),
            "FAULT_DIRECTORY": str(directory.resolve()),
            "FAULT_CONTROL": name,
            "FAULT_ACTION": action,
            "FAULT_CALLS": calls,
        }
        if file:
            self.environment["FAULT_FILE"] = file
        if meta:
            self.environment["FAULT_META"] = "1"
        if trace is not None:
            self.environment["FAULT_TRACE"] = str(trace)

    @property
    def calls(self) -> int:
        """How many calls were counted."""
        return _CONTROL.unpack(self._memory[: _CONTROL.size])[0]

    @property
    def fired(self) -> int:
        """How many were hit."""
        return _CONTROL.unpack(self._memory[: _CONTROL.size])[1]

    def hit_next(self, times: int = 1) -> None:
        """From now on, so many calls are hit."""
        self._memory[24:32] = struct.pack("=Q", times)
        self._memory[16:24] = struct.pack("=Q", 1)

    def set_clock(self, seconds: int) -> None:
        """The clock on the wall is wrong by so much from now on; those that only count time are not."""
        self._memory[32:40] = struct.pack("=q", seconds)
