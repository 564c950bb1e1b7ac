internal import LMDB
package import Schema

/// What the index says of the log as a whole, read in one snapshot: to be compared with the log.
package struct IndexSummary: Sendable {
    /// The position that the index reflects.
    package let applied: Position
    /// The tree at that position.
    let frontier: MerkleFrontier
    /// The last event of each stream and each subject.
    let accounts: LinkAccounts

    /// Reads the index in a directory without changing anything; nil where there is none of this log and version.
    ///
    /// - Throws: `damaged` and others where it cannot be read.
    package static func read(path: String, logID: Identifier) throws(EventLogError) -> IndexSummary? {
        do {
            let environment = try Environment(
                path: path, options: EnvironmentOptions(mapSize: 1 << 36, maxTables: 16, readOnly: true))
            let meta = try environment.openTable(named: IndexTables.metaName, flags: .checked)
            let heads = try environment.openTable(
                named: IndexTables.headsName, flags: [.integerKey, .checked])
            let subjects = try environment.openTable(
                named: IndexTables.subjectsName, flags: [.integerKey, .checked])
            return try environment.read { transaction throws(LMDBError) in
                guard try IndexTables.isOwned(meta, by: logID, transaction) else { return nil }
                return try IndexSummary(transaction, meta: meta, heads: heads, subjects: subjects)
            }
        } catch {
            guard error.code != .noSuchFile, error.code != .notFound else { return nil }
            throw EventLogError(error, during: "reading the index in \(path)")
        }
    }

    init(
        _ transaction: borrowing ReadTransaction, meta: Table, heads: Table, subjects: Table
    ) throws(LMDBError) {
        applied = Position(try transaction.getUInt64(meta, key: IndexTables.appliedKey) ?? 0)
        frontier =
            try transaction.getBytes(meta, key: IndexTables.frontierKey).flatMap {
                IndexTables.summit(in: $0)?.frontier
            }
            ?? MerkleFrontier()
        var accounts = LinkAccounts()
        try transaction.scan(heads) { number, span throws(LMDBError) in
            if let entry = IndexCodec.streamEntry(span) {
                accounts.addStream(StreamNumber(number), at: entry.last, previous: .none)
            }
            return .next
        }
        try transaction.scan(subjects) { number, span throws(LMDBError) in
            if let standing = IndexCodec.subjectStanding(span) {
                accounts.addSubject(StreamNumber(number), at: standing.last, previous: .none)
            }
            return .next
        }
        self.accounts = accounts
    }
}

extension IndexStore {
    /// What the index's environment says of the log as a whole.
    package func summary() throws(EventLogError) -> IndexSummary {
        try read("reading the heads") { transaction throws(LMDBError) in
            try IndexSummary(transaction, meta: tables.meta, heads: tables.heads, subjects: tables.subjects)
        }
    }
}
