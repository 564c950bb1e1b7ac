import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Bytes that are not what the protocol page says, sent to the real service.
@Suite(.serialized) struct FrameTests {
    /// A frame that ends the connection, and the code with which it does.
    private struct Fatal {
        var name: String
        var bytes: [UInt8]
        var code: ErrorCode
    }

    private static let fatal: [Fatal] = [
        Fatal(name: "length 0", bytes: [0, 0, 0, 0], code: .schemaInvalid),
        Fatal(name: "length of 2 GiB", bytes: [0, 0, 0, 0x80], code: .limitExceeded),
        Fatal(name: "greatest length", bytes: [0xFF, 0xFF, 0xFF, 0xFF], code: .limitExceeded),
        Fatal(name: "one byte more than 4 MiB", bytes: [1, 0, 0x40, 0], code: .limitExceeded),
        Fatal(name: "no message", bytes: RawSocket.frame([0xFF, 0xFF, 0xFF]), code: .schemaInvalid),
        Fatal(
            name: "a field that is longer than the message", bytes: RawSocket.frame([0x08, 0x01, 0x12, 0x50, 0x0A]),
            code: .schemaInvalid),
        Fatal(
            name: "a text that is not UTF-8",
            bytes: RawSocket.frame(
                RawSocket.field(1, 1)
                    + RawSocket.field(2, RawSocket.field(1, RawSocket.field(1, [0x61, 0xC3, 0x28])))),
            code: .schemaInvalid),
        Fatal(
            name: "a thousand groups in each other",
            bytes: RawSocket.frame(
                RawSocket.field(1, 1) + [UInt8](repeating: 0x7B, count: 1_000)
                    + [UInt8](repeating: 0x7C, count: 1_000)),
            code: .schemaInvalid),
        Fatal(
            name: "request id 0", bytes: RawSocket.frame(RawSocket.field(1, 0) + RawSocket.field(7, [])),
            code: .schemaInvalid),
    ]

    @Test func `a frame that cannot be understood ends its connection with a code`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            for wrong in FrameTests.fatal {
                let socket = try RawSocket(daemon.socketPath)
                try socket.send(wrong.bytes)
                let answer = try #require(try socket.receive(), "\(wrong.name)")
                #expect(answer.error.code == wrong.code && answer.id == 0, "\(wrong.name): \(answer)")
                #expect(!answer.error.sentence.isEmpty, "\(wrong.name)")
                #expect(try socket.receive() == nil, "\(wrong.name): the connection stays open")
                #expect(try await daemon.durablePosition() == before, "\(wrong.name)")
            }
        }
    }

    @Test func `an id that is still open ends the connection`() async throws {
        try await Daemon.run { daemon in
            let socket = try RawSocket(daemon.socketPath)
            let follow = Request.with {
                $0.id = 7
                $0.history = .with {
                    $0.all = true
                    $0.follow = true
                }
            }
            try socket.send(try RawSocket.frame(follow) + RawSocket.frame(follow))
            var last: Response?
            while let answer = try socket.receive() { last = answer }
            #expect(last?.error.code == .schemaInvalid)
        }
    }

    @Test func `frames that are cut short or cut into bytes harm nobody`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            let whole = try RawSocket.frame(
                Request.with {
                    $0.id = 1
                    $0.submit.commands = [Command(.person("cut short"))]
                })
            for length in [1, 3, 4, 5, whole.count / 2, whole.count - 1] {
                let socket = try RawSocket(daemon.socketPath)
                try socket.send(Array(whole.prefix(length)))
                socket.endInput()
                while try socket.receive() != nil {}
            }
            #expect(try await daemon.durablePosition() == before)

            let socket = try RawSocket(daemon.socketPath)
            for byte in whole { try socket.send([byte]) }
            let answer = try #require(try socket.receive())
            #expect(answer.submit.results.first?.accepted.events.isEmpty == false)
        }
    }

    @Test func `what is not known is refused under its own id, and the connection goes on`() async throws {
        let command: (_ body: [UInt8]) -> [UInt8] = { body in
            RawSocket.field(
                2, RawSocket.field(1, RawSocket.field(1, Array(newID().utf8)) + RawSocket.field(3, body)))
        }
        let party = RawSocket.field(2, 1) + RawSocket.field(3, RawSocket.field(2, Array("Ana".utf8)))
        let cases: [(name: String, message: [UInt8], code: ErrorCode)] = [
            ("an unknown kind of request", RawSocket.field(50, []), .unknownCommand),
            ("no request", [], .schemaInvalid),
            ("no commands", RawSocket.field(2, []), .schemaInvalid),
            ("an unknown field beside the commands", RawSocket.field(2, RawSocket.field(9, [])), .schemaInvalid),
            ("an unknown kind of command", command(RawSocket.field(9_999, [])), .unknownCommand),
            ("a body without a command", command([]), .unknownCommand),
            ("an unknown field", command(RawSocket.field(100, party + RawSocket.field(99, 1))), .schemaInvalid),
            ("an unknown enumeration number", command(RawSocket.field(100, RawSocket.field(2, 77))), .schemaInvalid),
            ("a list of an unknown kind", RawSocket.field(4, RawSocket.field(1, 9_999)), .schemaInvalid),
            ("an unknown field of a query", RawSocket.field(3, RawSocket.field(77, 1)), .schemaInvalid),
        ]
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            let socket = try RawSocket(daemon.socketPath)
            for (id, wrong) in zip(UInt64(1)..., cases) {
                try socket.send(RawSocket.frame(RawSocket.field(1, id) + wrong.message))
                let answer = try #require(try socket.receive(), "\(wrong.name)")
                #expect(answer.id == id && answer.last, "\(wrong.name)")
                let code = answer.submit.results.first?.refusal ?? answer.error.code
                #expect(code == wrong.code, "\(wrong.name): \(answer)")
            }
            #expect(try await daemon.durablePosition() == before)
        }
    }

    @Test func `random bytes are never an answer of their own`() async throws {
        var generator = SplitMix(announcedFor: "random frames")
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            for _ in 0..<200 {
                let message = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                let socket = try RawSocket(daemon.socketPath)
                try socket.send(RawSocket.frame(message))
                socket.endInput()
                while let answer = try socket.receive() {
                    #expect(answer.error.code != .internal, "\(message)")
                }
            }
            #expect(try await daemon.durablePosition() == before)
        }
    }
}
