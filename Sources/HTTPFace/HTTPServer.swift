internal import HTTPTypes
internal import HummingbirdCore
package import Logging
package import NIOCore
internal import NIOPosix
package import Service
internal import ServiceLifecycle

/// The HTTP face of the service: everything that the native protocol offers, as JSON, at a Unix domain socket or at
/// a port of the loopback interface (`docs/http.md`).
///
/// It listens from `listen` on and serves while `run` runs; connections made before wait. On a graceful shutdown it
/// takes nothing new, finishes what is open, ends streams, and closes.
package final class HTTPServer: ServiceLifecycle.Service, CustomStringConvertible {
    /// Where a server listens, and how its callers are told apart.
    package enum Endpoint: Sendable {
        /// A Unix domain socket for members of a group.
        case socket(path: String, group: String?, identification: NativeServer.Identification)
        /// A listening Unix domain socket that whoever started the process has opened; its file is his. Callers are
        /// known by their user ids.
        case inherited(descriptor: Int32)
        /// A port at 127.0.0.1, any free one where it is 0; callers are known by their bearer tokens.
        case loopback(port: Int, tokens: BearerTokens)
    }

    private let services: HTTPServices
    private let listener: any Channel
    private let file: SocketFile?
    private let arrivals: AsyncStream<HTTPConnection>
    private let arriving: AsyncStream<HTTPConnection>.Continuation

    /// The name of the service in logs.
    package var description: String { "http" }

    /// The port that is listened at; nil at a socket.
    package var port: Int? { listener.localAddress?.port }

    private init(
        _ services: HTTPServices, _ listener: any Channel, _ file: SocketFile?,
        _ stream: (stream: AsyncStream<HTTPConnection>, continuation: AsyncStream<HTTPConnection>.Continuation)
    ) {
        self.services = services
        self.listener = listener
        self.file = file
        (arrivals, arriving) = stream
    }

    /// Opens the socket or the port.
    ///
    /// - Throws: `NativeServerError`, whose message says what to do.
    package static func listen(
        at endpoint: Endpoint, backend: any ServiceBackend, limits: NativeLimits = NativeLimits(),
        room: ConnectionRoom = ConnectionRoom(), logger: Logger,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(NativeServerError) -> HTTPServer {
        let services = HTTPServices(backend: backend, limits: limits, room: room, logger: logger)
        let stream = AsyncStream.makeStream(of: HTTPConnection.self)
        let bootstrap = bootstrap(endpoint, services, stream.continuation, eventLoopGroup)
        switch endpoint {
        case .socket(let path, let groupName, _):
            var group: UInt32?
            if let groupName { group = try SocketFile.groupID(groupName) }
            try await SocketFile.clear(path, group: eventLoopGroup)
            let listener: any Channel
            do {
                listener = try await bootstrap.bind(unixDomainSocketPath: path).get()
            } catch {
                throw NativeServerError(.system, "The socket \(path) cannot be opened: \(error)", cause: error)
            }
            do throws(NativeServerError) {
                return HTTPServer(services, listener, try SocketFile(securing: path, group: group), stream)
            } catch {
                listener.close(promise: nil)
                throw error
            }
        case .inherited(let descriptor):
            return HTTPServer(services, try await InheritedSocket.listen(descriptor, bootstrap), nil, stream)
        case .loopback(let port, _):
            do {
                return HTTPServer(services, try await bootstrap.bind(host: "127.0.0.1", port: port).get(), nil, stream)
            } catch {
                throw NativeServerError(
                    .portTaken, "Port \(port) cannot be listened at: \(error). Choose another one.", cause: error)
            }
        }
    }

    private static func bootstrap(
        _ endpoint: Endpoint, _ services: HTTPServices, _ arriving: AsyncStream<HTTPConnection>.Continuation,
        _ group: any EventLoopGroup
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptFailureHandler(logger: services.logger))
                }
            }
            // Until `run` there is nobody to serve a connection: they wait in the backlog.
            .serverChannelOption(.autoRead, value: false)
            // A client may send its request, end its side and read the answer, as shell tools do.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                let identity: EventLoopFuture<HTTPIdentification>
                switch endpoint {
                case .loopback(_, let tokens):
                    identity = channel.eventLoop.makeSucceededFuture(.tokens(tokens))
                case .socket(_, _, .service(let name)):
                    identity = channel.eventLoop.makeSucceededFuture(.peer(.socket(name)))
                case .socket(_, _, .peerCredentials), .inherited:
                    identity = PeerCredentials.read(of: channel).map { .peer(.uid($0.userID)) }
                }
                return identity.flatMap { identity in
                    HTTPConnection.make(channel, identity, services).map { connection in
                        if case .terminated = arriving.yield(connection) { connection.refuse() }
                    }
                }
            }
    }

    /// Serves until the service group shuts down (open requests are finished, for `NativeLimits.stopTimeout` at
    /// most) or the task is cancelled (connections are closed at once).
    package func run() async throws {
        let (services, listener, arriving) = (services, listener, arriving)
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await withDiscardingTaskGroup { group in
                    group.addTask {
                        // Fails only where the listener was closed already.
                        try? await listener.setOption(.autoRead, value: true).get()
                        try? await listener.closeFuture.get()
                        arriving.finish()
                    }
                    for await connection in arrivals { group.addTask { await connection.serve() } }
                }
            } onGracefulShutdown: {
                listener.close(promise: nil)
                services.stop(deadline: .now() + TimeAmount(services.limits.stopTimeout))
            }
        } onCancel: {
            listener.close(promise: nil)
            services.stop(deadline: .now())
        }
        file?.remove()
    }
}
