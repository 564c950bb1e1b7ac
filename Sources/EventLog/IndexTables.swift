internal import LMDB
internal import Schema

/// The tables of the index's environment, and how they are written.
struct IndexTables: Sendable {
    let meta: Table
    let streams: Table
    let heads: Table
    let subjects: Table
    let commands: Table
    let links: Table
    let tokens: Table
    let claims: Table
    let states: Table
    let timers: TimerTables
    let tickets: TicketTables

    /// A change of it empties indexes that older versions wrote.
    private static let version: UInt8 = 7
    /// Not `meta`: that of older versions has no checksums, and would be taken for a damaged one.
    static let metaName = "index"
    static let headsName = "heads"
    static let subjectsName = "subjects"
    private static let ownerKey = Array("log".utf8)
    static let appliedKey = Array("applied".utf8)
    static let frontierKey = Array("frontier".utf8)

    /// Opens the tables, or makes them.
    ///
    /// - Throws: `.corrupted` also where one is missing of those that the log with this id has had.
    init(_ environment: Environment, logID: Identifier) throws(LMDBError) {
        let meta = try environment.openTable(named: Self.metaName, flags: .checked)
        let exist = try environment.read { transaction throws(LMDBError) in
            try Self.isOwned(meta, by: logID, transaction)
        }
        func table(_ name: String, _ flags: TableFlags = .checked) throws(LMDBError) -> Table {
            try environment.openTable(named: name, flags: flags, mustExist: exist)
        }
        self.meta = meta
        streams = try table("streams")
        heads = try table(Self.headsName, [.integerKey, .checked])
        subjects = try table(Self.subjectsName, [.integerKey, .checked])
        commands = try table("commands")
        links = try table("links")
        tokens = try table("tokens")
        claims = try table("claims")
        states = try table("states", [.integerKey, .checked])
        timers = try TimerTables(environment, exist: exist)
        tickets = try TicketTables(environment, exist: exist)
    }

    /// Empties tables that belong to another log or another version.
    ///
    /// - Returns: the position up to which the tables reflect the log.
    func prepare(_ environment: Environment, logID: Identifier) throws(LMDBError) -> Position {
        try environment.write { transaction throws(LMDBError) in
            if try Self.isOwned(meta, by: logID, transaction) {
                return Position(try transaction.getUInt64(meta, key: Self.appliedKey) ?? 0)
            }
            try clear(transaction)
            try transaction.clear(meta)
            try transaction.put(meta, key: Self.ownerKey, value: Self.owner(logID))
            return .none
        }
    }

    /// Whether the tables were written for this log, by this version.
    static func isOwned(
        _ meta: Table, by logID: Identifier, _ transaction: borrowing some TableReader & ~Copyable
    ) throws(LMDBError) -> Bool {
        try transaction.getBytes(meta, key: ownerKey) == owner(logID)
    }

    private static func owner(_ logID: Identifier) -> [UInt8] { logID.bytes + [version] }

    /// The tree and the greatest ids with a hash behind them, as they are stored.
    private static func bytes(of frontier: MerkleFrontier, _ greatest: GreatestIDs) -> [UInt8] {
        var bytes = greatest.bytes + frontier.bytes
        let check = unsafe TreeHash.leaf(bytes.span.bytes)
        check.append(to: &bytes)
        return bytes
    }

    /// The tree and the greatest ids in stored bytes; nil where they are not as they were written.
    static func summit(in stored: [UInt8]) -> (frontier: MerkleFrontier, greatest: GreatestIDs)? {
        guard stored.count > GreatestIDs.size + RecordLayout.leafHashLength else { return nil }
        let bytes = Array(stored.dropLast(RecordLayout.leafHashLength))
        let check = unsafe TreeHash.leaf(bytes.span.bytes)
        guard TreeHash(bytes: Array(stored.suffix(RecordLayout.leafHashLength))) == check,
            let greatest = GreatestIDs(bytes: bytes.prefix(GreatestIDs.size)),
            let frontier = MerkleFrontier(bytes: Array(bytes.dropFirst(GreatestIDs.size)))
        else { return nil }
        return (frontier, greatest)
    }

