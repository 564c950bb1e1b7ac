internal import Analytics
internal import Schema

/// When points end and members are reviewed by the calendar, in the organisation's zone.
extension ZoneRules {
    /// The end of the month in which an instant lies, or of one so many months later: the first instant that is not in
    /// it.
    func monthEnd(after instant: Instant, periods: UInt32) -> Instant {
        begin(day(holding: instant).monthStart.adding(months: 1 + Int(periods)))
    }

    /// The end of the calendar year in which an instant lies, or of one so many years later.
    func yearEnd(after instant: Instant, periods: UInt32) -> Instant {
        begin(day(holding: instant).yearStart.adding(years: 1 + Int(periods)))
    }

    private func begin(_ date: CivilDate) -> Instant { min(startOfDay(date), .latest) }
}
