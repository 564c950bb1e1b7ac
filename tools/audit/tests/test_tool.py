"""The two programs as they are used: words of the command line, exit codes, what they print."""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import unittest
from unittest import mock

from case import LogCase

import build_log
import compare_with_service
import read_log
from kith.v1 import history_pb2, operations_pb2
from kith_client import Answer

TOOL = pathlib.Path(read_log.__file__)


class ReadLog(LogCase):
    """read_log.py."""

    def test_a_sound_log(self):
        log = build_log.sample()
        directory = self.write(log.values())
        code, out, complaints = self.run_tool(directory, "--check")
        self.assertEqual((code, complaints), (0, ""))
        self.assertEqual(dict(line.split(None, 1) for line in out.splitlines()), {
            "log": str(build_log.LOG_ID), "records": "12", "commands": "6", "streams": "5", "subjects": "2",
            "root": log.root().hex(), "no": "damage found",
        })  # fmt: skip
        code, out, _ = self.run_tool(directory, "--check", "--json", "--to", 7)
        self.assertEqual(code, 0)
        self.assertEqual(json.loads(out), {
            "log": str(build_log.LOG_ID), "records": 7, "commands": 4, "streams": 5, "subjects": 2,
            "root": log.root(7).hex(), "damage": None,
        })  # fmt: skip

    def test_a_part_may_end_within_a_command(self):
        self.assertEqual(self.run_tool(self.write(build_log.sample().values()), "--check", "--to", 10)[0], 0)

    def test_a_root_that_was_given_out(self):
        log = build_log.sample()
        directory = self.write(log.values())
        for size in (1, 5, 12):
            code, out, _ = self.run_tool(directory, "--root", log.root(size).hex(), "--size", size)
            self.assertEqual(code, 0)
            self.assertIn(f"the root over {size} records is the one that was given", out)
        code, out, complaints = self.run_tool(directory, "--root", log.root(5).hex(), "--size", 6)
        self.assertEqual((code, out), (1, ""))
        self.assertIn(f"the root over 6 records is {log.root(6).hex()}, not {log.root(5).hex()}", complaints)

    def test_records_that_were_taken_from_the_end_show_against_a_root(self):
        log = build_log.sample()
        directory = self.write(log.values()[:8])
        self.assertEqual(self.run_tool(directory, "--check")[0], 0)
        code, _, complaints = self.run_tool(directory, "--root", log.root().hex(), "--size", 12)
        self.assertEqual(code, 1)
        self.assertIn("position 9: missing: the log ends at 8", complaints)

    def test_a_record_that_was_changed_with_its_hash_shows_against_a_root(self):
        log = build_log.sample()
        root = log.root().hex()
        log.events[7]["payload"] = b"another 8"
        directory = self.write(log.values())
        self.assertEqual(self.run_tool(directory, "--check")[0], 0)
        self.assertEqual(self.run_tool(directory, "--root", root, "--size", 12)[0], 1)

    def test_damage_is_named_on_standard_error_and_in_json(self):
        values = build_log.sample().values()
        directory = self.write([*values[:4], *values[5:]])
        code, out, complaints = self.run_tool(directory, "--check", "--json")
        self.assertEqual(code, 1)
        self.assertEqual(json.loads(out)["damage"], {"position": 5, "what": "the record says that it is position 6"})
        self.assertEqual(complaints, "read_log: damage: position 5: the record says that it is position 6\n")

    def test_a_payload_that_cannot_be_decoded(self):
        log = build_log.Builder()
        log.events[0] |= dict(payload=b"\xff\xff", payload_length=2)
        directory = self.write(log.values())
        self.assertEqual(self.run_tool(directory, "--check")[0], 0)
        code, _, complaints = self.run_tool(directory, "--check", "--decode")
        self.assertEqual(code, 1)
        self.assertIn("position 1: the payload is no LogOpened", complaints)
        log.events[0] |= dict(kind=65_000, payload=b"", payload_length=0)
        code, _, complaints = self.run_tool(self.write(log.values()), "--check", "--decode")
        self.assertIn("position 1: the schema has no event of kind 65000", complaints)

    def test_wrong_use(self):
        directory = self.write(build_log.sample().values())
        root = "00" * 32
        for words in (
            [], [directory, "more"], [directory, "--from", "0"], [directory, "--to", "-1"], [directory, "--to", "x"],
            [directory, "--from", "5", "--to", "4"], [directory, "--check", "--from", "2"],
            [directory, "--root", root], [directory, "--size", "4"], [directory, "--root", "00", "--size", "4"],
            [directory, "--root", root, "--size", "4", "--to", "3"], [directory, "--unknown"],
            [directory, "--to", "13"], [directory, "--from", "13"], [directory, "--check", "--to", "13"],
            [self.place / "nowhere"], [self.place],
        ):  # fmt: skip
            with self.subTest(words=words):
                code, out, complaints = self.run_tool(*words)
                self.assertEqual((code, out), (2, ""))
                self.assertNotEqual(complaints, "")

    def test_another_format_is_refused(self):
        directory = self.write(build_log.sample().values())
        (directory / "FORMAT").write_text(f"kith-log version 2 id {build_log.LOG_ID}\n", encoding="utf-8")
        code, _, complaints = self.run_tool(directory)
        self.assertEqual(code, 2)
        self.assertIn("the log has format 2", complaints)

    def test_the_program_itself(self):
        directory = self.write(build_log.sample().values())
        run = subprocess.run([sys.executable, TOOL, directory, "--check"], capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("no damage found", run.stdout)
        run = subprocess.run([sys.executable, TOOL, self.place], capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("is no data directory of Kith", run.stderr)

    def test_whoever_reads_the_output_may_stop(self):
        directory = self.write(build_log.sample().values())
        reading, writing = os.pipe()
        os.close(reading)
        run = subprocess.run([sys.executable, TOOL, directory], stdout=writing, stderr=subprocess.PIPE, check=False)
        os.close(writing)
        self.assertEqual((run.returncode, run.stderr), (0, b""))

    def test_reading_leaves_the_data_as_they_are(self):
        directory = self.write(build_log.sample().values())
        before = (directory / "log" / "data.mdb").read_bytes()
        copy = self.place / "copy"
        (copy / "log").mkdir(parents=True)
        (copy / "FORMAT").write_bytes((directory / "FORMAT").read_bytes())
        (copy / "log" / "data.mdb").write_bytes(before)
        self.assertEqual(self.run_tool(copy, "--check", "--no-lock")[0], 0)
        self.assertEqual([path.name for path in (copy / "log").iterdir()], ["data.mdb"])
        self.assertEqual(self.run_tool(directory, "--check")[0], 0)
        self.assertEqual((directory / "log" / "data.mdb").read_bytes(), before)


class FakeService:
    """What a client would get of a service whose log is this one."""

    def __init__(self, log: build_log.Builder) -> None:
        self.events = [event_of(log, index) for index in range(len(log.events))]
        self._status = operations_pb2.StatusResponse(
            log_id=str(build_log.LOG_ID), durable_position=len(log.events), root=log.root()
        )

    def status(self):
        return Answer(self._status, None)

    def history(self, request):
        assert request.all and request.include_record and getattr(request, "from") == 1
        yield from self.events[: request.to]


def event_of(log: build_log.Builder, index: int) -> history_pb2.Event:
    """The event as a service sends it."""
    event = log.events[index]
    value = log.values()[index]
    result = history_pb2.Event(
        position=event["position"], kind=event["kind"], schema_version=1, origin=event["origin"],
        historic=bool(event["flags"] & 1), clock_held=bool(event["flags"] & 2), stream_kind=event["stream_kind"],
        stream_number=event["stream"], stream_id=text(log.events[event["stream"] - 1]["stream_id"]),
        revision=event["revision"], previous_in_stream=event["previous_in_stream"],
        command_id=text(event["command_id"]), command_index=event["command_index"],
        command_count=event["command_count"], causation=event["causation"], principal_number=event["principal"],
        correlation_id=text(event["correlation_id"]) if any(event["correlation_id"]) else "",
        on_behalf_of_number=event["on_behalf_of"], import_number=event["import_number"],
        body=event["body"], flags=event["flags"], leaf_hash=value[-32:], record=value[:-32],
    )  # fmt: skip
    for name in ("recorded_at", "occurred_at"):
        getattr(result, name).FromMicroseconds(event[name])
    for subject in event["subjects"]:
        result.subjects.add(
            number=subject["number"], role=subject["role"], previous=subject["previous"],
            key_slot=subject["key_slot"], slot_generation=subject["generation"], body=subject["body"],
            part=subject["part"], sealed_length=subject["sealed_length"],
        )  # fmt: skip
    return result


def text(identifier: bytes) -> str:
    """A UUID in its text form."""
    digits = identifier.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Compare(LogCase):
    """compare_with_service.py, with a service that says what the test wants."""

    def compare(self, directory: pathlib.Path, service: FakeService, *words: str) -> tuple[int, str]:
        """The exit code, and what was printed."""
        out = io.StringIO()
        client = mock.MagicMock()
        client.return_value.__enter__.return_value = service
        client.return_value.__exit__.return_value = False
        with (
            mock.patch.object(compare_with_service, "Client", client),
            mock.patch.object(sys, "argv", ["compare", str(directory), *words]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
        ):
            return compare_with_service.main(), out.getvalue()

    def test_the_same(self):
        log = build_log.sample()
        code, out = self.compare(self.write(log.values()), FakeService(log), "--least", "12")
        self.assertEqual(code, 0, out)
        self.assertIn(f"12 records are the same in the file and in the service's history; root {log.root().hex()}", out)

    def test_every_field_is_compared(self):
        log = build_log.sample()
        directory = self.write(log.values())
        names = {field.name for field in history_pb2.Event.DESCRIPTOR.fields} - {"payload", "subjects"}
        for name in sorted(names):
            service = FakeService(log)
            event = service.events[8]
            before = getattr(event, name)
            if name in ("recorded_at", "occurred_at"):
                before.FromMicroseconds(before.ToMicroseconds() + 1)
            elif isinstance(before, bool):
                setattr(event, name, not before)
            elif isinstance(before, int):
                setattr(event, name, before + 1)
            else:
                setattr(event, name, before[:-1])
            with self.subTest(name=name):
                code, out = self.compare(directory, service)
                self.assertEqual(code, 1)
                self.assertIn(f"position 9: {name} ", out)

    def test_every_field_of_a_subject_is_compared(self):
        log = build_log.sample()
        directory = self.write(log.values())
        names = {field.name for field in history_pb2.EventSubject.DESCRIPTOR.fields} - {"personal", "erased"}
        for name in sorted(names):
            service = FakeService(log)
            entry = service.events[6].subjects[1]
            setattr(entry, name, getattr(entry, name) + 1)
            with self.subTest(name=name):
                code, out = self.compare(directory, service)
                self.assertEqual(code, 1)
                self.assertIn(f"position 7: {name} of subject entry 1 is", out)
        service = FakeService(log)
        del service.events[6].subjects[1]
        self.assertIn("position 7: number of subject entries", self.compare(directory, service)[1])

    def test_other_differences(self):
        log = build_log.sample()
        directory = self.write(log.values())
        for change, part in (
            (lambda service: service.events.pop(), "the service's history ends before position 12"),
            (lambda service: service.events.pop(4), "position 5: position is 5 in the file"),
            (lambda service: setattr(service._status, "durable_position", 13), "the file ends at 12"),
            (lambda service: setattr(service._status, "root", bytes(32)), "the root over 12 records"),
            (lambda service: setattr(service._status, "log_id", "other"), "the log's id"),
        ):
            service = FakeService(log)
            change(service)
            with self.subTest(part=part):
                code, out = self.compare(directory, service)
                self.assertEqual(code, 1)
                self.assertIn(part, out)
        self.assertIn("has 12 records", self.compare(directory, FakeService(log), "--least", "13")[1])
        damaged = self.write([*log.values()[:-1], log.values()[-1][:-1] + b"\x00"])
        self.assertIn("position 12: leaf hash", self.compare(damaged, FakeService(log))[1])

    def test_payloads(self):
        log = build_log.Builder()
        log.events[0] |= dict(payload=b"\x18\x07", payload_length=2)
        directory = self.write(log.values())
        service = FakeService(log)
        service.events[0].payload.log_opened.epoch = 7
        self.assertEqual(self.compare(directory, service, "--payloads")[0], 0)
        service.events[0].payload.log_opened.epoch = 8
        code, out = self.compare(directory, service, "--payloads")
        self.assertEqual(code, 1)
        self.assertIn("position 1: the payload in the file is not the one", out)
        service.events[0].payload.note_added.SetInParent()
        self.assertIn("position 1: kind of the payload", self.compare(directory, service, "--payloads")[1])

    def test_nobody_answers(self):
        out = io.StringIO()
        words = ["compare", "--socket", str(self.place / "none.sock"), str(self.place)]
        with mock.patch.object(sys, "argv", words), contextlib.redirect_stderr(out):
            self.assertEqual(compare_with_service.main(), 3)
        self.assertIn("No service answers", out.getvalue())


if __name__ == "__main__":
    unittest.main()
