internal import FoundationEssentials
internal import Schema
internal import Testing

@testable import Analytics

/// Calendars of the whole world with cases that were reckoned second by second by another program.
@Suite(.enabled(if: TestFile.isSharedPresent, TestFile.missing)) struct ReferenceHoursTests {
    struct File: Decodable {
        struct Calendar: Decodable {
            let tz: String
            /// Monday is 0.
            let days: [Int]
            let hours: [[String]]
            let holidays: [String: String]
            let extra_workdays: [String]
        }
        struct Case: Decodable {
            let calendar: String
            let start: String
            let end: String
            let business_seconds: Int64
            let add_seconds: Int64
            let due: String
        }
        let calendars: [String: Calendar]
        let cases: [Case]
    }

    static func file() throws -> File {
        let data = try Data(contentsOf: URL(filePath: TestFile.shared + "/business_hours.json"))
        return try JSONDecoder().decode(File.self, from: data)
    }

    static func calendar(_ entry: File.Calendar) throws -> BusinessCalendar {
        let hours = try entry.hours.map {
            WallClockInterval(start: try secondOfDay($0[0]), end: try secondOfDay($0[1]))
        }
        return try BusinessCalendar(
            zone: entry.tz, weeklyHours: Dictionary(uniqueKeysWithValues: entry.days.map { ($0 + 1, hours) }),
            holidays: entry.holidays.keys.map { try date($0) },
            specialDays: entry.extra_workdays.map { .init(try date($0), hours) })
    }

    @Test func `all cases hold to the second`() throws {
        let file = try Self.file()
        #expect(file.cases.count >= 400)
        let calendars = try file.calendars.mapValues(Self.calendar)
        for entry in file.cases {
            let calendar = try #require(calendars[entry.calendar])
            let (start, end) = (try utc(entry.start), try utc(entry.end))
            #expect(calendar.elapsed(from: start, to: end) == entry.business_seconds * second, "\(entry)")
            #expect(try calendar.due(from: start, after: entry.add_seconds * second) == .at(utc(entry.due)), "\(entry)")
            let sum = calendar.intervals(from: start, to: end).reduce(0) { $0 + $1.microseconds }
            #expect(sum == entry.business_seconds * second, "\(entry)")
        }
    }
}
