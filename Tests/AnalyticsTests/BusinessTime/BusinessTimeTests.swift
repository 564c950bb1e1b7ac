internal import Schema
internal import Testing

@testable import Analytics

/// Time in calendars, by examples.
@Suite struct BusinessTimeTests {
    @Test(arguments: [
        // 2026-11-06 is a Friday.
        ("2026-11-06T16:30:00", 60, "2026-11-09T09:30:00"),
        ("2026-11-04T07:00:00", 120, "2026-11-04T11:00:00"),
        ("2026-11-04T10:00:00", 120, "2026-11-04T12:00:00"),
        // A Sunday afternoon begins on Monday morning, not on Monday afternoon.
        ("2026-11-08T16:00:00", 60, "2026-11-09T10:00:00"),
        // It may be a closing time and does not move on to the next opening.
        ("2026-11-06T16:00:00", 60, "2026-11-06T17:00:00"),
        ("2026-11-06T17:00:00", 0, "2026-11-06T17:00:00"),
    ])
    func `due times of Monday to Friday, 9 to 17`(start: String, minutes: Int64, due: String) throws {
        let calendar = try calendar("Europe/Berlin", 1...5, "09:00-17:00")
        let (from, to) = (try calendar.zone.at(start), try calendar.zone.at(due))
        #expect(calendar.due(from: from, after: minutes * minute) == .at(to))
        #expect(calendar.elapsed(from: from, to: to) == minutes * minute)
        #expect(calendar.elapsed(from: to, to: from) == 0)
    }

    @Test func `midnight takes nothing from a calendar that is always open`() throws {
        let start = try utc("2026-11-04T23:50:00")
        let whole = try calendar("UTC", 1...7, "00:00-24:00")
        #expect(whole.elapsed(from: start, to: try utc("2026-11-05T00:10:00")) == 20 * minute)
        #expect(whole.due(from: start, after: 20 * minute) == .at(try utc("2026-11-05T00:10:00")))
        // What those lose that cannot say 24:00.
        let lossy = try calendar("UTC", 1...7, "00:00-23:59")
        #expect(lossy.elapsed(from: start, to: try utc("2026-11-05T00:10:00")) == 19 * minute)
    }

