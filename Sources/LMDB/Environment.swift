internal import CLMDB
internal import Glibc
internal import Synchronization

/// An LMDB environment: one data file in a directory of its own, with one writer and any number of readers.
///
/// Open it once per process and share it. It closes when the last reference *and* the last transaction are gone.
///
/// ```swift
/// let environment = try Environment(path: directory)
/// let table = try environment.openTable(named: nil, flags: .integerKey)
/// try environment.write { transaction in
///     try transaction.put(table, key: 1, value: bytes, append: true)
/// }
/// ```
///
/// What a reader sees is the last commit at the moment its transaction began. Keep read transactions short: pages
/// that are freed while one is open cannot be used again. Do not use an environment after `fork`, and not on a remote
/// file system.
package final class Environment: Sendable {
    /// The directory, as it was given.
    package let path: String
    /// How it was opened.
    package let options: EnvironmentOptions

    let handle: EnvironmentHandle
    /// The data file, as read transactions read it.
    private let maps: PageMaps
    private let examined: Mutex<OpeningExamination>
    /// Tells the environments of this process apart; see ``Table``.
    let identity: UInt64

    private static let identities = Atomic<UInt64>(0)
    /// The environments that are open in this process.
    static let registry = Mutex<[UInt64: ListedEnvironment]>([:])
    /// Open transactions; below zero while the map is being replaced.
    let openTransactions = Atomic<Int>(0)
    /// Held while the map is replaced.
    let mapChange = Mutex<Void>(())
    /// The thread that holds the write lock, 0 when none of this process does.
    let writingThread = Atomic<UInt>(0)
    /// LMDB allows only one transaction at a time to open tables.
    private let tableOpening = Mutex<Void>(())

    /// Opens the environment in the directory `path`, which is created if it is missing.
    ///
    /// - Throws: ``LMDBError``: `.alreadyOpen` when this process has it open, under whatever name; `.noSuchFile` when
    ///   it is missing and `options` say read-only; `.permission`, `.invalid`, `.versionMismatch`, `.outOfMemory`, …
    package init(path: String, options: EnvironmentOptions = EnvironmentOptions()) throws(LMDBError) {
        handle = try EnvironmentHandle(path: path, options: options)
        maps = try PageMaps(handle, path: path)
        let examination =
            options.readOnly
            ? OpeningExamination(damage: nil, isWhole: true)
            : try maps.examine(handle, options, closedAfter: CloseMark.take(at: path))
        examined = Mutex(examination)
        self.path = path
        self.options = options
        identity = Self.identities.wrappingAdd(1, ordering: .relaxed).newValue
        let listed = ListedEnvironment(path: path, isDurable: options.sync == .full, environment: self)
        Self.registry.withLock { $0[identity] = listed }
    }

    /// What was mended in the file before it was opened; `nil` when nothing had to be.
    package var repair: MetaRepair? { handle.repair }

    /// The damaged page that was found when the file was opened for writing, or by ``examineRest(while:)``. LMDB would
    /// believe it, so the file is read as far as it goes and not written to: ``beginWrite()`` throws this.
    package var damage: LMDBError? { examined.withLock { $0.damage } }

    /// Whether every page has been looked at since the file was opened for writing.
    package var isExamined: Bool { examined.withLock { $0.isWhole } }

    /// Looks at every page, where that was left out when the file was opened; what is found is ``damage`` from then on.
    ///
    /// - Parameter goesOn: asked now and then; false ends the look.
    package func examineRest(while goesOn: @escaping () -> Bool) throws(LMDBError) {
        guard !isExamined else { return }
        do throws(LMDBError) {
            guard try examine(.whole, while: goesOn) != nil else { return }
            examined.withLock { $0.isWhole = true }
        } catch {
            guard error.damage != nil else { throw error }
            examined.withLock { $0 = OpeningExamination(damage: error, isWhole: true) }
        }
    }

    deinit {
        Self.registry.withLock { _ = $0.removeValue(forKey: identity) }
        guard !options.readOnly, damage == nil else { return }
        do { CloseMark.leave(at: path, transaction: try info().lastTransaction) } catch {
            // Without a mark the next opening looks at every page.
        }
    }

    /// The version of the LMDB library in use, in its own words: `LMDB 0.9.24: (July 24, 2019)`.
    package static var libraryVersion: String {
        unsafe String(cString: mdb_version(nil, nil, nil))
    }
}

// MARK: - Transactions

