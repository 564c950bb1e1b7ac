package import Logging
package import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// The native face of the service: a Unix domain socket that speaks the framed protocol of `docs/protocol.md`.
///
/// It listens from `listen` on, serves while `run` runs, and on a graceful shutdown takes nothing new, finishes what
/// is open and closes.
package final class NativeServer: ServiceLifecycle.Service, CustomStringConvertible {
    /// How callers of a socket are told apart.
    package enum Identification: Sendable, Hashable {
        /// By the user id that the kernel gives.
        case peerCredentials
        /// Not at all: every caller is the service of this name.
        case service(String)
    }

    /// Where a server listens.
    package struct Endpoint: Sendable, Hashable {
        /// Path of the socket, at most 107 bytes.
        package var path: String
        /// The group that may use it, by name or number; the process's own where it is nil.
        package var group: String?
        /// How its callers are told apart.
        package var identification: Identification
        /// A listening socket that whoever started the process has opened, instead of one at the path: its file, with
        /// mode and group, is his.
        package var descriptor: Int32?

        /// An endpoint at this path.
        package init(
            path: String, group: String? = nil, identification: Identification = .peerCredentials,
            descriptor: Int32? = nil
        ) {
            self.path = path
            self.group = group
            self.identification = identification
            self.descriptor = descriptor
        }
    }

    private let services: ConnectionServices
    private let listener: any Channel
    /// Nil where the socket is somebody else's.
    private let file: SocketFile?

    /// The name of the service in logs.
    package var description: String { "socket" }

    /// How many connections there are.
    package var connections: Int { services.work.count }

    private init(services: ConnectionServices, listener: any Channel, file: SocketFile?) {
        self.services = services
        self.listener = listener
        self.file = file
    }

    /// Opens the socket. Connections are taken from now on.
    ///
    /// A dead socket at the path is replaced; one that answers, and any other file, is left alone.
    ///
    /// - Throws: `NativeServerError`, whose message says what to do.
    package static func listen(
        at endpoint: Endpoint, backend: any ServiceBackend, limits: NativeLimits = NativeLimits(),
        room: ConnectionRoom = ConnectionRoom(), logger: Logger,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(NativeServerError) -> NativeServer {
        let services = ConnectionServices(backend: backend, limits: limits, room: room, logger: logger)
        let bootstrap = bootstrap(services, endpoint.identification, eventLoopGroup)
        if let descriptor = endpoint.descriptor {
            return NativeServer(
                services: services, listener: try await InheritedSocket.listen(descriptor, bootstrap), file: nil)
        }
        var group: UInt32?
        if let name = endpoint.group { group = try SocketFile.groupID(name) }
        try await SocketFile.clear(endpoint.path, group: eventLoopGroup)
        let listener: any Channel
        do {
            listener = try await bootstrap.bind(unixDomainSocketPath: endpoint.path).get()
        } catch {
            throw NativeServerError(.system, "The socket \(endpoint.path) cannot be opened: \(error)", cause: error)
        }
        do throws(NativeServerError) {
            let file = try SocketFile(securing: endpoint.path, group: group)
            return NativeServer(services: services, listener: listener, file: file)
        } catch {
            listener.close(promise: nil)
            throw error
        }
    }

    private static func bootstrap(
        _ services: ConnectionServices, _ identification: Identification, _ group: any EventLoopGroup
    ) -> ServerBootstrap {
        let unsent = services.limits.unsentBytes
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptFailureHandler(logger: services.logger))
                }
            }
            // A client may send its requests, end its side and read the answers, as shell tools do.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .writeBufferWaterMark, value: ChannelOptions.Types.WriteBufferWaterMark(low: unsent / 2, high: unsent)
            )
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 16_384, maximum: 256 << 10)
            )
            .childChannelInitializer { channel in
                switch identification {
                case .service(let name):
                    channel.eventLoop.makeCompletedFuture {
                        try add(.socket(name), services, to: channel)
                    }
                case .peerCredentials:
                    PeerCredentials.read(of: channel).flatMapThrowing { peer in
                        try add(.uid(peer.userID), services, to: channel)
                    }
                }
            }
    }

    /// The handlers of one connection.
    private static func add(
        _ caller: CallerIdentity, _ services: ConnectionServices, to channel: any Channel
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
            UnreadAnswerHandler(limits: services.limits, budget: services.budget, logger: services.logger))
        try pipeline.addHandler(ConnectionHandler(caller: caller, services: services))
    }

    /// Serves until the service group shuts down (open requests are finished, for `NativeLimits.stopTimeout` at
    /// most) or the task is cancelled (connections are closed at once).
    package func run() async throws {
        let (services, listener, file) = (services, listener, file)
        let timeout = services.limits.stopTimeout
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                // Fails only where the listener did; either way it is closed.
                try? await listener.closeFuture.get()
                file?.remove()
                services.stop(deadline: .now() + TimeAmount(timeout))
                await services.work.untilEmpty()
            } onGracefulShutdown: {
                listener.close(promise: nil)
            }
        } onCancel: {
            listener.close(promise: nil)
            services.stop(deadline: .now())
        }
        await services.tasks.untilEmpty()
    }
}
