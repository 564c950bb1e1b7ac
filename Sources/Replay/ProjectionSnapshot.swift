internal import LMDB
package import Views

/// The rows of a projection at one position: what is committed, over it what is being written, over that the changes
/// since then.
///
/// It lives only within the closure that it is lent to, on the projection's thread, where nothing changes meanwhile.
package struct ProjectionSnapshot: ProjectionReader, ~Copyable {
    private let overlay: Overlay
    /// What is being written; what the transaction sees of it already is the same.
    private let frozen: FrozenChanges?
    private let transaction: ReadTransaction
    private let tables: [Table]
    /// Tables in which the last commit has no rows at all, so that looking there can be saved.
    private let emptyBelow: [Bool]

    init(
        overlay: Overlay, frozen: FrozenChanges?, transaction: consuming ReadTransaction, tables: [Table],
        emptyBelow: [Bool]
    ) {
        self.overlay = overlay
        self.frozen = frozen
        self.transaction = transaction
        self.tables = tables
        self.emptyBelow = emptyBelow
    }

    package func get(_ table: TableID, _ key: [UInt8]) throws(ViewError) -> [UInt8]? {
        try get(table.rawValue, RowKey(key))
    }

    func get(_ table: Int, _ key: RowKey) throws(ViewError) -> [UInt8]? {
        switch overlay.change(table, key) ?? frozen?.change(table, key) {
        case .row(let row): return row
        case .deleted: return nil
        case nil: break
        }
        // No row can have a key that LMDB would refuse.
        guard !emptyBelow[table], ProjectionTables.keyLengths.contains(key.bytes.count) else { return nil }
        do { return try transaction.getBytes(tables[table], key: key.bytes) } catch { throw ViewError(error) }
    }

    package func scan(
        _ table: TableID, prefix: [UInt8], after: [UInt8]?, descending: Bool,
        _ body: (_ key: [UInt8], _ row: [UInt8]) throws(ViewError) -> Views.ScanStep
    ) throws(ViewError) {
        if descending {
            try scanDown(table.rawValue, prefix: prefix, below: after, body)
        } else {
            try scanUp(table.rawValue, prefix: prefix, after: after, body)
        }
    }
}

// MARK: - Scanning both layers

extension ProjectionSnapshot {
    private func scanUp(
        _ table: Int, prefix: [UInt8], after: [UInt8]?, _ body: ([UInt8], [UInt8]) throws(ViewError) -> Views.ScanStep
    ) throws(ViewError) {
        let lower = RowKey(prefix)
        // A key before the prefix begins the scan at the prefix, which may be a key itself.
        let excluded = after.map { RowKey($0) }.flatMap { $0 < lower ? nil : $0 }
        let start = excluded ?? lower
        var changes = ChangeWalk(
            overlay.sorted(table), over: frozen?.sorted(table), upFrom: start, after: excluded != nil)
        var stopped = false
        try walkUp(table, from: start.bytes, excluding: excluded, prefix: prefix) { key, row throws(ViewError) in
            while let change = changes.current, change.key < key {
                changes.advance()
                stopped = try show(change, body) == .stop
                if stopped { return .stop }
            }
            stopped = try show(key, row, &changes, body) == .stop
            return stopped ? .stop : .next
        }
        while !stopped, let change = changes.current, change.key.bytes.starts(with: prefix) {
            if try show(change, body) == .stop { return }
            changes.advance()
        }
    }

    private func scanDown(
        _ table: Int, prefix: [UInt8], below: [UInt8]?, _ body: ([UInt8], [UInt8]) throws(ViewError) -> Views.ScanStep
    ) throws(ViewError) {
        let end = Self.successor(of: prefix).map { RowKey($0) }
        let bound =
            below.map { below in
                let below = RowKey(below)
                return end.map { min($0, below) } ?? below
            } ?? end
        var changes = ChangeWalk(overlay.sorted(table), over: frozen?.sorted(table), downFromBelow: bound)
        var stopped = false
        try walkDown(table, below: bound, prefix: prefix) { key, row throws(ViewError) in
            while let change = changes.current, key < change.key {
                changes.advance()
                stopped = try show(change, body) == .stop
                if stopped { return .stop }
            }
            stopped = try show(key, row, &changes, body) == .stop
            return stopped ? .stop : .next
        }
        while !stopped, let change = changes.current, change.key.bytes.starts(with: prefix) {
            if try show(change, body) == .stop { return }
            changes.advance()
        }
    }

