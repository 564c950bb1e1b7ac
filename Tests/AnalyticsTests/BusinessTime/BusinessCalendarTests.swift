internal import Schema
internal import Testing

@testable import Analytics

/// What makes a calendar and what does not.
@Suite struct BusinessCalendarTests {
    @Test func `a calendar is made of data, and equal data make equal calendars`() throws {
        let one = try calendar("Asia/Calcutta", 1...5, "09:00-12:00 13:00-17:00", holidays: ["2026-01-26"])
        let other = try calendar("Asia/Kolkata", 1...5, "09:00-12:00 13:00-17:00", holidays: ["2026-01-26"])
        #expect(one == other && one.hashValue == other.hashValue)
        #expect(one.hours(on: try date("2026-01-23")).map(\.description) == ["09:00-12:00", "13:00-17:00"])
        #expect(try one.hours(on: date("2026-01-24")).isEmpty && one.hours(on: date("2026-01-26")).isEmpty)
        #expect(WallClockInterval(start: 30, end: 86_400).description == "00:00:30-24:00")
    }

    @Test func `a special day beats its weekday and a holiday`() throws {
        let calendar = try calendar(
            "Asia/Shanghai", 1...5, "09:00-18:00", holidays: ["2026-02-16", "2026-02-17"],
            special: ["2026-02-14": "09:00-18:00", "2026-02-17": "10:00-12:00", "2026-02-20": "09:00-12:00"])
        let hours = try (13...20).map { calendar.hours(on: try date("2026-02-\($0)")).map(\.description) }
        #expect(
            hours == [
                ["09:00-18:00"], ["09:00-18:00"], [], [], ["10:00-12:00"], ["09:00-18:00"],
                ["09:00-18:00"], ["09:00-12:00"],
            ])
    }

    @Test func `an unknown zone and an unknown weekday are named`() {
        #expect(throws: BusinessCalendarError.zoneUnknown("Europe/Bonn")) {
            try BusinessCalendar(zone: "Europe/Bonn", weeklyHours: [:])
        }
        #expect(throws: BusinessCalendarError.weekdayUnknown(0)) {
            try BusinessCalendar(zone: "UTC", weeklyHours: [0: [.wholeDay]])
        }
    }

    @Test(arguments: [
        ("09:00-12:00 11:59-17:00", BusinessCalendarError.overlap(.weekday(1), index: 1)),
        ("13:00-17:00 09:00-12:00", .overlap(.weekday(1), index: 1)),
        ("09:00-08:00 12:00-13:00", .overlap(.weekday(1), index: 1)),
        ("24:00-24:00", .timeOutOfRange(.weekday(1), index: 0)),
        ("09:00-24:01", .timeOutOfRange(.weekday(1), index: 0)),
        ("09:00-12:00 13:00--1:00", .timeOutOfRange(.weekday(1), index: 1)),
        // Each night runs into the next day's hours; that of Sunday into those of Monday.
        ("05:00-12:00 22:00-05:01", .overlap(.weekday(2), index: 0)),
    ])
    func `hours of the week that cannot be are refused`(text: String, expected: BusinessCalendarError) throws {
        var hours: [WallClockInterval] = []
        // A time before midnight cannot be written.
        if text.contains("--") {
            hours = [WallClockInterval(start: 32_400, end: 43_200), WallClockInterval(start: 46_800, end: -3_600)]
        } else {
            hours = try wallClock(text)
        }
        #expect(throws: expected) {
            try BusinessCalendar(
                zone: "UTC", weeklyHours: Dictionary(uniqueKeysWithValues: (1...7).map { ($0, hours) }))
        }
    }

    @Test func `the night of Sunday must not run into the hours of Monday`() throws {
        let (night, day) = (try wallClock("22:00-09:01"), try wallClock("09:00-17:00"))
        #expect(throws: BusinessCalendarError.overlap(.weekday(1), index: 0)) {
            try BusinessCalendar(zone: "UTC", weeklyHours: [7: night, 1: day])
        }
        _ = try BusinessCalendar(zone: "UTC", weeklyHours: [7: try wallClock("22:00-09:00"), 1: day])
        _ = try BusinessCalendar(zone: "UTC", weeklyHours: [7: night, 2: day])
    }

    @Test func `dates that stand twice and special days without hours are refused`() throws {
        let day = try date("2026-05-01")
        let hours = try wallClock("09:00-12:00")
        func make(holidays: [CivilDate], special: [BusinessCalendar.SpecialDay]) throws {
            _ = try BusinessCalendar(zone: "UTC", weeklyHours: [:], holidays: holidays, specialDays: special)
        }
        #expect(throws: BusinessCalendarError.dateRepeated(.holiday(day))) {
            try make(holidays: [day, day], special: [])
        }
        #expect(throws: BusinessCalendarError.dateRepeated(.specialDay(day))) {
            try make(holidays: [day], special: [.init(day, hours), .init(day, hours)])
        }
        #expect(throws: BusinessCalendarError.hoursMissing(.specialDay(day))) {
            try make(holidays: [], special: [.init(day, [])])
        }
        #expect(throws: BusinessCalendarError.overlap(.specialDay(day), index: 1)) {
            try make(holidays: [], special: [.init(day, hours + hours)])
        }
        #expect(
            BusinessCalendarError.overlap(.specialDay(day), index: 1).description
                == "special day 2026-05-01, interval 2: it must not start before the interval before it ends")
    }
}
