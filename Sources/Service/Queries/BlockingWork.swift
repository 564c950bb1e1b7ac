internal import Dispatch

/// Runs reads of the log away from the cooperative pool, whose threads must not wait for a disk.
enum BlockingWork {
    // As many as the machine can use without starving the writer; what comes on top waits in the queue.
    private static let queue = DispatchQueue(label: "kith.reads", attributes: .concurrent)

    /// Runs `body` on a thread of its own and gives back what it returned.
    static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await result(of: body).get()
    }

    /// Runs `body` on a thread of its own and gives back how it ended.
    static func result<Value: Sendable, Failure: Error>(
        of body: @escaping @Sendable () throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Result { () throws(Failure) -> Value in try body() })
            }
        }
    }
}
