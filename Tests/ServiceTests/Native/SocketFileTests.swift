import NIOCore
import NIOPosix
import Schema
import Service
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The socket's file, who may use it, and stopping.
@Suite struct SocketFileTests {
    private func listen(_ path: String, group: String? = nil) async throws(NativeServerError) -> NativeServer {
        try await NativeServer.listen(
            at: NativeServer.Endpoint(path: path, group: group), backend: FakeBackend(), logger: TestServer.logger)
    }

    private func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    @Test func `the socket has mode 0660 and goes with the server`() async throws {
        let path = try await TestServer.run { server in
            let status = try #require(self.status(server.path))
            #expect(status.st_mode & S_IFMT == S_IFSOCK)
            #expect(status.st_mode & 0o7777 == 0o660)
            return server.path
        }
        #expect(status(path) == nil)
    }

    @Test func `a dead socket is replaced`() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.path + "/kith.sock"
        // What a process that was killed leaves behind: a bound socket that nobody listens at.
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(descriptor)
        let before = try #require(status(path))
        let server = try await listen(path)
        let mode = before.st_mode & 0o7777
        #expect(mode != 0o660)
        #expect(status(path).map { $0.st_mode & 0o7777 } == 0o660)
        let client = try await RawConnection.connect(to: path)
        try await client.send(Request(1, .status(StatusRequest())))
        #expect(try await client.next()?.id == 1)
        try await client.close()
        _ = server.connections
    }

    @Test func `a socket that answers is left alone`() async throws {
        try await TestServer.run { server in
            let error = await #expect(throws: NativeServerError.self) { _ = try await self.listen(server.path) }
            #expect(error?.code == .inUse)
            let client = try await RawConnection.connect(to: server.path)
            try await client.send(Request(1, .status(StatusRequest())))
            #expect(try await client.next()?.id == 1)
            try await client.close()
        }
    }

    @Test func `a file that is no socket is left alone`() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.path + "/notes.txt"
        let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
        #expect(write(descriptor, "kept", 4) == 4)
        close(descriptor)
        let error = await #expect(throws: NativeServerError.self) { _ = try await self.listen(path) }
        #expect(error?.code == .notASocket)
        #expect(status(path)?.st_size == 4)
    }

    @Test func `paths that are too long or lead nowhere are refused`() async throws {
        let long = "/tmp/" + String(repeating: "x", count: 103)
        #expect(long.utf8.count == 108)
        #expect(await #expect(throws: NativeServerError.self) { _ = try await self.listen(long) }?.code == .pathTooLong)
        let nowhere = "/tmp/kith-no-such-directory/kith.sock"
        let error = await #expect(throws: NativeServerError.self) { _ = try await self.listen(nowhere) }
        #expect(error?.code == .directoryMissing)
        #expect(error?.message.contains("/tmp/kith-no-such-directory") == true)
    }

    @Test func `a group that does not exist is refused`() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.path + "/kith.sock"
        let error = await #expect(throws: NativeServerError.self) {
            _ = try await self.listen(path, group: "no-such-group-here")
        }
        #expect(error?.code == .groupUnknown)
        #expect(status(path) == nil)
    }

    @Test func `the group of the configuration gets the socket`() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.path + "/kith.sock"
        let own = getgid()
        let server = try await listen(path, group: String(own))
        #expect(status(path)?.st_gid == own)
        _ = server.connections
    }

    @Test func `callers are known by the user id that the kernel gives`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let client = try await RawConnection.connect(to: server.path)
            try await client.send(.submit(1, commands: ["a"]))
            _ = try await client.next()
            try await client.close()
            #expect(backend.callers == [.uid(getuid())])
        }
    }

    @Test func `callers of a socket that is bound to a service are that service`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend, identification: .service("webshop")) { server in
            let client = try await RawConnection.connect(to: server.path)
            try await client.send(.submit(1, commands: ["a"]))
            _ = try await client.next()
            try await client.close()
            #expect(backend.callers == [.socket("webshop")])
        }
    }

    @Test func `a graceful stop takes nothing new and answers what is open`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        try await TestServer.run(backend: backend) { server in
            let client = try await RawConnection.connect(to: server.path)
            var history = HistoryRequest()
            history.follow = true
            try await client.send(.submit(1, commands: ["a"]))
            try await client.send(Request(2, .history(history)))
            await backend.hanging.wait()
            await server.stop()
            // The stream cannot end by itself: it is ended.
            let end = try await client.next()
            #expect(end?.id == 2)
            #expect(end?.error.code == .cancelled)
            try await client.send(.submit(3, commands: ["too late"]))
            await #expect(throws: (any Error).self) { _ = try await RawConnection.connect(to: server.path) }
            #expect(self.status(server.path) == nil)
            backend.release()
            #expect(try await client.rest().map(\.id) == [1])
            #expect(backend.commandIDs == ["a"])
        }
    }

    @Test func `a stop does not wait longer than configured`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        var limits = NativeLimits()
        limits.stopTimeout = .milliseconds(50)
        try await TestServer.run(backend: backend, limits: limits) { server in
            let client = try await RawConnection.connect(to: server.path)
            try await client.send(.submit(1, commands: ["a"]))
            try await eventually { backend.commandIDs.count == 1 }
            await server.stop()
            #expect(try await client.next() == nil)
        }
        backend.release()
    }
}
