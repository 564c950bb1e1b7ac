internal import EventLog
internal import Schema
internal import Synchronization

/// Wakes whoever waits for new events. One per service; `fire` is called after each group, where it became durable.
final class DurableSignal: Sendable {
    private struct State {
        var next: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var closed = false
    }

    private let state = Mutex(State())

    /// Wakes all who wait.
    func fire() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: true) }
    }

    /// Wakes all for good: the service stops.
    func close() {
        state.withLock { $0.closed = true }
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    /// Waits until the log's durable end lies beyond `position`.
    ///
    /// - Returns: false where the task was cancelled or the service stops.
    func wait(beyond position: Position, in log: EventLog) async -> Bool {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.closed || Task.isCancelled { return false }
                    // Checked under the lock: a group that became durable before is seen here, a later one fires.
                    if log.end.position > position { return true }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
            continuation?.resume(returning: false)
        }
    }
}
