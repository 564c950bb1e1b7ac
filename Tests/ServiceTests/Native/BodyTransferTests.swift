import Foundation
import KithClient
import Schema
import Service
import SwiftProtobuf
import Testing

/// Uploads and reads of bodies on the socket.
@Suite struct BodyTransferTests {
    private static func begin(_ type: String = "text/plain", size: UInt64 = 6) -> Request.OneOf_Request {
        .putBody(
            .with {
                $0.begin.mediaType = type
                $0.begin.size = size
            })
    }

    private static func content(_ text: String) -> Request.OneOf_Request {
        .putBody(.with { $0.content = Data(text.utf8) })
    }

    private static let finish = Request.OneOf_Request.putBody(.with { $0.finish = PutBodyFinish() })

    @Test func `each frame of an upload is answered, and the last one with the body`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            for part in [Self.begin(), Self.content("abc"), Self.content("def"), Self.finish] {
                try await connection.send(Request(1, part))
            }
            for received in [0, 3, 6] as [UInt64] {
                let answer = try await connection.next()
                #expect(answer?.putBody.received == received && answer?.last == false)
            }
            let end = try await connection.next()
            #expect(end?.last == true && end?.putBody.body.size == 6 && end?.reflects.epoch == 1)
            // The id is free again.
            try await connection.send(Request(1, Self.begin(size: 0)))
            #expect(try await connection.next()?.last == false)
            try await connection.send(Request(1, Self.finish))
            #expect(try await connection.next()?.putBody.hasBody == true)
            try await connection.close()
        }
    }

    @Test func `what comes behind a refusal is not looked at`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            for part in [Self.begin("text/refused"), Self.content("abc"), Self.content("def"), Self.finish] {
                try await connection.send(Request(1, part))
            }
            let refusal = try await connection.next()
            #expect(refusal?.last == true && refusal?.error.code == .forbidden)
            try await connection.send(Request(2, .status(StatusRequest())))
            #expect(try await connection.next()?.status.version == "test")
            try await connection.send(Request(3, Self.content("abc")))
            #expect(try await connection.next()?.error.code == .schemaInvalid)
            try await connection.close()
        }
    }

    @Test func `four frames may be unanswered, each with a mebibyte`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(Request(1, Self.begin("text/hanging", size: 100)))
            #expect(try await connection.next()?.last == false)
            for _ in 0..<5 { try await connection.send(Request(1, Self.content("abc"))) }
            await backend.hanging.wait()
            try await connection.send(Request(1, .cancel(Cancel())))
            let cancelled = try await connection.next()
            #expect(cancelled?.last == true && cancelled?.error.code == .cancelled)

            try await connection.send(Request(2, Self.begin(size: 2_000_000)))
            #expect(try await connection.next()?.last == false)
            let much = Data(repeating: 1, count: (1 << 20) + 1)
            try await connection.send(Request(2, .putBody(.with { $0.content = much })))
            #expect(try await connection.next()?.error.code == .limitExceeded)
            try await connection.send(Request(3, Self.begin()))
            _ = try await connection.next()
            try await connection.send(Request(3, Self.begin()))
            #expect(try await connection.next()?.error.field == "begin")
            try await connection.send(Request(4, Self.begin()))
            _ = try await connection.next()
            try await connection.send(Request(4, .putBody(PutBodyRequest())))
            #expect(try await connection.next()?.error.code == .schemaInvalid)
            try await connection.close()
        }
    }

    @Test func `more unanswered frames than four end the upload`() async throws {
        let backend = FakeBackend()
        try await TestServer.run(backend: backend) { server in
            let connection = try await RawConnection.connect(to: server.path)
            // One buffer: the event loop takes all of it before any task answers.
            var bytes = try RawConnection.frame(Request(1, Self.begin(size: 100)))
            for _ in 0..<40 { bytes += try RawConnection.frame(Request(1, Self.content("abc"))) }
            try await connection.send(bytes)
            var last: Response?
            while let answer = try await connection.next() {
                last = answer
                if answer.last { break }
            }
            #expect(last?.error.code == .limitExceeded)
            try await connection.close()
        }
    }

    @Test func `a client that ends its sending gets the answers to what it sent`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            for part in [Self.begin(), Self.content("abcdef"), Self.finish] {
                try await connection.send(Request(1, part))
            }
            try await connection.send(Request(2, Self.begin()))
            try await connection.endInput()
            let answers = try await connection.rest()
            #expect(answers.last { $0.id == 1 }?.putBody.body.size == 6)
            #expect(answers.last { $0.id == 2 }?.error.code == .cancelled)
        }
    }

    @Test func `a body comes under credit`() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.connect(to: server.path)
            try await connection.send(Request(1, .getBody(GetBodyRequest())))
            for piece in 0..<4 as Range<UInt64> {
                let answer = try await connection.next()
                #expect(answer?.getBody.offset == piece * 10 && answer?.getBody.hasBody == (piece == 0))
            }
            try await server.roundTrips(20)
            try await connection.send(Request(1, .credit(.with { $0.frames = 100 })))
            for piece in 4..<10 as Range<UInt64> { #expect(try await connection.next()?.getBody.offset == piece * 10) }
            let end = try await connection.next()
            #expect(end?.last == true && end?.response == nil)
            try await connection.close()
        }
    }

    @Test func `the client library uploads and reads, and says what is refused`() async throws {
        try await TestServer.run { server in
            let client = try await KithClient.connect(socketPath: server.path)
            let content = [UInt8](repeating: 5, count: 5_300_000)
            let body = try await client.putBody(.with { $0.mediaType = "text/plain" }, content: content)
            #expect(body.value.size == 5_300_000 && body.value.itemID == "item")
            let empty = try await client.putBody(.with { $0.mediaType = "text/plain" }, content: [])
            #expect(empty.value.size == 0)
            await #expect(throws: KithClientError.self) {
                _ = try await client.putBody(.with { $0.mediaType = "text/refused" }, content: content)
            }
            var read = Data()
            for try await piece in client.getBody(GetBodyRequest()) { read += piece.content }
            #expect(read.count == 100)
            await #expect(throws: KithClientError.self) {
                for try await _ in client.getBody(.with { $0.itemID = "missing" }) {}
            }
            #expect(try await client.status().value.version == "test")
            await client.close()
        }
    }
}
