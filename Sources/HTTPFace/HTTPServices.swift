internal import Logging
internal import NIOCore
internal import Service
internal import Synchronization

/// What all connections of one socket or port share.
final class HTTPServices: Sendable {
    let backend: any ServiceBackend
    let limits: NativeLimits
    let logger: Logger
    private let room: ConnectionRoom
    /// What the connections hold together.
    let budget: ByteBudget

    private struct Connections {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Set once the service stops: connections that come later are told at once.
        var deadline: NIODeadline?
    }

    private let connections = Mutex(Connections())

    init(backend: any ServiceBackend, limits: NativeLimits, room: ConnectionRoom, logger: Logger) {
        self.backend = backend
        self.limits = limits
        self.room = room
        budget = ByteBudget(limit: limits.heldBytes)
        self.logger = logger
    }

    /// How many connections there are.
    var count: Int { connections.withLock { $0.channels.count } }

    /// A connection begins. False where there are too many.
    func add(_ channel: any Channel) -> Bool {
        let (isAdmitted, deadline) = connections.withLock { connections in
            connections.channels[ObjectIdentifier(channel)] = channel
            return (connections.channels.count <= limits.connections, connections.deadline)
        }
        let hasEntered = room.enter()
        backend.metrics.connectionOpened(.http)
        if !isAdmitted || !hasEntered { backend.metrics.connectionRefused(.http) }
        channel.closeFuture.whenComplete { _ in
            if hasEntered { self.room.leave() }
            self.backend.metrics.connectionClosed(.http)
            _ = self.connections.withLock { $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
        }
        if let deadline { HTTPServices.stop(channel, deadline) }
        return isAdmitted && hasEntered
    }

    /// Every connection finishes what is open and closes, at the deadline at the latest.
    func stop(deadline: NIODeadline) {
        let channels = connections.withLock { connections in
            connections.deadline = deadline
            return Array(connections.channels.values)
        }
        for channel in channels { HTTPServices.stop(channel, deadline) }
    }

    private static func stop(_ channel: any Channel, _ deadline: NIODeadline) {
        // Hummingbird's handler closes an idle connection at this event, another one behind its answer.
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        let timer = channel.eventLoop.scheduleTask(deadline: deadline) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }
}
