"""What the reader makes of a sound log."""

import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import unittest
import uuid

from case import LogCase

import build_log
from kith_audit import listing
from kith_audit.damage import Damage
from kith_audit.log import Log
from kith_audit.merkle import Tree
from kith_audit.record import leaf_hash, parse_value

# Values that a service wrote, as they stood in its table.
CONSEQUENCE = bytes.fromhex(
    "01036b00010000007d22010000000000326e84d3d0600600326e84d3d060060079220100000000000200000004000900792201000000"
    "000001a2003625f17fe0a8372331507c66c25d0a696cb384445eb8241817bf125df97c22010000000000020000000000000000000000"
    "0000000000000000000000000a0001000b00020079220100000000007c22010000000000811700000100000002000000000001000801"
    "100318012203fcc404b82a31d06900620842f53b3a6d9daac89779bb9bbdb231c0a889c26fbc8f4b5a"
)
IMPORTED_PARTY = bytes.fromhex(
    "01046500010009008422010000000000b0fc94d5d06006000040fc96f5060300842201000000000001000000000005000000000000"
    "000000213d667556fd852ea941f4e69124efdb00000000000000000000000000000000000000000000000002000000000000000000"
    "00000000000083220100000000000a0002000800000001a20036ad4f7c87a82c273d0871ac33842201000000000000000000000000"
    "0083170000010000000000ffff3e0003008422010000000000000000000000000083170000010000000000000031000100080110011a"
    "002801cac29dfd53233595bd4e341fb26c25ee9dca2c0b8552b42b5d5173ff6802819e50a39b31d57482fa11b93665406aa2e9be55"
    "a693efd9721af739fcb7ca0552f7de11ca5fce4da1777c1dffa7522cf944ce3c05ba23fb26bd9bcf7e1f18a646d291cd76c106a64a"
    "e1495dc0bc3ee5bf5193045b59b4152cdfbe094daa24e03dd50ca2acffa3ab81046f38d79022c27c"
)


