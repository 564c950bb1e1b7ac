package import Schema
internal import SwiftProtobuf

/// A page of the queue, without subject lines.
package struct TicketPage: Sendable, Hashable {
    package var tickets: [SealedTicket]
    /// Where the next page begins; empty: this was the last one.
    package var cursor: [UInt8]
}

extension TicketQueue {
    /// Greatest number of tickets of a page.
    package static let pageMaximum = 1_000
    /// So many tickets a page has where the request does not say it.
    package static let pageDefault = 100
    /// So many tickets are looked at for one page; one whose conditions few of them meet may be short and have a
    /// cursor.
    package static let pageScanMaximum = 20_000

    /// What a page says of its figures.
    package static var definitions: [FigureDefinition] { ServiceDefinitions.tickets }

    /// A page of open tickets in the order of the queue. Its `as_of` and `at_least` are not looked at.
    ///
    /// It takes as long as the page is, and as there are tickets in between that the conditions leave out: none where
    /// they
    /// name only a queue, an employee, a party, or a queue's unassigned tickets.
    ///
    /// - Parameters:
    ///   - conditions: which tickets count.
    ///   - asOf: against what ages are computed.
    /// - Throws: `ViewError` with `requestInvalid` or `cursorForeign` where the request is at fault, with `rowDamaged`,
    ///   or what the reader throws.
    package static func tickets(
        _ request: TicketsRequest, of conditions: TicketConditions, asOf: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> TicketPage {
        guard request.limit <= pageMaximum else {
            throw ViewError(
                .requestInvalid, "A page has at most \(pageMaximum) tickets. Lower the limit.", field: "limit")
        }
        let statuses = try statuses(of: request)
        let limit = request.limit == 0 ? pageDefault : Int(request.limit)
        let prefix = conditions.scope.prefix
        var after: [UInt8]?
        if !request.cursor.isEmpty {
            after = try ListCursor(Array(request.cursor), prefix: prefix, descending: false).key
        }
        var page = TicketPage(tickets: [], cursor: [])
        var last: [UInt8] = []
        var looked = 0
        try reader.scan(order, prefix: prefix, after: after, descending: false) { (key, _) throws(ViewError) in
            if page.tickets.count == limit || looked == pageScanMaximum {
                page.cursor = ListCursor(descending: false, key: last).bytes
                return .stop
            }
            (last, looked) = (key, looked + 1)
            let number = try QueueScope.ticket(key)
            guard let row = try TicketQueue.tickets.row(number, in: reader) else {
                throw ViewError(.rowDamaged, "The queue lists a ticket without a row. Rebuild the projection.")
            }
            guard statuses.contains(row.standing.status), conditions.hold(for: TicketCut(row)) else { return .next }
            let ticket = row.sealedSummary(number, asOf: asOf)
            if !request.breached || ticket.summary.breached { page.tickets.append(ticket) }
            return .next
        }
        return page
    }

    private static func statuses(of request: TicketsRequest) throws(ViewError) -> [TicketStatus] {
        let open: [TicketStatus] = [.new, .open, .pending]
        for (index, status) in request.statuses.enumerated() where !open.contains(status) {
            throw ViewError(
                .requestInvalid, "The queue has new, open and pending tickets. Others are in the list of all tickets.",
                field: "statuses[\(index)]")
        }
        return request.statuses.isEmpty ? open : request.statuses
    }
}
