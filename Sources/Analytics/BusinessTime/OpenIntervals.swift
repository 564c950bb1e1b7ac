internal import Schema

/// The instants of [start, end) at which a calendar is open, as disjoint intervals in order. Intervals of which one
/// begins where the other ends may come as two.
///
/// It goes from date to date, so that what it costs grows with days. A calendar that is always open has one interval.
struct OpenIntervals: Sequence, IteratorProtocol {
    private let calendar: BusinessCalendar
    private let end: Instant
    /// The first date whose hours were not looked at, and the instant at which it begins.
    private var date: CivilDate
    private var dayStart: Instant
    /// Up to here everything was given out.
    private var done: Instant
    /// Hours that were looked at and not given out, by their beginning.
    private var waiting: [Range<Instant>] = []
    /// Whether hours were cut off at `end`.
    private var isCut = false
    /// How many dates were looked at, which is the work that was done.
    private(set) var datesVisited = 0

    init(of calendar: BusinessCalendar, from start: Instant, to end: Instant) {
        self.calendar = calendar
        self.end = end
        done = start
        // Hours end, by the clock, before the second midnight after their date, or up to a day later where that time
        // lies in a gap. What the clock shows before they end is therefore at most two days after their date.
        date = calendar.zone.civil(at: start).date.adding(days: -2)
        dayStart = calendar.zone.startOfDay(date)
        if calendar.isAlwaysOpen, start < end {
            waiting = [start..<end]
            dayStart = end
        }
    }

    mutating func next() -> Range<Instant>? {
        while true {
            // No hours of a date begin before the date does: what begins by then is the next in order.
            while let first = waiting.first, isOver || first.lowerBound <= dayStart {
                waiting.removeFirst()
                if first.upperBound > end { isCut = true }
                let lower = Swift.max(first.lowerBound, done)
                let upper = Swift.min(first.upperBound, end)
                guard lower < upper else { continue }
                done = upper
                return lower..<upper
            }
            guard !isOver else { return nil }
            visitDate()
        }
    }

    /// Whether no date is left that could have a part in it.
    private var isOver: Bool { dayStart >= end || hasClosedForGood }

    /// Whether the calendar has no hours on the dates to come.
    private var hasClosedForGood: Bool {
        guard let last = calendar.lastOpenDate else { return false }
        return date > last
    }

    /// Whether the calendar has no hours after those that were given out, not even after `end`. It is known when
    /// nothing is left to give.
    var isExhausted: Bool { waiting.isEmpty && hasClosedForGood && !isCut }

    private mutating func visitDate() {
        let zone = calendar.zone
        let nextDate = date.adding(days: 1)
        let nextStart = zone.startOfDay(nextDate)
        // A date that the zone skipped begins when the next one does.
        if dayStart < nextStart {
            for hours in calendar.hours(on: date) {
                let opens = zone.instant(of: CivilDateTime(date, secondOfDay: hours.start))
                let closes = zone.instant(of: CivilDateTime(date, secondOfDay: hours.closing))
                // Hours around a gap may have nothing left.
                if opens < closes { waiting.append(opens..<closes) }
            }
            // Times in a gap move behind those after it.
            if waiting.count > 1 { waiting.sort { $0.lowerBound < $1.lowerBound } }
        }
        (date, dayStart) = (nextDate, nextStart)
        datesVisited += 1
    }
}

/// Open intervals without the times that are excluded from them, in order.
struct CountedIntervals: Sequence, IteratorProtocol {
    private(set) var open: OpenIntervals
    /// Disjoint, in order, none of them empty.
    private let excluded: [Range<Instant>]
    /// The first of `excluded` that does not lie before all that is to come.
    private var place = 0
    /// What is left of an open interval behind an excluded one.
    private var rest: Range<Instant>?

    init(_ open: OpenIntervals, excluding times: [Range<Instant>]) {
        self.open = open
        excluded = times.union()
    }

    mutating func next() -> Range<Instant>? {
        while let interval = rest ?? open.next() {
            rest = nil
            while place < excluded.count, excluded[place].upperBound <= interval.lowerBound { place += 1 }
            guard place < excluded.count, excluded[place].lowerBound < interval.upperBound else { return interval }
            let pause = excluded[place]
            if pause.upperBound < interval.upperBound { rest = pause.upperBound..<interval.upperBound }
            if interval.lowerBound < pause.lowerBound { return interval.lowerBound..<pause.lowerBound }
        }
        return nil
    }
}

extension Sequence where Element == Range<Instant> {
    /// The instants that are in at least one of the intervals, as intervals in order that do not touch.
    func union() -> [Range<Instant>] {
        var union: [Range<Instant>] = []
        for interval in self.sorted(by: { $0.lowerBound < $1.lowerBound }) where !interval.isEmpty {
            if let last = union.last, interval.lowerBound <= last.upperBound {
                union[union.count - 1] = last.lowerBound..<Swift.max(last.upperBound, interval.upperBound)
            } else {
                union.append(interval)
            }
        }
        return union
    }
}
