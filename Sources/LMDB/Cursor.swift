internal import CLMDB
internal import Glibc

/// A place in a table. Lives within one call of the transaction that made it: LMDB closes the cursors of a write
/// transaction when that ends, so one that lived longer would be closed twice.
@safe @usableFromInline
struct Cursor: ~Copyable {
    /// Where to go.
    @usableFromInline
    enum Move {
        case first, last, next, previous
        /// To the key that is searched, or else to the next greater one.
        case seek

        var operation: MDB_cursor_op {
            switch self {
            case .first: MDB_FIRST
            case .last: MDB_LAST
            case .next: MDB_NEXT
            case .previous: MDB_PREV
            case .seek: MDB_SET_RANGE
            }
        }
    }

    /// LMDB's cursor, in a write transaction.
    private let pointer: OpaquePointer?
    /// The cursor of our own, in a read transaction.
    private let pages: PageCursor?
    private let table: Table

    @usableFromInline
    init(_ access: TransactionAccess, _ table: Table, integerKey: Bool) throws(LMDBError) {
        let handle = access.handle(table, integerKey: integerKey)
        let pages = try Self.pages(access, table)
        unsafe pointer = try pages == nil ? Self.open(access, handle) : nil
        self.pages = pages
        self.table = table
    }

    private static func pages(_ access: TransactionAccess, _ table: Table) throws(LMDBError) -> PageCursor? {
        guard let snapshot = access.snapshot else { return nil }
        return try PageCursor(snapshot, snapshot.tree(table), checksumSeed: table.checksumSeed)
    }

    @unsafe private static func open(
        _ access: TransactionAccess, _ handle: MDB_dbi
    ) throws(LMDBError) -> OpaquePointer {
        var opened: OpaquePointer?
        try unsafe LMDBError.check(mdb_cursor_open(access.pointer, handle, &opened), "mdb_cursor_open")
        guard let cursor = unsafe opened else {
            throw LMDBError(rawCode: ENOMEM, call: "mdb_cursor_open")
        }
        return unsafe cursor
    }

    @inlinable
    deinit {
        close()
    }

    @usableFromInline
    func close() {
        if let pointer = unsafe pointer { unsafe mdb_cursor_close(pointer) }
    }

    /// Goes there; `nil` when there is no entry.
    private func go(_ move: Move, _ key: inout MDB_val) throws(LMDBError) -> MappedBytes? {
        if let pages {
            guard let entry = try unsafe pages.go(move, PageKey(key)) else { return nil }
            unsafe key = MDB_val(
                mv_size: entry.key.count, mv_data: UnsafeMutableRawPointer(mutating: entry.key.start))
            return unsafe entry.value
        }
        var value = unsafe MDB_val()
        let result = unsafe mdb_cursor_get(pointer, &key, &value, move.operation)
        if result == MDB_NOTFOUND { return nil }
        try LMDBError.check(result, "mdb_cursor_get")
        guard let seed = table.checksumSeed else { return unsafe MappedBytes(value) }
        guard let checked = unsafe EntryChecksum.checked(seed, key: PageKey(key), MappedBytes(value)) else {
            throw .damagedEntry(of: table.name)
        }
        return unsafe checked
    }
}

// MARK: - Integer keys

/// An entry of a table of integer keys.
@unsafe @usableFromInline struct IntegerEntry {
    @usableFromInline let key: UInt64
    @usableFromInline let value: MappedBytes
}

extension Cursor {
    /// Goes to the first, last, next or previous entry.
    @usableFromInline
    func integer(_ move: Move) throws(LMDBError) -> IntegerEntry? {
        var key = unsafe MDB_val()
        guard let value = try unsafe go(move, &key) else { return nil }
        return try unsafe integer(key, value)
    }

    /// Goes to the entry of `key`, or else to the next greater one.
    @usableFromInline
    func integer(atLeast key: UInt64) throws(LMDBError) -> IntegerEntry? {
        var number = key
        return try unsafe withUnsafeMutableBytes(of: &number) { bytes throws(LMDBError) in
            var key = unsafe MDB_val(mv_size: bytes.count, mv_data: bytes.baseAddress)
            guard let value = try unsafe go(.seek, &key) else { return nil }
            return try unsafe integer(key, value)
        }
    }

    /// Goes to the entry of `key`, or else to the next smaller one.
    @usableFromInline
    func integer(atMost key: UInt64) throws(LMDBError) -> IntegerEntry? {
        guard key < .max, let entry = try unsafe integer(atLeast: key) else { return try unsafe integer(.last) }
        return unsafe entry.key == key ? entry : try unsafe integer(.previous)
    }

    @inline(__always)
    private func integer(_ key: MDB_val, _ value: MappedBytes) throws(LMDBError) -> IntegerEntry {
        guard unsafe key.mv_size == MemoryLayout<UInt64>.size, let bytes = unsafe key.mv_data else {
            throw LMDBError(rawCode: MDB_BAD_VALSIZE, call: "mdb_cursor_get")
        }
        return unsafe IntegerEntry(key: bytes.loadUnaligned(as: UInt64.self), value: value)
    }
}

// MARK: - Keys of bytes

/// An entry of a table of byte keys.
@unsafe @usableFromInline struct BytesEntry {
    @usableFromInline let key: MappedBytes
    @usableFromInline let value: MappedBytes
}

extension Cursor {
    /// Goes to the first, last, next or previous entry.
    @usableFromInline
    func bytes(_ move: Move) throws(LMDBError) -> BytesEntry? {
        var key = unsafe MDB_val()
        guard let value = try unsafe go(move, &key) else { return nil }
        return unsafe BytesEntry(key: MappedBytes(key), value: value)
    }

    /// Goes to the entry of `key`, or else to the next greater one; an empty key stands before all others.
    @usableFromInline
    func bytes(atLeast key: RawSpan) throws(LMDBError) -> BytesEntry? {
        guard !key.isEmpty else { return try unsafe bytes(.first) }
        return try unsafe key.withUnsafeBytes { bytes throws(LMDBError) in
            var key = unsafe MDB_val(
                mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            guard let value = try unsafe go(.seek, &key) else { return nil }
            return unsafe BytesEntry(key: MappedBytes(key), value: value)
        }
    }

    /// Goes to the entry of `key`, or else to the next smaller one.
    @usableFromInline
    func bytes(atMost key: RawSpan) throws(LMDBError) -> BytesEntry? {
        guard !key.isEmpty else { return nil }
        guard let entry = try unsafe bytes(atLeast: key) else { return try unsafe bytes(.last) }
        let equal = unsafe key.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, unsafe bytes.count == entry.key.count else { return false }
            return unsafe memcmp(start, entry.key.start, bytes.count) == 0
        }
        return unsafe equal ? entry : try unsafe bytes(.previous)
    }
}
