internal import Glibc

/// State behind a lock, with a condition to wait on: what the writer's and the indexer's threads share with others.
///
/// Only threads of the log's own wait; tasks of the cooperative pool never do.
@safe package final class Monitor<State>: @unchecked Sendable {
    // Sendable because `state` is only touched with `mutex` held.
    private var state: State
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init(_ state: sending State) {
        self.state = state
        unsafe pthread_mutex_init(mutex, nil)
        // Limits of waits must not move with the wall clock.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the lock held.
    package func withLock<Result, Failure: Error>(_ body: (inout State) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Runs `body` with the lock held and wakes whoever waits.
    package func withLockNotifying<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_broadcast(condition)
            unsafe pthread_mutex_unlock(mutex)
        }
        return try body(&state)
    }

    /// Wakes whoever waits, to look at the state again.
    package func notify() { unsafe pthread_cond_broadcast(condition) }

    /// What a thread that waits finds when it looks.
    package enum Finding<Result> {
        /// What it waited for.
        case found(Result)
        /// Nothing yet: it looks again when it is woken, and in any case at this moment of `MonotonicClock`, if one is named.
        case nothing(until: UInt64?)
    }

    /// Waits, with the lock held while `look` looks, until it finds something.
    package func wait<Result>(looking look: (inout State) -> Finding<Result>) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            switch look(&state) {
            case .found(let result): return result
            case .nothing(until: nil): unsafe pthread_cond_wait(condition, mutex)
            case .nothing(let moment?):
                var limit = timespec(tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
                unsafe pthread_cond_timedwait(condition, mutex, &limit)
            }
        }
    }

    /// Waits until `body` returns something.
    package func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        wait(looking: { body(&$0).map { .found($0) } ?? .nothing(until: nil) })
    }

    /// The same with a limit: nil when so many milliseconds have passed.
    package func wait<Result>(milliseconds: Int, _ body: (inout State) -> Result?) -> Result? {
        let limit = MonotonicClock.nanoseconds() + UInt64(milliseconds) * 1_000_000
        return wait(looking: { state -> Finding<Result?> in
            if let result = body(&state) { return .found(result) }
            return MonotonicClock.nanoseconds() < limit ? .nothing(until: limit) : .found(nil)
        })
    }
}

/// A thread that does one thing until it is done.
@safe package final class DedicatedThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread.
    ///
    /// - Parameter name: what tools of the system call it: 15 bytes at most.
    /// - Throws: where the system gives no more threads.
    package init(named name: String, _ body: @escaping @Sendable () -> Void) throws(EventLogError) {
        let box = Box(name: name, body: body)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                box.run()
                return nil
            }, Unmanaged.passRetained(box).toOpaque())
        guard code == 0 else {
            throw EventLogError(
                .store, "The system gives no more threads (error \(code)). Raise its limit and start again.")
        }
        self.thread = thread
    }

    /// Waits until the thread has ended. Call it once.
    package func join() {
        pthread_join(thread, nil)
    }

    private final class Box: Sendable {
        private let name: String
        private let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            // For who looks at the threads of the process; where it cannot be said, they work as well.
            let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            if file >= 0 {
                _ = unsafe write(file, name, name.utf8.count)
                _ = close(file)
            }
            body()
        }
    }
}
