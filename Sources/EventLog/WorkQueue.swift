/// The bounded queue in front of the sequencer's thread: it takes all that waits, per group.
package final class WorkQueue<Work: Sendable>: Sendable {
    private struct State {
        var waiting: [(work: Work, weight: Int)] = []
        var weight = 0
        var closed = false
    }

    private let state = Monitor(State())
    private let limit: Int

    /// - Parameter limit: weight that may wait; more is turned away.
    package init(limit: Int) { self.limit = limit }

    /// Adds work at the end.
    ///
    /// - Returns: false where the queue is full or closed; the work is not taken then.
    package func add(_ work: Work, weight: Int) -> Bool {
        state.withLockNotifying { state in
            guard !state.closed, state.weight == 0 || state.weight + weight <= limit else { return false }
            state.waiting.append((work, weight))
            state.weight += weight
            return true
        }
    }

    /// Waits for work and takes from the front what weighs at most `most` (at least one piece).
    ///
    /// - Returns: nil once the queue is closed and empty.
    package func take(most: Int) -> [Work]? {
        state.wait { state in
            guard !state.waiting.isEmpty else { return state.closed ? .some(nil) : nil }
            var taken = 0
            var weight = 0
            while taken < state.waiting.count, taken == 0 || weight + state.waiting[taken].weight <= most {
                weight += state.waiting[taken].weight
                taken += 1
            }
            let works = state.waiting.prefix(taken).map(\.work)
            state.waiting.removeFirst(taken)
            state.weight -= weight
            return .some(works)
        }
    }

    /// Takes no more work; what waits is still handed out.
    package func close() { state.withLockNotifying { $0.closed = true } }

    /// Whether the queue was closed.
    package var isClosed: Bool { state.withLock { $0.closed } }

    /// Weight of what waits.
    package var waiting: Int { state.withLock { $0.weight } }
}
