internal import LMDB
internal import Schema
internal import SwiftProtobuf

/// The tables of tickets and of the pools from which they are claimed.
struct TicketTables: Sendable {
    /// Ticket, to `TicketStanding`; also of tickets that are over, which may come back.
    let standings: Table
    /// Queue, place in its order, ticket; no values. Tickets that somebody can be given as the next one.
    let pools: Table

    /// Opens the tables, or makes them.
    init(_ environment: Environment, exist: Bool) throws(LMDBError) {
        standings = try environment.openTable(named: "tickets", flags: [.integerKey, .checked], mustExist: exist)
        pools = try environment.openTable(named: "pools", flags: .checked, mustExist: exist)
    }

    func clear(_ transaction: borrowing WriteTransaction) throws(LMDBError) {
        for table in [standings, pools] { try transaction.clear(table) }
    }

    /// How a ticket stands; nil where it is not known.
    func standing(
        of ticket: StreamNumber, _ transaction: borrowing some TableReader & ~Copyable
    ) throws(LMDBError) -> TicketStanding? {
        guard let bytes = try transaction.getBytes(standings, key: ticket.rawValue) else { return nil }
        do { return try TicketStanding(serializedBytes: bytes) } catch {
            // As with every row of the index: what cannot be read is not there, and the log still has it.
            return nil
        }
    }

    /// Writes what an overlay has of tickets.
    func write(_ overlay: TicketOverlay, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
        for (ticket, standing) in overlay.standings.sorted(by: { $0.key < $1.key }) {
            let before = try self.standing(of: ticket, transaction)?.pooled(ticket)
            let after = standing.pooled(ticket)
            if let before, after.map({ $0 != before }) ?? true {
                _ = try transaction.delete(pools, key: Self.key(before.queue, before.entry))
            }
            if let after { try transaction.put(pools, key: Self.key(after.queue, after.entry), value: [UInt8]()) }
            try transaction.put(standings, key: ticket.rawValue, value: Self.value(standing))
        }
    }

    private static func value(_ standing: TicketStanding) -> [UInt8] {
        do { return try standing.encoded() } catch {
            preconditionFailure("A ticket's standing has a field of a type that is not stored: \(error)")
        }
    }

    /// The key of a ticket in its pool.
    static func key(_ queue: StreamNumber, _ entry: PooledTicket) -> [UInt8] {
        var bytes = prefix(of: queue) + entry.key.bytes
        IndexCodec.appendBigEndian(entry.ticket.rawValue, to: &bytes)
        return bytes
    }

    /// What the keys of a pool begin with.
    static func prefix(of queue: StreamNumber) -> [UInt8] {
        var bytes = [UInt8]()
        IndexCodec.appendBigEndian(queue.rawValue, to: &bytes)
        return bytes
    }

    /// The ticket of a key; nil where it is none.
    static func ticket(_ key: RawSpan) -> StreamNumber? {
        guard key.byteCount == 16 + TicketOrderKey.length else { return nil }
        return StreamNumber(UInt64(bigEndian: IndexCodec.raw(key, 8 + TicketOrderKey.length)))
    }
}
