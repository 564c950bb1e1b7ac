"""Runs a reader in a process of its own, so that a damaged file that makes LMDB crash is damage with a position.

LMDB has no checksums and trusts its pages: a changed page number can send it outside the file.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable

_NUMBER = struct.Struct("=Q")
# EX_SOFTWARE of sysexits.h: a fault of this program, not of the log.
FAULT = 70


class Progress:
    """The position that LMDB is asked for; lives in memory that both processes see."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _NUMBER.size)

    @property
    def position(self) -> int:
        """The position that was asked for last; 0 where there was none yet."""
        return _NUMBER.unpack_from(self._memory)[0]

    @position.setter
    def position(self, value: int) -> None:
        _NUMBER.pack_into(self._memory, 0, value)


def guarded(work: Callable[[Progress], int]) -> tuple[int, str | None, int]:
    """Does the work in a child process.

    Returns: its exit code; where it crashed, the name of the signal that ended it; the position asked for last.
    """
    progress = Progress()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = FAULT
        try:
            code = _carried_out(work, progress)
        finally:
            # Whatever happened: the child must not go on with what the parent does next.
            os._exit(code)
    try:
        _, status = os.waitpid(child, 0)
    except KeyboardInterrupt:
        # The terminal sent it to the child as well.
        os.waitpid(child, 0)
        return 128 + signal.SIGINT, None, progress.position
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code, None, progress.position
    name = signal.Signals(-code).name
    if -code in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL):
        return 1, name, progress.position
    return 128 - code, None, progress.position


def _carried_out(work: Callable[[Progress], int], progress: Progress) -> int:
    """Does the work; whatever happens, there is an exit code."""
    try:
        code = work(progress)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever reads the output has seen enough, as with `| head`.
        return 0
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BaseException:
        traceback.print_exc()
        return FAULT
