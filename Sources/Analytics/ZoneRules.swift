package import Schema

/// How the clocks of a time zone are set: its offsets from UTC from the first on record to the end of time.
///
/// The rules come from a table of a stated version that is part of the program, so that every machine finds the same
/// civil time for an instant, whatever its system knows about zones. There is one object of a zone; all its names
/// lead to it. Looking up costs a search by halves.
package final class ZoneRules: Sendable {
    /// The name that the database has the rules under; other names are links to it (`Asia/Calcutta`: `Asia/Kolkata`).
    package let name: String

    /// Seconds of Unix time since which `offsets[index + 1]` holds.
    private let transitions: [Int]
    /// Seconds east of UTC; the first one holds before the first transition.
    private let offsets: [Int]
    /// What holds from the last transition on; nil where the last offset stays.
    private let recurring: RecurringRule?

    init(name: String, transitions: [Int], offsets: [Int], recurring: RecurringRule?) {
        precondition(offsets.count == transitions.count + 1, "\(name): one offset more than transitions")
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
        self.recurring = recurring
    }

    /// The version of the time zone database that the rules come from, for example 2026f.
    package static var version: String { ZoneTable.version }

    /// Coordinated universal time.
    package static let utc = ZoneRules(name: "Etc/UTC", transitions: [], offsets: [0], recurring: nil)

    /// Whether the name is a zone or a link of the database. Case matters, as it does there.
    package static func isKnown(_ name: String) -> Bool {
        ZoneTable.places[name] != nil
    }

    /// The rules of a zone by its IANA name or by the name of a link; nil where the database has no such name.
    package static func named(_ name: String) -> ZoneRules? {
        ZoneTable.rules(of: name)
    }

    /// Every name that is known, links too, in order.
    package static var names: [String] { ZoneTable.places.keys.sorted() }
}

// MARK: From instants to clocks

extension ZoneRules {
    /// How many seconds the zone's clock is ahead of UTC, which is positive in the east.
    package func offset(at instant: Instant) -> Int {
        period(holding: instant.second, by: .instant).offset
    }

    /// What the zone's clock shows.
    package func civil(at instant: Instant) -> CivilDateTime {
        let second = instant.second
        let shown = second + period(holding: second, by: .instant).offset
        let days = shown.flooredQuotient(by: 86_400)
        let microsecond = (shown - days * 86_400) * 1_000_000 + instant.microsecond
        return CivilDateTime(CivilDate(dayNumber: days), uncheckedMicrosecondOfDay: microsecond)
    }
}

// MARK: From clocks to instants

extension ZoneRules {
    /// The instant at which the zone's clock shows this time. A time in a gap, which the clock never shows, takes the
    /// offset before the gap; of a time in an overlap, which it shows twice, it is the first.
    ///
    /// Times that lie beyond what an instant can hold (some 292,000 years) give its first or last value.
    package func instant(of civil: CivilDateTime) -> Instant {
        let shown = civil.date.secondOfMidnight + civil.secondOfDay
        let second = shown - period(holding: shown, by: .clock).offset
        return Instant(second: second, microsecond: civil.microsecond)
    }

    /// The instant at which the date begins: the first at which the zone's clock shows it or a later date.
    ///
    /// That is midnight, or the end of a gap that holds midnight; the first midnight where there are two. Of a date
    /// that the zone skipped it is the instant at which the next one begins.
    package func startOfDay(_ date: CivilDate) -> Instant {
        let midnight = date.secondOfMidnight
        let (start, offset) = period(holding: midnight, by: .beginning)
        return Instant(second: max(start, midnight - offset), microsecond: 0)
    }

    /// The instants of a date: from its beginning to that of the next one, which is no part of it. It is empty where
    /// the zone skipped the date, and mostly, not always, 24 hours long.
    package func dayInterval(_ date: CivilDate) -> Range<Instant> {
        interval(of: date...date)
    }

    /// The instants of all these dates, of a month for example: they begin with the first date and end where the day
    /// after the last one begins.
    package func interval(of dates: ClosedRange<CivilDate>) -> Range<Instant> {
        startOfDay(dates.lowerBound)..<startOfDay(dates.upperBound.adding(days: 1))
    }

    /// The date whose `dayInterval` holds the instant: every instant belongs to exactly one.
    ///
    /// It is the date that the clock shows, except where clocks are set back over midnight: when the next day has
    /// begun, what they show of the day before for a second time belongs to the next.
    package func day(holding instant: Instant) -> CivilDate {
        let date = civil(at: instant).date
        // No zone has set its clocks back by more than a day, so that it is this date or the next.
        let next = date.adding(days: 1)
        return startOfDay(next) <= instant ? next : date
    }
}

// MARK: Searching

extension ZoneRules {
    /// What of a transition a number of seconds is compared with.
    enum Key {
        /// Its instant.
        case instant
        /// What the clock shows when the gap or the overlap is over: civil times before it take the offset before.
        case clock
        /// What the clock shows when it is reached: dates that begin before it begin in the time before.
        case beginning

        /// The number of seconds from which on the offset after the transition counts.
        func boundary(_ instant: Int, before: Int, after: Int) -> Int {
            switch self {
            case .instant: instant
            case .clock: instant + max(before, after)
            case .beginning: instant + before
            }
        }
    }

    /// The time of one offset that a number of seconds falls into: since which second of Unix time (Int.min: always)
    /// and the offset.
    private func period(holding value: Int, by key: Key) -> (start: Int, offset: Int) {
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            let boundary = key.boundary(transitions[middle], before: offsets[middle], after: offsets[middle + 1])
            if boundary <= value { low = middle + 1 } else { high = middle }
        }
        let start = low == 0 ? Int.min : transitions[low - 1]
        guard low == transitions.count, let recurring else { return (start, offsets[low]) }
        let later = recurring.period(holding: value, by: key)
        return (max(start, later.start), later.offset)
    }
}

extension ZoneRules: Hashable {
    package static func == (left: ZoneRules, right: ZoneRules) -> Bool { left.name == right.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension CivilDate {
    /// Seconds from 1970-01-01T00:00:00 to the date's midnight on one clock. Dates outside what an instant can hold
    /// count as the first or last that are still beyond it.
    fileprivate var secondOfMidnight: Int {
        min(max(dayNumber, -Instant.bound / 86_400), Instant.bound / 86_400) * 86_400
    }
}

extension Instant {
    /// A number of seconds that is more than the microseconds of an instant can count.
    fileprivate static let bound = 9_300_000_000_000

    /// Whole seconds of Unix time, rounded down.
    fileprivate var second: Int { Int(rawValue).flooredQuotient(by: 1_000_000) }

    /// Microseconds since that second began.
    fileprivate var microsecond: Int {
        let remainder = Int(rawValue % 1_000_000)
        return remainder < 0 ? remainder + 1_000_000 : remainder
    }

    /// The instant of a second and a microsecond in it; the first or last one where there is no such instant.
    fileprivate init(second: Int, microsecond: Int) {
        let (product, tooLarge) = second.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflow) = product.addingReportingOverflow(microsecond)
        self.init(microseconds: tooLarge || overflow ? (second < 0 ? .min : .max) : Int64(sum))
    }
}