extension Environment {
    /// Begins a read transaction: a snapshot of the last commit.
    ///
    /// It may move between threads, but only one may use it at a time.
    ///
    /// - Throws: `.readersFull` when all slots are taken, also after those of dead processes were freed and some time
    ///   has passed; `.mapResized` when another process has grown the map, and it cannot be adopted because other
    ///   transactions stay open.
    package func beginRead() throws(LMDBError) -> ReadTransaction {
        var attempt = 0
        while true {
            enter()
            do throws(LMDBError) {
                let pointer = try unsafe begin(UInt32(MDB_RDONLY))
                do throws(LMDBError) {
                    return unsafe ReadTransaction(
                        pointer: pointer, pages: try unsafe maps.snapshot(of: pointer), environment: self)
                } catch {
                    unsafe mdb_txn_abort(pointer)
                    throw error
                }
            } catch {
                leave()
                attempt += 1
                try overcome(error, attempt: attempt)
            }
        }
    }

    /// Begins the write transaction; waits until the one before has ended, in whatever process.
    ///
    /// It must end on the thread it began on, so it must not be kept across an `await`; both this and beginning a
    /// second one on the same thread, which would wait for ever, stop the program.
    ///
    /// - Throws: `.permission` when the environment is read-only, `.panic` after a failed write of the meta page,
    ///   `.corrupted` when the file was found damaged as it was opened; see ``damage``.
    package func beginWrite() throws(LMDBError) -> WriteTransaction {
        if let damage { throw damage }
        let thread = Self.currentThread
        precondition(
            writingThread.load(ordering: .relaxed) != thread,
            "this thread has a write transaction open in the same environment")
        var attempt = 0
        while true {
            enter()
            do throws(LMDBError) {
                let pointer = try unsafe begin(0)
                writingThread.store(thread, ordering: .relaxed)
                return unsafe WriteTransaction(pointer: pointer, environment: self, thread: thread)
            } catch {
                leave()
                attempt += 1
                try overcome(error, attempt: attempt)
            }
        }
    }

    /// Runs `body` in a read transaction.
    ///
    /// - Throws: ``TransactionError``: `.store` for a failure of LMDB, `.body` for what `body` threw.
    package func read<Result, Failure: Error>(
        _ body: (borrowing ReadTransaction) throws(Failure) -> Result
    ) throws(TransactionError<Failure>) -> Result {
        let transaction: ReadTransaction
        do { transaction = try beginRead() } catch { throw .store(error) }
        do { return try body(transaction) } catch { throw .body(error) }
    }

    /// Runs `body`, which throws nothing but ``LMDBError``, in a read transaction.
    package func read<Result>(
        _ body: (borrowing ReadTransaction) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        let transaction = try beginRead()
        return try body(transaction)
    }

    /// Runs `body` in a write transaction, which is committed when `body` returns and aborted when it throws.
    ///
    /// When this returns, and the environment is in sync mode `.full`, the changes are on stable storage.
    ///
    /// - Throws: ``TransactionError``: `.store` for a failure of LMDB, also of the commit; `.body` for what `body`
    ///   threw. Nothing has been changed then.
    package func write<Result, Failure: Error>(
        _ body: (borrowing WriteTransaction) throws(Failure) -> Result
    ) throws(TransactionError<Failure>) -> Result {
        let transaction: WriteTransaction
        do { transaction = try beginWrite() } catch { throw .store(error) }
        let result: Result
        do { result = try body(transaction) } catch { throw .body(error) }
        do { try transaction.commit() } catch { throw .store(error) }
        return result
    }

    /// Runs `body`, which throws nothing but ``LMDBError``, in a write transaction.
    ///
    /// Where the map is full, at a change or at the commit, it is made larger if the options allow it, and `body` runs
    /// again: it must change nothing but the transaction.
    package func write<Result>(
        _ body: (borrowing WriteTransaction) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        while true {
            do throws(LMDBError) {
                let transaction = try beginWrite()
                let result = try body(transaction)
                try transaction.commit()
                return result
            } catch {
                guard error.code == .mapFull, try overcomeFullMap() else { throw error }
            }
        }
    }

    /// Milliseconds that a change of the map waits for open transactions.
    private static let mapPatience = 1_000
    /// Attempts to begin a transaction while every reader slot is taken, and the microseconds between them.
    private static let slotAttempts = 20
    private static let slotPause: UInt32 = 10_000

    /// Makes the map larger; false where it stays full: for good, or while somebody reads for long.
    private func overcomeFullMap() throws(LMDBError) -> Bool {
        do { return try growMap(patience: Self.mapPatience) } catch {
            guard error.code == .busy else { throw error }
            return false
        }
    }

