internal import LMDB
package import Schema

extension IndexStore {
    /// How a ticket stands in the queue; nil where there is none with this number.
    package func ticketStanding(of ticket: StreamNumber) throws(EventLogError) -> TicketStanding? {
        if let found = overlaid({ $0.tickets.standings[ticket] }) { return found }
        return try read("looking up a ticket") { transaction throws(LMDBError) in
            try tables.tickets.standing(of: ticket, transaction)
        }
    }

    /// The first ticket in the order of a queue that somebody can be given as the next one; of those in no queue where
    /// that is none. Called by the writer's thread.
    ///
    /// - Parameter except: says of a ticket that it is passed over.
    package func firstInPool(
        of queue: StreamNumber, except: (StreamNumber) -> Bool
    ) throws(EventLogError) -> PooledTicket? {
        // One look: what the indexer writes in the meantime is in the environment too, and counts from here.
        let recent = state.withLock { state in state.recentTickets(of: queue, except: except) }
        let prefix = TicketTables.prefix(of: queue)
        var start: [UInt8]?
        var found: StreamNumber?
        try read("looking for the next ticket") { transaction throws(LMDBError) in
            try transaction.scan(tables.tickets.pools, from: recent.start ?? prefix) { key, _ throws(LMDBError) in
                guard key.starts(with: prefix), let ticket = TicketTables.ticket(key) else { return .stop }
                if recent.knows(ticket) { return .next }
                if start == nil { start = unsafe key.withUnsafeBytes { unsafe Array($0) } }
                if except(ticket) { return .next }
                found = ticket
                return .stop
            }
        }
        // Where nothing of the pool is up to date, the next look begins behind it.
        let next = start ?? TicketTables.prefix(of: StreamNumber(queue.rawValue + 1))
        state.withLock { state in
            if state.applied == recent.applied { state.poolStarts[queue] = next }
        }
        let stored = try found.flatMap { (ticket) throws(EventLogError) in
            try ticketStanding(of: ticket)?.pooled(ticket)?.entry
        }
        return [recent.first, stored].compactMap(\.self).min()
    }

    /// How the event's ticket stands after it; nil where the event is about none.
    func ticketChange(
        _ header: EventHeader, _ changes: [IndexChange]
    ) throws(EventLogError) -> TicketStanding? {
        var standing: TicketStanding?
        for case .ticket(let change) in changes {
            if standing == nil { standing = try ticketStanding(of: header.stream) ?? TicketStanding() }
            standing?.apply(change)
        }
        return standing
    }
}

/// What the overlay knows of a pool.
private struct RecentTickets {
    let active: [StreamNumber: TicketStanding]
    let flushing: [StreamNumber: TicketStanding]
    /// The first one that only the overlay knows to be in the pool.
    let first: PooledTicket?
    let start: [UInt8]?
    let applied: Position

    /// Whether what the environment says of a ticket does not count.
    func knows(_ ticket: StreamNumber) -> Bool { active[ticket] != nil || flushing[ticket] != nil }
}

extension IndexStore.State {
    fileprivate mutating func recentTickets(
        of queue: StreamNumber, except: (StreamNumber) -> Bool
    ) -> RecentTickets {
        let first = active.tickets.first(of: queue, newer: { _ in false }, except: except)
        let known = active.tickets.standings
        let second = flushing?.tickets.first(of: queue, newer: { known[$0] != nil }, except: except)
        return RecentTickets(
            active: known, flushing: flushing?.tickets.standings ?? [:],
            first: [first, second].compactMap(\.self).min(), start: poolStarts[queue], applied: applied)
    }
}
