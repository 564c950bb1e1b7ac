internal import Schema
internal import Synchronization

/// Tasks that wait for a projection to reach a position.
final class PositionWaiters: Sendable {
    /// How a wait ended.
    enum Outcome: Sendable {
        case reached, timedOut, cancelled
        /// The projection does not go on; look at its state.
        case halted
    }

    private struct Waiter {
        let position: Position
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var reached: Position
        var halted = false
        var waiters: [UInt64: Waiter] = [:]
        var nextNumber: UInt64 = 0
    }

    private let state: Mutex<State>

    init(reached: Position) { state = Mutex(State(reached: reached)) }

    /// The projection stands at this position now and goes on.
    func advance(to position: Position) {
        let woken = state.withLock { state -> [Waiter] in
            state.reached = position
            state.halted = false
            guard !state.waiters.isEmpty else { return [] }
            let woken = state.waiters.filter { $0.value.position <= position }
            for number in woken.keys { state.waiters[number] = nil }
            return Array(woken.values)
        }
        for waiter in woken { waiter.continuation.resume(returning: .reached) }
    }

    /// The projection does not go on: waiting is pointless.
    func halt() {
        let woken = state.withLock { state -> [Waiter] in
            state.halted = true
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in woken { waiter.continuation.resume(returning: .halted) }
    }

    /// Waits until the projection has reached `position`, at most so many milliseconds.
    func wait(for position: Position, milliseconds: Int) async -> Outcome {
        let (reached, halted) = state.withLock { ($0.reached, $0.halted) }
        if reached >= position { return .reached }
        if halted { return .halted }
        guard milliseconds > 0 else { return .timedOut }
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await self.wait(for: position) }
            group.addTask {
                // Cancelled, it leaves the answer to the other child.
                guard (try? await Task.sleep(for: .milliseconds(milliseconds))) != nil else { return nil }
                return .timedOut
            }
            defer { group.cancelAll() }
            while let outcome = await group.next() {
                if let outcome { return outcome }
            }
            return .cancelled
        }
        return outcome
    }

    private func wait(for position: Position) async -> Outcome {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> Outcome? in
                    if state.reached >= position { return .reached }
                    if state.halted { return .halted }
                    if Task.isCancelled { return .cancelled }
                    state.waiters[number] = Waiter(position: position, continuation: continuation)
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume(returning: .cancelled)
        }
    }
}
