"""The makers of values."""

import datetime
import decimal
import pathlib
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from kith.v1 import administration_pb2, envelope_pb2, party_pb2
from kith_client import command, decimal_value, external, money, new_id, reference, timestamp, to_decimal


class Values(unittest.TestCase):
    """Each maker makes what the schema asks for, and refuses what it cannot say."""

    def test_ids_are_uuids_of_version_7_in_the_order_of_time(self):
        ids = [uuid.UUID(new_id()) for _ in range(100)]
        self.assertEqual({(one.version, one.variant) for one in ids}, {(7, uuid.RFC_4122)})
        self.assertEqual(len(set(ids)), 100)
        times = [one.int >> 80 for one in ids]
        self.assertEqual(times, sorted(times))

    def test_decimal_numbers(self):
        for number, unscaled, scale in [
            ("12.50", 1250, 2), ("-0.1", -1, 1), (3, 3, 0), (decimal.Decimal("1E+3"), 1000, 0), ("0.000000001", 1, 9),
        ]:  # fmt: skip
            value = decimal_value(number)
            self.assertEqual((value.unscaled, value.scale), (unscaled, scale), number)
            self.assertEqual(to_decimal(value), decimal.Decimal(number))

    def test_what_is_no_decimal_number(self):
        for number in [0.1, "NaN", "Infinity", "a", "0.0000000001"]:
            with self.subTest(number), self.assertRaises(ValueError):
                decimal_value(number)

    def test_references(self):
        self.assertEqual(reference("a").id, "a")
        self.assertEqual(reference(7).number, 7)
        self.assertEqual(reference(("webshop", "C-1")).external, external("webshop", "C-1"))
        self.assertEqual(reference(external("webshop", "C-1")).external.key, "C-1")

    def test_money_and_time(self):
        self.assertEqual((money(-5, "USD").minor_units, money(-5, "USD").currency), (-5, "USD"))
        instant = datetime.datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=datetime.timezone.utc)
        self.assertEqual(timestamp(instant).ToMicroseconds() % 1_000_000, 123456)
        with self.assertRaises(ValueError):
            timestamp(instant.replace(tzinfo=None))

    def test_a_command_finds_the_field_of_its_body(self):
        made = command(
            party_pb2.RegisterParty(id="p"), administration_pb2.Tag(tag="vip"),
            envelope_pb2.CommandBody(expected_revision=2, reason="mine"), reason="ours", dry_run=True,
        )  # fmt: skip
        self.assertEqual(uuid.UUID(made.id).version, 7)
        self.assertTrue(made.dry_run)
        self.assertEqual(made.bodies[0].register_party.id, "p")
        self.assertEqual(made.bodies[1].tag.tag, "vip")
        self.assertEqual([body.reason for body in made.bodies], ["ours", "ours", "mine"])

    def test_a_command_with_an_idempotency_key_has_no_id(self):
        self.assertEqual(command(party_pb2.RegisterParty(), idempotency_key=b"row 1").id, "")
        self.assertEqual(command(party_pb2.RegisterParty(), id="c").id, "c")

    def test_a_body_that_says_nothing_is_still_of_its_kind(self):
        self.assertEqual(command(party_pb2.RegisterParty()).bodies[0].WhichOneof("command"), "register_party")

    def test_what_is_no_command(self):
        for body in [party_pb2.PartyRegistered(), "text", None]:
            with self.subTest(type(body)), self.assertRaisesRegex(ValueError, "is no command"):
                command(body)


if __name__ == "__main__":
    unittest.main()
