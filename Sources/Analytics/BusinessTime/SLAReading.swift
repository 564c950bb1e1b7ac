package import Schema

/// What stands on a clock at an instant.
package struct SLAReading: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// No message waits for an answer yet.
        case notStarted
        /// It counts while the calendar is open. Where `breachedAt` is set, more than its target is used.
        case running
        /// The ticket waits for somebody; `breachedAt` as above.
        case paused
        /// What it waited for came in time.
        case met
        /// It stopped after more than its target was used.
        case breached
        /// It stopped without a verdict: it has no target, or the ticket was finished without what it waited for.
        case stopped
    }

    package let kind: SLAClockKind
    package let state: State
    /// When the cycle began: the opening, the message that waits for an answer, or the reopening.
    package let startedAt: Instant?
    /// When it stopped.
    package let stoppedAt: Instant?
    /// Microseconds of business time counted.
    package let used: Int64
    /// Microseconds of business time promised.
    package let target: Int64?
    /// The earliest instant at which the target is used up. It lies in the past where it was so, and also where a
    /// shorter target was set later. Of a clock that has stopped it is the one that it would have had. Nil without a
    /// target, and while a pause leaves it open.
    package let due: BusinessMoment?
    /// The same for the share of the target after which it is time to warn.
    package let warning: BusinessMoment?
    /// From when on more than the target is used: `due`, or the opening after it where it is a closing time. Else as
    /// `due`.
    package let exceeding: BusinessMoment?
    /// From when on more than the target was used before the clock stopped: `exceeding`, but not before that target was
    /// set.
    package let breachedAt: Instant?

    /// Microseconds of the target that are left; negative where more was used.
    package var remaining: Int64? { target.map { $0 - used } }
}

/// A time in which a clock ran under the same terms, with what was counted in it.
package struct SLAExplanation: Hashable, Sendable {
    /// The place of the terms among `SLAClocks.terms`.
    package let terms: Int
    package let start: Instant
    /// Exclusive.
    package let end: Instant
    /// The intervals at which the calendar was open; their lengths make the time used.
    package let intervals: [Range<Instant>]
}

extension SLAClocks {
    /// What stands on a clock at an instant, which is taken to be not before the last fact.
    package func reading(of kind: SLAClockKind, asOf: Instant) -> SLAReading {
        let clock = self[kind]
        let terms = self.terms[clock.terms]
        let target = terms.targets[kind]
        let due = target.flatMap { clock.moment(using: $0, under: self.terms) }
        let warning = target.flatMap(terms.warning).flatMap { clock.moment(using: $0, under: self.terms) }
        let exceeding = target.flatMap { clock.moment(exceeding: $0, under: self.terms) }
        let breachedAt = Self.breach(exceeding?.instant, of: clock, asOf: max(asOf, lastFactAt))
        return SLAReading(
            kind: kind, state: Self.state(of: clock, hasTarget: target != nil, isBreached: breachedAt != nil),
            startedAt: clock.startedAt, stoppedAt: clock.stoppedAt,
            used: clock.used(at: max(asOf, lastFactAt), under: self.terms), target: target, due: due,
            warning: warning, exceeding: exceeding, breachedAt: breachedAt)
    }

    /// The intervals that a clock counted up to an instant that is not before the last fact, in order.
    package func explanation(of kind: SLAClockKind, asOf: Instant) -> [SLAExplanation] {
        self[kind].stretches.map { stretch in
            let end = stretch.end ?? max(asOf, lastFactAt)
            let intervals = terms[stretch.terms].calendar.intervals(from: stretch.start, to: end)
            return SLAExplanation(terms: stretch.terms, start: stretch.start, end: end, intervals: intervals)
        }
    }

    /// When the clock was breached. Whoever needs as much time as there is has needed no more: what stops a clock at
    /// the last instant of its target, or before the calendar opens again, is in time.
    private static func breach(_ exceeding: Instant?, of clock: SLAClock, asOf: Instant) -> Instant? {
        guard let exceeding, clock.stoppedAt.map({ exceeding < $0 }) ?? (exceeding <= asOf) else { return nil }
        return max(exceeding, clock.targetSince ?? exceeding)
    }

    private static func state(of clock: SLAClock, hasTarget: Bool, isBreached: Bool) -> SLAReading.State {
        switch clock.phase {
        case .notStarted: .notStarted
        case .running: .running
        case .paused: .paused
        case .answered: isBreached ? .breached : hasTarget ? .met : .stopped
        case .withdrawn: isBreached ? .breached : .stopped
        }
    }
}
