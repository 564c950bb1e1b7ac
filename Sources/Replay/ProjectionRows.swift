internal import LMDB
internal import Schema
internal import Views

/// Why a page could not be folded to its end.
struct FoldFailure: Error {
    /// The event that was not applied.
    var position: Position
    /// Free of personal data.
    var reason: String
    /// Whether the store failed, and not the event: then it may go better later.
    var isStorage = false
}

/// The rows of one projection and how far they are: folding, committing, undoing. Confined to one thread at a time.
///
/// Invariants:
/// - The environment reflects exactly the events up to `committed`, or up to `pending` where that was written a moment
///   ago; with the pending changes and the overlay over it, exactly those up to `applied`.
/// - After a failed fold the overlay may hold half of an event: `rollback` must come next.
final class ProjectionRows<P: Projection> {
    let path: String
    private let projection = P()
    private let kinds = KindFilter(P.kinds)
    private let owner: StoreOwner
    private let store: ProjectionTables
    private let overlay: Overlay
    /// What is being written, or could not be.
    private var pending: PendingCommit?
    /// Where commits were written last, other than here.
    private var writer: CommitThread?
    private var emptyBelow: [Bool]
    /// How far the rows are as readers see them.
    private(set) var applied: Checkpoint
    /// How far the environment is.
    private(set) var committed: Checkpoint
    /// What rows were found not to be what was written.
    private var rowDamage: String?

    private init(
        path: String, owner: StoreOwner, store: ProjectionTables, checkpoint: Checkpoint
    ) throws(LMDBError) {
        self.path = path
        self.owner = owner
        self.store = store
        overlay = Overlay(tableCount: P.tables.count)
        emptyBelow = try store.emptyTables()
        applied = checkpoint
        committed = checkpoint
    }

    /// Opens the store in a directory. One that belongs to another log, epoch or version of the projection, that is
    /// ahead of the log, or that cannot be read is discarded and begun again.
    ///
    /// - Parameter end: the log's durable end.
    /// - Returns: the rows, and why what was there has been discarded, if it was.
    static func open(
        path: String, owner: StoreOwner, end: Position, sync: EnvironmentOptions.SyncMode
    ) throws(ReplayError) -> (rows: ProjectionRows, discarded: String?) {
        do {
            let found: Result<ProjectionRows, Unusable>
            do {
                found = try openPresent(path: path, owner: owner, end: end, sync: sync)
            } catch {
                guard error.saysDamage else { throw error }
                found = .failure(Unusable(reason: error.message))
            }
            switch found {
            case .success(let rows):
                return (rows, nil)
            case .failure(let unusable):
                try StoreDirectory.remove(path)
                let store = try ProjectionTables(path: path, names: P.tables, owner: owner, sync: sync)
                let rows = try ProjectionRows(path: path, owner: owner, store: store, checkpoint: .start)
                return (rows, unusable.reason)
            }
        } catch let error as LMDBError {
            throw ReplayError(error, during: "opening the projection \(P.name)")
        } catch let error as ReplayError {
            throw error
        } catch {
            throw ReplayError(.storage, "While opening the projection \(P.name): \(error)")
        }
    }

    private struct Unusable: Error {
        var reason: String
    }

    private static func openPresent(
        path: String, owner: StoreOwner, end: Position, sync: EnvironmentOptions.SyncMode
    ) throws(LMDBError) -> Result<ProjectionRows, Unusable> {
        let store = try ProjectionTables(path: path, names: P.tables, owner: owner, sync: sync)
        guard let checkpoint = try store.checkpoint(of: owner) else {
            return .failure(Unusable(reason: "it belongs to another log, epoch or version"))
        }
        guard checkpoint.position <= end else {
            return .failure(Unusable(reason: "it is ahead of the log"))
        }
        return .success(try ProjectionRows(path: path, owner: owner, store: store, checkpoint: checkpoint))
    }

    /// What was found that is not what was written; nil while nothing was. The rows are then to be made anew.
    var damage: String? { rowDamage ?? store.environment.damage?.message }

    /// Changed rows of which no commit was begun yet, and about how much memory they take.
    var pendingRows: Int { overlay.count }
    var pendingBytes: Int { overlay.byteCount }

