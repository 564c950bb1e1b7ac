// The one place of the domain that needs zone rules, and with them the whole of Foundation.
internal import Foundation
internal import Schema

/// Days of the Gregorian calendar as commands and events write them: yyyy-mm-dd. As texts they are in order.
enum CalendarDay {
    /// A day in its form; empty is fine.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(_ day: String, _ field: String) throws(Refusal) {
        guard !day.isEmpty, !isValid(day) else { return }
        throw Refusal(.schemaInvalid, "\(field) is no day of the calendar. Send it as yyyy-mm-dd.", field: field)
    }

    /// Whether a text is a day of the years 1 to 9999.
    static func isValid(_ day: String) -> Bool {
        let parts = day.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = number(parts[0]), let month = number(parts[1]),
            let date = number(parts[2]), year >= 1, (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        return (1...length).contains(date)
    }

    private static func number(_ digits: Substring.UTF8View) -> Int? {
        digits.reduce(0) { (number: Int?, byte) in
            guard let number, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            return number * 10 + Int(byte - UInt8(ascii: "0"))
        }
    }

    /// The day that an instant belongs to in a zone; in UTC where the zone is not known here.
    static func day(of instant: Instant, zone: String) -> String {
        let seconds = Int64((Double(instant.rawValue) / 1_000_000).rounded(.down))
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        let offset = TimeZone(identifier: zone)?.secondsFromGMT(for: date) ?? 0
        return day(number: floorDivided(seconds + Int64(offset), by: 86_400))
    }

    /// The day so many days after 1970-01-01. (Howard Hinnant's algorithm: years begin in March, so that the leap day
    /// is the last one.)
    private static func day(number: Int64) -> String {
        let shifted = number + 719_468
        let era = floorDivided(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let date = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(date, 2)
    }

    private static func floorDivided(_ number: Int64, by divisor: Int64) -> Int64 {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension DecisionContext {
    /// The day of an instant in the organisation's zone.
    func day(of instant: Instant) throws(Refusal) -> String {
        let zone = try world.singleton(.organisation).flatMap { (number) throws(Refusal) in
            try world.state(OrganisationAggregate.self, of: number)?.settings.zone
        }
        return CalendarDay.day(of: instant, zone: zone ?? "UTC")
    }
}