    /// Does what makes it worth while to begin a transaction again.
    ///
    /// - Throws: the error itself where nothing does.
    private func overcome(_ error: LMDBError, attempt: Int) throws(LMDBError) {
        switch error.code {
        case .readersFull where attempt <= Self.slotAttempts:
            if try checkReaders() == 0 { usleep(Self.slotPause) }
        case .mapResized where attempt == 1:
            let resized = error
            do { try setMapSize(0, patience: Self.mapPatience) } catch { throw error.code == .busy ? resized : error }
        default: throw error
        }
    }

    private func begin(_ flags: UInt32) throws(LMDBError) -> OpaquePointer {
        var begun: OpaquePointer?
        try unsafe LMDBError.check(mdb_txn_begin(handle.pointer, nil, flags, &begun), "mdb_txn_begin", subject: path)
        guard let pointer = unsafe begun else {
            throw LMDBError(rawCode: ENOMEM, call: "mdb_txn_begin", subject: path)
        }
        return unsafe pointer
    }

    /// Which thread this is, as a number that is not 0.
    static var currentThread: UInt { UInt(pthread_self()) }
}

// MARK: - Tables

extension Environment {
    /// Opens a table, and creates it if it is missing and the environment is not read-only.
    ///
    /// Must not be called while this thread has a write transaction open. Transactions that began before do not see
    /// the table.
    ///
    /// - Parameters:
    ///   - name: the table's name, or `nil` for the environment's unnamed table. The names of the others are kept as
    ///     byte keys in the unnamed one, so an environment has either named tables or an unnamed one.
    ///   - flags: what kind of keys it has.
    ///   - mustExist: it was there when the file was closed last; so it is damage when it is missing. The names of tables
    ///     have no checksum: one with a flipped bit would leave its table behind unseen.
    /// - Throws: `.notFound` when it is missing in a read-only environment, `.corrupted` when it must exist and does not,
    ///   `.incompatible` when it exists with other
    ///   flags, `.tablesFull` when `options.maxTables` is too small.
    package func openTable(
        named name: String?, flags: TableFlags = [], mustExist: Bool = false
    ) throws(LMDBError) -> Table {
        try tableOpening.withLock { (_) throws(LMDBError) in
            // A read transaction needs neither the write lock nor a flush, and suffices in most cases.
            if let table = try openExistingTable(name, flags) { return table }
            guard !mustExist else {
                throw LMDBError.damagedPage(try root(), "it does not name the table \(name ?? "")", path: path)
            }
            return try createTable(name, flags)
        }
    }

    /// The table if it exists with these flags; `nil` if it has to be created.
    private func openExistingTable(_ name: String?, _ flags: TableFlags) throws(LMDBError) -> Table? {
        let transaction = try beginRead()
        let opened: OpenedTable
        do throws(LMDBError) {
            // LMDB searches the table of names, too, and believes its pages: what it will meet is checked before.
            if let name { _ = try transaction.access.snapshot?.tree(named: name) }
            opened = try transaction.access.openTable(name, flags: 0)
        } catch {
            guard error.code == .notFound, !options.readOnly else { throw error }
            return nil
        }
        if opened.flags != flags.persistent {
            guard name == nil, opened.count == 0, !options.readOnly else { throw incompatible(name) }
            return nil
        }
        // The handle is kept only by a commit, also in a read transaction.
        try transaction.commitHandles()
        return Table(handle: opened.handle, name: name, environment: identity, flags: flags)
    }

    /// The page at which the names of the tables begin.
    private func root() throws(LMDBError) -> UInt64 {
        try read { transaction throws(LMDBError) in transaction.access.snapshot?.meta.main.root ?? 0 }
    }

    private func createTable(_ name: String?, _ flags: TableFlags) throws(LMDBError) -> Table {
        let transaction = try beginWrite()
        let opened = try transaction.access.openTable(name, flags: UInt32(MDB_CREATE) | flags.persistentFlags)
        // Another process may have created it in between.
        guard opened.flags == flags.persistent else { throw incompatible(name) }
        try transaction.commit()
        return Table(handle: opened.handle, name: name, environment: identity, flags: flags)
    }

    private func incompatible(_ name: String?) -> LMDBError {
        damage ?? LMDBError(rawCode: MDB_INCOMPATIBLE, call: "mdb_dbi_open", subject: name ?? path)
    }
}

extension TableFlags {
    /// What LMDB itself knows of them.
    fileprivate var persistent: TableFlags { intersection(.integerKey) }

    /// LMDB's flags of this kind of table.
    fileprivate var persistentFlags: UInt32 {
        contains(.integerKey) ? UInt32(MDB_INTEGERKEY) : 0
    }
}
