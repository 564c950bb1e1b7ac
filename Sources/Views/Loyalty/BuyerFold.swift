internal import Schema

/// Counts the parties with at least one order that is confirmed or later and not cancelled.
///
/// - `orders`: order → party, and whether the order counts.
/// - `buyers`: party → how many of its orders count; under party 0, which buys nothing, how many parties have any.
struct BuyerFold {
    private struct OrderRow: Hashable {
        var party: UInt64
        var counts: Bool

        init(party: UInt64, counts: Bool) {
            self.party = party
            self.counts = counts
        }

        init(_ bytes: [UInt8]) throws(ViewError) {
            var reader = KeyReader(bytes)
            party = try reader.integer(UInt64.self)
            counts = try reader.integer(UInt8.self) == 1
        }

        var bytes: [UInt8] { .key(party) + [counts ? 1 : 0] }
    }

    private static let all = [UInt8].key(0)

    /// Folds an event of an order.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the order has not begun, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let key = [UInt8].key(event.header.stream.rawValue)
        if case .orderPlaced(let placed) = event.payload {
            return try store.put(Loyalty.orders, key, OrderRow(party: placed.partyNumber, counts: false).bytes)
        }
        guard let bytes = try store.get(Loyalty.orders, key) else {
            throw ViewError(
                .eventUnfit, "The event at \(event.header.position) belongs to an order that has not begun.")
        }
        let before = try OrderRow(bytes)
        var after = before
        switch event.payload {
        case .orderConfirmed, .orderCompleted: after.counts = true
        case .orderCancelled: after.counts = false
        case .orderCorrected(let corrected): after.party = corrected.partyNumber
        default: break
        }
        guard after != before else { return }
        if before.counts { try count(-1, before.party, in: &store) }
        if after.counts { try count(1, after.party, in: &store) }
        try store.put(Loyalty.orders, key, after.bytes)
    }

    /// How many parties have an order that counts.
    static func buyers(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) -> Int64 {
        guard let bytes = try reader.get(Loyalty.buyers, all) else { return 0 }
        return try Tally.number(bytes)
    }

    private func count(
        _ more: Int64, _ party: UInt64, in store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if party == 0 { return }
        let key = [UInt8].key(party)
        let had = try store.get(Loyalty.buyers, key) != nil
        try Tally.add(more, Loyalty.buyers, key, in: &store)
        let has = try store.get(Loyalty.buyers, key) != nil
        if had != has { try Tally.add(has ? 1 : -1, Loyalty.buyers, BuyerFold.all, in: &store) }
    }
}
