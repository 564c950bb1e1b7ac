internal import CRM
internal import NIOCore
internal import Schema
internal import Service

/// How a stream of events is written.
protocol EventText: Sendable {
    /// One event.
    func event(_ event: Event) throws -> ByteBuffer
    /// Something that means nothing, so that the connection is seen to live; nil where there is no such thing.
    var silence: ByteBuffer? { get }
    /// Why the stream ends before its end.
    func failure(_ refusal: Refusal) -> ByteBuffer
}

/// An event per line. An error is an object with `error`, and the last line.
struct EventLines: EventText {
    func event(_ event: Event) throws -> ByteBuffer { line(try JSONForm.bytes(event)) }

    /// Not every reader of lines passes over empty ones.
    var silence: ByteBuffer? { nil }

    func failure(_ refusal: Refusal) -> ByteBuffer {
        line(Array("{\"error\":".utf8) + JSONForm.bytes(of: refusal.answer) + [UInt8(ascii: "}")])
    }

    private func line(_ bytes: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer(bytes: bytes)
        buffer.writeInteger(UInt8(ascii: "\n"))
        return buffer
    }
}

/// Server-sent events: the position is the id, so that a client that comes back goes on behind it.
struct ServerSentEvents: EventText {
    func event(_ event: Event) throws -> ByteBuffer {
        block("id: \(event.position)\ndata: ", try JSONForm.bytes(event))
    }

    var silence: ByteBuffer? { ByteBuffer(string: ": kith\n\n") }

    func failure(_ refusal: Refusal) -> ByteBuffer {
        block("event: error\ndata: ", JSONForm.bytes(of: refusal.answer))
    }

    private func block(_ head: String, _ bytes: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer(string: head)
        buffer.writeBytes(bytes)
        buffer.writeString("\n\n")
        return buffer
    }
}
