internal import HeapModule
internal import Schema

/// The part of an overlay that is about tickets: how they stand, and the pools from which they are claimed.
///
/// An entry of a pool counts only while its ticket still stands so; the others are dropped when they come up. So a
/// change
/// costs the logarithm of the pool, and finding the first one costs nothing but what changed since.
struct TicketOverlay: Sendable {
    private(set) var standings: [StreamNumber: TicketStanding] = [:]
    private var pools: [StreamNumber: Heap<PooledTicket>] = [:]

    /// Keeps how a ticket stands.
    mutating func note(_ standing: TicketStanding, of ticket: StreamNumber) {
        standings[ticket] = standing
        guard let (queue, entry) = standing.pooled(ticket) else { return }
        pools[queue, default: Heap()].insert(entry)
    }

    /// The first ticket of a pool.
    ///
    /// - Parameters:
    ///   - newer: says of a ticket that another overlay knows better; its entry is dropped.
    ///   - except: says of a ticket that it is passed over.
    mutating func first(
        of queue: StreamNumber, newer: (StreamNumber) -> Bool, except: (StreamNumber) -> Bool
    ) -> PooledTicket? {
        var passed: [PooledTicket] = []
        var first: PooledTicket?
        while first == nil, let entry = pools[queue]?.popMin() {
            guard !newer(entry.ticket), let present = standings[entry.ticket]?.pooled(entry.ticket),
                present.queue == queue, present.entry == entry
            else { continue }
            if !except(entry.ticket) { first = entry }
            passed.append(entry)
        }
        for entry in passed { pools[queue, default: Heap()].insert(entry) }
        return first
    }
}
