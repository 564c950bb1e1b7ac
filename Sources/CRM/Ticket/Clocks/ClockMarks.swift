internal import Schema

/// The warning and the breach in force of a clock.
struct ClockMarks {
    struct Mark {
        /// The instant that its event carries.
        var at: Instant
        /// Position of the event; none: there is no event yet.
        var position = Position.none
        /// Whether its event has been appended, or is being appended with the command.
        var isSaid = false
    }

    var warned: Mark?
    var breached: Mark?

    init() {}

    /// Those that a clock has.
    init(_ clock: SlaClockState) {
        if clock.hasWarnedAt { warned = Mark(clock.warnedAt, clock.warnedPosition) }
        if clock.hasBreachedAt { breached = Mark(clock.breachedAt, clock.breachedPosition) }
    }

    /// Those of which there is no event yet.
    var unsaid: ClockMarks {
        var unsaid = ClockMarks()
        if let warned, !warned.isSaid { unsaid.warned = warned }
        if let breached, !breached.isSaid { unsaid.breached = breached }
        return unsaid
    }

    /// Keeps what is true of a clock that has counted up to an instant: so much had been used by the instant of the
    /// mark, under the terms that hold now. Without a target nothing says that it was not.
    ///
    /// - Parameter clock: with the outlook that it has without marks.
    /// - Returns: what is not true, and was said.
    mutating func keepTrue(of clock: SlaClockState, _ terms: TicketTerms?, at instant: Instant) -> ClockMarks {
        var dropped = ClockMarks()
        guard let target = clock.target else { return dropped }
        let warning = terms?.warning(of: target)
        let exceedingAt = clock.hasExceedingAt ? clock.exceedingAt : nil
        let warnAt = clock.hasWarnAt ? clock.warnAt : nil
        if let mark = breached, !mark.holds(clock.used > target, dueAt: exceedingAt, at: instant) {
            breached = nil
            if mark.isSaid { dropped.breached = mark }
        }
        let isWarned = warning.map { clock.used >= $0 } ?? false
        if let mark = warned, !mark.holds(isWarned, dueAt: warnAt, at: instant) {
            warned = nil
            if mark.isSaid { dropped.warned = mark }
        }
        return dropped
    }

    /// The events that take them back.
    func withdrawals(_ clock: SlaClockState, at instant: Instant) -> [ClockEvent] {
        [(breached, true), (warned, false)].compactMap { mark, isBreach in
            guard let mark else { return nil }
            var withdrawn = SlaWithdrawn()
            withdrawn.withdrawnPosition = mark.position.rawValue
            withdrawn.breach = isBreach
            withdrawn.kind = clock.kind
            withdrawn.cycle = clock.cycle
            return ClockEvent(payload: .slaWithdrawn(withdrawn), occurredAt: instant)
        }
    }
}

extension ClockMarks.Mark {
    fileprivate init(_ instant: Int64, _ position: UInt64) {
        self.init(at: Instant(microseconds: instant), position: Position(position), isSaid: true)
    }

    /// Whether it is true: so much has been used by an instant that is not before the mark, or will be at the mark.
    fileprivate func holds(_ isUsed: Bool, dueAt: Int64?, at instant: Instant) -> Bool {
        (at <= instant && isUsed) || dueAt == at.rawValue
    }
}

extension SlaClockState {
    /// Keeps these marks in place of those that it has.
    mutating func keep(_ marks: ClockMarks) {
        warnedPosition = marks.warned?.position.rawValue ?? 0
        breachedPosition = marks.breached?.position.rawValue ?? 0
        if let warned = marks.warned { warnedAt = warned.at.rawValue } else { clearWarnedAt() }
        if let breached = marks.breached { breachedAt = breached.at.rawValue } else { clearBreachedAt() }
    }
}

extension ClockEvent {
    /// Somebody is warned.
    static func warned(_ clock: SlaClockState, at instant: Instant) -> ClockEvent {
        var warned = SlaWarned()
        warned.kind = clock.kind
        warned.cycle = clock.cycle
        if clock.hasDueAt { warned.dueAt = clock.dueAt }
        warned.slaNumber = clock.slaNumber
        warned.slaVersion = clock.slaVersion
        return ClockEvent(payload: .slaWarned(warned), occurredAt: instant)
    }

    /// The time of a clock is over.
    static func breached(_ clock: SlaClockState, at instant: Instant) -> ClockEvent {
        var breached = SlaBreached()
        breached.kind = clock.kind
        breached.cycle = clock.cycle
        breached.dueAt = instant.rawValue
        breached.targetSeconds = clock.targetSeconds
        breached.slaNumber = clock.slaNumber
        breached.slaVersion = clock.slaVersion
        return ClockEvent(payload: .slaBreached(breached), occurredAt: instant)
    }

    /// A clock stopped.
    ///
    /// - Parameters:
    ///   - clock: as it stopped, with the marks that hold.
    ///   - before: as it was.
    static func stopped(_ clock: SlaClockState, answered: Bool, before: SlaClockState) -> ClockEvent {
        var stopped = SlaClockStopped()
        stopped.kind = clock.kind
        stopped.cycle = clock.cycle
        stopped.usedSeconds = clock.usedSeconds
        stopped.usedMicroseconds = clock.usedMicroseconds
        stopped.targetSeconds = before.targetSeconds
        stopped.answered = answered
        stopped.breached = clock.hasBreachedAt
        stopped.met = answered && before.targetSeconds > 0 && !clock.hasBreachedAt
        stopped.breachedPosition = clock.breachedPosition
        stopped.stoppedAt = clock.countedTo
        stopped.slaNumber = before.slaNumber
        stopped.slaVersion = before.slaVersion
        stopped.startedAt = clock.startedAt
        return ClockEvent(payload: .slaClockStopped(stopped), occurredAt: Instant(microseconds: clock.countedTo))
    }
}
