import Schema
import Service
import Testing

/// Streams: credit, cancellation, ends.
@Suite struct StreamTests {
    private static func history(pages: UInt64, follow: Bool = false) -> Request.OneOf_Request {
        var request = HistoryRequest()
        request.all = true
        request.limit = pages
        request.follow = follow
        return .history(request)
    }

    private static func credit(_ frames: UInt32) -> Request.OneOf_Request {
        var credit = Credit()
        credit.frames = frames
        return .credit(credit)
    }

    @Test func `a stream sends four frames, and then as many as it is given credit for`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(Request(1, StreamTests.history(pages: 100)))
            for page in 1...4 as ClosedRange<UInt64> {
                #expect(try await connection.next()?.history.next == page + 1)
            }
            try await server.roundTrips(20)
            #expect(backend.pages == 4)
            try await connection.send(Request(1, StreamTests.credit(2)))
            for page in 5...6 as ClosedRange<UInt64> {
                #expect(try await connection.next()?.history.next == page + 1)
            }
            try await server.roundTrips(20)
            #expect(backend.pages == 6)
            // As much as fits into the number, twice: no overflow.
            try await connection.send(Request(1, StreamTests.credit(.max)))
            try await connection.send(Request(1, StreamTests.credit(.max)))
            for page in 7...100 as ClosedRange<UInt64> {
                let response = try await connection.next()
                #expect(response?.last == false)
                #expect(response?.history.next == page + 1)
            }
            let end = try await connection.next()
            #expect(end?.last == true)
            #expect(end?.response == nil)
            #expect(end?.reflects.epoch == 1)
            try await connection.close()
        }
    }

    @Test func `a stream that is cancelled ends with CANCELLED and its id is free`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(Request(1, StreamTests.history(pages: 1, follow: true)))
            #expect(try await connection.next()?.history.next == 2)
            await backend.hanging.wait()
            try await connection.send(Request(1, .cancel(Cancel())))
            let end = try await connection.next()
            #expect(end?.id == 1)
            #expect(end?.last == true)
            #expect(end?.error.code == .cancelled)
            await backend.cancelled.wait()
            try await connection.send(Request(1, .status(StatusRequest())))
            #expect(try await connection.next()?.status.version == "test")
            try await connection.close()
        }
    }

    @Test func `a stream that waits for credit can be cancelled`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(Request(1, StreamTests.history(pages: 100)))
            for _ in 1...4 { _ = try await connection.next() }
            try await connection.send(Request(1, .cancel(Cancel())))
            #expect(try await connection.next()?.error.code == .cancelled)
            try await connection.close()
        }
    }

    @Test func `cancel and credit for requests that are not open are ignored`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(Request(9, .cancel(Cancel())))
            try await connection.send(Request(9, StreamTests.credit(3)))
            try await connection.send(Request(9, .status(StatusRequest())))
            #expect(try await connection.next()?.id == 9)
            try await connection.close()
        }
    }

    @Test func `commands cannot be cancelled and are answered`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(.submit(1, commands: ["a"]))
            try await connection.send(Request(1, .cancel(Cancel())))
            try await connection.send(Request(2, .status(StatusRequest())))
            #expect(try await connection.next()?.id == 2)
            backend.release()
            #expect(try await connection.next()?.submit.results.first?.commandID == "a")
            try await connection.close()
        }
    }

    @Test func `the end of the connection ends its queries and streams`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(Request(1, StreamTests.history(pages: 0, follow: true)))
            await backend.hanging.wait()
            try await connection.close()
            await backend.cancelled.wait()
            try await eventually { server.server.connections == 0 }
        }
    }

    @Test func `too many streams of one connection are refused, and the connection goes on`() async throws {
        var limits = NativeLimits()
        limits.streams = 2
        try await TestServer.run(limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path)
            for id in 1...3 as ClosedRange<UInt64> {
                try await connection.send(Request(id, StreamTests.history(pages: 0, follow: true)))
            }
            let refusal = try await connection.next()
            #expect(refusal?.id == 3)
            #expect(refusal?.error.code == .limitExceeded)
            try await connection.send(Request(1, .cancel(Cancel())))
            #expect(try await connection.next()?.id == 1)
            try await connection.send(Request(4, StreamTests.history(pages: 1)))
            #expect(try await connection.next()?.history.next == 2)
            try await connection.close()
        }
    }

    @Test func `streams that wait do not keep requests from being read`() async throws {
        var limits = NativeLimits()
        limits.openRequests = 1
        try await TestServer.run(limits: limits) { server in
            let connection = try await RawConnection.connect(to: server.path)
            for id in 1...5 as ClosedRange<UInt64> {
                try await connection.send(Request(id, StreamTests.history(pages: 0, follow: true)))
            }
            try await connection.send(Request(6, .status(StatusRequest())))
            #expect(try await connection.next()?.id == 6)
            try await connection.close()
        }
    }

    @Test func `a rebuild tells its progress as far as there is credit, and always its end`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            var request = RebuildRequest()
            request.name = "directory"
            try await connection.send(Request(1, .rebuild(request)))
            var positions: [UInt64] = []
            while let response = try await connection.next() {
                if response.last {
                    #expect(response.response == nil)
                    break
                }
                #expect(response.rebuild.name == "directory")
                positions.append(response.rebuild.position)
            }
            #expect(positions == [1, 2, 3, 4, 10])
            try await connection.close()
        }
    }

    @Test func `a history that is refused ends with the refusal`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            var request = HistoryRequest()
            request.all = true
            request.purpose = "forbidden"
            try await connection.send(Request(1, .history(request)))
            let response = try await connection.next()
            #expect(response?.last == true)
            #expect(response?.error.code == .forbidden)
            try await connection.close()
        }
    }
}
