internal import Crypto
internal import LMDB
internal import Schema

/// Which log and which fold a store's rows come from: rows of any other are worthless.
struct StoreOwner: Equatable, Sendable {
    var log: Identifier
    var epoch: UInt32
    var version: UInt32
}

/// How far a store has come.
struct Checkpoint: Equatable, Sendable {
    /// The last event that has its effect in the rows.
    var position: Position
    /// When the log took it.
    var recordedAt: Instant

    static let start = Checkpoint(position: .none, recordedAt: .earliest)
}

/// The LMDB environment of one projection: its tables, and one row that says whose they are and how far they are.
///
/// The checkpoint is written in the transaction that writes the rows, so after a crash both are of the same moment and
/// each event has its effect exactly once.
struct ProjectionTables: Sendable {
    let environment: Environment
    let tables: [Table]
    private let names: [String]
    private let meta: Table

    /// Bytes that a key may have.
    static let keyLengths = 1...511
    /// Not `_replay`: that of older versions has no checksums, and neither have their rows.
    private static let metaName = "_checkpoint"
    private static let checkpointKey = Array("checkpoint".utf8)
    private static let layoutVersion: UInt8 = 1

    /// Opens the environment in a directory, which is made where it is missing.
    ///
    /// - Parameters:
    ///   - owner: whose rows they are to be; what is there of another owner may have other tables.
    ///   - sync: `.none` for one that is being built and thrown away when that is interrupted.
    init(
        path: String, names: [String], owner: StoreOwner, sync: EnvironmentOptions.SyncMode
    ) throws(LMDBError) {
        let options = EnvironmentOptions(
            mapSize: 1 << 36, largestMapSize: EnvironmentOptions.largestMap, maxTables: UInt32(names.count + 1),
            maxReaders: 512, sync: sync)
        let environment = try Environment(path: path, options: options)
        // Nothing can be written to it any more, and what is read may be another table's.
        if let damage = environment.damage { throw damage }
        _ = try environment.checkReaders()
        let meta = try environment.openTable(named: Self.metaName, flags: .checked)
        let exist = try environment.read { transaction throws(LMDBError) in
            try transaction.getBytes(meta, key: Self.checkpointKey)?.starts(with: Self.encode(owner)) ?? false
        }
        var tables: [Table] = []
        for name in names {
            tables.append(try environment.openTable(named: name, flags: .checked, mustExist: exist))
        }
        self.meta = meta
        self.environment = environment
        self.tables = tables
        self.names = names
    }

    /// How far the rows are; the start where there are none yet, nil where they are somebody else's or an older version's.
    func checkpoint(of owner: StoreOwner) throws(LMDBError) -> Checkpoint? {
        let stored = try environment.read { transaction throws(LMDBError) in
            try transaction.getBytes(meta, key: Self.checkpointKey)
        }
        guard let stored else {
            // Rows without a checkpoint are those of an older version.
            return try emptyTables().allSatisfy(\.self) ? .start : nil
        }
        let front = Self.encode(owner)
        guard stored.count == front.count + 16, stored.starts(with: front) else { return nil }
        let numbers = Array(stored[front.count...])
        let span = numbers.span.bytes
        return Checkpoint(
            position: Position(UInt64(littleEndian: span.unsafeLoadUnaligned(as: UInt64.self))),
            recordedAt: Instant(
                microseconds: Int64(littleEndian: span.unsafeLoadUnaligned(fromByteOffset: 8, as: Int64.self))))
    }

    /// Which tables hold no rows.
    func emptyTables() throws(LMDBError) -> [Bool] {
        try environment.read { transaction throws(LMDBError) in
            var empty: [Bool] = []
            for table in tables { empty.append(try transaction.count(table) == 0) }
            return empty
        }
    }

    /// Writes changed rows and the checkpoint in one transaction.
    func commit(_ changes: FrozenChanges, _ checkpoint: Checkpoint, of owner: StoreOwner) throws(LMDBError) {
        try environment.write { transaction throws(LMDBError) in
            for (index, table) in tables.enumerated() {
                try Self.write(changes.sorted(index), to: table, transaction)
            }
            var row = Self.encode(owner)
            row.append(littleEndian: checkpoint.position.rawValue)
            row.append(littleEndian: checkpoint.recordedAt.rawValue)
            try transaction.put(meta, key: Self.checkpointKey, value: row)
        }
    }

    private static func write(
        _ changes: SortedChanges, to table: Table, _ transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        guard changes.count > 0 else { return }
        var last: RowKey?
        try transaction.scanBackward(table, from: nil) { key, _ throws(LMDBError) in
            last = RowKey([UInt8](copying: key))
            return .stop
        }
        // Behind the last key there is nothing to search and nothing to delete.
        let append = last.map { $0 < changes[0].key } ?? true
        for position in 0..<changes.count {
            let entry = changes[position]
            switch entry.change {
            case .row(let row): try transaction.put(table, key: entry.key.bytes, value: row, append: append)
            case .deleted: if !append { try transaction.delete(table, key: entry.key.bytes) }
            }
        }
    }

    private static func encode(_ owner: StoreOwner) -> [UInt8] {
        var bytes: [UInt8] = [layoutVersion]
        bytes.append(owner.log)
        bytes.append(littleEndian: owner.epoch)
        bytes.append(littleEndian: owner.version)
        return bytes
    }
}

// MARK: - Digest

extension ProjectionTables {
    /// SHA-256 over all committed rows.
    ///
    /// Hashed are, table by table in the projection's order: length and bytes of the name, number of rows, and for each
    /// row in the order of the keys length and bytes of key and row. Lengths are 4, the number 8 bytes, little-endian.
    /// Neither the checkpoint nor anything else that depends on how the rows came about is part of it.
    func digest(_ transaction: borrowing ReadTransaction) throws(LMDBError) -> [UInt8] {
        var input = HashInput()
        for (name, table) in zip(names, tables) {
            input.add(name)
            input.add(UInt64(try transaction.count(table)))
            try transaction.scan(table, from: []) { key, row throws(LMDBError) in
                input.add(key)
                input.add(row)
                return .next
            }
        }
        return input.finish()
    }
}

/// Gathers small pieces, because a call of the hash costs as much as a row.
private struct HashInput {
    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private static let bufferSize = 64 << 10

    init() { buffer.reserveCapacity(Self.bufferSize + 4_096) }

    mutating func add(_ number: UInt64) { buffer.append(littleEndian: number) }

    mutating func add(_ text: String) {
        buffer.append(littleEndian: UInt32(text.utf8.count))
        buffer.append(contentsOf: text.utf8)
    }

    mutating func add(_ bytes: RawSpan) {
        buffer.append(littleEndian: UInt32(bytes.byteCount))
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
        if buffer.count >= Self.bufferSize { flush() }
    }

    mutating func finish() -> [UInt8] {
        flush()
        return Array(hash.finalize())
    }

    private mutating func flush() {
        hash.update(data: buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
