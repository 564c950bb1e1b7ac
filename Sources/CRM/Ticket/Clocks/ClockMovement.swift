internal import Analytics
internal import Schema

/// An event about a clock, before it is known what it is a consequence of.
struct ClockEvent {
    var payload: EventPayload.OneOf_Event
    /// When it holds.
    var occurredAt: Instant
}

/// How a ticket stands at an instant, as far as one of its clocks is concerned.
struct ClockStep {
    var at: Instant
    /// Since when something is waited for; nil: nothing is any more.
    var awaitedSince: Instant?
    /// What was waited for came at this instant.
    var isAnswered: Bool
    /// Whether the ticket waits for somebody; unspecified: it does not.
    var wait: TicketWait
    /// Nil: nothing is promised.
    var terms: TicketTerms?
}

/// One clock of a ticket, moved on from what is kept of it to what it is after the facts of one instant.
///
/// It gives what `SLAClocks` reads from everything that ever happened to the ticket, at a cost that does not grow with
/// that. `docs/business-time.md` has the rules. The instants must not lie before the one up to which the clock has
/// counted; what comes later than that is for `ClockRevision`.
struct ClockMovement {
    let kind: SlaClockKind
    let book: ServiceLevelBook
    /// What no clock counts: the time between the end of an imported history and the end of its import.
    let uncounted: [Range<Instant>]
    /// Whether the clock gets timers. In history that no import encloses nobody knows yet what comes next.
    let isTimed: Bool
    private(set) var clock: SlaClockState?
    private(set) var events: [ClockEvent] = []

    init(
        _ kind: SlaClockKind, _ clock: SlaClockState?, _ book: ServiceLevelBook, uncounted: [Range<Instant>],
        isTimed: Bool = true
    ) {
        self.kind = kind
        self.clock = clock
        self.book = book
        self.uncounted = uncounted
        self.isTimed = isTimed
    }

    /// Takes in how the ticket stands.
    mutating func move(_ step: ClockStep) throws(Refusal) {
        let isAwaited = step.awaitedSince != nil && step.terms?.target(kind) != nil
        if let clock, clock.isPending {
            var marks = try marks(of: clock, until: step.at)
            if step.awaitedSince == nil || step.isAnswered {
                try stop(clock, step, &marks)
                if isAwaited { try start(step) }
            } else {
                try change(clock, step, &marks)
            }
        } else if isAwaited {
            try start(step)
        }
    }

    // MARK: Steps

    private mutating func start(_ step: ClockStep) throws(Refusal) {
        guard let since = step.awaitedSince, let terms = step.terms else { return }
        var next = SlaClockState()
        if kind == .resolution, let clock {
            next = clock
        } else {
            next.kind = kind
            next.cycle = (clock?.cycle ?? 0) + 1
            next.startedAt = since.rawValue
        }
        next.countedTo = step.at.rawValue
        next.take(terms)
        next.status = terms.pauses(on: step.wait) ? .paused : .running
        var marks = ClockMarks(next)
        try set(next, before: nil, .started, terms, step, &marks)
    }

    private mutating func change(
        _ before: SlaClockState, _ step: ClockStep, _ marks: inout ClockMarks
    ) throws(Refusal) {
        var next = before
        let terms = step.terms?.target(kind) == nil ? nil : step.terms
        next.take(terms)
        next.status = terms.map { $0.pauses(on: step.wait) ? .paused : .running } ?? .withoutTarget
        guard next.status != before.status || !next.hasTerms(of: before) else {
            say(marks.unsaid, before)
            if marks.breached == nil { try giveTimers(before, terms, step.at) }
            return
        }
        next.count(try used(before, at: step.at), to: step.at)
        let change: SlaTargetChange =
            next.hasTerms(of: before) ? next.status == .paused ? .paused : .resumed : .terms
        try set(next, before: before, change, terms, step, &marks)
    }

    /// A clock that history has left running without timers gets them with the first fact of the present.
    private mutating func giveTimers(
        _ before: SlaClockState, _ terms: TicketTerms?, _ instant: Instant
    ) throws(Refusal) {
        guard isTimed, before.status == .running, !before.hasDueAt else { return }
        var next = before
        try outlook(&next, terms)
        guard next.hasDueAt else { return }
        var set = SlaTargetSet()
        set.clock = next
        set.before = before
        set.change = .imported
        events.append(ClockEvent(payload: .slaTargetSet(set), occurredAt: instant))
    }

