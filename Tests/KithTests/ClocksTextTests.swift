internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// What people see of the clocks of a ticket.
@Suite struct ClocksTextTests {
    /// So many hours after 2026-11-02, 9:00 UTC.
    private static func at(_ hours: Int64) -> Google_Protobuf_Timestamp {
        Instant(microseconds: (1_793_610_000 + hours * 3_600) * 1_000_000).timestamp
    }

    private static func stretch(_ start: Int64, _ end: Int64, counts: Bool) -> TicketClockStretch {
        .with {
            $0.start = at(start)
            $0.end = at(end)
            $0.counts = counts
            if counts {
                $0.slaNumber = 7
                $0.slaVersion = 2
                $0.slaLabel = "Standard"
                $0.calendarNumber = 9
                $0.calendarLabel = "Office"
                $0.zone = "Europe/Berlin"
                $0.usedMicroseconds = UInt64(end - start) * 3_600_000_000
                $0.intervals = [
                    .with {
                        $0.start = at(start)
                        $0.end = at(end)
                    }
                ]
            } else {
                $0.wait = .customer
            }
        }
    }

    @Test func `a clock shows what it counted and where it stood still`() {
        var clock = TicketClock()
        clock.kind = .firstResponse
        clock.cycle = 1
        clock.standing = .running
        clock.startedAt = Self.at(0)
        clock.usedMicroseconds = 2 * 3_600_000_000 + 5_000_000
        clock.targetMicroseconds = 4 * 3_600_000_000
        clock.dueAt = Self.at(6)
        clock.stretches = [Self.stretch(0, 1, counts: true), Self.stretch(1, 3, counts: false)]
        clock.intervalsLeftOut = 3
        var answer = TicketClocksResponse()
        answer.sequence = 12
        answer.status = .open
        answer.asOf = Self.at(5)
        answer.clocks = [clock]
        let lines = ClocksText(times: ZonedTimeText(clock: .utc)).lines(answer)
        #expect(
            lines == [
                "ticket 12, open, as of 2026-11-02 14:00 +00:00", "", "first-response: running",
                "started  2026-11-02 09:00 +00:00", "used     2:00:05 of 4:00", "due      2026-11-02 15:00 +00:00",
                "  3 earlier intervals are left out",
                "  2026-11-02 09:00 +00:00 to 2026-11-02 10:00 +00:00: 1:00 by Standard (version 2), Office, "
                    + "Europe/Berlin",
                "    2026-11-02 09:00 +00:00 to 2026-11-02 10:00 +00:00",
                "  2026-11-02 10:00 +00:00 to 2026-11-02 12:00 +00:00: stood still (waits for the customer)",
            ])
    }

    @Test func `a ticket without clocks says so`() {
        let lines = ClocksText(times: ZonedTimeText(clock: .utc)).lines(TicketClocksResponse())
        #expect(lines.last == "No service level has timed it.")
    }

    @Test(arguments: [
        (UInt64(0), "0:00"), (5_000_000, "0:00:05"), (3_660_000_000, "1:01"), (360_000_000_000, "100:00"),
    ])
    func `a duration is hours and minutes`(microseconds: UInt64, text: String) {
        #expect(ClocksText.duration(microseconds) == text)
    }
}
