internal import CLMDB

/// The one transaction that may change the environment.
///
/// Its changes are seen by others after ``commit()``; without it they are gone when the transaction goes out of
/// scope. It reads its own changes. It ends on the thread that it began on.
///
/// A change inside the closure of a `get` or `scan` of the same transaction stops the program, because it could move
/// the bytes that the closure is looking at: collect first, then change.
@safe package struct WriteTransaction: ~Copyable, TableReader {
    package let access: TransactionAccess
    private let environment: Unmanaged<Environment>
    private let openSpans: UnsafeMutablePointer<Int>
    private let thread: UInt

    init(pointer: OpaquePointer, environment: Environment, thread: UInt) {
        unsafe openSpans = .allocate(capacity: 1)
        unsafe openSpans.initialize(to: 0)
        unsafe access = TransactionAccess(
            pointer: pointer, pages: nil, environment: environment.identity, openSpans: openSpans)
        unsafe self.environment = .passRetained(environment)
        self.thread = thread
    }

    deinit {
        unsafe Self.finish(access.pointer, openSpans, environment, thread) { pointer in
            unsafe mdb_txn_abort(pointer)
            return MDB_SUCCESS
        }
    }

    /// Makes the changes visible and, in sync mode `.full`, durable.
    ///
    /// - Throws: ``LMDBError``; the changes are gone then. After `.io` the device is not to be trusted, although LMDB
    ///   itself would go on; after `.panic` the environment must be opened again. `.mapFull` and `.diskFull` may come
    ///   here as well as at a change.
    package consuming func commit() throws(LMDBError) {
        let pointer = unsafe access.pointer
        let openSpans = unsafe self.openSpans
        let environment = unsafe self.environment
        let thread = self.thread
        discard self
        let result = unsafe Self.finish(pointer, openSpans, environment, thread) { pointer in
            unsafe mdb_txn_commit(pointer)
        }
        try LMDBError.check(result, "mdb_txn_commit")
    }

    /// Drops all changes.
    package consuming func abort() {
        // The destructor does it.
    }

    /// Ends the transaction by `end` and gives back what it held.
    @discardableResult
    private static func finish(
        _ pointer: OpaquePointer, _ openSpans: UnsafeMutablePointer<Int>, _ environment: Unmanaged<Environment>,
        _ thread: UInt, _ end: (OpaquePointer) -> Int32
    ) -> Int32 {
        // LMDB would answer with success and then never let another writer in.
        precondition(thread == Environment.currentThread, "a write transaction ends on the thread it began on")
        let result = unsafe end(pointer)
        unsafe openSpans.deallocate()
        unsafe environment.takeUnretainedValue().leaveWrite(thread: thread)
        unsafe environment.release()
        return result
    }
}

// MARK: - Storing

extension WriteTransaction {
    /// Stores a value, in place of the one that may be there.
    ///
    /// - Parameters:
    ///   - append: the key is greater than all others; stored without a search, and pages are filled completely.
    ///   - noOverwrite: the key must be new.
    /// - Throws: ``LMDBError``: `.keyExists` when `append` or `noOverwrite` does not hold, and nothing has changed;
    ///   `.mapFull`, `.badSize`, … : the transaction can only be aborted.
    package borrowing func put(
        _ table: Table, key: UInt64, value: RawSpan, append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        try access.store(table, key: key, value: value, flags: Self.flags(append, noOverwrite))
    }

    /// Stores a value in place of the one that may be there; see the first `put`.
    package borrowing func put(
        _ table: Table, key: RawSpan, value: RawSpan, append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        try access.store(table, key: key, value: value, flags: Self.flags(append, noOverwrite))
    }

    /// Stores a value in place of the one that may be there; see the first `put`.
    package borrowing func put(
        _ table: Table, key: UInt64, value: [UInt8], append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        try unsafe put(table, key: key, value: value.span.bytes, append: append, noOverwrite: noOverwrite)
    }

    /// Stores a value in place of the one that may be there; see the first `put`.
    package borrowing func put(
        _ table: Table, key: [UInt8], value: RawSpan, append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        try unsafe put(table, key: key.span.bytes, value: value, append: append, noOverwrite: noOverwrite)
    }

    /// Stores a value in place of the one that may be there; see the first `put`.
    package borrowing func put(
        _ table: Table, key: RawSpan, value: [UInt8], append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        try unsafe put(table, key: key, value: value.span.bytes, append: append, noOverwrite: noOverwrite)
    }

    /// Stores a value in place of the one that may be there; see the first `put`.
    package borrowing func put(
        _ table: Table, key: [UInt8], value: [UInt8], append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        try unsafe put(
            table, key: key.span.bytes, value: value.span.bytes, append: append, noOverwrite: noOverwrite)
    }

    /// Stores a number as 8 little-endian bytes; `getUInt64` reads it.
    package borrowing func put(
        _ table: Table, key: UInt64, value: UInt64, append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        let bytes: [1 of UInt64] = [value.littleEndian]
        try unsafe put(table, key: key, value: bytes.span.bytes, append: append, noOverwrite: noOverwrite)
    }

    /// Stores a number as 8 little-endian bytes; `getUInt64` reads it.
    package borrowing func put(
        _ table: Table, key: [UInt8], value: UInt64, append: Bool = false, noOverwrite: Bool = false
    ) throws(LMDBError) {
        let bytes: [1 of UInt64] = [value.littleEndian]
        try unsafe put(
            table, key: key.span.bytes, value: bytes.span.bytes, append: append, noOverwrite: noOverwrite)
    }

    /// Stores a value of `count` bytes that `fill` writes straight into its place, without a copy in between.
    ///
    /// - Parameters:
    ///   - append: the key is greater than all others.
    ///   - fill: must write exactly `count` bytes, and must not change the transaction.
    package borrowing func putReserving(
        _ table: Table, key: UInt64, count: Int, append: Bool = false, _ fill: (inout OutputRawSpan) -> Void
    ) throws(LMDBError) {
        let place = try unsafe access.reserve(table, key: key, count: count, flags: Self.flags(append, false))
        access.beginSpan()
        defer { access.endSpan() }
        var output = unsafe OutputRawSpan(buffer: place, initializedCount: 0)
        fill(&output)
        let written = unsafe output.finalize(for: place)
        // What was not written would be whatever the memory held before.
        precondition(written == count, "a reserved value is filled completely")
    }

    /// Removes a key.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    package borrowing func delete(_ table: Table, key: UInt64) throws(LMDBError) -> Bool {
        try access.remove(table, key: key)
    }

    /// Removes a key.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    package borrowing func delete(_ table: Table, key: RawSpan) throws(LMDBError) -> Bool {
        try access.remove(table, key: key)
    }

    /// Removes a key.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    package borrowing func delete(_ table: Table, key: [UInt8]) throws(LMDBError) -> Bool {
        try unsafe access.remove(table, key: key.span.bytes)
    }

    /// Removes all entries. Do not clear the unnamed table of an environment with named ones: it holds their names.
    package borrowing func clear(_ table: Table) throws(LMDBError) {
        try access.clear(table)
    }

    private static func flags(_ append: Bool, _ noOverwrite: Bool) -> UInt32 {
        UInt32((append ? MDB_APPEND : 0) | (noOverwrite ? MDB_NOOVERWRITE : 0))
    }
}
