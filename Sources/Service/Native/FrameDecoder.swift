internal import CRM
internal import NIOCore
internal import Schema
internal import SwiftProtobuf

/// Cuts the bytes of a connection into frames and decodes the requests in them.
///
/// Bytes are looked at in place; nothing is copied out of the receive buffer but what the message itself holds.
struct FrameDecoder {
    /// What stands in a frame.
    enum Frame {
        /// A request and the size of the frame it came in.
        case request(Request, bytes: Int)
        /// Many commands, which are still to be decoded.
        case commands(CommandFrame)
    }

    private static let prefixLength = 4
    /// Messages of this size are decoded at once; from larger ones commands are cut out first.
    private static let decodedAtOnce = 8 << 10
    /// Levels of messages within messages; the schema has less than ten.
    private static let depthLimit = 32
    /// Bytes that half a frame may leave unused in its buffer.
    private static let slack = 4 << 10

    private var buffer = ByteBuffer()

    /// Bytes of memory that are kept for what was not yet taken.
    var heldBytes: Int { buffer.storageCapacity }

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

    /// The next frame, or nil until more bytes come.
    ///
    /// - Throws: a refusal where the bytes are not a frame with a request. The connection cannot go on then.
    mutating func next() throws(Refusal) -> Frame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self) else {
            keepLittle()
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
            keepLittle()
            return nil
        }
        let start = buffer.readerIndex + FrameDecoder.prefixLength
        if length > FrameDecoder.decodedAtOnce, let message = buffer.getSlice(at: start, length: Int(length)),
            let (id, commands) = CommandCutter.cut(message, most: NativeLimits.maximumFrameCommands)
        {
            buffer.moveReaderIndex(forwardBy: total)
            return .commands(CommandFrame(id: id, message: message, commands: commands))
        }
        let request = try decoded(total)
        buffer.moveReaderIndex(forwardBy: total)
        return .request(request, bytes: total)
    }

    private func decoded(_ total: Int) throws(Refusal) -> Request {
        do {
            return try Request(
                serializedBytes: buffer.readableBytesSpan.extracting(FrameDecoder.prefixLength..<total),
                options: FrameDecoder.options(depth: FrameDecoder.depthLimit))
        } catch {
            throw FrameDecoder.refusal(of: error)
        }
    }

    /// Decodes some more commands of a frame.
    ///
    /// - Throws: a refusal where they are not what the schema says. The connection cannot go on then.
    func decodeStep(_ frame: inout CommandFrame) throws(Refusal) {
        do {
            // A command stands two levels deep.
            try frame.decodeStep(FrameDecoder.options(depth: FrameDecoder.depthLimit - 2))
        } catch {
            throw FrameDecoder.refusal(of: error)
        }
    }

    /// A connection without anything to decode, or with half a frame, keeps no buffer that is larger than it needs.
    private mutating func keepLittle() {
        if buffer.readableBytes == 0 {
            buffer = ByteBuffer()
        } else if buffer.storageCapacity > 2 * buffer.readableBytes + FrameDecoder.slack {
            buffer = ByteBuffer(bytes: buffer.readableBytesView)
        } else {
            buffer.discardReadBytes()
        }
    }

    private static func options(depth: Int) -> BinaryDecodingOptions {
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = depth
        return options
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
