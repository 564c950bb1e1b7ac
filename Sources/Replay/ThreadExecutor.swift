internal import EventLog
internal import Glibc

/// Runs the jobs of one actor on a thread of its own, in the order in which they come, and its timers between them.
///
/// A projection reads pages from the map and waits for the disk: on the cooperative pool, which has a thread per core,
/// that would stop everything else.
final class ThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [(job: UnownedJob, executor: UnownedSerialExecutor)] = []
        var timers: [UInt64: Timer] = [:]
        var nextTimer: UInt64 = 0
        var closed = false
    }

    private struct Timer {
        var due: ContinuousClock.Instant
        var fire: @Sendable () -> Void
    }

    /// What the thread does next.
    private enum Work {
        case jobs([(job: UnownedJob, executor: UnownedSerialExecutor)])
        case timers([Timer])
        case end
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
            _ = try DedicatedThread(named: "kith-view") {
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

    /// Whether jobs wait for the one that runs now.
    var hasJobs: Bool { state.withLock { !$0.jobs.isEmpty } }

    /// Calls `fire` on the thread, between two jobs, once so many milliseconds have passed. To be called by a job: no
    /// other thread is woken for it, which costs more than what a projection does of a few events.
    func schedule(milliseconds: Int, _ fire: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.nextTimer += 1
            state.timers[state.nextTimer] = Timer(due: .now + .milliseconds(milliseconds), fire: fire)
            return state.nextTimer
        }
    }

    /// Lets the jobs that wait go first. To be called by a job; unlike `Task.yield()` it does not leave the thread.
    func yield() async {
        await withCheckedContinuation { continuation in
            _ = schedule(milliseconds: 0) { continuation.resume() }
        }
    }

    /// Takes a timer back, if it has not fired.
    func cancel(_ timer: UInt64) {
        state.withLock { _ = $0.timers.removeValue(forKey: timer) }
    }

    private static func run(_ state: Monitor<State>) {
        while true {
            switch next(state) {
            case .jobs(let jobs): for (job, executor) in jobs { job.runSynchronously(on: executor) }
            case .timers(let timers): for timer in timers { timer.fire() }
            case .end: return
            }
        }
    }

    private static func next(_ state: Monitor<State>) -> Work {
        while true {
            // Timers are set by jobs, that is, by this thread: none comes while it waits.
            guard let due = state.withLock({ $0.timers.values.map(\.due).min() }) else { return state.wait(ready) }
            let milliseconds = max(0, Int(((due - .now) / .milliseconds(1)).rounded(.up)))
            if let work = state.wait(milliseconds: milliseconds, ready) { return work }
        }
    }

    /// Jobs come first: they may take timers back.
    private static func ready(_ state: inout State) -> Work? {
        guard state.jobs.isEmpty else {
            defer { state.jobs.removeAll(keepingCapacity: true) }
            return .jobs(state.jobs)
        }
        if state.closed { return .end }
        let now = ContinuousClock.now
        let due = state.timers.filter { $0.value.due <= now }
        guard !due.isEmpty else { return nil }
        for number in due.keys { state.timers[number] = nil }
        return .timers(Array(due.values))
    }
}
