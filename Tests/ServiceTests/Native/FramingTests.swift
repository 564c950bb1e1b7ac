import NIOCore
import Schema
import Service
import SwiftProtobuf
import Testing

/// What a client may send wrong, and what comes back.
@Suite struct FramingTests {
    /// Bytes that are not a frame with a request, and the code with which the connection ends.
    static let broken: [(name: String, bytes: [UInt8], code: ErrorCode)] = [
        ("a length of 2 GB", [0, 0, 0, 0x80, 1, 2, 3], .limitExceeded),
        ("the largest length", [0xFF, 0xFF, 0xFF, 0xFF], .limitExceeded),
        ("one byte more than 4 MiB", RawConnection.prefix(4 << 20 + 1), .limitExceeded),
        ("the length 0", [0, 0, 0, 0], .schemaInvalid),
        ("a message that ends in the middle of a field", [3, 0, 0, 0, 0x12, 0x7F, 0x01], .schemaInvalid),
        ("a tag without end", [3, 0, 0, 0, 0xFF, 0xFF, 0xFF], .schemaInvalid),
        // id 1, get { reference { id: C3 28 } }
        ("invalid UTF-8", [10, 0, 0, 0, 0x08, 1, 0x1A, 6, 0x12, 4, 0x0A, 2, 0xC3, 0x28], .schemaInvalid),
        ("a request without id", [2, 0, 0, 0, 0x3A, 0], .schemaInvalid),
    ]

    @Test(arguments: broken.indices)
    func `bytes that are no request get an error with id 0 and the connection closes`(index: Int) async throws {
        let (name, bytes, code) = FramingTests.broken[index]
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(bytes)
            let responses = try await connection.rest()
            #expect(responses.count == 1, "\(name)")
            #expect(responses.first?.id == 0, "\(name)")
            #expect(responses.first?.last == true, "\(name)")
            #expect(responses.first?.error.code == code, "\(name)")
            #expect(responses.first?.error.sentence.isEmpty == false, "\(name)")
        }
    }

    @Test func `an id that is still open is refused and the connection closes`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(.submit(7, commands: ["a"]))
            try await connection.send(.submit(7, commands: ["b"]))
            let responses = try await connection.rest()
            #expect(responses.map(\.id) == [0])
            #expect(responses.first?.error.code == .schemaInvalid)
            #expect(backend.commandIDs == ["a"])
            backend.release()
        }
    }

    @Test func `an id may be used again once its request is answered`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            for _ in 0..<3 {
                try await connection.send(.submit(7, commands: ["a"]))
                #expect(try await connection.next()?.id == 7)
            }
            try await connection.close()
        }
    }

    @Test func `an unknown kind of request is answered and the connection goes on`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            // id 5, field 200 with the number 1
            try await connection.send([5, 0, 0, 0, 0x08, 5, 0xC0, 0x0C, 1])
            let unknown = try await connection.next()
            #expect(unknown?.id == 5)
            #expect(unknown?.error.code == .unknownCommand)
            // id 6 and nothing else
            try await connection.send([2, 0, 0, 0, 0x08, 6])
            #expect(try await connection.next()?.error.code == .schemaInvalid)
            try await connection.send(Request(7, .status(StatusRequest())))
            #expect(try await connection.next()?.status.version == "test")
            try await connection.close()
        }
    }

    @Test func `an enumeration number that a query does not have is refused`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            var list = ListRequest()
            list.sort = .UNRECOGNIZED(99)
            try await connection.send(Request(3, .list(list)))
            let response = try await connection.next()
            #expect(response?.id == 3)
            #expect(response?.error.code == .schemaInvalid)
            try await connection.close()
        }
    }

    @Test func `a request without commands is refused`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(.submit(3, commands: []))
            #expect(try await connection.next()?.error.code == .schemaInvalid)
            try await connection.close()
        }
    }

    @Test func `one command that is not understood does not hold up the others of its frame`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            var request = Request.submit(1, commands: ["a", "b", "c", "d"])
            request.submit.commands[1].mode = .UNRECOGNIZED(77)
            request.submit.commands[3].mode = .UNRECOGNIZED(78)
            try await connection.send(request)
            let results = try await connection.next()?.submit.results ?? []
            #expect(results.map(\.commandID) == ["a", "b", "c", "d"])
            #expect(results.map { $0.refused.code } == [.unspecified, .schemaInvalid, .unspecified, .schemaInvalid])
            #expect(backend.commandIDs == ["a", "c"])
            try await connection.close()
        }
    }

    @Test func `frames may come byte by byte, and many in one piece`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            let frames = try (1...3).flatMap { try RawConnection.frame(.submit($0, commands: ["c\($0)"])) }
            for byte in frames { try await connection.send([byte]) }
            for id in 1...3 { #expect(try await connection.next()?.id == UInt64(id)) }
            try await connection.send(frames)
            for id in 1...3 { #expect(try await connection.next()?.id == UInt64(id)) }
            try await connection.close()
        }
    }

    @Test func `a client that goes in the middle of a frame harms nobody`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let frame = try RawConnection.frame(.submit(1, commands: ["never complete"]))
            for length in [1, 3, 4, 5, frame.count - 1] {
                let connection = try await RawConnection.connect(to: server.path)
                try await connection.send(Array(frame.prefix(length)))
                try await connection.close()
            }
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(.submit(1, commands: ["complete"]))
            #expect(try await connection.next()?.submit.results.count == 1)
            try await connection.close()
            #expect(backend.commandIDs == ["complete"])
        }
    }

    @Test func `a client that ends its side gets its answers before the connection closes`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(.submit(1, commands: ["a"]))
            try await connection.send(Request(2, .status(StatusRequest())))
            try await connection.endInput()
            #expect(try await connection.next()?.id == 2)
            backend.release()
            #expect(try await connection.rest().map(\.id) == [1])
        }
    }

    @Test func `random bytes never take the service down`() async throws {
        try await TestServer.run { server in
            var random = SeededGenerator(seed: 20_101)
            for _ in 0..<100 {
                let connection = try await RawConnection.connect(to: server.path)
                let count = Int.random(in: 1...200, using: &random)
                var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                // Half of them with a length that fits, so that the decoder sees them.
                if Bool.random(using: &random) { bytes = RawConnection.prefix(count) + bytes }
                try? await connection.send(bytes)
                try? await connection.endInput()
                _ = try await connection.rest()
                try await connection.close()
            }
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(.submit(1, commands: ["still there"]))
            #expect(try await connection.next()?.submit.results.count == 1)
            try await connection.close()
        }
    }

    @Test func `an answer that does not fit into a frame becomes an error`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            var list = ListRequest()
            list.limit = 5 << 20
            try await connection.send(Request(1, .list(list)))
            let response = try await connection.next()
            #expect(response?.id == 1)
            #expect(response?.error.code == .limitExceeded)
            try await connection.close()
        }
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
