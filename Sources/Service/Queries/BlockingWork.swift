internal import Dispatch
internal import FoundationEssentials

/// Runs reads of the log away from the cooperative pool, whose threads must not wait for a disk.
enum BlockingWork {
    /// As many reads at a time as the machine can use without starving the writer; what comes on top waits for its turn.
    static let turns = ReadTurns(limit: max(4, 2 * ProcessInfo.processInfo.activeProcessorCount))
    /// The turns of reads that take long: they leave half of the processors to the short ones.
    static let longTurns = ReadTurns(limit: max(1, ProcessInfo.processInfo.activeProcessorCount / 2))

    private static let queue = DispatchQueue(label: "kith.reads", attributes: .concurrent)

    /// Runs `body` on a thread of its own and gives back what it returned: at once where the task has a turn, else in one
    /// of `turns`.
    static func run<Value: Sendable, Failure: Error>(
        in turns: ReadTurns = turns, _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await turns.run { () async throws(Failure) -> Value in try await result(of: body).get() }
    }

    /// Runs `body` on a thread of its own, whoever else waits: for what must be had whatever goes on.
    static func now<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await result(of: body).get()
    }

    /// The same for work that takes long: gives back how it ended.
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
