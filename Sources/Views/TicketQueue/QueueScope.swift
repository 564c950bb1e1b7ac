internal import Schema

/// A list of open tickets in the order of the queue: all of them, or those that have something in common.
///
/// Key: scope (1), number (8), place in the order (33), ticket (8). No rows.
enum QueueScope {
    case all
    case queue(UInt64)
    /// The tickets on which an employee works.
    case agent(UInt64)
    case party(UInt64)
    /// The tickets of a queue on which nobody works; number 0: of those in no queue.
    case pool(UInt64)

    /// Bytes of a key.
    static let keyLength = 17 + TicketOrderKey.length

    /// What the keys of the list begin with.
    var prefix: [UInt8] {
        let (scope, number): (UInt8, UInt64) =
            switch self {
            case .all: (0, 0)
            case .queue(let number): (1, number)
            case .agent(let number): (2, number)
            case .party(let number): (3, number)
            case .pool(let number): (4, number)
            }
        var prefix = [UInt8].key(capacity: QueueScope.keyLength)
        prefix.append(scope)
        prefix.append(bigEndian: number)
        return prefix
    }

    /// The number of the ticket of a key.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    static func ticket(_ key: [UInt8]) throws(ViewError) -> UInt64 {
        var reader = KeyReader(Array(key.suffix(8)))
        return try reader.integer(UInt64.self)
    }

    /// Puts a ticket into the lists to which it belongs after an event, and takes it out of the others.
    static func move(
        _ change: QueuedTicketFold.Change, of ticket: StreamNumber, in store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let before = change.before.map { keys($0, ticket) } ?? []
        let after = keys(change.after, ticket)
        for key in before where !after.contains(key) { try store.delete(TicketQueue.order, key) }
        for key in after where !before.contains(key) { try store.put(TicketQueue.order, key, []) }
    }

    /// Where a ticket stands; nowhere where it is not open.
    private static func keys(_ row: QueuedTicketRow, _ ticket: StreamNumber) -> [[UInt8]] {
        let standing = row.standing
        guard let place = TicketOrderKey(standing)?.bytes else { return [] }
        var scopes = [QueueScope.all, .queue(standing.queueNumber)]
        scopes.append(standing.assigneeNumber == 0 ? .pool(standing.queueNumber) : .agent(standing.assigneeNumber))
        let party = row.ticket.record.partyNumber
        if party != 0 { scopes.append(.party(party)) }
        return scopes.map { scope in
            var key = scope.prefix + place
            key.append(bigEndian: ticket.rawValue)
            return key
        }
    }
}
