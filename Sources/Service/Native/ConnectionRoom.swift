internal import Synchronization

/// How many more connections the process can have, whatever each socket allows: each costs a file descriptor.
package final class ConnectionRoom: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    /// - Parameter limit: connections of all sockets together.
    package init(limit: Int = .max) { self.limit = limit }

    /// One more; false where there are too many.
    package func enter() -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    /// One has ended that had entered.
    package func leave() { count.withLock { $0 -= 1 } }
}