    /// Shows a committed row, or what became of it.
    private func show(
        _ key: RowKey, _ row: RawSpan, _ changes: inout ChangeWalk,
        _ body: ([UInt8], [UInt8]) throws(ViewError) -> Views.ScanStep
    ) throws(ViewError) -> Views.ScanStep {
        guard let change = changes.current, change.key == key else { return try body(key.bytes, [UInt8](copying: row)) }
        changes.advance()
        return try show(change, body)
    }

    /// Shows a changed row; one that was deleted is passed over.
    private func show(
        _ entry: Overlay.Entry, _ body: ([UInt8], [UInt8]) throws(ViewError) -> Views.ScanStep
    ) throws(ViewError) -> Views.ScanStep {
        guard case .row(let row) = entry.change else { return .next }
        return try body(entry.key.bytes, row)
    }

    /// Shows the committed rows of the prefix upwards.
    private func walkUp(
        _ table: Int, from start: [UInt8], excluding: RowKey?, prefix: [UInt8],
        _ body: (RowKey, RawSpan) throws(ViewError) -> LMDB.ScanStep
    ) throws(ViewError) {
        guard !emptyBelow[table] else { return }
        do {
            try transaction.scan(tables[table], from: start) { key, row throws(ViewError) in
                let key = RowKey([UInt8](copying: key))
                guard key != excluding else { return .next }
                guard key.bytes.starts(with: prefix) else { return .stop }
                return try body(key, row)
            }
        } catch {
            throw ViewError(error)
        }
    }

    /// Shows the committed rows of the prefix downwards, from the greatest below `bound`.
    private func walkDown(
        _ table: Int, below bound: RowKey?, prefix: [UInt8],
        _ body: (RowKey, RawSpan) throws(ViewError) -> LMDB.ScanStep
    ) throws(ViewError) {
        guard !emptyBelow[table] else { return }
        do {
            try transaction.scanBackward(tables[table], from: bound?.bytes) { key, row throws(ViewError) in
                let key = RowKey([UInt8](copying: key))
                guard key != bound else { return .next }
                guard key.bytes.starts(with: prefix) else { return .stop }
                return try body(key, row)
            }
        } catch {
            throw ViewError(error)
        }
    }

    /// The first key behind all that begin with `prefix`; nil where there is none.
    private static func successor(of prefix: [UInt8]) -> [UInt8]? {
        guard let last = prefix.lastIndex(where: { $0 < .max }) else { return nil }
        var successor = Array(prefix[...last])
        successor[last] += 1
        return successor
    }
}

extension ViewError {
    init(_ error: LMDBError) {
        self.init(error.saysDamage ? .rowDamaged : .storageFailed, error.message)
    }

    init(_ error: TransactionError<ViewError>) {
        switch error {
        case .store(let error): self.init(error)
        case .body(let error): self = error
        }
    }
}

/// The store that a projection folds into: reads as a snapshot does, and keeps what is written in the overlay.
struct FoldingStore: ProjectionStore, ~Copyable {
    private let overlay: Overlay
    private let snapshot: ProjectionSnapshot

    init(overlay: Overlay, snapshot: consuming ProjectionSnapshot) {
        self.overlay = overlay
        self.snapshot = snapshot
    }

    func get(_ table: TableID, _ key: [UInt8]) throws(ViewError) -> [UInt8]? {
        try snapshot.get(table.rawValue, RowKey(key))
    }

    mutating func put(_ table: TableID, _ key: [UInt8], _ row: [UInt8]) throws(ViewError) {
        guard ProjectionTables.keyLengths.contains(key.count) else {
            throw ViewError(.eventUnfit, "A row's key would have \(key.count) bytes; it may have 1 to 511.")
        }
        overlay.set(table.rawValue, RowKey(key), .row(row))
    }

    mutating func delete(_ table: TableID, _ key: [UInt8]) throws(ViewError) {
        guard ProjectionTables.keyLengths.contains(key.count) else { return }
        overlay.set(table.rawValue, RowKey(key), .deleted)
    }
}
