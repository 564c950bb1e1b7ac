/// The bounded queue in front of the sequencer's thread: it takes all that waits, per group.
package final class WorkQueue<Work: Sendable>: Sendable {
    private struct State {
        var waiting: [(work: Work, weight: Int)] = []
        var weight = 0
        var closed = false
        var woken = false
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
    /// - Parameter milliseconds: how long to wait at most; for ever where it is nil.
    /// - Returns: nothing where nothing came in that time, or after `wake`; nil once the queue is closed and empty.
    package func take(most: Int, within milliseconds: Int? = nil) -> [Work]? {
        func look(_ state: inout State) -> [Work]?? {
            let isWoken = state.woken
            state.woken = false
            guard !state.waiting.isEmpty else { return state.closed ? .some(nil) : isWoken ? .some([]) : nil }
            return .some(take(most: most, from: &state))
        }
        guard let milliseconds else { return state.wait(look) }
        return state.wait(milliseconds: milliseconds, look) ?? .some([])
    }

    private func take(most: Int, from state: inout State) -> [Work] {
        var taken = 0
        var weight = 0
        while taken < state.waiting.count, taken == 0 || weight + state.waiting[taken].weight <= most {
            weight += state.waiting[taken].weight
            taken += 1
        }
        let works = state.waiting.prefix(taken).map(\.work)
        state.waiting.removeFirst(taken)
        state.weight -= weight
        return works
    }

    /// Lets who waits in `take` go on without work.
    package func wake() { state.withLockNotifying { $0.woken = true } }

    /// Takes no more work; what waits is still handed out.
    package func close() { state.withLockNotifying { $0.closed = true } }

    /// Whether the queue was closed.
    package var isClosed: Bool { state.withLock { $0.closed } }

    /// Weight of what waits.
    package var waiting: Int { state.withLock { $0.weight } }
}
