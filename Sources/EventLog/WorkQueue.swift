/// The bounded queue in front of the sequencer's thread: a `FairQueue` behind a lock, with a thread that waits for work.
package final class WorkQueue<Work: Sendable>: Sendable {
    private struct State {
        var queue: FairQueue<Work>
        var closed = false
        var woken = false
    }

    private let state: Monitor<State>

    /// - Parameter limits: what may wait, and how turns are taken.
    package init(limits: QueueLimits = QueueLimits()) {
        state = Monitor(State(queue: FairQueue(limits: limits)))
    }

    /// Adds work behind what the same source has waiting already.
    package func add(_ work: Work, from source: ObjectIdentifier, size: WorkSize) -> Admission {
        state.withLockNotifying { state in
            guard !state.closed else { return .closed }
            return state.queue.add(work, from: source, size: size, now: MonotonicClock.nanoseconds())
        }
    }

    /// Ends the group before, waits for work and begins a group.
    ///
    /// - Parameter milliseconds: how long to wait at most; for ever where it is nil.
    /// - Returns: the first piece of the group, the others come from `next`; nothing where nothing came in that time, or
    ///   after `wake`; nil once the queue is closed and empty.
    package func take(within milliseconds: Int? = nil) -> [Work]? {
        state.withLock { $0.queue.end(now: MonotonicClock.nanoseconds()) }
        let limit = milliseconds.map { MonotonicClock.nanoseconds() + UInt64($0) * 1_000_000 }
        return state.wait(looking: { state in
            let now = MonotonicClock.nanoseconds()
            let isWoken = state.woken
            state.woken = false
            if let work = state.queue.begin(now: now) { return .found([work]) }
            if state.closed && state.queue.isEmpty { return .found(nil) }
            if let limit, now >= limit { return .found([]) }
            return isWoken
                ? .found([]) : .nothing(until: [limit, state.queue.nextGroup(now: now)].compactMap(\.self).min())
        })
    }

    /// The next piece of the group that `take` has begun, once the one before it is done; nil where the group is
    /// complete.
    package func next() -> Work? {
        state.withLock { $0.queue.next(now: MonotonicClock.nanoseconds()) }
    }

    /// The same, but where the group could take more, waits for that while `isBusy` says so. Whoever makes that false calls
    /// `look` afterwards.
    package func next(while isBusy: () -> Bool) -> Work? {
        state.wait { state in
            if let work = state.queue.next(now: MonotonicClock.nanoseconds()) { return .some(work) }
            return isBusy() ? nil : .some(nil)
        }
    }

    /// Lets who waits in `next` look again.
    package func look() { state.withLockNotifying { _ in } }

    /// Whether nothing waits, and nobody else than one source has sent work lately.
    package var isCalm: Bool { state.withLock { $0.queue.isCalm(now: MonotonicClock.nanoseconds()) } }

    /// Lets who waits in `take` go on without work.
    package func wake() { state.withLockNotifying { $0.woken = true } }

    /// Takes no more work; what waits is still handed out.
    package func close() {
        state.withLockNotifying { state in
            state.closed = true
            state.queue.hurry()
        }
    }

    /// Whether the queue was closed.
    package var isClosed: Bool { state.withLock { $0.closed } }

    /// Commands that wait.
    package var waiting: Int { state.withLock { $0.queue.waiting.commands } }

    /// What one source should have waiting at most at the moment, so that nobody is turned away.
    package var window: WorkSize { state.withLock { $0.queue.window } }
}
