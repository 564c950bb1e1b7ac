/// A rule by which clocks are set forward and back every year, for ever: the TZ string of POSIX with the extensions of
/// RFC 9636 (`GMT0BST,M3.5.0/1,M10.5.0`).
struct RecurringRule: Hashable, Sendable {
    /// Seconds east of UTC in standard time.
    let standard: Int
    /// Seconds east of UTC in daylight saving time; in Dublin that is the winter, and less.
    let daylight: Int
    /// When daylight saving time begins, on the clock of standard time.
    let begin: YearlyMoment
    /// When it ends, on the clock of daylight saving time.
    let end: YearlyMoment

    /// The time of one offset that a number of seconds falls into, as `ZoneRules.period` gives it.
    func period(holding value: Int, by key: ZoneRules.Key) -> (start: Int, offset: Int) {
        // A day off, and the rules of the year before and the year after are asked too.
        let year = CivilDate(dayNumber: (value + standard).flooredQuotient(by: 86_400)).year
        var found = (start: Int.min, offset: standard)
        for candidate in year - 1...year + 1 {
            let toDaylight = begin.second(of: candidate) - standard
            if toDaylight >= found.start, key.boundary(toDaylight, before: standard, after: daylight) <= value {
                found = (toDaylight, daylight)
            }
            let toStandard = end.second(of: candidate) - daylight
            if toStandard >= found.start, key.boundary(toStandard, before: daylight, after: standard) <= value {
                found = (toStandard, standard)
            }
        }
        return found
    }
}

/// A moment that comes every year on a clock that nobody sets.
struct YearlyMoment: Hashable, Sendable {
    enum Day: Hashable, Sendable {
        /// `Jn`: the day of the year from 1 to 365; 29 February is never counted.
        case withoutLeapDay(Int)
        /// `n`: days after 1 January, 0 to 365; 29 February is counted.
        case afterNewYear(Int)
        /// `Mm.w.d`: the so-manieth (5: the last) of a weekday (0: Sunday) in a month.
        case weekday(Int, week: Int, month: Int)
    }

    let day: Day
    /// Seconds after the day's midnight; may be negative or more than a day.
    let secondOfDay: Int

    /// Seconds from 1970-01-01T00:00:00 to the moment in a year, on the same clock.
    func second(of year: Int) -> Int {
        dayNumber(of: year) * 86_400 + secondOfDay
    }

    private func dayNumber(of year: Int) -> Int {
        switch day {
        case .withoutLeapDay(let number):
            // Up to day 59, 28 February, both kinds of year agree; later days are counted back from the year's end.
            number <= 59
                ? CivilDate(uncheckedYear: year, month: 1, day: 1).dayNumber + number - 1
                : CivilDate(uncheckedYear: year, month: 12, day: 31).dayNumber - (365 - number)
        case .afterNewYear(let number):
            CivilDate(uncheckedYear: year, month: 1, day: 1).dayNumber + number
        case .weekday(let weekday, let week, let month):
            Self.dayNumber(ofWeekday: weekday, week: week, year: year, month: month)
        }
    }

    private static func dayNumber(ofWeekday weekday: Int, week: Int, year: Int, month: Int) -> Int {
        let first = CivilDate(uncheckedYear: year, month: month, day: 1)
        let untilWeekday = (weekday - first.weekday % 7 + 7) % 7
        let day = untilWeekday + (week - 1) * 7
        // The fifth is the last: some months have but four.
        return first.dayNumber + (day < CivilDate.daysInMonth(year: year, month: month) ? day : day - 7)
    }
}
