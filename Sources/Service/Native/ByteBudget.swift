internal import Synchronization

/// What the connections of one socket hold together: halves of requests, frames that wait, answers that nobody reads.
///
/// Each connection has limits of its own, but ten thousand of them at those limits are more than a machine has. Room is
/// shared as in the queue of commands: a connection may hold as much as is still free, so that those who hold most are
/// the first to be told to come back.
package final class ByteBudget: Sendable {
    /// What a connection may hold however little is free.
    private static let least = 16 << 10

    private let limit: Int
    private let used = Atomic<Int>(0)

    /// - Parameter limit: bytes that all connections together should hold at most.
    package init(limit: Int) { self.limit = limit }

    /// A connection holds another number of bytes than before.
    ///
    /// - Returns: whether it may: not where it has grown beyond what is free.
    func change(from before: Int, to after: Int) -> Bool {
        guard before != after else { return true }
        let total = used.add(after - before, ordering: .relaxed).newValue
        return after < before || after <= max(Self.least, limit - total)
    }
}
