internal import Schema
internal import SwiftProtobuf

/// Counts what the clocks of a ticket do: how long each ran, and whether it kept its target.
///
/// A cycle of a clock has one outcome. It is breached when its time is over; else it is met when what it timed was
/// done,
/// until it goes on.
struct ClockFold {
    private let event: ViewEvent
    private let ticket: StreamNumber
    private let instant: Int64

    init(_ event: ViewEvent) {
        self.event = event
        ticket = event.header.stream
        instant = event.header.occurredAt.rawValue
    }

    func apply(
        _ change: inout QueuedTicketFold.Change, _ counts: CountFold, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .slaTargetSet(let set) where set.clock.status == .running: try goOn(set, counts, &store)
        case .slaClockStopped(let stopped): try stop(stopped, &change, counts, &store)
        case .slaBreached(let breached):
            try edit(breached.kind, breached.cycle, &store) { clock, store throws(ViewError) in
                try replace(&clock, breachedAt: breached.dueAt, breached.kind, breached.cycle, &change, counts, &store)
            }
        case .slaWithdrawn(let withdrawn) where withdrawn.breach:
            try edit(withdrawn.kind, withdrawn.cycle, &store) { clock, store throws(ViewError) in
                if clock.breached { try forgetOutcome(&clock, counts, &store) }
            }
        default: break
        }
    }

    /// A clock that had stopped goes on: after a reopening what it said held until then; else it was untrue.
    private func goOn(
        _ set: SlaTargetSet, _ counts: CountFold, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try edit(set.clock.kind, set.clock.cycle, &store) { clock, store throws(ViewError) in
            if set.change == .started {
                clock.clearStop()
                guard clock.hasOutcome, !clock.breached else { return }
                try counts.edit(clock.outcome, &store) { $0.until = instant }
                clock.clearOutcome()
            } else {
                if clock.hasStop { _ = try counts.delete(clock.stop, &store) }
                clock.clearStop()
                if !clock.breached { try forgetOutcome(&clock, counts, &store) }
            }
        }
    }

    private func stop(
        _ stopped: SlaClockStopped, _ change: inout QueuedTicketFold.Change, _ counts: CountFold,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try edit(stopped.kind, stopped.cycle, &store) { clock, store throws(ViewError) in
            // Another stop without the clock having gone on says that it stopped otherwise.
            var isFirst = !(change.before?.hasFirstResolutionBusinessSeconds ?? false)
            if clock.hasStop {
                isFirst = try counts.delete(clock.stop, &store)?.first ?? isFirst
                clock.clearStop()
            }
            if stopped.answered {
                var count = TicketCountRow(change.after)
                count.clock = stopped.kind
                count.cycle = stopped.cycle
                count.businessSeconds = stopped.usedSeconds
                count.first = stopped.kind == .resolution && isFirst
                clock.stop = try counts.put(count, .clockStop, stopped.stoppedAt, &change.after, &store)
                if stopped.kind == .resolution { change.after.lastResolutionStop = clock.stop }
            }
            if stopped.met {
                try replace(&clock, metAt: stopped.stoppedAt, stopped.kind, stopped.cycle, &change, counts, &store)
            } else if stopped.breached {
                // Of one that no breach stands in the log for it is only known that it came before the stop.
                if clock.breached { return }
                try replace(
                    &clock, breachedAt: stopped.stoppedAt, stopped.kind, stopped.cycle, &change, counts, &store)
            } else {
                try forgetOutcome(&clock, counts, &store)
            }
        }
    }

    private func forgetOutcome(
        _ clock: inout TicketClockRow, _ counts: CountFold, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if clock.hasOutcome { _ = try counts.delete(clock.outcome, &store) }
        clock.clearOutcome()
        clock.breached = false
    }

    /// Gives a cycle another outcome.
    private func replace(
        _ clock: inout TicketClockRow, metAt met: Int64 = 0, breachedAt breached: Int64? = nil, _ kind: SlaClockKind,
        _ cycle: UInt32, _ change: inout QueuedTicketFold.Change, _ counts: CountFold,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if clock.hasOutcome { _ = try counts.delete(clock.outcome, &store) }
        var count = TicketCountRow(change.after)
        count.clock = kind
        count.cycle = cycle
        count.breached = breached != nil
        clock.breached = count.breached
        clock.outcome = try counts.put(count, .clockOutcome, breached ?? met, &change.after, &store)
    }

    private func edit<Store: ProjectionStore & ~Copyable>(
        _ kind: SlaClockKind, _ cycle: UInt32, _ store: inout Store,
        _ change: (inout TicketClockRow, inout Store) throws(ViewError) -> Void
    ) throws(ViewError) {
        var key = [UInt8].key(capacity: 13)
        key.append(bigEndian: ticket.rawValue)
        key.append(UInt8(clamping: kind.rawValue))
        key.append(bigEndian: cycle)
        let before = try store.row(TicketClockRow.self, TicketQueue.clocks, key) ?? TicketClockRow()
        var clock = before
        try change(&clock, &store)
        if clock != before { try store.put(TicketQueue.clocks, key, clock) }
    }
}
