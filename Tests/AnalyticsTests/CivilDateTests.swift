internal import Schema
internal import Testing

@testable import Analytics

@Suite struct CivilDateTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("0001-01-01", -719_162),
        ("9999-12-31", 2_932_896), ("2026-03-01", 20_513), ("1900-03-01", -25_508),
    ])
    func `a date and its day number`(text: String, number: Int) throws {
        let date = try date(text)
        #expect(date.dayNumber == number)
        #expect(CivilDate(dayNumber: number) == date)
        #expect(date.description == text)
    }

    @Test func `four hundred years of dates follow one another`() throws {
        var (year, month, day, weekday) = (1800, 1, 1, 3)
        for number in try date("1800-01-01").dayNumber..<date("2200-01-01").dayNumber {
            let date = CivilDate(dayNumber: number)
            #expect(date.parts == (year, month, day))
            #expect(CivilDate(year: year, month: month, day: day) == date)
            #expect(date.weekday == weekday)
            #expect(CivilDate(date.description) == date)
            weekday = weekday % 7 + 1
            day += 1
            if day > CivilDate.daysInMonth(year: year, month: month) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test(arguments: [
        "", "2026-1-01", "2026-01-1", "26-01-01", "2026/01/01", "2026-13-01", "2026-00-01", "2026-02-29", "2100-02-29",
        "2026-04-31", "2026-01-00", "0000-01-01", " 2026-01-01", "2026-01-01 ", "2026-01-01T", "+026-01-01",
        "-001-01-01", "２026-01-0", "2026-01-0\u{301}",
    ])
    func `what is not exactly a date of the years 1 to 9999 is none`(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test func `parts out of their range make no date`() {
        #expect(CivilDate(year: 0, month: 1, day: 1) == nil)
        #expect(CivilDate(year: 10_000, month: 1, day: 1) == nil)
        #expect(CivilDate(year: 2024, month: 2, day: 30) == nil)
        #expect(CivilDate(year: 2024, month: Int.max, day: Int.min) == nil)
    }

    @Test(arguments: [
        ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-03-31", -1, "2026-02-28"),
        ("2026-10-31", 4, "2027-02-28"), ("2026-01-15", -1, "2025-12-15"), ("2026-01-15", -13, "2024-12-15"),
        ("2026-12-31", 0, "2026-12-31"), ("2026-05-31", 12_000, "3026-05-31"),
    ])
    func `a month later is the same day or the month's last`(from: String, months: Int, to: String) throws {
        #expect(try date(from).adding(months: months) == date(to))
    }

    @Test func `days and years are added`() throws {
        #expect(try date("2024-02-29").adding(years: 1) == date("2025-02-28"))
        #expect(try date("2024-02-29").adding(years: -4) == date("2020-02-29"))
        #expect(try date("2024-02-28").adding(days: 2) == date("2024-03-01"))
        #expect(try date("2024-01-01").adding(days: -1) == date("2023-12-31"))
    }

    @Test(arguments: [
        ("2024-02-10", "2024-02-01", "2024-02-29", 1, "2024-01-01", "2024-03-31"),
        ("2026-06-30", "2026-06-01", "2026-06-30", 2, "2026-04-01", "2026-06-30"),
        ("2026-07-01", "2026-07-01", "2026-07-31", 3, "2026-07-01", "2026-09-30"),
        ("2026-12-31", "2026-12-01", "2026-12-31", 4, "2026-10-01", "2026-12-31"),
    ])
    func `months and quarters begin and end`(
        text: String, start: String, end: String, quarter: Int, quarterStart: String, quarterEnd: String
    ) throws {
        let date = try date(text)
        #expect(date.monthStart.description == start)
        #expect(date.monthEnd.description == end)
        #expect(date.quarter == quarter)
        #expect(date.quarterStart.description == quarterStart)
        #expect(date.quarterEnd.description == quarterEnd)
        #expect(date.yearStart.description == text.prefix(4) + "-01-01")
        #expect(date.yearEnd.description == text.prefix(4) + "-12-31")
    }

    @Test func `times of day count from midnight and roll over`() throws {
        let date = try date("2026-03-31")
        #expect(CivilDateTime(date, secondOfDay: 86_400).description == "2026-04-01T00:00:00")
        #expect(CivilDateTime(date, secondOfDay: -1).description == "2026-03-30T23:59:59")
        #expect(CivilDateTime(midnightOf: date) == CivilDateTime(date, hour: 0))
        let time = try #require(CivilDateTime(date, hour: 23, minute: 4, second: 5, microsecond: 60))
        #expect(time.description == "2026-03-31T23:04:05.000060")
        #expect([time.hour, time.minute, time.second, time.microsecond] == [23, 4, 5, 60])
        #expect(time > CivilDateTime(date, secondOfDay: 0))
        #expect(time < CivilDateTime(date, secondOfDay: 86_400))
        #expect(CivilDateTime(date, hour: 24) == nil)
        #expect(CivilDateTime(date, hour: 1, minute: 60) == nil)
        #expect(CivilDateTime(date, hour: 1, second: 60) == nil)
        #expect(CivilDateTime(date, hour: 1, microsecond: -1) == nil)
    }
}
