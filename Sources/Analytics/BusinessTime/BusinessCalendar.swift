/// When a business is open: hours of the week by the clock of a zone, days on which it is closed, and days that have
/// hours of their own.
///
/// Hours belong to the local date on which they start: what a night shift has after midnight stays open though the
/// next day is a holiday. A date that the zone skipped (30 December 2011 in Apia) does not open. `docs/business-time.md`
/// defines the rest.
package struct BusinessCalendar: Hashable, Sendable {
    /// A date with hours of its own: a make-up workday, half a day, a long evening. They replace those of its weekday
    /// and are kept on a holiday too.
    package struct SpecialDay: Hashable, Sendable {
        package let date: CivilDate
        /// In order, at least one: a date without hours is a holiday.
        package let hours: [WallClockInterval]

        package init(_ date: CivilDate, _ hours: [WallClockInterval]) {
            self.date = date
            self.hours = hours
        }
    }

    /// The zone by whose clock the hours are meant.
    package let zone: ZoneRules
    /// The hours of Monday to Sunday, seven lists in order; empty where the day is closed.
    package let weeklyHours: [[WallClockInterval]]
    /// The dates that differ from their weekday, with the hours that they have: none on a holiday.
    package let exceptions: [CivilDate: [WallClockInterval]]
    /// The last date that opens; nil where every week does.
    let lastOpenDate: CivilDate?

    /// A calendar from its parts, as an event or a file has them.
    ///
    /// - Parameters:
    ///   - zone: An IANA name.
    ///   - weeklyHours: By weekday of ISO 8601: Monday is 1, Sunday 7. Weekdays that are not named are closed.
    ///   - holidays: Dates that are closed, unless they are special days too.
    ///   - specialDays: Dates with hours of their own.
    /// - Throws: What the first part that cannot be used has wrong.
    package init(
        zone: String, weeklyHours: [Int: [WallClockInterval]], holidays: [CivilDate] = [],
        specialDays: [SpecialDay] = []
    ) throws(BusinessCalendarError) {
        guard let rules = ZoneRules.named(zone) else { throw .zoneUnknown(zone) }
        if let unknown = weeklyHours.keys.sorted().first(where: { !(1...7).contains($0) }) {
            throw .weekdayUnknown(unknown)
        }
        let week = (1...7).map { weeklyHours[$0] ?? [] }
        try Self.check(week)
        self.zone = rules
        self.weeklyHours = week
        exceptions = try Self.exceptions(holidays, specialDays)
        let opensWeekly = week.contains { !$0.isEmpty }
        lastOpenDate = opensWeekly ? nil : specialDays.map(\.date).max() ?? CivilDate(dayNumber: .min)
    }

    /// The calendar of those who never close: time passes in it as it does.
    package static let alwaysOpen = BusinessCalendar(everyDay: [.wholeDay])

    /// The calendar of those who never open: no time passes in it.
    package static let neverOpen = BusinessCalendar(everyDay: [])

    private init(everyDay hours: [WallClockInterval]) {
        zone = .utc
        weeklyHours = Array(repeating: hours, count: 7)
        exceptions = [:]
        lastOpenDate = hours.isEmpty ? CivilDate(dayNumber: .min) : nil
    }
}

// MARK: Days

extension BusinessCalendar {
    /// The hours that start on the date, in order; none where it is closed.
    package func hours(on date: CivilDate) -> [WallClockInterval] {
        exceptions[date] ?? weeklyHours[date.weekday - 1]
    }

    /// Whether every day has its 24 hours, 23 or 25 where clocks are set: nothing has to be looked up then.
    package var isAlwaysOpen: Bool {
        func isWhole(_ hours: [WallClockInterval]) -> Bool {
            hours.count == 1 && hours[0].start == 0 && hours[0].closing == WallClockInterval.secondsPerDay
        }
        return weeklyHours.allSatisfy(isWhole) && exceptions.values.allSatisfy(isWhole)
    }
}

// MARK: Checking

extension BusinessCalendar {
    private static func check(_ week: [[WallClockInterval]]) throws(BusinessCalendarError) {
        for weekday in 1...7 { try check(week[weekday - 1], of: .weekday(weekday)) }
        for weekday in 1...7 {
            let next = weekday % 7 + 1
            guard let last = week[weekday - 1].last, let first = week[next - 1].first else { continue }
            if last.closing > first.start + WallClockInterval.secondsPerDay {
                throw .overlap(.weekday(next), index: 0)
            }
        }
    }

    /// Checks the hours that start on one day, the first mistake first.
    private static func check(
        _ hours: [WallClockInterval], of day: BusinessCalendarError.Day
    ) throws(BusinessCalendarError) {
        var closed = 0
        for (index, interval) in hours.enumerated() {
            guard (0..<WallClockInterval.secondsPerDay).contains(interval.start),
                (0...WallClockInterval.secondsPerDay).contains(interval.end)
            else { throw .timeOutOfRange(day, index: index) }
            guard interval.start >= closed else { throw .overlap(day, index: index) }
            closed = interval.closing
        }
    }

    /// What holidays and special days make of the dates. Special days may overlap what the day before has after
    /// midnight: time in both is open once.
    private static func exceptions(
        _ holidays: [CivilDate], _ specialDays: [SpecialDay]
    ) throws(BusinessCalendarError) -> [CivilDate: [WallClockInterval]] {
        var exceptions: [CivilDate: [WallClockInterval]] = [:]
        for date in holidays {
            guard exceptions.updateValue([], forKey: date) == nil else { throw .dateRepeated(.holiday(date)) }
        }
        for special in specialDays {
            let day = BusinessCalendarError.Day.specialDay(special.date)
            guard !special.hours.isEmpty else { throw .hoursMissing(day) }
            try check(special.hours, of: day)
            if exceptions.updateValue(special.hours, forKey: special.date)?.isEmpty == false {
                throw .dateRepeated(day)
            }
        }
        return exceptions
    }
}
