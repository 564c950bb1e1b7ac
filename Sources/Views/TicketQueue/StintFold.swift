internal import Schema
internal import SwiftProtobuf

/// Keeps in which times a ticket was open, and how it stood in them. Backlogs and flows are counted from that.
struct StintFold {
    private let event: ViewEvent
    private let ticket: StreamNumber
    private let instant: Int64

    init(_ event: ViewEvent) {
        self.event = event
        ticket = event.header.stream
        instant = event.header.occurredAt.rawValue
    }

    /// The key of a stint.
    ///
    /// - Parameter end: the greatest instant while it lasts.
    static func key(end: Int64, ticket: StreamNumber, _ number: UInt32) -> [UInt8] {
        var key = [UInt8].instant(end)
        key.append(bigEndian: ticket.rawValue)
        key.append(bigEndian: number)
        return key
    }

    func apply(
        _ change: inout QueuedTicketFold.Change, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if case .ticketCorrected(let corrected) = event.payload { try correct(corrected, &change.after, &store) }
        let wasOpen = change.before?.standing.isOpen ?? false
        let isOpen = change.after.standing.isOpen
        let before = change.before.map { TicketCut($0) } ?? TicketCut()
        let cut = TicketCut(change.after)
        let isPending = change.after.standing.status == .pending
        if wasOpen, !isOpen {
            try end(ending, &change.after, &store)
        } else if !wasOpen, isOpen {
            let from = change.after.hasLastStintTo ? max(instant, change.after.lastStintTo) : instant
            try begin(TicketStintRow(from: from, cut, isPending, start), &change.after, &store)
        } else if isOpen, before != cut || change.after.stint.pending != isPending {
            try end(.moved, &change.after, &store)
            var stint = TicketStintRow(from: change.after.lastStintTo, cut, isPending, .moved)
            stint.before = before
            try begin(stint, &change.after, &store)
        }
    }

    private var start: TicketStintStart {
        switch event.payload {
        case .ticketReopened(let reopened):
            reopened.turn.statusBefore == .closed ? .reopenedAfterClosed : .reopenedAfterResolved
        case .ticketReleased: .released
        case .ticketOpened: .opened
        // A message reopens a resolved one through an event of its own; nothing else begins a stint.
        default: .reopenedAfterResolved
        }
    }

    private var ending: TicketStintEnd {
        switch event.payload {
        case .ticketClosed: .closed
        case .ticketAbsorbed: .absorbed
        default: .resolved
        }
    }

    private func begin(
        _ stint: TicketStintRow, _ row: inout QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        row.stints += 1
        row.stint = stint
        try store.put(TicketQueue.stints, StintFold.key(end: .max, ticket: ticket, row.stints), stint)
    }

    private func end(
        _ ending: TicketStintEnd, _ row: inout QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try store.delete(TicketQueue.stints, StintFold.key(end: .max, ticket: ticket, row.stints))
        var stint = row.stint
        stint.end = ending
        // What a policy did may hold from a time before the last step.
        let to = max(instant, stint.from)
        row.lastStintTo = to
        if row.stints == 1 { row.firstStintTo = to }
        row.clearStint()
        try store.put(TicketQueue.stints, StintFold.key(end: to, ticket: ticket, row.stints), stint)
    }

    // MARK: Corrections

    private func correct(
        _ corrected: TicketCorrected, _ row: inout QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if corrected.hasOpenedAt {
            try changeStint(1, end: row.hasFirstStintTo ? row.firstStintTo : .max, &row, &store) { stint, end in
                stint.from = min(corrected.openedAt, end)
            }
        }
        guard row.hasLastStintTo, !row.hasStint else { return }
        if corrected.hasResolvedAt { try moveEnd(.resolved, to: corrected.resolvedAt, &row, &store) }
        if corrected.hasClosedAt { try moveEnd(.closed, to: corrected.closedAt, &row, &store) }
    }

    private func moveEnd(
        _ ending: TicketStintEnd, to instant: Int64, _ row: inout QueuedTicketRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try changeStint(row.stints, end: row.lastStintTo, &row, &store) { stint, end in
            if stint.end == ending { end = max(instant, stint.from) }
        }
    }

    private func changeStint(
        _ number: UInt32, end: Int64, _ row: inout QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable,
        _ change: (inout TicketStintRow, inout Int64) -> Void
    ) throws(ViewError) {
        let key = StintFold.key(end: end, ticket: ticket, number)
        guard var stint = try store.row(TicketStintRow.self, TicketQueue.stints, key) else { return }
        var end = end
        change(&stint, &end)
        try store.delete(TicketQueue.stints, key)
        try store.put(TicketQueue.stints, StintFold.key(end: end, ticket: ticket, number), stint)
        if row.hasStint, number == row.stints {
            row.stint = stint
        } else {
            if number == row.stints || end == .max { row.lastStintTo = end }
            if number == 1 { row.firstStintTo = end }
        }
    }
}

extension TicketStintRow {
    fileprivate init(from: Int64, _ cut: TicketCut, _ isPending: Bool, _ start: TicketStintStart) {
        self.init()
        self.from = from
        self.cut = cut
        pending = isPending
        self.start = start
    }
}

extension TicketCut {
    /// How a ticket stands now.
    ///
    /// - Parameter agent: who did what is counted; who works on the ticket where that is 0.
    init(_ row: QueuedTicketRow, agent: UInt64 = 0) {
        self.init()
        let record = row.ticket.record
        queueNumber = record.queueNumber
        agentNumber = agent == 0 ? record.assigneeNumber : agent
        priority = record.priority
        type = record.type
        category = record.category
        customerClass = record.customerClass
        channel = record.channel
        partyNumber = record.partyNumber
    }
}
