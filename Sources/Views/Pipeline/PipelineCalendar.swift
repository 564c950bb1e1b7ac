internal import Analytics
internal import Schema

/// The organisation's calendar: in which of its days, months and quarters an instant lies, and how many days passed.
struct PipelineCalendar: Sendable {
    static let microsecondsPerDay = 86_400_000_000

    /// The zone's name; UTC where the name was unknown or none was set.
    let zone: String
    private let rules: ZoneRules

    init(zone: String) {
        let rules = ZoneRules.named(zone)
        self.zone = rules == nil ? "UTC" : zone
        self.rules = rules ?? .utc
    }

    /// The day that holds the instant.
    func day(of instant: Instant) -> CivilDate { rules.day(holding: PipelineCalendar.bounded(instant)) }

    /// The instant with which the day is over; it belongs to the next one.
    func end(of day: CivilDate) -> Instant { rules.startOfDay(day.adding(days: 1)) }

    /// Microseconds from the start to the end on the zone's clock, so that from midnight to midnight it is whole days,
    /// whatever was done to the clocks in between; negative where the end is earlier.
    func microseconds(from start: Instant, to end: Instant) -> Int { clock(end) - clock(start) }

    /// Whole days from the start to the end on the zone's clock; 0 where the end is earlier.
    func wholeDays(from start: Instant, to end: Instant) -> UInt64 {
        UInt64(max(0, microseconds(from: start, to: end)) / PipelineCalendar.microsecondsPerDay)
    }

    /// Days from the start to the end on the zone's clock, with fractions.
    func days(from start: Instant, to end: Instant) -> Double {
        Double(microseconds(from: start, to: end)) / Double(PipelineCalendar.microsecondsPerDay)
    }

    private func clock(_ instant: Instant) -> Int {
        let civil = rules.civil(at: PipelineCalendar.bounded(instant))
        return civil.date.dayNumber * PipelineCalendar.microsecondsPerDay + civil.microsecondOfDay
    }

    /// Deciders see to it that times lie in these bounds; within them nothing overflows.
    private static func bounded(_ instant: Instant) -> Instant { min(max(instant, .earliest), .latest) }
}

extension CivilDate {
    /// The month, for example 2017-03.
    var monthText: String { String(description.dropLast(3)) }

    /// The quarter of the calendar year, for example 2017Q1.
    var quarterText: String { "\(description.dropLast(6))Q\(quarter)" }
}
