"""The figures and the bytes of tools/load."""

from __future__ import annotations

import collections
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import figures
import loads
import wire
from kith.v1 import protocol_pb2


class FiguresCase(unittest.TestCase):
    """Percentiles, ratios, the table."""

    def test_percentile_is_the_nearest_rank(self) -> None:
        samples = [float(number) for number in range(100, 0, -1)]
        self.assertEqual(figures.percentile(samples, 0.5), 50)
        self.assertEqual(figures.percentile(samples, 0.99), 99)
        self.assertEqual(figures.percentile(samples, 1), 100)
        self.assertEqual(figures.percentile([7], 0.01), 7)

    def test_nothing_answered_is_no_figure(self) -> None:
        with self.assertRaises(figures.TooFew):
            figures.percentile([], 0.5)
        with self.assertRaises(ValueError):
            figures.percentile([1], 0)

    def _line(self, alone: float, beside: float) -> figures.Line:
        sides = figures.Side([alone] * 200), figures.Side([beside] * 200)
        return figures.Line("flood", "query", *sides, resident=123.4, remark="much")

    def test_a_ratio_at_the_limit_is_within_it(self) -> None:
        within, above = self._line(0.001, 0.002), self._line(0.001, 0.0021)
        self.assertEqual(figures.exceeding([within, above], 2), [above])

    def test_the_table_shows_both_sides(self) -> None:
        text = figures.table([self._line(0.001, 0.005)], 2)
        self.assertIn("1.00, 1.00 ms (200) | 5.00, 5.00 ms (200) | 5.00 **too high** | 123 MB | much |", text)
        self.assertNotIn("too high", figures.table([self._line(0.001, 0.005)], None))

    def test_silence_is_named(self) -> None:
        self.assertNotIn("without", loads.said(3, collections.Counter(accepted=2, ERROR_CODE_OVERLOADED=1)))
        self.assertIn("1 without an answer", loads.said(3, collections.Counter(accepted=2)))


class WireCase(unittest.TestCase):
    """Frames made from templates are what protobuf would have made."""

    def test_commands_have_ids_of_their_own(self) -> None:
        frame = bytearray(wire.commands_frame(7, 300))
        (message,) = wire.split_frames(frame)
        request = protocol_pb2.Request.FromString(message)
        self.assertEqual(request.id, 7)
        self.assertEqual(len({command.id for command in request.submit.commands}), 300)
        self.assertTrue(all(len(command.bodies) == 1 for command in request.submit.commands))
        self.assertEqual(request.SerializeToString(), message)

    def test_frames_are_taken_out_whole(self) -> None:
        frames = wire.query_frame(1) + wire.query_frame(2)
        buffer = bytearray(frames[:-1])
        self.assertEqual(len(list(wire.split_frames(buffer))), 1)
        buffer += frames[-1:]
        (message,) = wire.split_frames(buffer)
        self.assertEqual(protocol_pb2.Request.FromString(message).id, 2)
        self.assertEqual(buffer, bytearray())

    def test_numbers_are_written_as_protobuf_does(self) -> None:
        self.assertEqual(
            [wire.varint(value) for value in (0, 127, 128, 300)], [b"\x00", b"\x7f", b"\x80\x01", b"\xac\x02"]
        )

    def test_lines_are_objects(self) -> None:
        lines = wire.command_lines(5).decode().splitlines()
        self.assertEqual(len(set(lines)), 5)


if __name__ == "__main__":
    unittest.main()
