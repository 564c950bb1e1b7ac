internal import CLMDB

/// What read and write transactions have in common: reading tables.
///
/// Values come as spans of LMDB's own pages, without a copy, and only within a closure: copy what must outlive it.
/// They are not aligned: read numbers with `unsafeLoadUnaligned`.
///
/// A closure that throws nothing, or is marked `throws(LMDBError)`, makes the call throw ``LMDBError``; one that throws
/// something else makes it throw ``TransactionError``.
@usableFromInline package protocol TableReader: ~Copyable {
    /// For this module's use.
    var access: TransactionAccess { get }
}

// MARK: - One value

extension TableReader where Self: ~Copyable {
    /// Calls `body` with the value of a key.
    ///
    /// - Returns: what `body` returned; `nil` when there is no such key.
    @inlinable
    package func get<Result, Failure: Error>(
        _ table: Table, key: UInt64, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(TransactionError<Failure>) -> Result? {
        let found: MappedBytes?
        do { unsafe found = try unsafe access.find(table, key: key) } catch { throw .store(error) }
        do { return try unsafe lend(found, body) } catch { throw .body(error) }
    }

    /// Calls `body` with the value of a key.
    ///
    /// - Returns: what `body` returned; `nil` when there is no such key.
    @inlinable
    package func get<Result>(
        _ table: Table, key: UInt64, _ body: (RawSpan) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result? {
        try unsafe lend(access.find(table, key: key), body)
    }

    /// Calls `body` with the value of a key.
    ///
    /// - Returns: what `body` returned; `nil` when there is no such key.
    @inlinable
    package func get<Result, Failure: Error>(
        _ table: Table, key: RawSpan, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(TransactionError<Failure>) -> Result? {
        let found: MappedBytes?
        do { unsafe found = try unsafe access.find(table, key: key) } catch { throw .store(error) }
        do { return try unsafe lend(found, body) } catch { throw .body(error) }
    }

    /// Calls `body` with the value of a key.
    ///
    /// - Returns: what `body` returned; `nil` when there is no such key.
    @inlinable
    package func get<Result>(
        _ table: Table, key: RawSpan, _ body: (RawSpan) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result? {
        try unsafe lend(access.find(table, key: key), body)
    }

    /// Calls `body` with the value of a key.
    ///
    /// - Returns: what `body` returned; `nil` when there is no such key.
    @inlinable
    package func get<Result, Failure: Error>(
        _ table: Table, key: [UInt8], _ body: (RawSpan) throws(Failure) -> Result
    ) throws(TransactionError<Failure>) -> Result? {
        try unsafe get(table, key: key.span.bytes, body)
    }

    /// Calls `body` with the value of a key.
    ///
    /// - Returns: what `body` returned; `nil` when there is no such key.
    @inlinable
    package func get<Result>(
        _ table: Table, key: [UInt8], _ body: (RawSpan) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result? {
        try unsafe get(table, key: key.span.bytes, body)
    }

    /// A copy of the value of a key; `nil` when there is no such key.
    package func getBytes(_ table: Table, key: UInt64) throws(LMDBError) -> [UInt8]? {
        try get(table, key: key) { [UInt8](copying: $0) }
    }

    /// A copy of the value of a key; `nil` when there is no such key.
    package func getBytes(_ table: Table, key: RawSpan) throws(LMDBError) -> [UInt8]? {
        try get(table, key: key) { [UInt8](copying: $0) }
    }

    /// A copy of the value of a key; `nil` when there is no such key.
    package func getBytes(_ table: Table, key: [UInt8]) throws(LMDBError) -> [UInt8]? {
        try unsafe getBytes(table, key: key.span.bytes)
    }

    /// The number that is stored under a key as 8 little-endian bytes; `nil` when there is no such key.
    ///
    /// - Throws: `.badSize` when the value does not have 8 bytes.
    package func getUInt64(_ table: Table, key: UInt64) throws(LMDBError) -> UInt64? {
        try get(table, key: key) { span throws(LMDBError) in try Self.number(span) }
    }

    /// The number that is stored under a key as 8 little-endian bytes; `nil` when there is no such key.
    ///
    /// - Throws: `.badSize` when the value does not have 8 bytes.
    package func getUInt64(_ table: Table, key: RawSpan) throws(LMDBError) -> UInt64? {
        try get(table, key: key) { span throws(LMDBError) in try Self.number(span) }
    }

    /// The number that is stored under a key as 8 little-endian bytes; `nil` when there is no such key.
    ///
    /// - Throws: `.badSize` when the value does not have 8 bytes.
    package func getUInt64(_ table: Table, key: [UInt8]) throws(LMDBError) -> UInt64? {
        try unsafe getUInt64(table, key: key.span.bytes)
    }

    private static func number(_ span: RawSpan) throws(LMDBError) -> UInt64 {
        guard span.byteCount == MemoryLayout<UInt64>.size else {
            throw LMDBError(rawCode: MDB_BAD_VALSIZE, call: "mdb_get")
        }
        return UInt64(littleEndian: unsafe span.unsafeLoadUnaligned(as: UInt64.self))
    }

    /// Calls `body` with the bytes that were found.
    @inlinable
    func lend<Result, Failure: Error>(
        _ found: MappedBytes?, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let found = unsafe found else { return nil }
        let access = access
        access.beginSpan()
        defer { access.endSpan() }
        return try body(unsafe RawSpan(_unsafeStart: found.start, byteCount: found.count))
    }
}

// MARK: - The whole table

extension TableReader where Self: ~Copyable {
    /// Number of entries.
    package func count(_ table: Table) throws(LMDBError) -> Int {
        try access.count(table)
    }

    /// The smallest key of a table of integer keys; `nil` when it is empty.
    package func firstKey(_ table: Table) throws(LMDBError) -> UInt64? {
        try unsafe Cursor(access, table, integerKey: true).integer(.first)?.key
    }

    /// The greatest key of a table of integer keys; `nil` when it is empty.
    package func lastKey(_ table: Table) throws(LMDBError) -> UInt64? {
        try unsafe Cursor(access, table, integerKey: true).integer(.last)?.key
    }
}

extension [UInt8] {
    /// A copy of the bytes of a span.
    package init(copying span: RawSpan) {
        self = unsafe span.withUnsafeBytes { bytes in unsafe [UInt8](bytes) }
    }
}
