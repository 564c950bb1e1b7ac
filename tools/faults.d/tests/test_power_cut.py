"""The disk after a power cut holds what was flushed, and of the rest anything."""

from __future__ import annotations

import pathlib
import random
import tempfile
import unittest

import case  # noqa: F401  (finds the modules)
import shim
from power_cut import LINK, RENAME, SYNC, TRUNCATE, UNLINK, WRITE, Disk, Operation, read_trace, write_image
from test_shim import ShimTests


def operation(kind: int, path: str, offset: int = 0, data: bytes = b"", synchronous: bool = False) -> Operation:
    """A call that succeeded."""
    return Operation(kind, path, offset, data, synchronous, failed=False, nanoseconds=0)


def left(*operations: Operation, in_flight: Operation | None = None) -> set[tuple[tuple[str, bytes], ...]]:
    """Everything that many cuts behind these calls leave."""
    results = set()
    for seed in range(300):
        disk = Disk()
        for each in operations:
            disk.take(each)
        results.add(tuple(sorted(disk.leave(random.Random(seed), in_flight).items())))
    return results


class DiskTests(unittest.TestCase):
    """Calls, and what is left of them."""

    def test_what_was_flushed_is_there(self) -> None:
        calls = operation(WRITE, "/d/a", 0, b"x" * 1024), operation(SYNC, "/d/a")
        self.assertEqual(left(*calls), {(("/d/a", b"x" * 1024),)})

    def test_what_was_not_flushed_may_be_there_or_not_or_in_sectors(self) -> None:
        base = operation(WRITE, "/d/a", 0, b"x" * 1024), operation(SYNC, "/d/a")
        contents = {dict(image)["/d/a"] for image in left(*base, operation(WRITE, "/d/a", 0, b"y" * 1024))}
        self.assertEqual(contents, {b"x" * 1024, b"y" * 512 + b"x" * 512, b"y" * 1024})

    def test_a_failed_flush_promises_nothing(self) -> None:
        failed = Operation(SYNC, "/d/a", 0, b"", False, failed=True, nanoseconds=0)
        self.assertGreater(len(left(operation(WRITE, "/d/a", 0, b"x" * 1024), failed)), 1)

    def test_a_synchronous_write_is_there_and_others_are_not_for_that(self) -> None:
        base = operation(WRITE, "/d/a", 0, bytes(2048)), operation(SYNC, "/d/a")
        other = operation(WRITE, "/d/a", 1024, b"o" * 512)
        meta = operation(WRITE, "/d/a", 0, b"m" * 512, synchronous=True)
        contents = {dict(image)["/d/a"] for image in left(*base, other, meta)}
        self.assertTrue(all(content.startswith(b"m" * 512) for content in contents))
        self.assertEqual({content[1024:1536] for content in contents}, {bytes(512), b"o" * 512})

    def test_a_call_under_way_is_torn_at_sectors(self) -> None:
        base = operation(WRITE, "/d/a", 0, bytes(1536)), operation(SYNC, "/d/a")
        meta = operation(WRITE, "/d/a", 0, b"m" * 1536, synchronous=True)
        contents = {dict(image)["/d/a"] for image in left(*base, in_flight=meta)}
        self.assertEqual(contents, {b"m" * cut + bytes(1536 - cut) for cut in (0, 512, 1024, 1536)})

    def test_a_rename_holds_once_its_directory_was_flushed(self) -> None:
        calls = operation(WRITE, "/d/n", 0, b"new"), operation(SYNC, "/d/n"), operation(RENAME, "/d/n", 0, b"/d/a")
        names = {tuple(dict(image)) for image in left(*calls)}
        self.assertEqual(names, {("/d/n",), ("/d/a",)})
        self.assertEqual({tuple(dict(image)) for image in left(*calls, operation(SYNC, "/d"))}, {("/d/a",)})

    def test_a_link_and_the_end_of_the_old_name(self) -> None:
        calls = (
            operation(WRITE, "/d/n", 0, b"key"), operation(SYNC, "/d/n"), operation(LINK, "/d/n", 0, b"/d/a"),
            operation(UNLINK, "/d/n"), operation(SYNC, "/d"),
        )  # fmt: skip
        self.assertEqual(left(*calls), {(("/d/a", b"key"),)})

    def test_a_truncation_counts_once_it_is_flushed(self) -> None:
        calls = operation(WRITE, "/d/a", 0, b"x" * 600), operation(TRUNCATE, "/d/a", 100), operation(SYNC, "/d/a")
        self.assertEqual(left(*calls), {(("/d/a", b"x" * 100),)})


class TraceTests(unittest.TestCase):
    """The shim's trace is what the program did."""

    def test_the_trace_gives_the_files_as_they_are(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "data").mkdir()
            shims = ShimTests()
            shims.folder = folder
            shims.run_under(trace=folder / "trace")
            disk = Disk()
            for each in read_trace(folder / "trace"):
                disk.take(each)
            root = str((folder / "data").resolve())
            write_image(disk.leave(random.Random(1), tear=True), root, folder / "image")
            self.assertEqual(
                {path.name: path.read_bytes() for path in (folder / "image").iterdir()},
                {path.name: path.read_bytes() for path in (folder / "data").iterdir()},
            )
        shim.remove_libraries()


if __name__ == "__main__":
    unittest.main()
