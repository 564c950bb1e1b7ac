internal import Analytics
internal import Schema

/// One clock of a ticket, set to what everything that ever happened to the ticket says of it: after a late fact, a
/// correction, or several facts of different times in one command.
struct ClockRevision {
    let kind: SlaClockKind
    /// As it is kept; nil: it never ran.
    let current: SlaClockState?
    let reckoned: ReckonedClock
    /// What the clock would have used by now as it is kept.
    let currentUsed: Int64
    /// Not before anything that is known of the ticket.
    let asOf: Instant
    /// When what is said of the clock holds.
    let at: Instant
    /// Whether the clock gets timers.
    let isTimed: Bool
    /// When the ticket was opened, as it was recorded and as it is known now.
    let opening: (recorded: Instant, known: Instant)?

    /// The events that set it right; none where it is.
    func events(_ book: ServiceLevelBook) throws(Refusal) -> [ClockEvent] {
        let clock = reckoned.clock
        guard let startedAt = clock.startedAt else { return [] }
        let reading = reckoned.reading(asOf: asOf)
        guard current != nil || reading.target != nil else { return [] }
        var next = isSameCycle(startedAt) ? current ?? SlaClockState() : SlaClockState()
        next.kind = kind
        if !isSameCycle(startedAt) { next.cycle = (current?.cycle ?? 0) + 1 }
        next.startedAt = startedAt.rawValue
        next.take(try book.recorded(reckoned.terms))
        return clock.phase.isPending ? pending(next, reading) : stopped(next, reading)
    }

    private func isSameCycle(_ startedAt: Instant) -> Bool {
        guard let current else { return false }
        let known = Instant(microseconds: current.startedAt)
        return kind == .resolution || known == startedAt
            || opening.map { known == $0.recorded && startedAt == $0.known } ?? false
    }

    // MARK: Waiting

    private func pending(_ base: SlaClockState, _ reading: SLAReading) -> [ClockEvent] {
        var next = base
        next.count(reading.used, to: asOf)
        next.status = reading.target == nil ? .withoutTarget : reading.state == .paused ? .paused : .running
        let (marks, dropped) = marks(next, reading, until: nil)
        next.keep(marks)
        next.clearOutlook()
        if next.status == .running, isTimed {
            if let due = marks.breached?.at ?? reading.due?.instant { next.dueAt = due.rawValue }
            if marks.breached == nil, let exceeding = reading.exceeding?.instant {
                next.exceedingAt = exceeding.rawValue
            }
            if marks.warned == nil, marks.breached == nil, let warning = reading.warning?.instant,
                reading.due?.instant.map({ warning < $0 }) ?? true
            {
                next.warnAt = warning.rawValue
            }
        }
        if dropped.isEmpty, isAsKept(next) { return [] }
        var set = SlaTargetSet()
        set.clock = next
        if let current, current.isPending { set.before = current }
        set.change = current?.isPending == true && current?.cycle == next.cycle ? .corrected : .started
        var events = dropped
        events.append(ClockEvent(payload: .slaTargetSet(set), occurredAt: at))
        if marks.breached == nil, let breachedAt = reading.breachedAt { events.append(.breached(next, at: breachedAt)) }
        return events
    }

    private func isAsKept(_ next: SlaClockState) -> Bool {
        guard let current else { return false }
        return current.isPending && current.cycle == next.cycle && current.startedAt == next.startedAt
            && current.status == next.status && current.hasTerms(of: next) && currentUsed == next.used
            && current.hasBreachedAt == next.hasBreachedAt
    }

    // MARK: Stopped

    private func stopped(_ base: SlaClockState, _ reading: SLAReading) -> [ClockEvent] {
        let stoppedAt = reading.stoppedAt ?? asOf
        var next = base
        next.count(reading.used, to: stoppedAt)
        let (marks, dropped) = marks(next, reading, until: stoppedAt)
        next.keep(marks)
        next.clearOutlook()
        let isAnswered = reckoned.clock.phase == .answered
        next.status = isAnswered ? .stopped : .cancelled
        let isUnsaid = marks.breached == nil && reading.breachedAt != nil
        if dropped.isEmpty, !isUnsaid, let current, !current.isPending, current.cycle == next.cycle,
            current.status == next.status, current.countedTo == next.countedTo, current.used == next.used
        {
            return []
        }
        var events = dropped
        if current?.cycle != next.cycle { events.append(started(next, reading)) }
        if isUnsaid, let breachedAt = reading.breachedAt {
            events.append(.breached(next, at: breachedAt))
            next.breachedAt = breachedAt.rawValue
        }
        events.append(.stopped(next, answered: isAnswered, before: next))
        return events
    }

    /// A clock that has stopped already is started first, as it was then.
    private func started(_ next: SlaClockState, _ reading: SLAReading) -> ClockEvent {
        var clock = next
        clock.keep(ClockMarks())
        clock.count(0, to: Instant(microseconds: next.startedAt))
        clock.status = .running
        if let due = reading.due?.instant { clock.dueAt = due.rawValue }
        if let exceeding = reading.exceeding?.instant { clock.exceedingAt = exceeding.rawValue }
        if let warning = reading.warning?.instant { clock.warnAt = warning.rawValue }
        var set = SlaTargetSet()
        set.clock = clock
        set.change = .started
        return ClockEvent(payload: .slaTargetSet(set), occurredAt: Instant(microseconds: next.startedAt))
    }

    // MARK: Marks

    /// The marks that are true, and the events that take back those that are not.
    ///
    /// - Parameter stoppedAt: nil: the clock has not stopped.
    private func marks(
        _ next: SlaClockState, _ reading: SLAReading, until stoppedAt: Instant?
    ) -> (kept: ClockMarks, dropped: [ClockEvent]) {
        var kept = ClockMarks(next)
        var dropped = ClockMarks()
        guard reading.target != nil else { return (kept, []) }
        if let mark = kept.breached, !Self.holds(mark, before: stoppedAt, reading.exceeding?.instant) {
            kept.breached = nil
            dropped.breached = mark
        }
        if let mark = kept.warned, !Self.holds(mark, reading.warning?.instant, until: stoppedAt) {
            kept.warned = nil
            dropped.warned = mark
        }
        return (kept, dropped.withdrawals(next, at: at))
    }

    /// More than there was had been used by the instant of the breach, and before the clock stopped.
    private static func holds(_ breach: ClockMarks.Mark, before stoppedAt: Instant?, _ exceeding: Instant?) -> Bool {
        guard let exceeding else { return false }
        return exceeding <= breach.at && stoppedAt.map { exceeding < $0 } ?? true
    }

    /// So much had been used by the instant of the warning, and by when the clock stopped.
    private static func holds(_ mark: ClockMarks.Mark, _ due: Instant?, until stoppedAt: Instant?) -> Bool {
        guard let due else { return false }
        return due <= mark.at && due <= stoppedAt ?? due
    }
}
