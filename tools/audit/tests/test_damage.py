"""Every kind of damage is found, at the first position where it shows, and named."""

import contextlib
import io
import os
import pathlib
import random
import shutil
import signal
import struct
import unittest

from case import LogCase

import build_log
import read_log
from kith_audit.guard import guarded
from kith_audit.record import RECORD_BYTES_MAXIMUM


class Bytes(LogCase):
    """Bytes that are not those that were written."""

    def test_any_byte_of_any_value(self):
        values = build_log.sample().values()
        for index in (0, 3, 11):
            value = values[index]
            for at in range(0, len(value), 7):
                damaged = value[:at] + bytes([value[at] ^ 0x40]) + value[at + 1 :]
                with self.subTest(position=index + 1, byte=at):
                    with self.assertRaisesRegex(read_log.Damage, f"position {index + 1}: leaf hash"):
                        read_log.parse_value(index + 1, damaged)

    def test_a_record_with_another_records_hash(self):
        values = build_log.sample().values()
        values[4] = values[4][:-32] + values[5][-32:]
        self.assert_damage(values, 5, "leaf hash")

    def test_a_value_that_is_too_short(self):
        values = build_log.sample().values()
        self.assert_damage([*values[:5], values[5][:150], *values[6:]], 6, "150 bytes are too few")

    def test_a_record_that_is_too_long(self):
        log = build_log.sample()
        event = log.events[6]
        event["subjects"][2] |= dict(sealed=bytes(40_000), sealed_length=40_000)
        # What is there beside the payload: header, three subject entries, fingerprint, and this part.
        rest = RECORD_BYTES_MAXIMUM - 128 - 3 * 32 - 62 - 40_000
        event |= dict(payload=bytes(rest), payload_length=rest)
        self.assertEqual(len(self.records(self.write(log.values()))[6].data), RECORD_BYTES_MAXIMUM)
        event |= dict(payload=bytes(rest + 1), payload_length=rest + 1)
        self.assert_damage(log.values(), 7, "a value of 65569 bytes")

    def test_lengths_that_do_not_add_up(self):
        for change in (
            dict(payload_length=8),
            dict(payload_length=10),
            dict(fingerprint=bytes(31)),
            dict(fingerprint=b""),
            dict(stream_id=bytes(16)),
        ):
            with self.subTest(change=change):
                self.assert_header(8, change, "lengths add up to")
        self.assert_header(8, dict(subject_count=200), "200 subject entries do not fit")
        self.assert_header(4, dict(stream_id=b""), "lengths add up to")

    def test_a_sealed_part_of_another_length(self):
        for length, part in ((39, "lengths add up"), (41, "lengths add up")):
            log = build_log.sample()
            log.events[1]["subjects"][1]["sealed_length"] = length
            self.assert_damage(log.values(), 2, part)
        log = build_log.sample()
        log.events[1]["subjects"][1] |= dict(sealed=bytes(27), sealed_length=27)
        self.assert_damage(log.values(), 2, "a sealed part of 27 bytes")

    def test_headers_that_cannot_be(self):
        for change, part in (
            (dict(format_version=2), "format version 2"),
            (dict(position=9), "says that it is position 9"),
            (dict(origin=0), "unknown origin 0"),
            (dict(origin=5), "unknown origin 5"),
            (dict(schema_version=2), "version 2 of the payload's schema"),
            (dict(flags=4 | 16), "unknown flags 16"),
            (dict(zero=1), "byte 123 is 1"),
            (dict(command_count=0), "event 0 of 0 of its command"),
            (dict(flags=0), "and has none"),
            (dict(flags=4 | 8), "and has both"),
            (dict(causation=8), "caused by position 8"),
            (dict(flags=4 | 2, recorded_at=build_log.START + 7_001), "the clock is said to be held"),
        ):
            with self.subTest(change=change):
                self.assert_header(8, change, part)
        self.assert_header(12, dict(flags=1 | 4, fingerprint=bytes(32)), "a fingerprint flag on an event")
        self.assert_header(3, dict(stream_id=b"", revision=0), "revision 0")
        self.assert_header(10, dict(command_index=4), "event 4 of 4")

    def test_fingerprints_that_are_said_to_be_sealed(self):
        log = build_log.sample()
        log.events[1]["subjects"][0]["part"] = 1
        self.assert_damage(log.values(), 2, "part 1 does not fit the fingerprint flags")
        log = build_log.sample()
        log.events[6]["subjects"][1]["part"] = 65_535
        self.assert_damage(log.values(), 7, "part 65535 does not fit the fingerprint flags")
        log = build_log.sample()
        log.events[1]["subjects"][0] |= dict(sealed=b"", sealed_length=0)
        self.assert_damage(log.values(), 2, "there is no sealed part")
        self.assert_header(8, dict(flags=8, fingerprint=b""), "there is no subject entry")

    def assert_header(self, position: int, change: dict[str, object], part: str) -> None:
        """A field of a record has another value, and the hash is right: whoever wrote it was wrong."""
        log = build_log.sample()
        log.events[position - 1] |= change
        self.assert_damage(log.values(), position, part)


