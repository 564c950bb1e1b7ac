internal import Logging
internal import NIOCore
internal import Synchronization

/// What all connections of one socket share.
final class ConnectionServices: Sendable {
    let backend: any ServiceBackend
    let limits: NativeLimits
    let logger: Logger
    private let room: ConnectionRoom
    /// What the connections hold together.
    let budget: ByteBudget
    /// The tasks that answer queries.
    let tasks = OpenWork()

    private struct Connections {
        var outputs: [ObjectIdentifier: ConnectionOutput] = [:]
        /// Set once the service stops: connections that come later are closed at once.
        var deadline: NIODeadline?
    }

    private let connections = Mutex(Connections())
    /// The connections that there are.
    let work = OpenWork()

    init(backend: any ServiceBackend, limits: NativeLimits, room: ConnectionRoom, logger: Logger) {
        self.backend = backend
        self.limits = limits
        self.room = room
        budget = ByteBudget(limit: limits.heldBytes)
        self.logger = logger
    }

    /// A connection begins. False where there are too many.
    func add(_ output: ConnectionOutput) -> Bool {
        guard work.enter(limit: limits.connections) else {
            backend.metrics.connectionRefused(.native)
            return false
        }
        guard room.enter() else {
            work.leave()
            backend.metrics.connectionRefused(.native)
            return false
        }
        backend.metrics.connectionOpened(.native)
        let deadline = connections.withLock { connections in
            connections.outputs[ObjectIdentifier(output)] = output
            return connections.deadline
        }
        if let deadline { output.stop(deadline: deadline) }
        return true
    }

    /// A connection that was added has ended.
    func remove(_ output: ConnectionOutput) {
        connections.withLock { $0.outputs[ObjectIdentifier(output)] = nil }
        room.leave()
        backend.metrics.connectionClosed(.native)
        work.leave()
    }

    /// Every connection finishes what is open and closes, at the deadline at the latest.
    func stop(deadline: NIODeadline) {
        let outputs = connections.withLock { connections in
            connections.deadline = deadline
            return Array(connections.outputs.values)
        }
        for output in outputs { output.stop(deadline: deadline) }
    }
}
