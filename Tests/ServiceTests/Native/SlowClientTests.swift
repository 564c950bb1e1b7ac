import Schema
import Service
import Testing

/// Clients that stop in the middle, do not read, or hold more than there is room for.
@Suite struct SlowClientTests {
    private static func limits(_ change: (inout NativeLimits) -> Void) -> NativeLimits {
        var limits = NativeLimits()
        change(&limits)
        return limits
    }

    @Test func `a frame that is not completed ends its connection with a definite answer`() async throws {
        let limits = SlowClientTests.limits { $0.clientTimeout = .milliseconds(300) }
        try await TestServer.run(limits: limits) { server in
            let idle = try await RawConnection.connect(to: server.path)
            let frame = try RawConnection.frame(.submit(1, commands: ["never complete"]))
            for length in [1, 4, frame.count - 1] {
                let half = try await RawConnection.connect(to: server.path)
                try await half.send(Array(frame.prefix(length)))
                let answer = try await half.next()
                #expect(answer?.id == 0 && answer?.error.code == .limitExceeded)
                #expect(try await half.next() == nil)
            }
            // Whoever has begun nothing may wait as long as he likes.
            try await idle.send(Request(1, .status(StatusRequest())))
            #expect(try await idle.next()?.id == 1)
            try await idle.close()
        }
    }

    @Test func `the time in which the service does not read does not count`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        let limits = SlowClientTests.limits {
            $0.clientTimeout = .seconds(3)
            $0.openRequests = 1
        }
        try await TestServer.run(backend: backend, limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path)
            let frames = try (1...2).flatMap { try RawConnection.frame(.submit($0, commands: ["\($0)"])) }
            try await connection.send(Array(frames.dropLast(3)))
            try await eventually { backend.commandIDs == ["1"] }
            for _ in 1...2 {
                // As a clock: one that is read and ends after the time.
                let half = try await RawConnection.connect(to: server.path)
                try await half.send([1])
                #expect(try await half.next()?.error.code == .limitExceeded)
            }
            backend.release()
            #expect(try await connection.next()?.id == 1)
            try await connection.send(Array(frames.suffix(3)))
            try await eventually { backend.commandIDs == ["1", "2"] }
            backend.release()
            #expect(try await connection.next()?.id == 2)
            try await connection.close()
        }
    }

    @Test func `a client that never reads is let go, and what it holds with it`() async throws {
        let limits = SlowClientTests.limits {
            $0.clientTimeout = .milliseconds(300)
            $0.unsentBytes = 64 << 10
        }
        let backend = FakeBackend()
        try await TestServer.run(backend: backend, limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path, reads: false)
            var list = ListRequest()
            list.limit = 64 << 10
            let request = list
            connection.sendAhead(
                try (1...200).flatMap { try RawConnection.frame(Request(UInt64($0), .list(request))) })
            try await eventually { backend.lists > 0 }
            try await eventually { server.server.connections == 0 }
            #expect(backend.lists < 200)
            try await connection.close()
        }
    }

    @Test func `halves of frames of many connections are bounded together`() async throws {
        let limits = SlowClientTests.limits { $0.heldBytes = 1 << 20 }
        try await TestServer.run(limits: limits) { server in
            let small = try await RawConnection.connect(to: server.path)
            let frame = try RawConnection.frame(Request(1, .status(StatusRequest())))
            try await small.send(Array(frame.dropLast(1)))
            var large: [RawConnection] = []
            for _ in 1...30 {
                let connection = try await RawConnection.connect(to: server.path)
                // A frame of 4 MiB, of which a fifth of a megabyte comes.
                connection.sendAhead(RawConnection.prefix(4 << 20) + [UInt8](repeating: 0x0A, count: 200_000))
                large.append(connection)
            }
            try await eventually { server.server.connections <= 6 }
            // Whoever holds little is not concerned.
            try await small.send(Array(frame.suffix(1)))
            #expect(try await small.next()?.id == 1)
            for connection in large { try await connection.close() }
            try await small.close()
        }
    }

    @Test func `queries of one connection are answered a few at a time`() async throws {
        let backend = FakeBackend()
        let limits = SlowClientTests.limits { $0.openQueries = 2 }
        try await TestServer.run(backend: backend, limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path)
            var get = GetRequest()
            get.reference.id = "hanging"
            for id in 1...2 as ClosedRange<UInt64> { try await connection.send(Request(id, .get(get))) }
            try await connection.send(.submit(3, commands: ["behind the queries"]))
            await backend.hanging.wait()
            try await server.roundTrips(20)
            #expect(backend.commandIDs.isEmpty)
            try await connection.close()
            await backend.cancelled.wait()
        }
    }
}