    @Test func `a holiday is counted as one only`() throws {
        // Hours of a weekday that is a holiday must not be counted beside it.
        let calendar = try calendar("Europe/Berlin", 1...5, "08:00-20:00", holidays: ["2026-11-11"])
        let (from, to) = (try calendar.zone.at("2026-11-10T18:00"), try calendar.zone.at("2026-11-12T10:00"))
        #expect(calendar.elapsed(from: from, to: to) == 4 * hour)
        #expect(
            try calendar.intervals(from: from, to: to) == [
                from..<calendar.zone.at("2026-11-10T20:00"), calendar.zone.at("2026-11-12T08:00")..<to,
            ])
    }

    @Test func `lunch breaks do not count`() throws {
        let calendar = try calendar("Europe/Berlin", 1...5, "09:00-12:00 13:00-17:00")
        let from = try calendar.zone.at("2026-11-04T11:00")
        #expect(calendar.due(from: from, after: 2 * hour) == .at(try calendar.zone.at("2026-11-04T14:00")))
        #expect(!calendar.isOpen(at: try calendar.zone.at("2026-11-04T12:00")))
        #expect(calendar.isOpen(at: try calendar.zone.at("2026-11-04T13:00")))
    }

    @Test func `hours of a night belong to the day on which they start`() throws {
        let calendar = try calendar("Europe/Berlin", 1...5, "22:00-06:00", holidays: ["2026-11-05"])
        let zone = calendar.zone
        // Wednesday's night runs into the holiday; the holiday's own does not begin; Friday's ends on Saturday.
        #expect(
            try calendar.intervals(from: zone.at("2026-11-04"), to: zone.at("2026-11-09")) == [
                zone.at("2026-11-04")..<zone.at("2026-11-04T06:00"),
                zone.at("2026-11-04T22:00")..<zone.at("2026-11-05T06:00"),
                zone.at("2026-11-06T22:00")..<zone.at("2026-11-07T06:00"),
            ])
    }

    @Test func `time that a special day shares with the night before counts once`() throws {
        let calendar = try calendar(
            "Europe/Berlin", 1...5, "22:00-06:00", special: ["2026-11-05": "05:00-07:00 08:00-09:00"])
        let zone = calendar.zone
        #expect(
            try calendar.intervals(from: zone.at("2026-11-04T12:00"), to: zone.at("2026-11-06T12:00")) == [
                zone.at("2026-11-04T22:00")..<zone.at("2026-11-05T07:00"),
                zone.at("2026-11-05T08:00")..<zone.at("2026-11-05T09:00"),
            ])
    }

    @Test func `hours that begin and end at one time last a day`() throws {
        let calendar = try calendar("UTC", 1...1, "08:00-08:00")
        #expect(calendar.elapsed(from: try utc("2026-11-01"), to: try utc("2026-11-08")) == 24 * hour)
        #expect(try AnalyticsTests.calendar("UTC", 1...7, "00:00-00:00").isAlwaysOpen)
    }

    @Test func `openings`() throws {
        let calendar = try calendar(
            "Europe/Berlin", 1...5, "09:00-12:00 13:00-17:00", holidays: ["2026-11-09"],
            special: ["2026-11-07": "10:00-11:00"])
        let zone = calendar.zone
        for (after, opens) in [
            ("2026-11-06T08:59:59", "2026-11-06T09:00"), ("2026-11-06T09:00", "2026-11-06T13:00"),
            ("2026-11-06T12:30", "2026-11-06T13:00"), ("2026-11-06T16:00", "2026-11-07T10:00"),
            ("2026-11-07T11:00", "2026-11-10T09:00"),
        ] { #expect(try calendar.nextOpening(after: zone.at(after)) == .at(zone.at(opens)), "\(after)") }
        // Nights that touch are one opening.
        let nights = try AnalyticsTests.calendar("UTC", 1...3, "12:00-12:00")
        #expect(try nights.nextOpening(after: utc("2026-11-02T13:00")) == .at(utc("2026-11-09T12:00")))
    }
}

/// Calendars that are always open, hardly ever, or never.
@Suite struct BusinessTimeLimitTests {
    static let start = Instant(second: 1_780_000_000)

    @Test(arguments: ["Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo", "America/Havana", "America/Toronto"])
    func `every weekday from 00:00 to 24:00 is always open`(name: String) throws {
        let whole = try calendar(name, 1...7, "00:00-24:00")
        // Two halves of the day are reckoned date by date, which must come to the same.
        let halves = try calendar(name, 1...7, "00:00-12:00 12:00-24:00")
        #expect(whole.isAlwaysOpen && BusinessCalendar.alwaysOpen.isAlwaysOpen && !halves.isAlwaysOpen)
        for (from, to) in [("1918-12-28", "1919-04-02"), ("2011-12-20", "2012-01-03"), ("2018-01-01", "2019-01-01")] {
            let (start, end) = (try utc(from), try utc(to))
            for calendar in [.alwaysOpen, whole, halves] {
                #expect(calendar.elapsed(from: start, to: end) == (start..<end).microseconds, "\(calendar)")
                #expect(calendar.due(from: start, after: (start..<end).microseconds) == .at(end))
                #expect(calendar.intervals(from: start, to: end) == [start..<end])
                #expect(calendar.isOpen(at: start))
            }
        }
        #expect(whole.nextOpening(after: Self.start) == .never)
        #expect(halves.nextOpening(after: Self.start) == .beyondHorizon)
    }