    /// Empties all tables. Whose they are stays, and the highest key slot: none is ever given out twice.
    func clear(_ environment: Environment) throws(LMDBError) {
        try environment.write { transaction throws(LMDBError) in
            try clear(transaction)
            _ = try transaction.delete(meta, key: Self.appliedKey)
            _ = try transaction.delete(meta, key: Self.frontierKey)
        }
    }

    private func clear(_ transaction: borrowing WriteTransaction) throws(LMDBError) {
        for table in [streams, heads, subjects, commands, links, tokens, claims, states] {
            try transaction.clear(table)
        }
        try timers.clear(transaction)
        try tickets.clear(transaction)
    }

    /// Writes an overlay in the order of the keys, with the position and the frontier up to which it reflects the log.
    func write(
        _ overlay: IndexOverlay, applied: Position, frontier: MerkleFrontier, greatest: GreatestIDs,
        to environment: Environment
    ) throws(LMDBError) {
        try environment.write { transaction throws(LMDBError) in
            try writeNumbers(overlay, transaction)
            for (id, number) in overlay.streams.sorted(by: { $0.key < $1.key }) {
                try transaction.put(streams, key: IndexCodec.key(id), value: IndexCodec.value(number.rawValue))
            }
            for (id, position) in overlay.commands.sorted(by: { $0.key < $1.key }) {
                try transaction.put(
                    commands, key: IndexCodec.key(id), value: IndexCodec.value(position.rawValue))
            }
            for (token, stream) in overlay.links.sorted(by: { $0.key < $1.key }) {
                if stream == .none {
                    _ = try transaction.delete(links, key: IndexCodec.key(token))
                } else {
                    try transaction.put(
                        links, key: IndexCodec.key(token), value: IndexCodec.value(stream.rawValue))
                }
            }
            for (token, streams) in overlay.tokens.sorted(by: { $0.key < $1.key }) {
                for (stream, has) in streams.sorted(by: { $0.key < $1.key }) {
                    let key = IndexCodec.key(token, stream)
                    if has {
                        try transaction.put(tokens, key: key, value: [UInt8]())
                    } else {
                        _ = try transaction.delete(tokens, key: key)
                    }
                }
            }
            for (key, value) in overlay.claims.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                if value == 0 {
                    _ = try transaction.delete(claims, key: key)
                } else {
                    try transaction.put(claims, key: key, value: IndexCodec.value(UInt64(bitPattern: value)))
                }
            }
            try timers.write(overlay, transaction)
            try tickets.write(overlay.tickets, transaction)
            try transaction.put(meta, key: Self.appliedKey, value: IndexCodec.value(applied.rawValue))
            try transaction.put(meta, key: Self.frontierKey, value: Self.bytes(of: frontier, greatest))
        }
    }

    private func writeNumbers(_ overlay: IndexOverlay, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
        for (number, entry) in overlay.heads.sorted(by: { $0.key < $1.key }) {
            try transaction.put(heads, key: number.rawValue, value: IndexCodec.value(entry))
        }
        var highestSlot: UInt32 = 0
        for (number, standing) in overlay.subjects.sorted(by: { $0.key < $1.key }) {
            try transaction.put(subjects, key: number.rawValue, value: IndexCodec.value(standing))
            highestSlot = max(highestSlot, standing.keySlot)
        }
        let slotKey = Array("slot".utf8)
        if UInt64(highestSlot) > (try transaction.getUInt64(meta, key: slotKey) ?? 0) {
            try transaction.put(meta, key: slotKey, value: IndexCodec.value(UInt64(highestSlot)))
        }
        for (number, stored) in overlay.states.sorted(by: { $0.key < $1.key }) {
            try transaction.put(states, key: number.rawValue, value: IndexCodec.value(stored))
        }
    }
}