class Links(LogCase):
    """Records that are sound each, and do not follow from each other."""

    def change(self, position: int, **fields: object) -> list[bytes]:
        """The sample with other fields at a position, and the right hash."""
        log = build_log.sample()
        log.events[position - 1] |= fields
        return log.values()

    def test_a_position_that_is_missing(self):
        values = dict(enumerate(build_log.sample().values(), 1))
        for missing in (1, 6, 11):
            rest = {position: value for position, value in values.items() if position != missing}
            self.assert_damage(rest, missing, f"missing: the next position in the table is {missing + 1}")
        self.assert_damage({position + 1: value for position, value in values.items()}, 1, "missing")

    def test_of_two_damages_the_first_is_named(self):
        values = dict(enumerate(build_log.sample().values(), 1))
        values[4] = values[4][:-1] + bytes([values[4][-1] ^ 1])
        del values[6]
        self.assert_damage(values, 4, "leaf hash")

    def test_the_same_position_twice(self):
        values = build_log.sample().values()
        self.assert_damage([*values[:7], values[6], *values[8:]], 8, "says that it is position 7")

    def test_streams(self):
        for position, fields, part in (
            (8, dict(revision=3), "revision 3 of stream 3, where 2 belongs"),
            (8, dict(previous_in_stream=2), "previous in stream 3 is 3, and the event says 2"),
            (8, dict(previous_in_stream=0), "previous in stream 3 is 3, and the event says 0"),
            (8, dict(stream=4), "revision 2 of stream 4, where 3 belongs"),
            (8, dict(stream=1, revision=2), "previous in stream 1 is 1"),
            (8, dict(stream=6), "position 6 does not begin a stream"),
            (8, dict(stream=99), "position 99 does not begin a stream"),
            (8, dict(stream_kind=10), "stream 3 is of kind 90, the event says 10"),
            (4, dict(revision=2, stream_id=b""), "the first event of its stream has revision 2"),
            (4, dict(previous_in_stream=3), "the first event of its stream names 3 as previous"),
            (1, dict(stream_id=bytes(16)), "opens another log"),
        ):
            with self.subTest(position=position, fields=fields):
                self.assert_damage(self.change(position, **fields), position, part)

    def test_subjects(self):
        for position, entry, previous, found in ((5, 0, 0, 4), (5, 1, 2, 3), (6, 0, 4, 5)):
            log = build_log.sample()
            log.events[position - 1]["subjects"][entry]["previous"] = previous
            number = log.events[position - 1]["subjects"][entry]["number"]
            with self.subTest(position=position):
                self.assert_damage(
                    log.values(), position, f"previous of subject {number} is {found}, and its entry says {previous}"
                )
        log = build_log.sample()
        log.events[6]["subjects"][1]["previous"] = 3
        self.assert_damage(log.values(), 7, "with different previous positions")

    def test_commands(self):
        log = build_log.sample()
        other = log.events[3]["command_id"]
        for position, fields, part in (
            (10, dict(command_index=2), "event 2 of 4 of command"),
            (10, dict(command_count=3), "event 1 of 3 of command"),
            (10, dict(command_id=other), "where event 1 of 4 of command"),
            (8, dict(command_count=2), None),
            (8, dict(command_index=1, command_count=2, flags=0, fingerprint=b"", recorded_at=build_log.START + 8_000),
             "and the events before are missing"),
            (8, dict(command_id=other), "has been in the log before"),
            (10, dict(flags=0), "in historic mode and not in historic mode"),
        ):  # fmt: skip
            with self.subTest(position=position, fields=fields):
                first = position if part else 9
                self.assert_damage(self.change(position, **fields), first, part or "event 0 of 4 of command")

    def test_a_log_that_ends_within_a_command(self):
        self.assert_damage(build_log.sample().values()[:-1], 12, "missing: event 3 of 4 of command")

    def test_an_open_fingerprint_beside_personal_data(self):
        log = build_log.sample()
        log.events[4]["subjects"][0] |= dict(sealed=bytes(28), sealed_length=28)
        self.assert_damage(log.values(), 5, "a sealed part in a command whose fingerprint stands open")

    def test_times(self):
        self.assert_damage(self.change(5, recorded_at=build_log.START + 3_999), 5, "recorded 1 µs before")

    def test_streams_that_do_not_exist(self):
        for position, fields, at, part in (
            (8, dict(principal=77), 8, "names 77 as principal"),
            (4, dict(principal=77), 6, "names 77 as principal"),
            (8, dict(on_behalf_of=7), 8, "names 7 as person on whose behalf"),
            (8, dict(import_number=9), 8, "names 9 as import"),
        ):
            with self.subTest(fields=fields):
                self.assert_damage(self.change(position, **fields), at, part)
        log = build_log.sample()
        log.command([dict(kind=901, stream_kind=90, subjects=[dict(number=14)])])
        self.assert_damage(log.values(), 13, "names 14 as subject")