    @Test func `a calendar that never opens says so at once`() throws {
        for special in [[:], ["2020-01-01": "09:00-17:00"]] {
            let calendar = try calendar("Europe/Berlin", 1...7, "", special: special)
            #expect(calendar.due(from: Self.start, after: 1) == .never)
            #expect(calendar.due(from: Self.start, after: 0) == .at(Self.start))
            #expect(calendar.nextOpening(after: Self.start) == .never)
            #expect(calendar.elapsed(from: Self.start, to: .latest) == 0)
            var walk = calendar.counted(from: Self.start, to: .latest, excluding: [])
            #expect(calendar.due(after: 1, in: &walk) == .never)
            #expect(walk.open.datesVisited == 0)
        }
    }

    @Test func `hours that are fewer than what is needed never do`() throws {
        let calendar = try calendar("UTC", 1...7, "", special: ["2030-01-01": "09:00-17:00"])
        #expect(calendar.due(from: Self.start, after: 8 * hour) == .at(try utc("2030-01-01T17:00")))
        #expect(calendar.due(from: Self.start, after: 8 * hour + 1) == .never)
        #expect(calendar.nextOpening(after: Self.start) == .at(try utc("2030-01-01T09:00")))
        #expect(calendar.nextOpening(after: try utc("2030-01-01T09:00")) == .never)
    }

    @Test func `what lies beyond the horizon is not looked for`() throws {
        let weekly = try calendar("Europe/Berlin", 1...5, "09:00-17:00")
        #expect(weekly.due(from: Self.start, after: 1_000_000 * hour) == .beyondHorizon)
        #expect(BusinessCalendar.alwaysOpen.due(from: Self.start, after: 1_000_000 * hour) == .beyondHorizon)
        let far = try calendar("UTC", 1...7, "", special: ["2300-01-01": "09:00-17:00"])
        #expect(far.due(from: Self.start, after: 1) == .beyondHorizon)
        #expect(far.nextOpening(after: Self.start) == .beyondHorizon)
        #expect(weekly.due(from: .latest, after: hour) == .beyondHorizon)
        var walk = weekly.counted(from: Self.start, to: .latest, excluding: [])
        #expect(weekly.due(after: 8 * hour, in: &walk).instant != nil)
    }

    @Test(arguments: [1, 30, 365, 3_650])
    func `work grows with days`(days: Int) throws {
        let calendar = try calendar("Europe/Berlin", 1...5, "09:00-12:00 13:00-17:00", holidays: ["2026-12-25"])
        let end = Instant(microseconds: Self.start.rawValue + Int64(days) * 24 * hour)
        var open = OpenIntervals(of: calendar, from: Self.start, to: end)
        var intervals = 0
        while open.next() != nil { intervals += 1 }
        #expect(open.datesVisited <= days + 4 && intervals <= 2 * (days + 1))
        // Looking for the amount again costs no more.
        let elapsed = calendar.elapsed(from: Self.start, to: end)
        var walk = calendar.counted(from: Self.start, to: .latest, excluding: [])
        #expect(calendar.due(after: elapsed, in: &walk).instant.map { $0 <= end } == true)
        #expect(walk.open.datesVisited <= days + 4)
    }
}

