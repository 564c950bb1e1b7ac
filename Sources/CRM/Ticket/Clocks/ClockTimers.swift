internal import Schema

/// The timers of the clocks of a ticket: when somebody is warned, and when the time is over.
struct ClockTimers {
    let state: TicketState
    let context: DecisionContext

    /// A warning is due; the item is the kind of clock.
    private static let warning: UInt16 = 3
    /// More time is used than there is; the item is the kind of clock.
    private static let breach: UInt16 = 4

    /// What events about clocks do to the timers.
    static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .slaTargetSet(let set): effects(of: set.clock)
        case .slaClockStopped(let stopped): [timer(warning, stopped.kind, nil), timer(breach, stopped.kind, nil)]
        case .slaWarned(let warned): [timer(warning, warned.kind, nil)]
        case .slaBreached(let breached): [timer(warning, breached.kind, nil), timer(breach, breached.kind, nil)]
        default: []
        }
    }

    private static func effects(of clock: SlaClockState) -> [IndexEffect] {
        let isRunning = clock.status == .running && !clock.hasBreachedAt
        return [
            timer(warning, clock.kind, isRunning && clock.hasWarnAt ? clock.warnAt : nil),
            timer(breach, clock.kind, isRunning && clock.hasExceedingAt ? clock.exceedingAt : nil),
        ]
    }

    private static func timer(_ kind: UInt16, _ clock: SlaClockKind, _ due: Int64?) -> IndexEffect {
        .timer(
            TimerKey(kind: kind, item: UInt64(clamping: clock.rawValue)), due.map(Instant.init(microseconds:)))
    }

    /// What a timer causes.
    func fire(_ timer: TimerKey) throws(Refusal) -> [EventPayload.OneOf_Event] {
        guard timer.kind == Self.warning || timer.kind == Self.breach,
            let kind = SlaClockKind(rawValue: Int(clamping: timer.item)), let clock = state.clock(kind),
            clock.status == .running
        else { return [] }
        if let fresh = try outlook(clock) {
            var set = SlaTargetSet()
            set.clock = fresh
            set.before = clock
            set.change = .imported
            return [.slaTargetSet(set)]
        }
        let event: ClockEvent =
            timer.kind == Self.warning
            ? .warned(clock, at: context.occurredAt) : .breached(clock, at: context.occurredAt)
        return [event.payload]
    }

    /// The clock with the instants that it has since the import of its ticket is complete; nil where they are the same.
    private func outlook(_ clock: SlaClockState) throws(Refusal) -> SlaClockState? {
        let uncounted = try context.world.uncounted(state)
        guard uncounted.contains(where: { clock.countedTo < $0.upperBound.rawValue }) else { return nil }
        let book = ServiceLevelBook(WorldHistories(world: context.world))
        var fresh = clock
        try ClockMovement(clock.kind, clock, book, uncounted: uncounted).outlook(&fresh, try book.recorded(clock))
        return fresh.isIdentical(to: clock) ? nil : fresh
    }
}
