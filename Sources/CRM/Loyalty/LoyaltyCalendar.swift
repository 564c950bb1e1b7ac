internal import Analytics
internal import Schema

/// When points end and members are reviewed: the calendar arithmetic of loyalty, in the organisation's zone.
struct LoyaltyCalendar {
    var zone: ZoneRules

    /// Microseconds of a day of 24 hours.
    static let day: Int64 = 86_400_000_000

    /// So many days of 24 hours later, at most at the end of time.
    static func days(_ days: UInt32, after instant: Instant) -> Instant {
        Instant(microseconds: min(instant.rawValue + Int64(days) * day, Instant.latest.rawValue))
    }

    /// The end of the month in which an instant lies, or of one so many months later: the first instant that is not in
    /// it.
    func monthEnd(after instant: Instant, periods: UInt32) -> Instant {
        begin(zone.day(holding: instant).monthStart.adding(months: 1 + Int(periods)))
    }

    /// The end of the calendar year in which an instant lies, or of one so many years later.
    func yearEnd(after instant: Instant, periods: UInt32) -> Instant {
        begin(zone.day(holding: instant).yearStart.adding(years: 1 + Int(periods)))
    }

    private func begin(_ date: CivilDate) -> Instant { min(zone.startOfDay(date), .latest) }
}

extension World {
    /// The calendar of the organisation; that of UTC where it has none.
    func loyaltyCalendar() throws(Refusal) -> LoyaltyCalendar {
        guard let number = try singleton(.organisation),
            let settings = try state(OrganisationAggregate.self, of: number)?.settings
        else { return LoyaltyCalendar(zone: .utc) }
        return LoyaltyCalendar(zone: ZoneRules.named(settings.zone) ?? .utc)
    }
}
