internal import Glibc
package import Logging
package import NIOCore

/// Says in the log that connections cannot be taken because the system gives no more descriptors or memory.
///
/// NIO stops accepting for a moment then (`AcceptBackoffHandler`), and tries again; until it succeeds, clients wait in
/// the socket's backlog.
package final class AcceptFailureHandler: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    /// Between two messages.
    private static let silence = TimeAmount.seconds(60)

    private let logger: Logger
    private var saidAt: NIODeadline?

    package init(logger: Logger) { self.logger = logger }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) {
            let now = NIODeadline.now()
            if saidAt.map({ now >= $0 + Self.silence }) ?? true {
                saidAt = now
                logger.warning(
                    "no connection can be taken for now: raise the limit of open files, or lower maximumConnections",
                    metadata: ["error": "\(error)"])
            }
        }
        context.fireErrorCaught(error)
    }
}
