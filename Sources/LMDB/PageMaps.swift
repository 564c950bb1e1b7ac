internal import CLMDB
internal import Glibc
internal import Synchronization

/// The map of an environment's data file at this moment, and the way from a read transaction to its pages.
@safe final class PageMaps: Sendable {
    private let path: String
    private let descriptor: Int32
    private let pageSize: Int
    private let current: Mutex<PageMap>

    /// How often a meta page may change under a reader before that gives up; each time takes a whole commit within the
    /// microsecond that reading it takes.
    private static let attempts = 1_000

    /// Maps the data file of an open environment.
    init(_ handle: borrowing EnvironmentHandle, path: String) throws(LMDBError) {
        var status = MDB_stat()
        try unsafe LMDBError.check(mdb_env_stat(handle.pointer, &status), "mdb_env_stat", subject: path)
        var descriptor: Int32 = -1
        try unsafe LMDBError.check(mdb_env_get_fd(handle.pointer, &descriptor), "mdb_env_get_fd", subject: path)
        self.path = path + "/data.mdb"
        self.descriptor = descriptor
        pageSize = Int(status.ms_psize)
        let map = try PageMap(descriptor: descriptor, path: self.path, pageSize: pageSize, covering: 0)
        current = Mutex(try map.covering(map.fileSize()))
    }

    /// The pages that a read transaction of LMDB has pinned.
    ///
    /// LMDB keeps to itself which roots it read when the transaction began. They are read again here, from the meta page
    /// of the transaction's number. That page is written next by the commit after the next one, which begins only when
    /// the next one has ended. So the copy is whole when, after it was made, the other page is not newer, or a
    /// transaction that begins again still has the same number.
    @unsafe func snapshot(of transaction: OpaquePointer) throws(LMDBError) -> PageSnapshot {
        for _ in 0..<Self.attempts {
            let number = unsafe UInt64(mdb_txn_id(transaction))
            let map = current.withLock { $0 }
            let meta = try unsafe MetaPage(map.pages(number & 1))
            atomicMemoryFence(ordering: .acquiring)
            let other = try unsafe MetaPage(map.pages(number & 1 ^ 1)).transaction
            if other > number {
                unsafe mdb_txn_reset(transaction)
                try unsafe LMDBError.check(mdb_txn_renew(transaction), "mdb_txn_renew", subject: path)
                guard unsafe UInt64(mdb_txn_id(transaction)) == number else { continue }
            }
            guard meta.transaction == number else {
                throw .damagedPage(number & 1, "it is not of transaction \(number)", path: path)
            }
            if let contradiction = meta.contradiction(index: number & 1) {
                throw .damagedPage(number & 1, contradiction, path: path)
            }
            return PageSnapshot(map: try self.map(holding: meta), meta: meta)
        }
        throw .damagedPage(0, "the number of its transaction does not stand still", path: path)
    }

    /// Examines a file that is about to be written to.
    ///
    /// - Parameter closed: the commit after which it was closed in order, if it was.
    func examine(
        _ handle: borrowing EnvironmentHandle, _ options: EnvironmentOptions, closedAfter closed: UInt64?
    ) throws(LMDBError) -> OpeningExamination {
        var begun: OpaquePointer?
        try unsafe LMDBError.check(
            mdb_txn_begin(handle.pointer, nil, UInt32(MDB_RDONLY), &begun), "mdb_txn_begin", subject: path)
        guard let transaction = unsafe begun else {
            throw LMDBError(rawCode: ENOMEM, call: "mdb_txn_begin", subject: path)
        }
        defer { unsafe mdb_txn_abort(transaction) }
        do throws(LMDBError) {
            let snapshot = try unsafe snapshot(of: transaction)
            let used = Int(snapshot.meta.lastPage + 1) * pageSize
            let isInOrder = closed == snapshot.meta.transaction
            let isWhole = used <= (isInOrder ? options.examinedBytesInOrder : options.examinedBytes)
            _ = try PageExaminer.examine(snapshot, isWhole ? .whole : .edges)
            return OpeningExamination(damage: nil, isWhole: isWhole)
        } catch {
            guard error.damage != nil else { throw error }
            return OpeningExamination(damage: error, isWhole: true)
        }
    }

    /// The present map, or a larger one when the file has grown beyond it.
    private func map(holding meta: MetaPage) throws(LMDBError) -> PageMap {
        let end = Int(meta.lastPage + 1) * pageSize
        return try current.withLock { (map: inout PageMap) throws(LMDBError) in
            guard end > map.capacity else { return map }
            // What a damaged last page claims beyond the file is not mapped.
            map = try map.covering(min(end, map.fileSize()))
            return map
        }
    }
}

extension PageMap {
    /// This map, or a larger one of the same file when this cannot hold `bytes`.
    func covering(_ bytes: Int) throws(LMDBError) -> PageMap {
        guard bytes > capacity else { return self }
        return try PageMap(descriptor: descriptor, path: path, pageSize: pageSize, covering: bytes)
    }
}

/// What is known of the pages of a file that is open for writing.
struct OpeningExamination {
    /// The damage that was found; `nil` when there is none.
    var damage: LMDBError?
    /// Whether every page was looked at.
    var isWhole: Bool
}
