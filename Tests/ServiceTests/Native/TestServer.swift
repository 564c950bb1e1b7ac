import Logging
import NIOCore
import NIOPosix
import Service
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#endif

/// A running server at a socket in a directory of its own.
struct TestServer: Sendable {
    let path: String
    let server: NativeServer
    private let group: ServiceGroup

    /// Begins a graceful stop.
    func stop() async { await group.triggerGracefulShutdown() }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs the body beside a server, then stops the server.
    static func run<Result: Sendable>(
        backend: FakeBackend = FakeBackend(), limits: NativeLimits = NativeLimits(),
        identification: NativeServer.Identification = .peerCredentials,
        _ body: @Sendable (TestServer) async throws -> Result
    ) async throws -> Result {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.path + "/kith.sock"
        let server = try await NativeServer.listen(
            at: NativeServer.Endpoint(path: path, identification: identification), backend: backend, limits: limits,
            logger: logger)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [server], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result = try await body(TestServer(path: path, server: server, group: group))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }
}

/// A directory in `/tmp` with a short name, as socket paths must be short.
struct TemporaryDirectory {
    let path: String

    init() throws {
        let path = "/tmp/kith-test-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        guard mkdir(path, 0o700) == 0 else { throw IOError(errnoCode: errno, reason: "mkdir") }
        self.path = path
    }

    /// Takes the directory and the files in it away.
    func remove() {
        guard let stream = opendir(path) else { return }
        defer {
            closedir(stream)
            rmdir(path)
        }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { unlink(path + "/" + name) }
        }
    }
}
