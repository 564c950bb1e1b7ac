internal import Schema
internal import Testing

@testable import kith

@Suite struct TimeTests {
    @Test(arguments: [
        ("iso", "2010-12-01T08:26:00", "2010-12-01T08:26:00Z"),
        ("iso", "2010-12-01", "2010-12-01T00:00:00Z"),
        ("iso", "2010-12-01 08:26:00.25+08:00", "2010-12-01T00:26:00.250000Z"),
        ("yyyyMMdd", "19970101", "1997-01-01T00:00:00Z"),
        ("d/M/yyyy HH:mm", "9/2/2016 04:07", "2016-02-09T04:07:00Z"),
        ("d.M.yyyy 'um' H'h'", "29.2.2000 um 7h", "2000-02-29T07:00:00Z"),
        ("yyyy-MM-dd'T'HH:mm:ssX", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
    ])
    func `times of a pattern`(pattern: String, text: String, expected: String) throws {
        let instant = try #require(try TimePattern(pattern).instant(of: text, zone: .utc))
        #expect(TimeText.iso(instant) == expected)
    }

    @Test(arguments: [
        ("yyyyMMdd", "19970230"), ("yyyyMMdd", "1997010"), ("yyyyMMdd", "199701011"), ("iso", "2010-13-01"),
        ("iso", "2010-12-01T24:00"), ("iso", "yesterday"), ("yyyy-MM-dd", "0000-01-01"), ("d/M/yyyy", "/1/2000"),
    ])
    func `what is no time of the pattern is none`(pattern: String, text: String) throws {
        #expect(try TimePattern(pattern).instant(of: text, zone: .utc) == nil)
    }

    @Test(arguments: ["QQ", "yyy", "MM", "yyyy 'x", "MMM yyyy"])
    func `patterns that cannot be used are refused`(pattern: String) {
        #expect(throws: TimePattern.Problem.self) { try TimePattern(pattern) }
    }

    @Test(arguments: [
        ("2011-06-01T08:00:00", "2011-06-01T07:00:00Z"),
        ("2010-12-01T08:00:00", "2010-12-01T08:00:00Z"),
        // The clock jumps from 01:00 to 02:00: what it never shows takes the offset before.
        ("2011-03-27T01:30:00", "2011-03-27T01:30:00Z"),
        // It goes back from 02:00 to 01:00: what it shows twice is the first.
        ("2011-10-30T01:30:00", "2011-10-30T00:30:00Z"),
    ])
    func `a zone's clock, with its gaps and overlaps`(text: String, expected: String) throws {
        let zone = try #require(ZoneClock(name: "Europe/London"))
        let instant = try #require(try TimePattern("iso").instant(of: text, zone: zone))
        #expect(TimeText.iso(instant) == expected)
    }

    @Test func `every day of four centuries is its own date`() {
        var time = CivilTime(year: 1799, month: 12, day: 31)
        for day in CivilTime.days(year: 1800, month: 1, day: 1)..<CivilTime.days(year: 2200, month: 1, day: 1) {
            let next = CivilTime(microseconds: Int64(day) * 86_400_000_000)
            let ends = time.day == CivilTime.daysInMonth(year: time.year, month: time.month)
            let follows = ends ? next.day == 1 : next.day == time.day + 1
            guard next.isValid, follows, next.seconds == day * 86_400 else {
                Issue.record("\(time) is followed by \(next)")
                return
            }
            time = next
        }
    }

    @Test func `zones have names of their own`() {
        #expect(ZoneClock(name: "UTC") == .utc)
        #expect(ZoneClock(name: "Nowhere/Land") == nil)
        #expect(ZoneClock(name: "EST") == nil)
    }
}
