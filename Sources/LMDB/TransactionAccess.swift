internal import CLMDB
internal import Glibc

/// What a transaction lends to the functions that read through it. Opaque outside this module.
///
/// Must not be kept beyond the transaction.
@safe @usableFromInline package struct TransactionAccess {
    let pointer: OpaquePointer
    /// The pages that a read transaction reads by itself; `nil` in a write transaction, which reads through LMDB. Kept
    /// by the transaction.
    let pages: Unmanaged<PageSnapshot>?
    /// Which environment's tables it may use.
    let environment: UInt64
    /// Number of closures that hold a span of this transaction at this moment; `nil` in a read transaction, where
    /// nothing can change under a span.
    @usableFromInline let openSpans: UnsafeMutablePointer<Int>?

    /// A span is about to be lent to a closure.
    @inlinable
    func beginSpan() {
        if let openSpans = unsafe openSpans { unsafe openSpans.pointee += 1 }
    }

    /// The closure has returned.
    @inlinable
    func endSpan() {
        if let openSpans = unsafe openSpans { unsafe openSpans.pointee -= 1 }
    }

    /// The pages, where the transaction reads them by itself.
    var snapshot: PageSnapshot? { unsafe pages?.takeUnretainedValue() }

    /// Stops the program when a change would pull the ground from under a span: LMDB keeps values in place only until
    /// the next change of the transaction.
    func requireNoOpenSpan() {
        guard let openSpans = unsafe openSpans else { return }
        let open = unsafe openSpans.pointee
        precondition(open == 0, "a transaction cannot change inside the closure of a get or a scan of its own")
    }

    /// LMDB's handle of the table, after a check that it may be used here in this way.
    func handle(_ table: Table, integerKey: Bool) -> MDB_dbi {
        precondition(
            table.flags.contains(.integerKey) == integerKey, "the table has keys of the other kind (integers, bytes)")
        return handle(table)
    }

    /// LMDB's handle of the table, after a check that it belongs to this environment.
    func handle(_ table: Table) -> MDB_dbi {
        precondition(table.environment == environment, "the table belongs to another environment")
        return table.handle
    }
}

/// A value where LMDB has it: in the map, or in a changed page. The pointer is turned into a span before any other
/// code sees it.
@unsafe @usableFromInline struct MappedBytes {
    @usableFromInline let start: UnsafeRawPointer
    @usableFromInline let count: Int

    init(_ value: MDB_val) {
        // An empty value may come without an address; any that is not null will do.
        unsafe start = UnsafeRawPointer(value.mv_data) ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        unsafe count = Int(value.mv_size)
    }

    init(start: UnsafeRawPointer, count: Int) {
        unsafe self.start = start
        unsafe self.count = count
    }
}

/// A table as LMDB describes it.
struct OpenedTable {
    let handle: MDB_dbi
    let flags: TableFlags
    let count: Int
}

// MARK: - Reading

extension TransactionAccess {
    /// The value under an integer key.
    @usableFromInline
    func find(_ table: Table, key: UInt64) throws(LMDBError) -> MappedBytes? {
        let handle = handle(table, integerKey: true)
        var number = key
        return try unsafe withUnsafeMutableBytes(of: &number) { key throws(LMDBError) in
            try unsafe find(table, handle, key)
        }
    }

    /// The value under a key of bytes.
    @usableFromInline
    func find(_ table: Table, key: RawSpan) throws(LMDBError) -> MappedBytes? {
        let handle = handle(table, integerKey: false)
        return try unsafe key.withUnsafeBytes { key throws(LMDBError) in
            try unsafe find(table, handle, UnsafeMutableRawBufferPointer(mutating: key))
        }
    }

    private func find(
        _ table: Table, _ handle: MDB_dbi, _ key: UnsafeMutableRawBufferPointer
    ) throws(LMDBError) -> MappedBytes? {
        var key = unsafe MDB_val(mv_size: key.count, mv_data: key.baseAddress)
        if let snapshot { return try unsafe snapshot.value(table, PageKey(key)) }
        var value = unsafe MDB_val()
        let result = unsafe mdb_get(pointer, handle, &key, &value)
        if result == MDB_NOTFOUND { return nil }
        try LMDBError.check(result, "mdb_get")
        guard let seed = table.checksumSeed else { return unsafe MappedBytes(value) }
        guard let checked = unsafe EntryChecksum.checked(seed, key: PageKey(key), MappedBytes(value)) else {
            throw .damagedEntry(of: table.name)
        }
        return unsafe checked
    }

    /// Number of entries of a table.
    func count(_ table: Table) throws(LMDBError) -> Int {
        let handle = handle(table)
        if let snapshot { return try Int(clamping: snapshot.tree(table).entries) }
        return try count(handle)
    }

    private func count(_ handle: MDB_dbi) throws(LMDBError) -> Int {
        var status = MDB_stat()
        try unsafe LMDBError.check(mdb_stat(pointer, handle, &status), "mdb_stat")
        return Int(status.ms_entries)
    }

    /// Opens a table in this transaction. The handle may be used after the transaction's commit.
    func openTable(_ name: String?, flags: UInt32) throws(LMDBError) -> OpenedTable {
        var handle: MDB_dbi = 0
        try unsafe LMDBError.check(mdb_dbi_open(pointer, name, flags, &handle), "mdb_dbi_open", subject: name)
        var found: UInt32 = 0
        try unsafe LMDBError.check(mdb_dbi_flags(pointer, handle, &found), "mdb_dbi_flags", subject: name)
        let known = UInt32(MDB_INTEGERKEY)
        guard found & ~(known | UInt32(MDB_CREATE)) == 0 else {
            throw LMDBError(rawCode: MDB_INCOMPATIBLE, call: "mdb_dbi_open", subject: name)
        }
        return OpenedTable(
            handle: handle, flags: found & known == 0 ? [] : .integerKey, count: try count(handle))
    }
}

