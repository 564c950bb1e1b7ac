internal import Schema
internal import SwiftProtobuf

/// What is counted of tickets; the raw values stand in keys.
enum CountKind: UInt8, CaseIterable {
    /// The first response, before any reopening.
    case firstResponse = 1
    /// The first response after a reopening.
    case reopenedResponse = 2
    case nextResponse = 3
    case resolution = 4
    /// A clock stopped because what it timed was done.
    case clockStop = 5
    /// A clock kept its target or breached it; once for each cycle.
    case clockOutcome = 6
    case transfer = 7
    case escalation = 8

    /// What the keys of the kind begin with.
    var prefix: [UInt8] { [rawValue] }

    func key(_ instant: Int64, _ ticket: StreamNumber, _ number: UInt32) -> [UInt8] {
        var key = [UInt8].key(capacity: 21)
        key.append(rawValue)
        key.append(Instant(microseconds: instant))
        key.append(bigEndian: ticket.rawValue)
        key.append(bigEndian: number)
        return key
    }
}

/// Counts what happens to a ticket, each with how the ticket stood then.
struct CountFold {
    private let event: ViewEvent
    private let ticket: StreamNumber
    private let instant: Int64

    init(_ event: ViewEvent) {
        self.event = event
        ticket = event.header.stream
        instant = event.header.occurredAt.rawValue
    }

    func apply(
        _ change: inout QueuedTicketFold.Change, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .ticketClaimed(let claimed) where claimed.firstResponse:
            try respond(agent: claimed.assignment.assigneeNumber, &change.after, &store)
        case .agentReplied(let replied) where replied.public: try reply(replied, &change.after, &store)
        case .ticketResolved(let resolved): try resolve(resolved, &change, &store)
        case .ticketReopened: try reopen(change.after, &store)
        case .ticketCorrected(let corrected) where corrected.hasResolvedAt:
            try moveResolution(to: corrected.resolvedAt, &change.after, &store)
        case .ticketEscalated(let escalated):
            var count = TicketCountRow(change.before ?? change.after)
            count.level = escalated.level
            _ = try put(count, .escalation, instant, &change.after, &store)
        case .slaTargetSet, .slaClockStopped, .slaBreached, .slaWithdrawn:
            try ClockFold(event).apply(&change, self, to: &store)
        default: break
        }
        if let before = change.before, before.ticket.record.transfers < change.after.ticket.record.transfers {
            // It counts where the ticket went from.
            _ = try put(TicketCountRow(before), .transfer, instant, &change.after, &store)
        }
    }

    // MARK: Responses

    private func reply(
        _ replied: AgentReplied, _ row: inout QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if replied.firstResponse {
            try respond(agent: replied.employeeNumber, &row, &store)
        } else if replied.hasWaitingSinceBefore {
            var count = TicketCountRow(row, agent: replied.employeeNumber)
            count.since = replied.waitingSinceBefore
            _ = try put(count, .nextResponse, instant, &row, &store)
        }
    }

    private func respond(
        agent: UInt64, _ row: inout QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var count = TicketCountRow(row, agent: agent)
        let record = row.ticket.record
        let isReopened = record.reopenedAfterResolved + record.reopenedAfterClosed > 0
        if isReopened { count.since = row.cycleStartedAt }
        _ = try put(count, isReopened ? .reopenedResponse : .firstResponse, instant, &row, &store)
    }

    // MARK: Resolutions

    private func resolve(
        _ resolved: TicketResolved, _ change: inout QueuedTicketFold.Change,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var count = TicketCountRow(change.after, agent: resolved.employeeNumber)
        count.first = !(change.before?.ticket.record.hasFirstResolvedAt ?? false)
        count.contacts = change.after.ticket.record.contacts
        count.handlingSeconds = change.after.ticket.record.handlingSeconds
        let place = try put(count, .resolution, instant, &change.after, &store)
        change.after.lastResolution = place
    }

    /// A reopening undoes the last resolution, and what its clock said of it.
    private func reopen(
        _ row: QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        for place in [row.hasLastResolution ? row.lastResolution : nil, row.lastStop] {
            guard let place else { continue }
            try edit(place, &store) { count in if !count.hasReopenedAt { count.reopenedAt = instant } }
        }
    }

    private func moveResolution(
        to instant: Int64, _ row: inout QueuedTicketRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        guard row.hasLastResolution else { return }
        let key = try key(of: row.lastResolution)
        guard let count = try store.row(TicketCountRow.self, TicketQueue.counts, key) else { return }
        try store.delete(TicketQueue.counts, key)
        let place = try put(count, .resolution, instant, &row, &store)
        row.lastResolution = place
    }

    // MARK: Rows

    /// Writes what was counted.
    ///
    /// - Returns: where it stands.
    func put(
        _ count: TicketCountRow, _ kind: CountKind, _ instant: Int64, _ row: inout QueuedTicketRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> CountedPlace {
        row.counted += 1
        var place = CountedPlace()
        place.kind = UInt32(kind.rawValue)
        place.instant = instant
        place.number = row.counted
        try store.put(TicketQueue.counts, kind.key(instant, ticket, place.number), count)
        return place
    }

    /// Changes what was counted; nothing where it is not there any more.
    func edit(
        _ place: CountedPlace, _ store: inout some ProjectionStore & ~Copyable, _ change: (inout TicketCountRow) -> Void
    ) throws(ViewError) {
        let key = try key(of: place)
        guard var count = try store.row(TicketCountRow.self, TicketQueue.counts, key) else { return }
        change(&count)
        try store.put(TicketQueue.counts, key, count)
    }

    /// Takes back what was counted.
    ///
    /// - Returns: what it was; nil where it is not there any more.
    func delete(
        _ place: CountedPlace, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> TicketCountRow? {
        let key = try key(of: place)
        let count = try store.row(TicketCountRow.self, TicketQueue.counts, key)
        if count != nil { try store.delete(TicketQueue.counts, key) }
        return count
    }

    private func key(of place: CountedPlace) throws(ViewError) -> [UInt8] {
        guard let kind = CountKind(rawValue: UInt8(clamping: place.kind)) else {
            throw ViewError(.rowDamaged, "A ticket's row names no kind of count. Rebuild the projection.")
        }
        return kind.key(place.instant, ticket, place.number)
    }
}

extension TicketCountRow {
    /// Something that is counted of a ticket as it stands.
    ///
    /// - Parameter agent: who did it; who works on the ticket where that is 0.
    init(_ row: QueuedTicketRow, agent: UInt64 = 0) {
        self.init()
        cut = TicketCut(row, agent: agent)
    }
}

extension QueuedTicketRow {
    /// Where the last stop of the clock of the resolution was counted.
    fileprivate var lastStop: CountedPlace? { hasLastResolutionStop ? lastResolutionStop : nil }
}
