import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Schema
import SwiftProtobuf

/// A client that sends any bytes, and takes answers apart without the client library.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let received: AsyncStream<ByteBuffer>
    private let buffer: NIOLockedValueBox<ByteBuffer>

    private init(channel: any Channel, received: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.received = received
        buffer = NIOLockedValueBox(ByteBuffer())
    }

    /// Connects. With `reads` false nothing is read until `startReading`.
    static func connect(to path: String, reads: Bool = true) async throws -> RawConnection {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(unixDomainSocketPath: path).get()
        return RawConnection(channel: channel, received: stream)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed? = event as? ChannelEvent { continuation.finish() }
        }
    }

    func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

    /// Sends without waiting for the bytes to be taken.
    func sendAhead(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func send(_ request: Request) async throws { try await send(try RawConnection.frame(request)) }

    /// Says that nothing more comes; answers can still be read.
    func endInput() async throws { try await channel.close(mode: .output).get() }

    func close() async throws { try? await channel.close().get() }

    /// The next answer; nil once the service has closed the connection.
    func next() async throws -> Response? {
        while true {
            let message: [UInt8]? = buffer.withLockedValue { buffer in
                guard let length = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self),
                    buffer.readableBytes >= 4 + Int(length)
                else { return nil }
                buffer.moveReaderIndex(forwardBy: 4)
                defer { buffer.discardReadBytes() }
                return buffer.readBytes(length: Int(length))
            }
            if let message { return try Response(serializedBytes: message) }
            var iterator = received.makeAsyncIterator()
            guard let bytes = await iterator.next() else { return nil }
            buffer.withLockedValue { _ = $0.writeImmutableBuffer(bytes) }
        }
    }

    /// Everything that is left until the service closes.
    func rest() async throws -> [Response] {
        var responses: [Response] = []
        while let response = try await next() { responses.append(response) }
        return responses
    }

    static func frame(_ request: Request) throws -> [UInt8] {
        let message: [UInt8] = try request.serializedBytes()
        return prefix(message.count) + message
    }

    /// The length before a message.
    static func prefix(_ length: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }
}

extension Request {
    init(_ id: UInt64, _ request: OneOf_Request) {
        self.init()
        self.id = id
        self.request = request
    }

    /// A submit request with one command per id.
    static func submit(_ id: UInt64, commands: [String]) -> Request {
        var submit = SubmitRequest()
        submit.commands = commands.map { Command(withID: $0) }
        return Request(id, .submit(submit))
    }
}

extension Command {
    /// A command of about this size, which only the fake back end takes.
    init(withID id: String, bytes: Int = 0) {
        self.init()
        self.id = id
        idempotencyKey = Data(repeating: 0, count: bytes)
    }
}
