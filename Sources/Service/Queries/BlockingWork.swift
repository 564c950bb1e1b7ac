internal import Dispatch

/// Runs reads of the log away from the cooperative pool, whose threads must not wait for a disk.
enum BlockingWork {
    // As many as the machine can use without starving the writer; what comes on top waits in the queue.
    private static let queue = DispatchQueue(label: "kith.reads", attributes: .concurrent)

    /// Runs `body` on a thread of its own and gives back what it returned.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
