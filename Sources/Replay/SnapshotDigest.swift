internal import EventLog
internal import Glibc
internal import LMDB

/// The digest of a projection's committed rows, computed on a thread of its own while the projection goes on.
final class SnapshotDigest: Sendable {
    private struct State {
        /// Taken by the thread, and let go before it answers: then the environment may be closed.
        var store: ProjectionTables?
        var begun = false
        var outcome: Result<[UInt8], ReplayError>?
        var waiter: CheckedContinuation<Result<[UInt8], ReplayError>, Never>?
    }

    private let state: Monitor<State>

    /// Begins; when this returns, the snapshot has been taken and later commits do not count.
    init(_ store: ProjectionTables) throws(ReplayError) {
        let state = Monitor(State(store: store))
        self.state = state
        do {
            _ = try DedicatedThread(named: "kith-digest") {
                pthread_detach(pthread_self())
                Self.finish(state, Self.compute(state))
            }
        } catch {
            throw ReplayError(.storage, error.message)
        }
        // Beginning a read transaction takes less than a microsecond.
        state.wait { $0.begun || $0.outcome != nil ? () : nil }
    }

    /// Waits for the digest. Call it once.
    func result() async throws(ReplayError) -> [UInt8] {
        let result = await withCheckedContinuation { continuation in
            let outcome = state.withLock { state -> Result<[UInt8], ReplayError>? in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
        return try result.get()
    }

    private static func compute(_ state: Monitor<State>) -> Result<[UInt8], ReplayError> {
        let taken = state.withLock { state in
            defer { state.store = nil }
            return state.store
        }
        guard let store = taken else { return .failure(.stoppedEngine) }
        do {
            let transaction = try store.environment.beginRead()
            state.withLockNotifying { $0.begun = true }
            return .success(try store.digest(transaction))
        } catch {
            return .failure(ReplayError(error, during: "computing a digest"))
        }
    }

    private static func finish(_ state: Monitor<State>, _ outcome: Result<[UInt8], ReplayError>) {
        let waiter = state.withLockNotifying { state in
            state.outcome = outcome
            return state.waiter
        }
        waiter?.resume(returning: outcome)
    }
}
