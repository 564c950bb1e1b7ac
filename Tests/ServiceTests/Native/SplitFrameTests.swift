import NIOCore
import Schema
import SwiftProtobuf
import Testing

@testable import Service

/// Frames of many commands, which are cut so that their connection does not keep the others waiting.
@Suite struct SplitFrameTests {
    /// Larger than what is decoded at once.
    private static func frame(_ id: UInt64, _ ids: [String]) throws -> [UInt8] {
        var submit = SubmitRequest()
        submit.commands = ids.map { Command(withID: $0, bytes: 100) }
        return try RawConnection.frame(Request(id, .submit(submit)))
    }

    @Test func `a frame of two thousand commands is handed on piece by piece and answered whole`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            let ids = (1...2_000).map { "command \($0)" }
            connection.sendAhead(try SplitFrameTests.frame(7, ids))
            try await eventually { backend.commandIDs.count == ids.count }
            #expect(backend.commandIDs == ids)
            #expect(backend.largestCall <= 16)
            // Last pieces first: the answer has the order of the commands all the same.
            backend.release()
            let response = try #require(try await connection.next())
            #expect(response.id == 7 && response.last)
            #expect(response.submit.results.map(\.commandID) == ids)
            #expect(response.submit.results.allSatisfy { $0.accepted.treeSize == 1 })
            try await connection.close()
        }
    }

    @Test func `the rest of a frame waits while the window is full, and nobody is turned away`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        backend.commandWindow = 100
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            connection.sendAhead(
                try (1...3).flatMap { id in
                    try SplitFrameTests.frame(UInt64(id), (1...200).map { "\(id)/\($0)" })
                })
            for expected in [112, 216, 328, 432, 544, 600] {
                try await eventually { backend.commandIDs.count == expected }
                try await server.roundTrips(5)
                #expect(backend.commandIDs.count == expected)
                backend.release()
            }
            for id in 1...3 { #expect(try await connection.next()?.id == UInt64(id)) }
            try await connection.close()
        }
    }

    @Test func `a frame whose last command cannot be read changes nothing`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            var bytes = try SplitFrameTests.frame(1, (1...500).map { "command \($0)" })
            // The text of the last command's id is not UTF-8 any more.
            let last = try #require(bytes.lastIndex(of: UInt8(ascii: "c")))
            bytes[last] = 0xC3
            connection.sendAhead(bytes)
            let refusal = try await connection.next()
            #expect(refusal?.id == 0 && refusal?.error.code == .schemaInvalid)
            #expect(try await connection.next() == nil)
            #expect(backend.commandIDs.isEmpty)
        }
    }

    @Test func `other connections are answered while a large frame is worked off`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        backend.commandWindow = 16
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            connection.sendAhead(try SplitFrameTests.frame(1, (1...1_000).map { "\($0)" }))
            try await eventually { !backend.commandIDs.isEmpty }
            // The frame stands still; the connection does not read, and everybody else is served.
            try await server.roundTrips(20)
            #expect(backend.commandIDs.count == 16)
            try await connection.close()
        }
    }

    @Test func `a frame of too many commands is refused whole`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            let most = NativeLimits.maximumFrameCommands
            try await connection.send(.submit(1, commands: Array(repeating: "c", count: most + 1)))
            let refusal = try await connection.next()
            #expect(refusal?.id == 1 && refusal?.error.code == .limitExceeded)
            #expect(backend.commandIDs.isEmpty)
            try await connection.send(.submit(2, commands: Array(repeating: "c", count: most)))
            #expect(try await connection.next()?.submit.results.count == most)
            try await connection.close()
        }
    }

    @Test func `a stop finishes the frame that was begun`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        backend.commandWindow = 50
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            let ids = (1...300).map { "command \($0)" }
            connection.sendAhead(try SplitFrameTests.frame(1, ids))
            try await eventually { backend.commandIDs.count == 64 }
            await server.stop()
            try await eventually { backend.commandIDs.count == 300 }
            backend.release()
            let answers = try await connection.rest()
            #expect(answers.map(\.id) == [1])
            #expect(answers.first?.submit.results.map(\.commandID) == ids)
        }
    }

    @Test func `commands are found where the whole decoding finds them`() throws {
        var random = SeededGenerator(seed: 90_210)
        for _ in 0..<300 {
            var submit = SubmitRequest()
            for number in 0..<Int.random(in: 1...20, using: &random) {
                submit.commands.append(
                    Command(withID: "\(number)", bytes: Int.random(in: 0...300, using: &random)))
            }
            let id = UInt64.random(in: 1 ... .max, using: &random)
            let message: [UInt8] = try Request(id, .submit(submit)).serializedBytes()
            let found = try #require(CommandCutter.cut(ByteBuffer(bytes: message), most: 100))
            #expect(found.id == id)
            let commands = try found.commands.map { try Command(serializedBytes: Array(message[$0])) }
            #expect(commands == submit.commands)
            // Any other bytes are left to the decoder, or it finds the same.
            var damaged = message
            damaged[Int.random(in: damaged.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            guard let other = CommandCutter.cut(ByteBuffer(bytes: damaged), most: 100) else { continue }
            let whole = try? Request(serializedBytes: damaged)
            let parts = try? other.commands.map { try Command(serializedBytes: Array(damaged[$0])) }
            #expect(whole?.submit.commands == parts && (whole == nil || whole?.id == other.id))
        }
    }
}
