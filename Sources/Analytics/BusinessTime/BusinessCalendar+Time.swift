package import Schema

/// An instant that a calendar is asked for, or why there is none.
package enum BusinessMoment: Hashable, Sendable {
    case at(Instant)
    /// The calendar has no more hours that could lead to it.
    case never
    /// The next `BusinessCalendar.horizonDays` days do not hold it.
    case beyondHorizon

    /// The instant, where there is one.
    package var instant: Instant? {
        if case .at(let instant) = self { instant } else { nil }
    }
}

// Amounts are microseconds of real time, also where clocks are set: a night in which they are set back has an hour
// more. All functions cost a walk over the days between, and one step where the calendar is always open.
extension BusinessCalendar {
    /// How many days ahead `due` and `nextOpening` look: 100 years. It bounds what a calendar can cost that opens
    /// hardly ever.
    package static let horizonDays = 36_525

    /// The microseconds of [start, end) at which the calendar is open; 0 where `end` is not after `start`.
    ///
    /// - Parameter pauses: Times that do not count, in any order; they may overlap.
    package func elapsed(
        from start: Instant, to end: Instant, excluding pauses: [Range<Instant>] = []
    ) -> Int64 {
        counted(from: start, to: end, excluding: pauses).reduce(0) { $0 + $1.microseconds }
    }

    /// The intervals that `elapsed` counts, in order; they do not touch each other. Their lengths are its answer.
    package func intervals(
        from start: Instant, to end: Instant, excluding pauses: [Range<Instant>] = []
    ) -> [Range<Instant>] {
        counted(from: start, to: end, excluding: pauses).union()
    }

    /// The inverse of `elapsed`: the earliest instant, not before `start`, up to which this many microseconds have
    /// elapsed.
    ///
    /// It may be a closing time: it never moves on to the next opening. For an amount of 0 it is `start`.
    package func due(
        from start: Instant, after amount: Int64, excluding pauses: [Range<Instant>] = []
    ) -> BusinessMoment {
        guard amount > 0 else { return .at(start) }
        var walk = counted(from: start, to: Self.horizon(of: start), excluding: pauses)
        return due(after: amount, in: &walk)
    }

    /// The instant from which on more than this many microseconds have elapsed: `due`, or the next opening where the
    /// calendar is closed then. Up to it the amount is not exceeded.
    package func exceeding(
        from start: Instant, after amount: Int64, excluding pauses: [Range<Instant>] = []
    ) -> BusinessMoment {
        var left = Swift.max(0, amount)
        var walk = counted(from: start, to: Self.horizon(of: start), excluding: pauses)
        while let interval = walk.next() {
            if interval.microseconds > left {
                return .at(Instant(microseconds: interval.lowerBound.rawValue + left))
            }
            left -= interval.microseconds
        }
        return walk.open.isExhausted ? .never : .beyondHorizon
    }

    /// `due` over intervals that are counted already, which afterwards tell what it cost.
    func due(after amount: Int64, in walk: inout CountedIntervals) -> BusinessMoment {
        var left = amount
        while let interval = walk.next() {
            if interval.microseconds >= left {
                return .at(Instant(microseconds: interval.lowerBound.rawValue + left))
            }
            left -= interval.microseconds
        }
        return walk.open.isExhausted ? .never : .beyondHorizon
    }

    /// Whether the calendar is open at the instant. At an opening time it is, at a closing time it is not.
    package func isOpen(at instant: Instant) -> Bool {
        var open = OpenIntervals(of: self, from: instant, to: Instant(microseconds: instant.rawValue + 1))
        return open.next() != nil
    }

    /// The first instant after this one at which the calendar opens, having been closed before. One that is always
    /// open has none.
    package func nextOpening(after instant: Instant) -> BusinessMoment {
        guard !isAlwaysOpen else { return .never }
        var open = OpenIntervals(of: self, from: instant, to: Self.horizon(of: instant))
        var closes = instant
        while let interval = open.next() {
            if interval.lowerBound > closes { return .at(interval.lowerBound) }
            closes = interval.upperBound
        }
        return open.isExhausted ? .never : .beyondHorizon
    }

    func counted(from start: Instant, to end: Instant, excluding pauses: [Range<Instant>]) -> CountedIntervals {
        CountedIntervals(OpenIntervals(of: self, from: start, to: end), excluding: pauses)
    }

    private static func horizon(of start: Instant) -> Instant {
        let days = Int64(horizonDays) * Int64(WallClockInterval.secondsPerDay) * 1_000_000
        return Instant(microseconds: min(start.rawValue + days, Instant.latest.rawValue))
    }
}

extension Range<Instant> {
    /// How long the interval is.
    package var microseconds: Int64 { upperBound.rawValue - lowerBound.rawValue }
}
