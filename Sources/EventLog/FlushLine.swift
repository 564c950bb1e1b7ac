internal import Synchronization

/// Where a closed group is made durable while the next one is decided: one group at a time.
package protocol FlushLine: Sendable {
    /// Whether a group is on its way.
    var isBusy: Bool { get }
    /// Why a group did not become durable; nothing is taken after that.
    var failure: EventLogError? { get }
    /// Makes a group durable, soon. Called by one thread, and only where the line is not busy.
    ///
    /// - Parameter flush: writes the group and tells whoever waits for it, also that it failed.
    func submit(_ flush: @escaping @Sendable () throws(EventLogError) -> Void)
    /// Returns when nothing is on its way.
    func drain()
}

/// A line with a thread of its own.
package final class FlushThread: FlushLine {
    private struct State {
        var flush: (@Sendable () throws(EventLogError) -> Void)?
        var failure: EventLogError?
        var isClosed = false
    }

    private let state: Monitor<State>
    private let busy: Flag
    private let thread: DedicatedThread

    /// Shared with the thread, which begins before the object is complete.
    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    /// Starts the thread.
    ///
    /// - Parameter whenDone: called on it after each group, with why that failed; it must not block.
    /// - Throws: where the system gives no more threads.
    package init(whenDone: @escaping @Sendable (EventLogError?) -> Void) throws(EventLogError) {
        let state = Monitor(State())
        let busy = Flag()
        self.state = state
        self.busy = busy
        thread = try DedicatedThread(named: "kith-flush") { Self.run(state, busy, whenDone) }
    }

    package var isBusy: Bool { busy.value.load(ordering: .acquiring) }

    package var failure: EventLogError? { state.withLock { $0.failure } }

    package func submit(_ flush: @escaping @Sendable () throws(EventLogError) -> Void) {
        precondition(!isBusy, "a group is on its way already")
        busy.value.store(true, ordering: .releasing)
        state.withLockNotifying { $0.flush = flush }
    }

    package func drain() {
        state.wait { [busy] _ in busy.value.load(ordering: .acquiring) ? nil : () }
    }

    /// Ends the thread once nothing is on its way. Call it once.
    package func close() {
        state.withLockNotifying { $0.isClosed = true }
        thread.join()
    }

    private static func run(_ state: Monitor<State>, _ busy: Flag, _ whenDone: @Sendable (EventLogError?) -> Void) {
        while true {
            let flush: (@Sendable () throws(EventLogError) -> Void)? = state.wait { state in
                defer { state.flush = nil }
                return state.flush.map { .some($0) } ?? (state.isClosed ? .some(nil) : nil)
            }
            guard let flush else { return }
            var failure: EventLogError?
            do throws(EventLogError) { try flush() } catch { failure = error }
            state.withLockNotifying { state in
                state.failure = failure
                busy.value.store(false, ordering: .releasing)
            }
            whenDone(failure)
        }
    }
}
