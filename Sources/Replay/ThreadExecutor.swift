internal import EventLog
internal import Glibc

/// Runs the jobs of one actor on a thread of its own, in the order in which they come.
///
/// A projection reads pages from the map and waits for the disk: on the cooperative pool, which has a thread per core,
/// that would stop everything else.
final class ThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [(job: UnownedJob, executor: UnownedSerialExecutor)] = []
        var closed = false
    }

    private let state: Monitor<State>

    /// Starts the thread. It ends when the executor, and with it its actor, is gone.
    ///
    /// - Throws: `storage` where the system gives no more threads.
    init() throws(ReplayError) {
        let state = Monitor(State())
        self.state = state
        do {
            // The thread may be the one that releases the executor, so nobody could join it.
            _ = try DedicatedThread {
                pthread_detach(pthread_self())
                Self.run(state)
            }
        } catch {
            throw ReplayError(.storage, error.message)
        }
    }

    deinit {
        state.withLockNotifying { $0.closed = true }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        state.withLockNotifying { $0.jobs.append((job, executor)) }
    }

    private static func run(_ state: Monitor<State>) {
        while true {
            let jobs = state.wait { state -> [(job: UnownedJob, executor: UnownedSerialExecutor)]? in
                guard state.jobs.isEmpty else {
                    defer { state.jobs.removeAll(keepingCapacity: true) }
                    return state.jobs
                }
                return state.closed ? [] : nil
            }
            guard !jobs.isEmpty else { return }
            for (job, executor) in jobs { job.runSynchronously(on: executor) }
        }
    }
}