class Reading(LogCase):
    """Records, field by field."""

    def test_every_field_is_what_was_written(self):
        log = build_log.sample()
        records = self.records(self.write(log.values()))
        self.assertEqual(len(records), 12)
        for event, record in zip(log.events, records):
            header = record.header._asdict()
            self.assertEqual(header, {name: event[name] for name in header})
            self.assertEqual(record.stream_id, event["stream_id"] or None)
            self.assertEqual(record.payload, event["payload"])
            self.assertEqual(record.fingerprint, event["fingerprint"] or None)
            self.assertEqual(list(record.sealed), [subject["sealed"] for subject in event["subjects"]])
            for found, subject in zip(record.subjects, event["subjects"], strict=True):
                self.assertEqual(found._asdict(), {name: subject[name] for name in found._fields})

    def test_a_record_of_the_service(self):
        record = parse_value(74365, CONSEQUENCE)
        header = record.header._asdict()
        self.assertEqual(header.pop("command_id"), uuid.UUID("01a20036-25f1-7fe0-a837-2331507c66c2").bytes)
        self.assertEqual(header.pop("correlation_id"), uuid.UUID("5d0a696c-b384-445e-b824-1817bf125df9").bytes)
        self.assertEqual(listing.instant(header.pop("recorded_at")), "2026-11-21T22:24:38.399538Z")
        self.assertEqual(listing.instant(header.pop("occurred_at")), "2026-11-21T22:24:38.399538Z")
        self.assertEqual(header, {
            "format_version": 1, "origin": 3, "kind": 107, "schema_version": 1, "flags": 0, "position": 74365,
            "stream": 74361, "revision": 2, "command_index": 4, "command_count": 9, "previous_in_stream": 74361,
            "causation": 74364, "principal": 2, "on_behalf_of": 0, "import_number": 0, "stream_kind": 10,
            "subject_count": 1, "zero": 0, "payload_length": 11, "body": 2,
        })  # fmt: skip
        self.assertEqual([tuple(entry) for entry in record.subjects], [(74361, 74364, 6017, 1, 2, 0, 0, 1)])
        self.assertEqual(record.sealed, (b"",))
        self.assertEqual(record.payload.hex(), "0801100318012203fcc404")
        self.assertEqual((record.stream_id, record.fingerprint), (None, None))
        self.assertEqual(
            record.leaf_hash.hex(), "b82a31d06900620842f53b3a6d9daac89779bb9bbdb231c0a889c26fbc8f4b5a"
        )

    def test_the_published_vector(self):
        # Tests/EventLogTests/RecordVectors.swift has the same.
        data = bytes.fromhex(
            "01010c000100040001000000000000000040204648470600004020464847060001000000000000000100000000000100"
            "0000000000000000019900000000700080000000000000aa000000000000000000000000000000000000000000000000"
            "0000000000000000000000000000000000000000000000004600000003000000019900000000700080000000000000bb"
            "0a0161ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        )
        leaf = bytes.fromhex("978b807e330eb32fb4df4a6685600a8b3a221fd5a645a5c71ffec275cc33093c")
        record = parse_value(1, data + leaf)
        self.assertEqual((record.header.kind, record.header.stream_kind, record.header.flags), (12, 70, 4))
        self.assertEqual(listing.instant(record.header.recorded_at), "2026-01-01T00:00:00.000000Z")
        self.assertEqual((record.payload, record.fingerprint), (b"\x0a\x01a", b"\xff" * 32))
        self.assertEqual(record.stream_id, uuid.UUID("01990000-0000-7000-8000-0000000000bb").bytes)
        self.assertEqual(record.header.command_id, uuid.UUID("01990000-0000-7000-8000-0000000000aa").bytes)

    def test_a_first_event_of_the_service(self):
        record = parse_value(74372, IMPORTED_PARTY)
        self.assertEqual(record.stream_id, uuid.UUID("01a20036-ad4f-7c87-a82c-273d0871ac33").bytes)
        self.assertEqual((record.header.revision, record.header.previous_in_stream), (1, 0))
        self.assertEqual((record.header.origin, record.header.flags, record.header.import_number), (4, 1 | 8, 74371))
        self.assertEqual(listing.instant(record.header.occurred_at), "1997-01-01T00:00:00.000000Z")
        self.assertEqual((record.header.command_index, record.header.command_count), (0, 5))
        self.assertEqual([(entry.role, entry.part, entry.sealed_length) for entry in record.subjects], [
            (3, 65535, 62), (1, 0, 49),
        ])  # fmt: skip
        self.assertEqual([len(part) for part in record.sealed], [62, 49])
        self.assertEqual(record.payload.hex(), "080110011a002801")
        self.assertIsNone(record.fingerprint)

    def test_a_log_longer_than_one_snapshot_is_read_to_its_end(self):
        values = [struct.pack("=Q", position) * (position % 40) for position in range(1, 10_001)]
        directory = self.write(values)
        with Log(directory) as log:
            self.assertEqual((log.end, log.entries, log.log_id), (10_000, 10_000, build_log.LOG_ID))
            self.assertEqual(list(log.values(1, log.end)), list(enumerate(values, 1)))
            self.assertEqual([position for position, _ in log.values(255, 258)], [255, 256, 257, 258])

    def test_a_log_can_be_read_while_it_is_written(self):
        log = build_log.sample()
        directory = self.write(log.values()[:3])
        with Log(directory) as reader:
            self.append_in_another_process(directory, dict(enumerate(log.values()[3:], 4)))
            # What came after it was opened is not its business.
            self.assertEqual([position for position, _ in reader.values(1, reader.end)], [1, 2, 3])
        self.assertEqual(len(self.records(directory)), 12)

    def append_in_another_process(self, directory: pathlib.Path, values: dict[int, bytes]) -> None:
        """Appends as a service would: LMDB does not let one process open an environment twice."""
        program = "import sys, build_log, pathlib; build_log.append(pathlib.Path(sys.argv[1]), eval(sys.stdin.read()))"
        words = [sys.executable, "-c", program, directory]
        subprocess.run(words, input=repr(values), text=True, cwd=pathlib.Path(__file__).parent, check=True)

    def test_an_empty_log_is_sound(self):
        directory = self.write([])
        self.assertEqual(self.records(directory), [])
        code, out, _ = self.run_tool(directory, "--check")
        self.assertEqual(code, 0)
        self.assertIn(hashlib.sha256(b"").hexdigest(), out)


class Hashes(unittest.TestCase):
    """The tree of RFC 9162."""

    def test_the_root_of_every_size_follows_the_definition(self):
        leaves = [leaf_hash(bytes([number])) for number in range(70)]
        tree = Tree()
        for size in range(71):
            self.assertEqual((tree.size, tree.root()), (size, build_log.merkle_root(leaves[:size])))
            if size < 70:
                tree.append(leaves[size])

    def test_known_roots(self):
        # The leaves and roots by which implementations of RFC 6962 are compared.
        leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
        roots = {
            0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        }
        tree = Tree()
        for size, leaf in enumerate([*leaves, None]):
            if size in roots:
                self.assertEqual(tree.root().hex(), roots[size])
            if leaf is not None:
                tree.append(leaf_hash(bytes.fromhex(leaf)))


class Listing(LogCase):
    """The two forms of a record."""

    def test_json_holds_everything(self):
        log = build_log.sample()
        directory = self.write(log.values())
        code, out, complaints = self.run_tool(directory, "--json")
        self.assertEqual((code, complaints), (0, ""))
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([line["position"] for line in lines], list(range(1, 13)))
        ninth = lines[8]
        self.assertEqual(ninth["recordedAt"], "2024-11-19T07:06:40.009000Z")
        self.assertEqual(ninth["occurredAt"], "1969-12-31T23:59:59.999999Z")
        self.assertEqual(ninth["correlationId"], "00010203-0405-0607-0809-0a0b0c0d0e0f")
        self.assertEqual((ninth["onBehalfOfNumber"], ninth["importNumber"], ninth["body"]), (5, 2, 2))
        self.assertEqual((ninth["historic"], ninth["clockHeld"], ninth["flags"]), (True, False, 5))
        self.assertEqual((ninth["commandIndex"], ninth["commandCount"]), (0, 4))
        self.assertEqual(lines[0]["correlationId"], None)
        self.assertEqual(lines[0]["streamId"], str(build_log.LOG_ID))
        self.assertEqual(lines[1]["subjects"][1], {
            "number": 2, "role": 1, "previous": 0, "keySlot": 18, "slotGeneration": 1, "body": 0, "part": 0,
            "sealedLength": 40, "sealed": bytes(range(40)).hex(),
        })  # fmt: skip
        self.assertEqual([line["leafHash"] for line in lines], [value[-32:].hex() for value in log.values()])

    def test_a_part_of_the_log_as_text(self):
        directory = self.write(build_log.sample().values())
        code, out, _ = self.run_tool(directory, "--from", 6, "--to", 7)
        self.assertEqual(code, 0)
        first, second = out.strip().split("\n\n")
        self.assertTrue(first.startswith("6  kind 904  stream 4, kind 90, revision 2, previous 4\n"), first)
        self.assertIn("origin policy  flags none", first)
        self.assertIn("subject 2  role 1  previous 5  slot 18, generation 1  body 0  part 65534  sealed 30", second)

    def test_payloads_are_decoded_where_it_is_asked_for(self):
        log = build_log.Builder()
        log.command([dict(kind=3902, stream_kind=390, payload=b"\x08\x05")])
        log.events[0]["payload"] = b"\x18\x07"
        log.events[0]["payload_length"] = 2
        directory = self.write(log.values())
        code, out, _ = self.run_tool(directory, "--json", "--decode", "--from", 2)
        self.assertEqual(code, 0)
        line = json.loads(out)
        self.assertEqual((line["kindName"], line["event"]), ("EVENT_KIND_ROLE_GRANTED", {"role": "ROLE_ADMIN"}))
        self.assertEqual(self.run_tool(directory, "--check", "--decode")[0], 0)
        code, out, _ = self.run_tool(directory, "--decode")
        self.assertIn('{"epoch": 7}', out)

    def test_times_far_away(self):
        self.assertEqual(listing.instant(0), "1970-01-01T00:00:00.000000Z")
        self.assertEqual(listing.instant(951_782_400_000_000), "2000-02-29T00:00:00.000000Z")
        self.assertEqual(listing.instant(-62_135_596_800_000_001), "0000-12-31T23:59:59.999999Z")
        self.assertEqual(listing.instant(2**63 - 1), "+294247-01-10T04:00:54.775807Z")
        self.assertEqual(listing.instant(-(2**63)), "-290308-12-21T19:59:05.224192Z")

    def test_what_is_listed_is_checked_alone(self):
        values = build_log.sample().values()
        values[3] = values[3][:-1] + b"\x00"
        directory = self.write(values)
        self.assertEqual(self.run_tool(directory, "--to", 3)[0], 0)
        code, out, complaints = self.run_tool(directory, "--json")
        self.assertEqual(code, 1)
        self.assertEqual(json.loads(out.splitlines()[-1])["damage"]["position"], 4)
        self.assertIn("position 4: leaf hash", complaints)
        with self.assertRaises(Damage):
            parse_value(4, values[3])


if __name__ == "__main__":
    unittest.main()