// MARK: - Writing

extension TransactionAccess {
    /// Stores a value under an integer key.
    func store(_ table: Table, key: UInt64, value: RawSpan, flags: UInt32) throws(LMDBError) {
        let handle = handle(table, integerKey: true)
        var number = key
        try unsafe withUnsafeMutableBytes(of: &number) { key throws(LMDBError) in
            try unsafe store(table, handle, key, value, flags)
        }
    }

    /// Stores a value under a key of bytes.
    func store(_ table: Table, key: RawSpan, value: RawSpan, flags: UInt32) throws(LMDBError) {
        let handle = handle(table, integerKey: false)
        try unsafe key.withUnsafeBytes { key throws(LMDBError) in
            try unsafe store(table, handle, UnsafeMutableRawBufferPointer(mutating: key), value, flags)
        }
    }

    private func store(
        _ table: Table, _ handle: MDB_dbi, _ key: UnsafeMutableRawBufferPointer, _ value: RawSpan, _ flags: UInt32
    ) throws(LMDBError) {
        requireNoOpenSpan()
        try unsafe value.withUnsafeBytes { value throws(LMDBError) in
            if let seed = table.checksumSeed { return try unsafe store(handle, key, value, seed, flags) }
            var key = unsafe MDB_val(mv_size: key.count, mv_data: key.baseAddress)
            var value = unsafe MDB_val(
                mv_size: value.count, mv_data: UnsafeMutableRawPointer(mutating: value.baseAddress))
            try unsafe LMDBError.check(mdb_put(pointer, handle, &key, &value, flags), "mdb_put")
        }
    }

    /// Stores a value and its checksum behind it.
    private func store(
        _ handle: MDB_dbi, _ key: UnsafeMutableRawBufferPointer, _ value: UnsafeRawBufferPointer, _ seed: UInt64,
        _ flags: UInt32
    ) throws(LMDBError) {
        let sum = unsafe EntryChecksum.sum(seed, UnsafeRawBufferPointer(key), value)
        var key = unsafe MDB_val(mv_size: key.count, mv_data: key.baseAddress)
        var place = unsafe MDB_val(mv_size: value.count + EntryChecksum.size, mv_data: nil)
        try unsafe LMDBError.check(mdb_put(pointer, handle, &key, &place, flags | UInt32(MDB_RESERVE)), "mdb_put")
        guard let start = unsafe place.mv_data else {
            throw LMDBError(rawCode: ENOMEM, call: "mdb_put")
        }
        if let from = value.baseAddress { unsafe start.copyMemory(from: from, byteCount: value.count) }
        unsafe start.storeBytes(of: sum.littleEndian, toByteOffset: value.count, as: UInt64.self)
    }

    /// Makes room for a value of `count` bytes, which the caller must fill before any other change.
    func reserve(
        _ table: Table, key: UInt64, count: Int, flags: UInt32
    ) throws(LMDBError) -> UnsafeMutableRawBufferPointer {
        requireNoOpenSpan()
        precondition(table.checksumSeed == nil, "the checksum of a value that is still to be filled is not known")
        let handle = handle(table, integerKey: true)
        var number = key
        return try unsafe withUnsafeMutableBytes(of: &number) { key throws(LMDBError) in
            var key = unsafe MDB_val(mv_size: key.count, mv_data: key.baseAddress)
            var value = unsafe MDB_val(mv_size: count, mv_data: nil)
            try unsafe LMDBError.check(
                mdb_put(pointer, handle, &key, &value, flags | UInt32(MDB_RESERVE)), "mdb_put")
            return unsafe UnsafeMutableRawBufferPointer(start: value.mv_data, count: count)
        }
    }

    /// Removes an integer key; says whether it was there.
    func remove(_ table: Table, key: UInt64) throws(LMDBError) -> Bool {
        let handle = handle(table, integerKey: true)
        var number = key
        return try unsafe withUnsafeMutableBytes(of: &number) { key throws(LMDBError) in
            try unsafe remove(handle, key)
        }
    }

    /// Removes a key of bytes; says whether it was there.
    func remove(_ table: Table, key: RawSpan) throws(LMDBError) -> Bool {
        let handle = handle(table, integerKey: false)
        return try unsafe key.withUnsafeBytes { key throws(LMDBError) in
            try unsafe remove(handle, UnsafeMutableRawBufferPointer(mutating: key))
        }
    }

    private func remove(_ handle: MDB_dbi, _ key: UnsafeMutableRawBufferPointer) throws(LMDBError) -> Bool {
        requireNoOpenSpan()
        var key = unsafe MDB_val(mv_size: key.count, mv_data: key.baseAddress)
        let result = unsafe mdb_del(pointer, handle, &key, nil)
        if result == MDB_NOTFOUND { return false }
        try LMDBError.check(result, "mdb_del")
        return true
    }

    /// Removes all entries of a table.
    func clear(_ table: Table) throws(LMDBError) {
        requireNoOpenSpan()
        try unsafe LMDBError.check(mdb_drop(pointer, handle(table), 0), "mdb_drop")
    }
}