/// Clocks that are set, and pauses.
@Suite struct BusinessTimeChangeTests {
    @Test(arguments: [
        ("Europe/Berlin", "2026-03-29", "00:00-24:00", 23.0), ("Europe/Berlin", "2026-10-25", "00:00-24:00", 25.0),
        ("Australia/Lord_Howe", "2026-04-05", "00:00-24:00", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "00:00-24:00", 23.5),
        // The gap is left out and the overlap is counted, whole or in part.
        ("Europe/Berlin", "2026-03-29", "01:00-04:00", 2.0), ("Europe/Berlin", "2026-10-25", "01:00-04:00", 4.0),
        // 02:30 is the instant that it would have been: 03:30 by the new time. So nothing is left of half an hour.
        ("Europe/Berlin", "2026-03-29", "02:30-04:00", 0.5), ("Europe/Berlin", "2026-03-29", "01:00-02:30", 1.5),
        ("Europe/Berlin", "2026-03-29", "02:30-03:00", 0.0), ("Europe/Berlin", "2026-03-29", "02:00-02:30", 0.5),
        // 02:30 is the first of two.
        ("Europe/Berlin", "2026-10-25", "02:30-03:00", 1.5), ("Europe/Berlin", "2026-10-25", "02:00-02:30", 0.5),
        // The gap and the overlap are at midnight.
        ("America/Sao_Paulo", "2018-11-04", "00:00-24:00", 23.0),
        ("America/Sao_Paulo", "2018-02-17", "00:00-24:00", 25.0),
        ("America/Sao_Paulo", "2018-11-04", "00:00-08:00", 7.0),
        ("America/Sao_Paulo", "2018-02-17", "22:00-02:00", 5.0),
        // This day never came.
        ("Pacific/Apia", "2011-12-30", "00:00-24:00", 0.0), ("Pacific/Apia", "2011-12-30", "09:00-17:00", 0.0),
        // A night that reaches into it is as long as it would have been.
        ("Pacific/Apia", "2011-12-29", "22:00-06:00", 8.0),
    ])
    func `days on which clocks are set`(zone: String, day: String, text: String, expected: Double) throws {
        let calendar = try calendar(zone, 1...7, "", special: [day: text])
        let noon = try calendar.zone.at(day + "T12:00")
        let (from, to) = (
            Instant(second: Int(noon.rawValue / second) - 259_200),
            Instant(second: Int(noon.rawValue / second) + 259_200)
        )
        #expect(Double(calendar.elapsed(from: from, to: to)) / Double(hour) == expected)
    }

    @Test func `intervals that a gap moves over each other count once`() throws {
        // 02:30 becomes 03:30 by the new time, so that the first reaches over the beginning of the second.
        let calendar = try calendar("Europe/Berlin", 7...7, "01:00-02:45 03:00-04:00")
        let zone = calendar.zone
        let (from, to) = (try zone.at("2026-03-29"), try zone.at("2026-03-30"))
        #expect(
            try calendar.intervals(from: from, to: to) == [zone.at("2026-03-29T01:00")..<zone.at("2026-03-29T04:00")])
        #expect(calendar.elapsed(from: from, to: to) == 2 * hour)
    }

    @Test func `pauses are taken off once, and only where the calendar is open`() throws {
        let calendar = try calendar("Europe/Berlin", 1...5, "09:00-17:00")
        let zone = calendar.zone
        func range(_ from: String, _ to: String) throws -> Range<Instant> { try zone.at(from)..<zone.at(to) }
        let pauses = try [
            range("2026-11-05T16:00", "2026-11-06T10:00"), range("2026-11-04T11:00", "2026-11-04T12:00"),
            range("2026-11-04T11:30", "2026-11-04T12:30"), range("2026-11-05T12:00", "2026-11-05T12:00"),
            range("2026-11-04T18:00", "2026-11-04T20:00"),
        ]
        let (from, to) = (try zone.at("2026-11-04T10:00"), try zone.at("2026-11-06T11:00"))
        let counted = try [
            range("2026-11-04T10:00", "2026-11-04T11:00"), range("2026-11-04T12:30", "2026-11-04T17:00"),
            range("2026-11-05T09:00", "2026-11-05T16:00"), range("2026-11-06T10:00", "2026-11-06T11:00"),
        ]
        #expect(calendar.intervals(from: from, to: to, excluding: pauses) == counted)
        #expect(calendar.elapsed(from: from, to: to, excluding: pauses) == 13 * hour + 30 * minute)
        #expect(calendar.due(from: from, after: 13 * hour, excluding: pauses) == .at(try zone.at("2026-11-06T10:30")))
        // It ends where the pause begins.
        #expect(calendar.due(from: from, after: hour, excluding: pauses) == .at(try zone.at("2026-11-04T11:00")))
        // A pause without an end.
        let endless = try zone.at("2026-11-04T11:00")..<Instant.latest
        #expect(calendar.due(from: from, after: 2 * hour, excluding: [endless]) == .beyondHorizon)
    }
}
