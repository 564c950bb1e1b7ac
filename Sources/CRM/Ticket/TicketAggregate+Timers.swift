package import Schema

/// What time does to a ticket: one that waits until an instant goes on, one that is resolved closes, and clocks warn and
/// run out.
extension TicketAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: TicketState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let subjects = state.head.subjects()
        switch timer {
        case TicketEffects.resumptionTimer where state.status == .pending:
            var resumed = TicketResumed()
            resumed.whyBefore = state.wait
            resumed.pausedAt = state.pausedAt
            resumed.due = true
            return [.timed(.ticketResumed(resumed), subjects: subjects)]
        case TicketEffects.closingTimer where state.status == .resolved:
            var closed = TicketClosed()
            closed.turn = state.turn
            closed.due = true
            return [.timed(.ticketClosed(closed), subjects: subjects)]
        default:
            return try ClockTimers(state: state, context: context).fire(timer).map {
                NewEvent.timed($0, subjects: subjects)
            }
        }
    }
}
