internal import NIOCore
internal import Schema
internal import SwiftProtobuf

/// Cuts the bytes of the service into frames and decodes them; everything of one read goes on in one call.
final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Event {
        case responses([Response])
        /// The connection cannot be used any more.
        case ended(KithClientError)
    }

    private let sink: (Event) -> Void
    private var buffer = ByteBuffer()
    private var hasEnded = false

    init(sink: @escaping (Event) -> Void) {
        self.sink = sink
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        buffer.writeImmutableBuffer(unwrapInboundIn(data))
        var responses: [Response] = []
        do throws(KithClientError) {
            while let response = try nextResponse() { responses.append(response) }
        } catch {
            deliver(responses)
            return end(error, context: context)
        }
        buffer.discardReadBytes()
        deliver(responses)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(KithClientError(.closed, "The service closed the connection."), context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(KithClientError(.closed, "The connection to the service failed.", cause: error), context: context)
    }

    private func deliver(_ responses: [Response]) {
        if !responses.isEmpty { sink(.responses(responses)) }
    }

    private func end(_ error: KithClientError, context: ChannelHandlerContext) {
        guard !hasEnded else { return }
        hasEnded = true
        sink(.ended(error))
        context.close(promise: nil)
    }

    private func nextResponse() throws(KithClientError) -> Response? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self) else {
            return nil
        }
        guard length > 0, length <= ClientConnection.maximumMessageLength else {
            throw .protocolViolation("The service sent a frame of \(length) bytes.")
        }
        let total = 4 + Int(length)
        guard buffer.readableBytes >= total else { return nil }
        defer { buffer.moveReaderIndex(forwardBy: total) }
        do {
            return try Response(serializedBytes: buffer.readableBytesSpan.extracting(4..<total))
        } catch {
            throw .protocolViolation("The service sent a frame that cannot be decoded.", cause: error)
        }
    }
}
