internal import Schema

extension [SlaClockState] {
    /// What an event changes that says something of clocks. At most one of each kind is kept, in the order of the kinds.
    ///
    /// - Parameters:
    ///   - position: where the event stands.
    ///   - instant: when it occurred.
    mutating func apply(_ event: EventPayload.OneOf_Event, at position: Position, _ instant: Instant) {
        switch event {
        case .slaTargetSet(let set): replace(with: set.clock)
        case .slaClockStopped(let stopped): change(stopped.kind) { $0.stop(stopped) }
        case .slaWarned(let warned):
            change(warned.kind) { clock in
                clock.warnedPosition = position.rawValue
                clock.warnedAt = instant.rawValue
                clock.clearWarnAt()
            }
        case .slaBreached(let breached):
            change(breached.kind) { clock in
                clock.breachedPosition = position.rawValue
                clock.breachedAt = instant.rawValue
                clock.clearWarnAt()
                clock.clearExceedingAt()
            }
        case .slaWithdrawn(let withdrawn):
            change(withdrawn.kind) { clock in
                if clock.warnedPosition == withdrawn.withdrawnPosition {
                    clock.warnedPosition = 0
                    clock.clearWarnedAt()
                }
                if clock.breachedPosition == withdrawn.withdrawnPosition {
                    clock.breachedPosition = 0
                    clock.clearBreachedAt()
                }
            }
        default: break
        }
    }

    private mutating func replace(with clock: SlaClockState) {
        var clock = clock
        if let known = first(where: { $0.kind == clock.kind }) {
            // What was appended together with it had no position yet when it was written.
            if clock.hasWarnedAt, clock.warnedPosition == 0 { clock.warnedPosition = known.warnedPosition }
            if clock.hasBreachedAt, clock.breachedPosition == 0 { clock.breachedPosition = known.breachedPosition }
        }
        removeAll { $0.kind == clock.kind }
        insert(clock, at: firstIndex { $0.kind.rawValue > clock.kind.rawValue } ?? endIndex)
    }

    private mutating func change(_ kind: SlaClockKind, _ change: (inout SlaClockState) -> Void) {
        guard let index = firstIndex(where: { $0.kind == kind }) else { return }
        change(&self[index])
    }
}

extension SlaClockState {
    fileprivate mutating func stop(_ stopped: SlaClockStopped) {
        status = stopped.answered ? .stopped : .cancelled
        usedSeconds = stopped.usedSeconds
        usedMicroseconds = stopped.usedMicroseconds
        countedTo = stopped.stoppedAt
        clearOutlook()
    }

    /// Nothing is due.
    mutating func clearOutlook() {
        clearDueAt()
        clearWarnAt()
        clearExceedingAt()
    }

    /// Whether something is waited for.
    var isPending: Bool { status == .running || status == .paused || status == .withoutTarget }

    /// Microseconds of business time used up to `countedTo`.
    var used: Int64 { Int64(clamping: usedMicroseconds) }

    /// Microseconds that there are; nil: nothing is promised.
    var target: Int64? { targetSeconds == 0 ? nil : Int64(clamping: targetSeconds) * 1_000_000 }

    /// Counts up to an instant.
    mutating func count(_ used: Int64, to instant: Instant) {
        usedMicroseconds = UInt64(clamping: used)
        usedSeconds = usedMicroseconds / 1_000_000
        countedTo = instant.rawValue
    }

    /// Takes terms; nil: none.
    mutating func take(_ terms: TicketTerms?) {
        slaNumber = terms?.policy.rawValue ?? 0
        slaVersion = terms?.version ?? 0
        calendarNumber = terms?.calendarNumber.rawValue ?? 0
        calendarVersion = terms?.calendarVersion ?? 0
        targetSeconds = UInt64(clamping: (terms?.target(kind) ?? 0) / 1_000_000)
    }

    /// Whether the terms are those of the other clock.
    func hasTerms(of other: SlaClockState) -> Bool {
        slaNumber == other.slaNumber && slaVersion == other.slaVersion && calendarNumber == other.calendarNumber
            && calendarVersion == other.calendarVersion && targetSeconds == other.targetSeconds
    }
}
