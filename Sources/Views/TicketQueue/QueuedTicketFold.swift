internal import Schema
internal import SwiftProtobuf

/// Folds tickets into the rows of the queue. The ticket queue and customer 360 keep such rows.
struct QueuedTicketFold {
    private let table: TableID

    init(_ table: TableID) { self.table = table }

    /// How a ticket stood before an event and how it stands after it.
    struct Change {
        /// Nil where it begins.
        var before: QueuedTicketRow?
        var after: QueuedTicketRow
    }

    /// Whether an event is of interest to these rows.
    static func holds(_ kind: EventKind) -> Bool {
        switch kind.rawValue {
        // Of every aggregate, for what happened last; of tickets.
        case 11...15, 1_701...1_739: true
        default: [.externalLinked, .externalUnlinked].contains(kind)
        }
    }

    /// What an event makes of its ticket; it is not written yet.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the ticket was never opened, or what the store throws.
    func folded(
        _ event: ViewEvent, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) -> Change {
        if case .ticketOpened = event.payload {
            guard let id = event.streamID else {
                throw ViewError(
                    .eventUnfit, "The event at \(event.header.position) belongs to a stream that has begun.")
            }
            var row = QueuedTicketRow()
            row.idHigh = id.high
            row.idLow = id.low
            row.fold(event)
            return Change(before: nil, after: row)
        }
        guard let before = try store.row(QueuedTicketRow.self, table, .key(event.header.stream.rawValue)) else {
            throw ViewError(.eventUnfit, "The event at \(event.header.position) belongs to a ticket not yet opened.")
        }
        var after = before
        after.fold(event)
        return Change(before: before, after: after)
    }

    /// Writes a ticket's row.
    func put(
        _ row: QueuedTicketRow, of ticket: StreamNumber, in store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try store.put(table, .key(ticket.rawValue), row)
    }

    /// A ticket's row; nil where there is none with this number.
    func row(
        _ ticket: UInt64, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> QueuedTicketRow? {
        try reader.row(QueuedTicketRow.self, table, .key(ticket))
    }
}

extension QueuedTicketRow {
    /// Moves the row on, but for what was counted of the ticket.
    fileprivate mutating func fold(_ event: ViewEvent) {
        let instant = event.header.occurredAt.rawValue
        let clocks = ticket.record.clocks
        ticket.apply(event)
        for change in TicketStandingChange.changes(by: event.payload, occurredAt: instant) { standing.apply(change) }
        lastActivityAt = instant
        switch event.payload {
        case .ticketOpened, .ticketReopened: cycleStartedAt = instant
        case .slaClockStopped(let stopped) where stopped.answered:
            let before = clocks.first { $0.kind == stopped.kind && $0.cycle == stopped.cycle }
            keep(stopped, isCorrection: before?.status == .stopped)
        default: break
        }
    }

    /// Keeps the business time that a clock counted.
    ///
    /// - Parameter isCorrection: the clock had stopped already, and says now that it stopped otherwise.
    private mutating func keep(_ stopped: SlaClockStopped, isCorrection: Bool) {
        switch stopped.kind {
        case .firstResponse: if stopped.cycle <= 1 { firstResponseBusinessSeconds = stopped.usedSeconds }
        case .resolution:
            let wasReopened = ticket.record.reopenedAfterResolved + ticket.record.reopenedAfterClosed > 0
            if !hasFirstResolutionBusinessSeconds || (isCorrection && !wasReopened) {
                firstResolutionBusinessSeconds = stopped.usedSeconds
            }
            lastResolutionBusinessSeconds = stopped.usedSeconds
        case .nextResponse, .unspecified, .UNRECOGNIZED: break
        }
    }

    /// When the ticket was opened, in microseconds since 1970.
    var openedAt: Int64 { Instant(ticket.record.openedAt)?.rawValue ?? 0 }

    /// The ticket's UUID.
    var id: Identifier { Identifier(high: idHigh, low: idLow) }
}