    /// Folds a page that begins at the next position.
    ///
    /// - Parameter hasToPause: asked between two events; where it says yes, the rest of the page is left.
    func fold(_ page: EventPage, hasToPause: () -> Bool = { false }) throws(FoldFailure) {
        precondition(page.first == applied.position.advanced(by: 1), "pages are folded in order")
        let unreadable = page.unreadable.first { kinds.concerns($0) }
        var store = FoldingStore(overlay: overlay, snapshot: try beginFold(page.first))
        for event in page.events where kinds.contains(event.header.kind) {
            if let unreadable, event.header.position > unreadable.position { break }
            do {
                try projection.apply(event, to: &store)
            } catch {
                if error.code == .rowDamaged { rowDamage = error.message }
                throw FoldFailure(
                    position: event.header.position, reason: error.message,
                    isStorage: error.code == .storageFailed || error.code == .rowDamaged)
            }
            if event.header.position < page.last, hasToPause() {
                applied = Checkpoint(position: event.header.position, recordedAt: event.header.recordedAt)
                return
            }
        }
        if let unreadable { throw FoldFailure(position: unreadable.position, reason: unreadable.reason) }
        applied = Checkpoint(position: page.last, recordedAt: page.recordedAt)
    }

    private func beginFold(_ position: Position) throws(FoldFailure) -> ProjectionSnapshot {
        do { return try snapshot() } catch {
            if error.saysDamage { rowDamage = error.message }
            throw FoldFailure(position: position, reason: error.message, isStorage: true)
        }
    }

    /// Whether a commit is on its way.
    var isCommitting: Bool { pending.map { $0.outcome == nil } ?? false }

    /// Begins to commit what was folded, with the checkpoint. Only where no commit is pending.
    ///
    /// - Parameter done: called on the thread when it has come out, for `settle`.
    func beginCommit(on thread: CommitThread, done: @escaping @Sendable () -> Void) {
        guard applied != committed else { return }
        let commit = freeze()
        writer = thread
        thread.submit { [store, owner] in
            commit.write(to: store, of: owner)
            done()
        }
    }

    /// Takes note of a commit that has come out. In sync mode `.full` it is on stable storage then.
    ///
    /// - Throws: why nothing was written. It is pending still: `commit` tries it again.
    func settle() throws(ReplayError) {
        guard let commit = pending else { return }
        switch commit.outcome {
        case .success: settle(commit)
        case .failure(let error): throw failed(error)
        case nil: break
        }
    }

    /// Commits what was folded, with the checkpoint, before it returns.
    func commit() throws(ReplayError) {
        if let commit = pending {
            commit.wait()
            if case .failure = commit.outcome { try write(commit) } else { settle(commit) }
        }
        guard applied != committed else { return }
        try write(freeze())
    }

    private func freeze() -> PendingCommit {
        precondition(pending == nil, "one commit at a time is pending")
        let commit = PendingCommit(overlay.freeze(), applied)
        pending = commit
        return commit
    }

    private func write(_ commit: PendingCommit) throws(ReplayError) {
        commit.write(to: store, of: owner)
        try settle()
    }

    private func settle(_ commit: PendingCommit) {
        for index in emptyBelow.indices where emptyBelow[index] {
            emptyBelow[index] = !(commit.changes?.hasChanges(index) ?? false)
        }
        committed = commit.checkpoint
        pending = nil
        writer?.submit { commit.drop() }
    }

    private func failed(_ error: LMDBError) -> ReplayError {
        let failure = ReplayError(error, during: "committing the projection \(P.name)")
        note(failure)
        return failure
    }

    /// Goes back to the last commit that was begun.
    func rollback() {
        overlay.removeAll()
        applied = pending?.checkpoint ?? committed
    }

    /// Puts all commits so far on stable storage, whatever the sync mode.
    func sync() throws(ReplayError) {
        do { try store.environment.sync(force: true) } catch {
            throw ReplayError(error, during: "syncing the projection \(P.name)")
        }
    }

    /// Runs `body` with the rows as they are.
    func read<R>(_ body: (borrowing ProjectionSnapshot) throws(ViewError) -> R) throws(ReplayError) -> R {
        let snapshot: ProjectionSnapshot
        do { snapshot = try self.snapshot() } catch {
            throw ReplayError(error, during: "reading the projection \(P.name)")
        }
        do { return try body(snapshot) } catch { throw ReplayError(error) }
    }

    /// Notes what is wrong with the rows, where an error says that something is.
    func note(_ error: ReplayError) {
        if error.isDamage { rowDamage = error.message }
    }

    /// Commits, and begins the digest of the rows at the applied position on a thread of its own.
    func beginDigest() throws(ReplayError) -> (position: Position, digest: SnapshotDigest) {
        try commit()
        return (applied.position, try SnapshotDigest(store))
    }

    /// Commits, and computes the digest here and now.
    func digest() throws(ReplayError) -> [UInt8] {
        try commit()
        do {
            return try store.digest(try store.environment.beginRead())
        } catch {
            throw ReplayError(error, during: "computing a digest")
        }
    }

    private func snapshot() throws(LMDBError) -> ProjectionSnapshot {
        ProjectionSnapshot(
            overlay: overlay, frozen: pending?.changes, transaction: try store.environment.beginRead(),
            tables: store.tables, emptyBelow: emptyBelow)
    }
}
