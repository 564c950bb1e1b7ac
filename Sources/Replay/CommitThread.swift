internal import EventLog
internal import Glibc
internal import LMDB
internal import Synchronization

/// Writes what projections commit, one after the other, on a thread of its own: theirs go on answering meanwhile, and
/// the log has to share the disk with one of them at a time.
///
/// At most one commit of each projection is on its way, so no more wait here than there are projections.
final class CommitThread: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state: Monitor<State>

    /// Starts the thread. It ends when nobody has it any more and all that it was given is done.
    ///
    /// - Throws: `storage` where the system gives no more threads.
    init() throws(ReplayError) {
        let state = Monitor(State())
        self.state = state
        do {
            // What it does may let go of the last projection: it cannot be joined there.
            _ = try DedicatedThread(named: "kith-commit") {
                pthread_detach(pthread_self())
                while let work = Self.next(state) { work() }
            }
        } catch {
            throw ReplayError(.storage, error.message)
        }
    }

    deinit {
        state.withLockNotifying { $0.isClosed = true }
    }

    /// Does this behind what was given before it.
    func submit(_ work: @escaping @Sendable () -> Void) {
        state.withLockNotifying { $0.waiting.append(work) }
    }

    private static func next(_ state: Monitor<State>) -> (@Sendable () -> Void)? {
        state.wait { state in
            if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
            return state.isClosed ? .some(nil) : nil
        }
    }
}

/// A commit that was begun: rows, and how far they are.
final class PendingCommit: Sendable {
    let checkpoint: Checkpoint
    private let held: Mutex<FrozenChanges?>
    private let result = Monitor<Result<Void, LMDBError>?>(nil)

    init(_ changes: FrozenChanges, _ checkpoint: Checkpoint) {
        held = Mutex(changes)
        self.checkpoint = checkpoint
    }

    /// What it writes; nil once that was dropped.
    var changes: FrozenChanges? { held.withLock { $0 } }

    /// How it came out; nil while it is on its way.
    var outcome: Result<Void, LMDBError>? { result.withLock { $0 } }

    /// Writes it, now and here.
    func write(to store: ProjectionTables, of owner: StoreOwner) {
        guard let changes else { return }
        let outcome: Result<Void, LMDBError>
        do throws(LMDBError) {
            outcome = .success(try store.commit(changes, checkpoint, of: owner))
        } catch {
            outcome = .failure(error)
        }
        result.withLockNotifying { $0 = outcome }
    }

    /// Waits until it has come out.
    func wait() {
        result.wait { $0 == nil ? nil : () }
    }

    /// Lets go of what was written, which takes a while where it is much.
    func drop() {
        let changes = held.withLock { changes in
            defer { changes = nil }
            return changes
        }
        withExtendedLifetime(changes) {}
    }
}
