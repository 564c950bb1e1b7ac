internal import Synchronization

/// Wakes one waiting task. A signal that is raised while nobody waits is kept, so none is lost; many count as one.
final class WakeSignal: Sendable {
    private struct State {
        var raised = false
        /// The time of a wait has passed before it could begin: it may begin on another thread.
        var expired = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the waiter, or the next one. Never blocks for long: it is called on the log writer's thread.
    func raise() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.raised = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits until the signal is raised or the task is cancelled. One task at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state -> Bool in
                    // Whoever cancels marks the task before the handler below runs.
                    if state.raised || state.expired || Task.isCancelled {
                        state.raised = false
                        return true
                    }
                    precondition(state.waiter == nil, "only one task waits for a signal")
                    state.waiter = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            release()
        }
    }

    /// The same, for at most so many milliseconds. To be called on the executor's thread, by its actor.
    func wait(milliseconds: Int, on executor: ThreadExecutor) async {
        let timer = executor.schedule(milliseconds: milliseconds) { [weak self] in self?.expire() }
        await wait()
        // Timers fire between the jobs of the executor: from here on this one does not.
        executor.cancel(timer)
        state.withLock { $0.expired = false }
    }

    private func expire() {
        state.withLock { $0.expired = true }
        release()
    }

    /// Lets go of whoever waits, without a signal.
    private func release() {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state.waiter = nil }
            return state.waiter
        }?.resume()
    }
}
