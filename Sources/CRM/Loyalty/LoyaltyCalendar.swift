internal import Schema

/// When points end and members are reviewed: the calendar arithmetic of loyalty, in the organisation's zone.
struct LoyaltyCalendar {
    /// Microseconds of a day of 24 hours.
    static let day: Int64 = 86_400_000_000

    /// So many days of 24 hours later, at most at the end of time.
    static func days(_ days: UInt32, after instant: Instant) -> Instant {
        Instant(microseconds: min(instant.rawValue + Int64(days) * day, Instant.latest.rawValue))
    }

    /// The end of the month in which an instant lies, or of one so many months later: the first instant that is not in
    /// it.
    func monthEnd(after instant: Instant, periods: UInt32) -> Instant {
        let (year, month) = civil(instant)
        let months = year * 12 + (month - 1) + 1 + Int64(periods)
        return start(year: months / 12, month: months % 12 + 1)
    }

    /// The end of the calendar year in which an instant lies, or of one so many years later.
    func yearEnd(after instant: Instant, periods: UInt32) -> Instant {
        start(year: civil(instant).year + 1 + Int64(periods), month: 1)
    }

    private func civil(_ instant: Instant) -> (year: Int64, month: Int64) {
        // Days are counted from 0000-03-01, so that the leap day is the last one of a year.
        let days = floor(instant.rawValue, Self.day) + 719_468
        let era = floor(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth)
    }

    private func start(year: Int64, month: Int64) -> Instant {
        guard year <= 9_999 else { return .latest }
        let shifted = month <= 2 ? year - 1 : year
        let era = floor(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Instant(microseconds: (era * 146_097 + dayOfEra - 719_468) * Self.day)
    }

    private func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}

extension World {
    /// The calendar of the organisation.
    func loyaltyCalendar() throws(Refusal) -> LoyaltyCalendar { LoyaltyCalendar() }
}
