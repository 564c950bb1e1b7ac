package import Schema

/// One clock of a ticket: the stretches of time in which it ran, each under the terms that were in force.
///
/// What a clock counted stays counted when terms change: time before the change is business time of the calendar
/// before it.
package struct SLAClock: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        case notStarted
        case running
        case paused
        /// What it waits for has come.
        case answered
        /// It does not wait any more for what has not come.
        case withdrawn

        /// Whether it still waits for what stops it.
        package var isPending: Bool { self == .running || self == .paused }
    }

    /// A time in which the clock ran without a break under the same terms.
    package struct Stretch: Hashable, Sendable {
        package let start: Instant
        /// Nil as long as the clock runs.
        package var end: Instant?
        /// The place of the terms among `SLAClocks.terms`.
        package let terms: Int
        /// Microseconds of business time; 0 as long as the clock runs.
        package var used: Int64 = 0
    }

    package let kind: SLAClockKind
    package private(set) var phase = Phase.notStarted
    /// When the present cycle, or the last one, began.
    package private(set) var startedAt: Instant?
    /// When it was answered or withdrawn.
    package private(set) var stoppedAt: Instant?
    package private(set) var stretches: [Stretch] = []
    /// The place of the terms that its target is taken from: those in force, or those in force when it stopped.
    package private(set) var terms = 0
    /// Since when its target is the one that these terms have.
    package private(set) var targetSince: Instant?

    init(_ kind: SLAClockKind) { self.kind = kind }
}

// MARK: Moving

extension SLAClock {
    /// Begins a cycle with no time used.
    mutating func start(at instant: Instant, terms: Int, isPaused: Bool) {
        self = SLAClock(kind)
        startedAt = instant
        self.terms = terms
        targetSince = instant
        phase = .paused
        if !isPaused { run(from: instant) }
    }

    /// Goes on after it was stopped, with the time that was used.
    mutating func goOn(at instant: Instant, under history: [SLATerms]) {
        stoppedAt = nil
        phase = .paused
        adoptTerms(history, at: instant)
        run(from: instant)
    }

    /// Stands still or runs on; nothing where it does so already or has stopped.
    mutating func setPaused(_ isPaused: Bool, at instant: Instant, under history: [SLATerms]) {
        switch (phase, isPaused) {
        case (.running, true):
            finishStretch(at: instant, under: history)
            phase = .paused
        case (.paused, false): run(from: instant)
        default: break
        }
    }

    /// Takes the last of the terms as its own, if it has not stopped.
    mutating func adoptTerms(_ history: [SLATerms], at instant: Instant) {
        guard phase.isPending else { return }
        let present = history.count - 1
        if history[present].targets[kind] != history[terms].targets[kind] { targetSince = instant }
        terms = present
        guard phase == .running else { return }
        finishStretch(at: instant, under: history)
        run(from: instant)
    }

    /// Stops it, for good or until it goes on; nothing where it was not waiting.
    mutating func stop(_ outcome: Phase, at instant: Instant, under history: [SLATerms]) {
        guard phase.isPending else { return }
        if phase == .running { finishStretch(at: instant, under: history) }
        phase = outcome
        stoppedAt = instant
    }

    private mutating func run(from instant: Instant) {
        // What ended as it began, as when terms are set at the opening, explains nothing.
        if let last = stretches.last, last.start == instant { stretches.removeLast() }
        stretches.append(Stretch(start: instant, end: nil, terms: terms))
        phase = .running
    }

    private mutating func finishStretch(at instant: Instant, under history: [SLATerms]) {
        guard var last = stretches.popLast() else { return }
        last.end = instant
        last.used = history[last.terms].calendar.elapsed(from: last.start, to: instant)
        stretches.append(last)
    }
}

// MARK: Reckoning

extension SLAClock {
    /// Microseconds of business time used up to an instant that is not before the last fact.
    func used(at asOf: Instant, under history: [SLATerms]) -> Int64 {
        stretches.reduce(0) { sum, stretch in
            guard stretch.end == nil else { return sum + stretch.used }
            return sum + history[stretch.terms].calendar.elapsed(from: stretch.start, to: asOf)
        }
    }

    /// The earliest instant at which this amount was, is or would be used, if the clock runs on or had run on where it
    /// was stopped; nil where it has not come so far and stands still.
    func moment(using amount: Int64, under history: [SLATerms]) -> BusinessMoment? {
        var left = amount
        for (index, stretch) in stretches.enumerated() {
            let wasStopped = index == stretches.count - 1 && stretch.end == stoppedAt
            if stretch.end != nil, stretch.used < left, !wasStopped {
                left -= stretch.used
                continue
            }
            return history[stretch.terms].calendar.due(from: stretch.start, after: left)
        }
        return nil
    }

    /// The instant from which on more than this amount was, is or would be used, as `moment(using:under:)`.
    func moment(exceeding amount: Int64, under history: [SLATerms]) -> BusinessMoment? {
        var left = amount
        for (index, stretch) in stretches.enumerated() {
            let wasStopped = index == stretches.count - 1 && stretch.end == stoppedAt
            if stretch.end != nil, stretch.used <= left, !wasStopped {
                left -= stretch.used
                continue
            }
            return history[stretch.terms].calendar.exceeding(from: stretch.start, after: left)
        }
        return nil
    }
}
