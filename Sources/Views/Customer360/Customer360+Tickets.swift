package import Schema
internal import SwiftProtobuf

/// Where the tickets of customers stand.
///
/// - `tickets`: stream number → `QueuedTicketRow`.
/// - `served`: party, stream number → nothing; tickets that live on in another one are not among them.
struct TicketTables: Sendable {
    static let names = ["tickets", "served"]

    let tickets: TableID
    let served: TableID

    /// - Parameter first: index of the first of them among the projection's tables.
    init(from first: Int) {
        tickets = TableID(first)
        served = TableID(first + 1)
    }

    /// Folds an event of a ticket.
    func fold(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let fold = QueuedTicketFold(tickets)
        let change = try fold.folded(event, in: store)
        try fold.put(change.after, of: event.header.stream, in: &store)
        let before = change.before.flatMap { key($0, event.header.stream) }
        let after = key(change.after, event.header.stream)
        if before == after { return }
        if let before { try store.delete(served, before) }
        if let after { try store.put(served, after, []) }
    }

    /// Where a ticket stands; nowhere where it is nobody's or lives on in another one.
    private func key(_ row: QueuedTicketRow, _ ticket: StreamNumber) -> [UInt8]? {
        let party = row.ticket.record.partyNumber
        guard party != 0, !row.standing.absorbed else { return nil }
        var key = [UInt8].key(capacity: 16)
        key.append(bigEndian: party)
        key.append(bigEndian: ticket.rawValue)
        return key
    }
}

/// The tickets of a customer without their subject lines, and where those are sealed.
package struct SealedTickets: Sendable, Hashable {
    /// Open ones in the order of the queue.
    package var open: [SealedTicket]
    /// The one that was opened last.
    package var last: SealedTicket
    /// Everything but the tickets themselves.
    package var counts: CustomerTickets

    /// The answer, with what was opened.
    package var tickets: CustomerTickets {
        var tickets = counts
        tickets.open = open.map(\.summary)
        tickets.last = last.summary
        return tickets
    }
}

extension Customer360 {
    /// So many open tickets a customer is shown with.
    package static let ticketsMaximum = 100

    /// The tickets of a party as they stand now; nil where there are none. The time it takes grows with their number.
    ///
    /// - Parameter asOf: against what ages are computed.
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package static func tickets(
        of party: StreamNumber, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> SealedTickets? {
        var numbers: [UInt64] = []
        try reader.scan(ticketTables.served, prefix: .key(party.rawValue)) { (key, _) throws(ViewError) in
            numbers.append(try QueueScope.ticket(key))
            return .next
        }
        let fold = QueuedTicketFold(ticketTables.tickets)
        var open: [(place: TicketOrderKey, ticket: SealedTicket)] = []
        var last: (openedAt: Int64, ticket: SealedTicket)?
        for number in numbers {
            guard let row = try fold.row(number, in: reader) else { continue }
            let ticket = row.sealedSummary(number, asOf: asOf)
            if let place = TicketOrderKey(row.standing) { open.append((place, ticket)) }
            // Of those opened at the same time the one that was recorded last.
            if last.map({ $0.openedAt <= row.openedAt }) ?? true { last = (row.openedAt, ticket) }
        }
        guard let last else { return nil }
        var counts = CustomerTickets()
        counts.openTickets = UInt64(open.count)
        counts.tickets = UInt64(numbers.count)
        counts.breachedTickets = UInt64(open.count { $0.ticket.summary.breached })
        let ordered = open.sorted { $0.place < $1.place }.prefix(ticketsMaximum)
        return SealedTickets(open: ordered.map(\.ticket), last: last.ticket, counts: counts)
    }
}
