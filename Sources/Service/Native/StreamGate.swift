internal import Synchronization

/// Holds back the frames of one stream until the client has given credit and reads what was sent.
///
/// Used from two sides: the event loop adds credit and says whether the connection takes bytes, the stream's task
/// takes one permit per frame.
final class StreamGate: Sendable {
    private struct State {
        var credit: UInt64
        var isWritable: Bool
        var isCancelled = false
        var waiter: CheckedContinuation<Bool, Never>?
    }

    private let state: Mutex<State>

    init(credit: UInt32, isWritable: Bool) {
        state = Mutex(State(credit: UInt64(credit), isWritable: isWritable))
    }

    /// The client allows so many more frames. Credit is kept up to 2^32: no client needs more, and it cannot
    /// overflow.
    func add(credit frames: UInt32) {
        change { $0.credit = min($0.credit + UInt64(frames), 1 << 32) }
    }

    /// The connection takes bytes, or has enough unsent ones.
    func set(isWritable: Bool) {
        change { $0.isWritable = isWritable }
    }

    /// Waits for the permission to send one frame. False where the task was cancelled.
    func take() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if let answer = StreamGate.permit(&state) { return answer }
                    state.waiter = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            change { $0.isCancelled = true }
        }
    }

    /// Takes the permission to send one frame if that is possible now.
    func takeNow() -> Bool {
        state.withLock { StreamGate.permit(&$0) } ?? false
    }

    private static func permit(_ state: inout State) -> Bool? {
        if state.isCancelled { return false }
        guard state.credit > 0, state.isWritable else { return nil }
        state.credit -= 1
        return true
    }

    private func change(_ body: (inout State) -> Void) {
        let (waiter, answer) = state.withLock { state -> (CheckedContinuation<Bool, Never>?, Bool) in
            body(&state)
            guard let waiter = state.waiter, let answer = StreamGate.permit(&state) else { return (nil, false) }
            state.waiter = nil
            return (waiter, answer)
        }
        waiter?.resume(returning: answer)
    }
}
