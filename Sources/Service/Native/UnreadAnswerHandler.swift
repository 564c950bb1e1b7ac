package import Logging
package import NIOCore

/// Ends a connection whose client leaves unread for too long what was written to it.
///
/// What cannot be written waits in memory. A slow client is not read and its streams pause (the connection's own
/// limits); one that does not take a single answer in `NativeLimits.clientTimeout`, or leaves more unread than
/// `ByteBudget` has room for, is let go, and the log says so. It cannot be told: it does not read.
///
/// The first handler of its pipeline, of every face. A connection that waits for nothing costs no timer.
package final class UnreadAnswerHandler: ChannelOutboundHandler {
    package typealias OutboundIn = IOData
    package typealias OutboundOut = IOData

    private let timeout: TimeAmount
    private let budget: ByteBudget
    private let logger: Logger
    private var writes = 0
    private var bytes = 0
    private var lastWritten = NIODeadline.now()
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - limits: how long an answer may be unread.
    ///   - budget: what all connections of the socket may hold.
    package init(limits: NativeLimits, budget: ByteBudget, logger: Logger) {
        timeout = TimeAmount(limits.clientTimeout)
        self.budget = budget
        self.logger = logger
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let count = unwrapOutboundIn(data).readableBytes
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        if writes == 0 { lastWritten = .now() }
        writes += 1
        let isWithin = budget.change(from: bytes, to: bytes + count)
        bytes += count
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.writes -= 1
            _ = self.budget.change(from: self.bytes, to: self.bytes - count)
            self.bytes -= count
            self.lastWritten = .now()
        }
        context.write(data, promise: written)
        if !isWithin { close(context, "its answers are not read, and there is no room for more of them") }
    }

    package func flush(context: ChannelHandlerContext) {
        context.flush()
        if writes > 0, timer == nil { watch(context, from: lastWritten) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    private func watch(_ context: ChannelHandlerContext, from: NIODeadline) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: from + timeout) {
            self.timer = nil
            guard self.writes > 0 else { return }
            guard NIODeadline.now() >= self.lastWritten + self.timeout else {
                return self.watch(context, from: self.lastWritten)
            }
            self.close(context, "its client reads no answers")
        }
    }

    private func close(_ context: ChannelHandlerContext, _ reason: Logger.MetadataValue) {
        logger.notice("closing a connection", metadata: ["reason": reason, "unread": "\(bytes)"])
        context.close(promise: nil)
    }
}
