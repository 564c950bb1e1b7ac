internal import CRM
internal import NIOCore
internal import Schema

/// The way back to a connection from other threads: one hop to its event loop per call.
///
/// One object per connection; what comes after the connection has ended is dropped there.
final class ConnectionOutput: ReplySink {
    private let handler: NIOLoopBound<ConnectionHandler>
    private let eventLoop: any EventLoop

    /// Made on the event loop of the connection.
    init(handler: ConnectionHandler, eventLoop: any EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    func deliver(_ replies: [SubmitReply]) {
        eventLoop.execute { [handler] in handler.value.answer(replies) }
    }

    /// Sends one frame. It is encoded here, off the event loop: answers of queries can be large.
    func send(_ response: Response) {
        send(response.id, FrameEncoder.frame(response), last: response.last)
    }

    /// Sends a page of history.
    func send(_ id: UInt64, _ page: Answer<EncodedHistoryPage>) {
        send(id, FrameEncoder.frame(id, page), last: false)
    }

    private func send(_ id: UInt64, _ frame: ByteBuffer, last: Bool) {
        eventLoop.execute { [handler] in handler.value.answer(id, frame: frame, last: last) }
    }

    /// Ends the connection's service: see `ConnectionHandler.stop`.
    func stop(deadline: NIODeadline) {
        eventLoop.execute { [handler] in handler.value.stop(deadline: deadline) }
    }
}
