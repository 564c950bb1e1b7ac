"""What the tests of the reader share: a place for logs, and the pass over one."""

from __future__ import annotations

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import build_log
import read_log
from kith_audit.checks import Chain
from kith_audit.damage import Damage
from kith_audit.guard import Progress
from kith_audit.log import Log
from kith_audit.record import Record, parse_value


class LogCase(unittest.TestCase):
    """A test with a directory of its own for every log."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = pathlib.Path(folder.name)
        self._logs = 0

    def write(self, values: Any) -> pathlib.Path:
        """A data directory with these values."""
        self._logs += 1
        return build_log.write(self.place / str(self._logs), values)

    def records(self, directory: pathlib.Path) -> list[Record]:
        """All records, checked as the tool does."""
        with Log(directory) as log:
            chain = Chain(log.log_id)
            result = []
            for position, value in log.values(1, log.end):
                result.append(parse_value(position, value))
                chain.append(result[-1])
            chain.finish()
        return result

    def assert_damage(self, values: Any, position: int | None, part: str) -> None:
        """The log with these values is damaged, first at this position, and the sentence says so."""
        self.assert_damaged(self.write(values), position, part)

    def assert_damaged(self, directory: pathlib.Path, position: int | None, part: str) -> None:
        """The log of this directory is damaged, first at this position, and the sentence says so."""
        with self.assertRaises(Damage) as caught:
            self.records(directory)
        self.assertEqual(caught.exception.position, position, caught.exception)
        self.assertIn(part, str(caught.exception))

    def run_tool(self, *words: object) -> tuple[int, str, str]:
        """Runs read_log.py's work in this process; exit code, output and complaints."""
        out, complaints = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
            try:
                code = read_log.read(read_log.arguments([str(word) for word in words]), Progress())
            except SystemExit as ended:
                code = ended.code
        return code, out.getvalue(), complaints.getvalue()
