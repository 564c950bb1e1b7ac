import Foundation
import Schema
import SwiftProtobuf
import Testing

/// The bytes in docs/protocol.md are what client and service really say.
@Suite struct ProtocolPageTests {
    /// The hex of the fenced block behind a line that holds this mark.
    private static func bytes(after mark: String) throws -> [UInt8] {
        var root = URL(filePath: #filePath)
        for _ in ["this file", "Native", "ServiceTests", "Tests"] { root.deleteLastPathComponent() }
        let text = try String(contentsOf: root.appending(path: "docs/protocol.md"), encoding: .utf8)
        let rest = text[try #require(text.range(of: "<!-- \(mark) -->")).upperBound...]
        let block = rest.components(separatedBy: "```")[1]
        // The first line is the language; what stands behind two spaces and a semicolon is comment.
        let lines = block.split(separator: "\n").dropFirst().map {
            $0.split(separator: ";", omittingEmptySubsequences: false)[0]
        }
        return try lines.flatMap { $0.split(separator: " ") }.map { try #require(UInt8($0, radix: 16)) }
    }

    private static func message(_ frame: [UInt8]) throws -> [UInt8] {
        let length = frame.prefix(4).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        #expect(frame.count == 4 + length)
        return Array(frame.dropFirst(4))
    }

    @Test func `the status request is right and is answered`() async throws {
        let frame = try ProtocolPageTests.bytes(after: "example: status request")
        #expect(try RawConnection.frame(Request(1, .status(StatusRequest()))) == frame)
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(frame)
            #expect(try await connection.next()?.status.version == "test")
            try await connection.close()
        }
    }

    @Test func `the command is right`() throws {
        let frame = try ProtocolPageTests.bytes(after: "example: submit request")
        var body = CommandBody()
        body.registerParty.kind = .organisation
        body.registerParty.name.display = "Ostrich & Daughters"
        var command = Command(withID: "01930ad2-7c40-7000-8000-000000000001")
        command.bodies = [body]
        var submit = SubmitRequest()
        submit.commands = [command]
        #expect(try RawConnection.frame(Request(2, .submit(submit))) == frame)
    }

    @Test func `the answer is right`() throws {
        let frame = try ProtocolPageTests.bytes(after: "example: submit response")
        let response = try Response(serializedBytes: try ProtocolPageTests.message(frame))
        #expect(response.id == 2)
        #expect(response.last)
        #expect(response.reflects.epoch == 1)
        #expect(response.reflects.position == 5)
        let result = try #require(response.submit.results.first)
        #expect(result.commandID == "01930ad2-7c40-7000-8000-000000000001")
        #expect(result.accepted.events.first?.position == 5)
        #expect(result.accepted.events.first?.kind == .partyRegistered)
        #expect(result.accepted.root.count == 32)
        #expect(result.accepted.bodies.first?.number == result.accepted.events.first?.streamNumber)
    }

    @Test func `the error is right`() async throws {
        let request = try ProtocolPageTests.bytes(after: "example: broken frame")
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(request)
            let responses = try await connection.rest()
            #expect(responses.map(\.id) == [0])
            #expect(responses.first?.error.code == .limitExceeded)
        }
    }
}