    /// Gives the clock terms, with what follows for the breach and the warning in force.
    private mutating func set(
        _ next: SlaClockState, before: SlaClockState?, _ change: SlaTargetChange, _ terms: TicketTerms?,
        _ step: ClockStep, _ marks: inout ClockMarks
    ) throws(Refusal) {
        var next = next
        next.keep(ClockMarks())
        try outlook(&next, terms)
        let dropped = marks.keepTrue(of: next, terms, at: step.at)
        if let before { say(marks.unsaid, before) }
        withdraw(dropped, next, at: step.at)
        next.keep(marks)
        try outlook(&next, terms)
        if !isTimed { next.clearOutlook() }
        var set = SlaTargetSet()
        set.clock = next
        if let before { set.before = before }
        set.change = change
        events.append(ClockEvent(payload: .slaTargetSet(set), occurredAt: step.at))
        clock = next
        // Less time than was used already: it is over since there is so little.
        if let target = next.target, next.used > target, marks.breached == nil {
            breach(next, at: step.at)
        }
    }

    private mutating func stop(
        _ before: SlaClockState, _ step: ClockStep, _ marks: inout ClockMarks
    ) throws(Refusal) {
        var next = before
        next.count(try used(before, at: step.at), to: step.at)
        // It will not use up anything any more.
        next.clearOutlook()
        let dropped = marks.keepTrue(of: next, try book.recorded(before), at: step.at)
        say(marks.unsaid, before)
        withdraw(dropped, next, at: step.at)
        next.keep(marks)
        next.status = step.isAnswered ? .stopped : .cancelled
        clock = next
        events.append(.stopped(next, answered: step.isAnswered, before: before))
    }

    // MARK: Events

    private mutating func say(_ unsaid: ClockMarks, _ clock: SlaClockState) {
        if let warned = unsaid.warned { events.append(.warned(clock, at: warned.at)) }
        if let breached = unsaid.breached { events.append(.breached(clock, at: breached.at)) }
    }

    private mutating func breach(_ next: SlaClockState, at instant: Instant) {
        events.append(.breached(next, at: instant))
        clock?.breachedAt = instant.rawValue
        clock?.clearWarnAt()
        clock?.clearExceedingAt()
    }

    private mutating func withdraw(_ dropped: ClockMarks, _ clock: SlaClockState, at instant: Instant) {
        events += dropped.withdrawals(clock, at: instant)
    }

    // MARK: Reckoning

    /// Microseconds that a clock has used up to an instant.
    func used(_ clock: SlaClockState, at instant: Instant) throws(Refusal) -> Int64 {
        guard clock.status == .running else { return clock.used }
        let calendar = try book.calendar(StreamNumber(clock.calendarNumber), version: clock.calendarVersion)
        let from = Instant(microseconds: clock.countedTo)
        return clock.used + calendar.elapsed(from: from, to: instant, excluding: uncounted)
    }

    /// Sets when the time of a clock is over and when somebody is warned. It looks from where the clock has counted to.
    func outlook(_ clock: inout SlaClockState, _ terms: TicketTerms?) throws(Refusal) {
        clock.clearOutlook()
        guard clock.status == .running, let terms, let target = clock.target else { return }
        if clock.hasBreachedAt {
            clock.dueAt = clock.breachedAt
            return
        }
        let from = Instant(microseconds: clock.countedTo)
        let calendar = try book.calendar(of: terms)
        let due = calendar.due(from: from, after: target - clock.used, excluding: uncounted).instant
        if let due { clock.dueAt = due.rawValue }
        let exceeding = calendar.exceeding(from: from, after: target - clock.used, excluding: uncounted).instant
        if let exceeding { clock.exceedingAt = exceeding.rawValue }
        guard !clock.hasWarnedAt, let amount = terms.warning(of: target),
            let warning = calendar.due(from: from, after: amount - clock.used, excluding: uncounted).instant
        else { return }
        if due.map({ warning < $0 }) ?? true { clock.warnAt = warning.rawValue }
    }

    /// The warning and the breach in force by an instant, those included that no timer has said yet: timers of an open
    /// import wait.
    private func marks(of clock: SlaClockState, until instant: Instant) throws(Refusal) -> ClockMarks {
        var marks = ClockMarks(clock)
        guard clock.status == .running else { return marks }
        var fresh = clock
        // What is kept is right, but for what it did not know then.
        if !clock.hasDueAt || !uncounted.isEmpty { try outlook(&fresh, try book.recorded(clock)) }
        if fresh.hasWarnAt, fresh.warnAt <= instant.rawValue {
            marks.warned = ClockMarks.Mark(at: Instant(microseconds: fresh.warnAt))
        }
        if !fresh.hasBreachedAt, fresh.hasExceedingAt, fresh.exceedingAt <= instant.rawValue {
            marks.breached = ClockMarks.Mark(at: Instant(microseconds: fresh.exceedingAt))
        }
        return marks
    }
}
