import Schema
import Service
import Testing

/// Many requests at once: order, limits, slow readers.
@Suite struct PipeliningTests {
    @Test func `a thousand pipelined requests are taken in order and each is answered once`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            let ids = (1...1_000).map { "command \($0)" }
            let frames = try (1...1_000).flatMap {
                try RawConnection.frame(.submit(UInt64($0), commands: [ids[$0 - 1]]))
            }
            try await connection.send(frames)
            // A query sent behind them overtakes them, which shows that all of them were taken.
            try await connection.send(Request(2_000, .status(StatusRequest())))
            #expect(try await connection.next()?.id == 2_000)
            #expect(backend.commandIDs == ids)
            backend.release()
            var answered: [UInt64: String] = [:]
            for _ in 1...1_000 {
                let response = try #require(try await connection.next())
                #expect(response.last)
                answered[response.id] = response.submit.results.first?.commandID
            }
            #expect(answered.count == 1_000)
            #expect(answered.allSatisfy { $0.value == "command \($0.key)" })
            try await connection.close()
        }
    }

    @Test func `a connection with too many open requests is not read until some are answered`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        var limits = NativeLimits()
        limits.openRequests = 10
        try await TestServer.run(backend: backend, limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path)
            for id in 1...25 as ClosedRange<UInt64> { try await connection.send(.submit(id, commands: ["c"])) }
            for expected in [10, 20, 25] {
                try await eventually { backend.commandIDs.count == expected }
                try await server.roundTrips(20)
                #expect(backend.commandIDs.count == expected)
                backend.release()
            }
            var ids: Set<UInt64> = []
            for _ in 1...25 { ids.insert(try #require(try await connection.next()).id) }
            #expect(ids == Set(1...25))
            try await connection.close()
        }
    }

    @Test func `a connection with too many bytes in flight is not read until some are answered`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        var limits = NativeLimits()
        limits.bytesInFlight = 100_000
        try await TestServer.run(backend: backend, limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path)
            for id in 1...4 as ClosedRange<UInt64> {
                var submit = SubmitRequest()
                submit.commands = [Command(withID: "large", bytes: 60_000)]
                connection.sendAhead(try RawConnection.frame(Request(id, .submit(submit))))
            }
            for expected in [2, 4] {
                try await eventually { backend.commandIDs.count == expected }
                try await server.roundTrips(20)
                #expect(backend.commandIDs.count == expected)
                backend.release()
            }
            for _ in 1...4 { #expect(try await connection.next() != nil) }
            try await connection.close()
        }
    }

    @Test func `a client that does not read is not read either, and nothing is lost`() async throws {
        let backend = FakeBackend()
        var limits = NativeLimits()
        limits.unsentBytes = 64 << 10
        limits.openRequests = 8
        try await TestServer.run(backend: backend, limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path, reads: false)
            var list = ListRequest()
            list.limit = 32 << 10
            let request = list
            connection.sendAhead(
                try (1...1_000).flatMap { try RawConnection.frame(Request(UInt64($0), .list(request))) })
            try await eventually { backend.lists > 2 }
            try await server.roundTrips(100)
            // 1,000 answers are 32 MB; the socket's buffer and the limit hold less than 2 MB of them.
            #expect(backend.lists < 60)
            try await connection.startReading()
            var ids: Set<UInt64> = []
            for _ in 1...1_000 { ids.insert(try #require(try await connection.next()).id) }
            #expect(ids.count == 1_000)
            #expect(backend.lists == 1_000)
            try await connection.close()
        }
    }

    @Test func `connections over the limit are refused with OVERLOADED`() async throws {
        var limits = NativeLimits()
        limits.connections = 2
        try await TestServer.run(limits: limits) { server in
            let first = try await RawConnection.connect(to: server.path)
            let second = try await RawConnection.connect(to: server.path)
            for connection in [first, second] {
                try await connection.send(Request(1, .status(StatusRequest())))
                #expect(try await connection.next()?.id == 1)
            }
            let third = try await RawConnection.connect(to: server.path)
            let refusal = try await third.next()
            #expect(refusal?.error.code == .overloaded)
            #expect(refusal?.error.retryHelps == true)
            #expect(try await third.next() == nil)
            try await first.close()
            try await eventually { server.server.connections == 1 }
            let fourth = try await RawConnection.connect(to: server.path)
            try await fourth.send(Request(1, .status(StatusRequest())))
            #expect(try await fourth.next()?.status.connections == 2)
            try await second.close()
            try await fourth.close()
        }
    }
}

extension TestServer {
    /// Gives the server time to do what it should not do: so many requests and answers on another connection.
    func roundTrips(_ count: Int) async throws {
        let connection = try await RawConnection.connect(to: path)
        for id in 1...count {
            try await connection.send(Request(UInt64(id), .status(StatusRequest())))
            _ = try await connection.next()
        }
        try await connection.close()
    }
}

/// Waits until the condition holds; gives up after ten seconds.
func eventually(_ condition: @Sendable () -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(120)
    while !condition() {
        try #require(clock.now < deadline, "it did not happen in two minutes")
        try await clock.sleep(for: .milliseconds(2))
    }
}
