internal import FoundationEssentials
public import NIOCore
public import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A connection to the service over its Unix domain socket.
///
/// Any number of tasks may use one client at the same time: their requests are pipelined over one connection and
/// answered out of order. Commands of one `submit` call are decided in their order; two concurrent calls have no
/// order between them.
///
/// ```swift
/// let client = try await KithClient.connect()
/// var register = RegisterParty()
/// register.kind = .organisation
/// register.name.display = "Ostrich & Daughters"
/// var body = CommandBody()
/// body.registerParty = register
/// var command = Command()
/// command.id = "01930ad2-7c40-7000-8000-000000000001"
/// command.bodies = [body]
///
/// let result = try await client.submit(command)
/// if case .accepted(let accepted)? = result.value.outcome {
///     print("durable at position", accepted.events[0].position)
/// }
/// await client.close()
/// ```
///
/// A client does not connect again by itself: when the connection ends, every open request fails with
/// ``KithClientError/Code/closed`` and so does every later one. Make a new client, and send commands whose answer
/// is missing again **under the same id**: the service then tells what became of them.
public final class KithClient: Sendable {
    let connection: ClientConnection

    init(connection: ClientConnection) {
        self.connection = connection
    }

    /// Connects to the service.
    ///
    /// - Parameters:
    ///   - socketPath: path of the service's socket, at most 107 bytes.
    ///   - eventLoopGroup: where the connection's input and output runs.
    /// - Throws: `notReachable` where nothing answers at the path; the message says what to do.
    public static func connect(
        socketPath: String = KithClient.defaultSocketPath(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(KithClientError) -> KithClient {
        KithClient(connection: try await ClientConnection.connect(path: socketPath, group: eventLoopGroup))
    }

    /// The socket path that service and clients use where none is given: `KITH_SOCKET`; otherwise `kith.sock` in
    /// `XDG_RUNTIME_DIR`; otherwise `/tmp/kith-<uid>.sock`.
    ///
    /// - Parameter environment: the variables to look into; those of this process where it is absent.
    public static func defaultSocketPath(environment: [String: String]? = nil) -> String {
        let variables = environment ?? ProcessInfo.processInfo.environment
        if let path = variables["KITH_SOCKET"], !path.isEmpty { return path }
        if let directory = variables["XDG_RUNTIME_DIR"], !directory.isEmpty { return directory + "/kith.sock" }
        return "/tmp/kith-\(getuid()).sock"
    }

    /// Whether the connection still stands.
    public var isOpen: Bool { connection.isOpen }

    /// Closes the connection. Requests that are still open fail with `closed`.
    public func close() async {
        await connection.close()
    }
}
