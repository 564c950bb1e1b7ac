internal import CRM
internal import NIOCore
internal import Schema
internal import SwiftProtobuf

/// Cuts the bytes of a connection into frames and decodes the requests in them.
///
/// Bytes are looked at in place; nothing is copied out of the receive buffer but what the message itself holds.
struct FrameDecoder {
    /// A request and the size of the frame it came in.
    struct Frame {
        var request: Request
        var bytes: Int
    }

    private static let prefixLength = 4

    private var buffer = ByteBuffer()

    private let options = {
        var options = BinaryDecodingOptions()
        // The schema nests less than ten deep.
        options.messageDepthLimit = 32
        return options
    }()

    /// Whether bytes are left that were not yet taken.
    var isEmpty: Bool { buffer.readableBytes == 0 }

    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Forgets everything: after an error the borders of frames are not known any more.
    mutating func clear() { buffer = ByteBuffer() }

    /// The next request, or nil until more bytes come.
    ///
    /// - Throws: a refusal where the bytes are not a frame with a request. The connection cannot go on then.
    mutating func next() throws(Refusal) -> Frame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self) else {
            return nil
        }
        guard length > 0 else {
            throw Refusal(.schemaInvalid, "A frame has the length 0. Send a Request in every frame.")
        }
        guard length <= NativeLimits.maximumMessageLength else {
            throw Refusal(
                .limitExceeded, "A frame announces \(length) bytes; the limit is 4 MiB (4194304). Send less at once.")
        }
        let total = FrameDecoder.prefixLength + Int(length)
        guard buffer.readableBytes >= total else {
            // Keeps the buffer from creeping. It grows with the bytes that come, not with what was announced: four
            // bytes must not cost 4 MiB.
            buffer.discardReadBytes()
            return nil
        }
        let request: Request
        do {
            request = try Request(
                serializedBytes: buffer.readableBytesSpan.extracting(FrameDecoder.prefixLength..<total),
                options: options)
        } catch {
            throw FrameDecoder.refusal(of: error)
        }
        buffer.moveReaderIndex(forwardBy: total)
        return Frame(request: request, bytes: total)
    }

    private static func refusal(of error: any Error) -> Refusal {
        let reason =
            switch error as? BinaryDecodingError {
            case .invalidUTF8?: "a text in it is not valid UTF-8"
            case .messageDepthLimit?: "it nests deeper than 32 messages"
            case .truncated?: "it ends in the middle of a field"
            default: "it is not a protobuf message of the schema"
            }
        return Refusal(.schemaInvalid, "A frame does not hold a Request: \(reason).")
    }
}