class Files(LogCase):
    """Damage outside the records."""

    def sound(self) -> pathlib.Path:
        """A log of a few hundred records, which take many pages."""
        log = build_log.sample()
        for number in range(300):
            log.command([dict(kind=901, stream_kind=90, payload=bytes([number % 256]) * (number % 250))])
        self.root = log.root()
        self.size = len(log.events)
        return self.write(log.values())

    def test_a_file_that_is_cut_off(self):
        directory = self.sound()
        path = directory / "log" / "data.mdb"
        path.write_bytes(path.read_bytes()[:-4096])
        self.assert_damaged(directory, None, "data.mdb is cut off")
        path.write_bytes(path.read_bytes()[:5000])
        self.assert_damaged(directory, None, "cut off")
        path.write_bytes(b"")
        self.assert_damaged(directory, None, "data.mdb is empty")
        path.unlink()
        self.assert_damaged(directory, None, "is missing")

    def test_a_file_of_something_else(self):
        directory = self.sound()
        (directory / "log" / "data.mdb").write_bytes(b"x" * 100_000)
        self.assert_damaged(directory, None, "no environment of LMDB")

    def test_a_table_with_other_keys(self):
        directory = self.write([])
        shutil.rmtree(directory / "log")
        (directory / "log").mkdir()
        build_log.lmdb.open(str(directory / "log")).close()
        self.assert_damaged(directory, None, "MDB_INTEGERKEY")

    def test_a_table_that_counts_wrongly(self):
        directory = self.write(build_log.sample().values())
        path = directory / "log" / "data.mdb"
        data = bytearray(path.read_bytes())
        for page in (0, 4096):
            # The table's number of entries: see build_log.make_integer_keyed.
            struct.pack_into("<Q", data, page + 16 + 24 + 48 + 32, 13)
        path.write_bytes(data)
        code, _, complaints = self.run_tool(directory, "--check")
        self.assertEqual(code, 1)
        self.assertIn("says that it holds 13 records, and holds 12", complaints)

    def test_the_file_format(self):
        directory = self.write(build_log.sample().values())
        path = directory / "FORMAT"
        good = path.read_text(encoding="utf-8")
        for text in ("", "kith-log version 1", "kith-log version 1 id 17\n", good + "more\n", good.replace("-", "")):
            with self.subTest(text=text):
                path.write_text(text, encoding="utf-8")
                self.assert_damaged(directory, None, "the file FORMAT")
        path.write_text(good.replace("0193a000", "0193a001"), encoding="utf-8")
        self.assert_damaged(directory, 1, "opens another log")
        path.unlink()
        self.assert_damaged(directory, None, "the file FORMAT is missing")

    def test_a_changed_bit_anywhere_is_never_taken_for_a_sound_log(self):
        directory = self.sound()
        path = directory / "log" / "data.mdb"
        data = path.read_bytes()
        generator = random.Random(9162)
        found = 0
        for _ in range(120):
            at = generator.randrange(len(data))
            damaged = bytearray(data)
            damaged[at] ^= 1 << generator.randrange(8)
            path.write_bytes(damaged)
            options = read_log.arguments([str(directory), "--root", self.root.hex(), "--size", str(self.size)])
            with self.subTest(byte=at):
                code = self.quiet(options)
                # 2: the file says that it is of another version of LMDB. 0: nothing of the log stood there, or the
                # reader could read all of it nevertheless; the root says so.
                self.assertIn(code, (0, 1, 2))
                found += code != 0
        self.assertGreater(found, 60)

    def quiet(self, options: object) -> int:
        """The exit code of the tool, whose process may crash."""

        def work(progress):
            nothing = io.StringIO()
            with contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
                return read_log.read(options, progress)

        return guarded(work)[0]

    def test_a_crash_of_lmdb_is_damage(self):
        def crash(progress):
            progress.position = 17
            os.kill(os.getpid(), signal.SIGSEGV)
            return 0

        self.assertEqual(guarded(crash), (1, "SIGSEGV", 17))


if __name__ == "__main__":
    unittest.main()
