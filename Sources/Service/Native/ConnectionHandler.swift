internal import CRM
internal import Logging
internal import NIOCore
internal import Schema

/// One connection of the native socket: reads requests, hands them on, writes answers.
///
/// Everything here runs on the connection's event loop. Invariants:
/// - every request that was taken is answered with exactly one last frame, unless the connection ends first;
/// - commands reach the back end in the order in which they arrived;
/// - nothing is read while the connection has `NativeLimits` of unanswered requests or of unsent answers;
/// - after `NativeLimits.slice` of work at a time the other connections of the event loop come first.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = IOData

    enum Phase {
        case serving
        /// The client sends nothing more but may read: its requests are answered, then the connection closes.
        case inputEnded
        /// The service stops: open requests are answered, then the connection closes.
        case stopping
        /// The last bytes are on their way.
        case closing
        case closed

        var takesRequests: Bool { self == .serving || self == .inputEnded }
        var closesWhenIdle: Bool { self == .inputEnded || self == .stopping }
    }

    let services: ConnectionServices
    let caller: CallerIdentity
    /// Whose reads those of this connection are.
    let readSource = ReadSource()
    var requests: OpenRequests
    private(set) var output: ConnectionOutput?

    /// What became of the commands that were handed on.
    var submissions = OpenSubmissions()
    /// The frame of commands that is being worked off; others wait behind it.
    var frame: CommandFrame?
    private(set) var decoder = FrameDecoder()
    private(set) var phase = Phase.serving

    private var context: ChannelHandlerContext?
    /// Results that were not looked at yet.
    private var replies = CircularBuffer<SubmitReply>()
    /// The slice is used up; the next one begins when the event loop has looked at its other connections.
    private var isYielding = false
    /// The channel asked to read while the connection was paused.
    private var wantsRead = false
    private var needsFlush = false
    /// Since when there is half a frame, while the client could send the rest.
    private var halfSince: NIODeadline?
    private var halfTimer: Scheduled<Void>?
    /// What the budget of the socket knows of.
    private var heldBytes = 0
    private var isAdmitted = false

    init(caller: CallerIdentity, services: ConnectionServices) {
        self.caller = caller
        self.services = services
        requests = OpenRequests(limits: services.limits)
    }

    var isWritable: Bool { context?.channel.isWritable == true }

    private var isPaused: Bool {
        !phase.takesRequests || requests.isFull || !isWritable || frame != nil || isYielding
    }

    // MARK: Life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let output = ConnectionOutput(handler: self, eventLoop: context.eventLoop)
        self.output = output
        isAdmitted = services.add(output)
        if context.channel.isActive { begin() }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin()
        context.fireChannelActive()
    }

    private func begin() {
        guard phase == .serving, !isAdmitted else { return }
        var refusal = Refusal(.overloaded, "The service has as many connections as it takes. Try again later.")
        refusal.detail.retryAfterMilliseconds = 1_000
        end(with: refusal)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        phase = .closed
        for work in requests.removeAll() {
            switch work {
            case .query(let task), .stream(let task, _), .upload(let task, _): task.cancel()
            case .commands: break
            }
        }
        submissions.removeAll()
        replies.removeAll()
        frame = nil
        decoder.clear()
        halfTimer?.cancel()
        _ = accountForInput()
        if let output, isAdmitted { services.remove(output) }
        // Ends the circle of handler and output.
        output = nil
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The peer has gone, or the socket failed: there is nobody to tell.
        services.logger.debug("a connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    /// The service stops: open requests are finished, streams end, nothing new is taken.
    func stop(deadline: NIODeadline) {
        guard let context, phase.takesRequests || phase == .stopping else { return }
        phase = .stopping
        requests.cancelStreams()
        closeAtLatest(deadline, context)
        // Of a frame that was not begun nothing was taken; one that was begun is finished.
        if let frame, !frame.isDecoded { self.frame = nil }
        process()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase.takesRequests else { return }
        decoder.append(unwrapInboundIn(data))
        process()
    }

    func read(context: ChannelHandlerContext) {
        // What a connection that closes still sends is read and dropped: otherwise its end would not be seen.
        if phase.takesRequests && isPaused {
            wantsRead = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        for gate in requests.gates { gate.set(isWritable: isWritable) }
        if isWritable { process() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            if phase == .serving {
                phase = .inputEnded
                // No credit can come any more.
                requests.cancelStreams()
                process()
            }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Does what there is to do, for one slice of time.
    private func process() {
        if !isYielding {
            let end = NIODeadline.now() + NativeLimits.slice
            do throws(Refusal) {
                while try step() {
                    guard NIODeadline.now() < end else {
                        yield()
                        break
                    }
                }
            } catch {
                return self.end(with: error)
            }
        }
        flush()
        guard accountForInput() else { return self.end(with: ConnectionHandler.noRoom) }
        watchHalfFrame()
        if wantsRead, !isPaused {
            wantsRead = false
            context?.read()
        }
        closeIfIdle()
    }

    /// One step: results, then the frame in hand, then the next one.
    ///
    /// - Returns: false where there is nothing to do, or no room for it.
    private func step() throws(Refusal) -> Bool {
        guard phase != .closing, phase != .closed else { return false }
        if let reply = replies.popFirst() {
            settle(reply)
            return true
        }
        if frame != nil { return try advanceFrame() }
        guard !isPaused, let next = try decoder.next() else { return false }
        halfSince = nil
        try take(next)
        return true
    }

    /// Goes on when the event loop has looked at its other connections.
    private func yield() {
        guard let context else { return }
        isYielding = true
        // A task without a delay would come before them: the loop looks at its sockets when no task is due.
        context.eventLoop.assumeIsolated().scheduleTask(in: NativeLimits.pause) {
            self.isYielding = false
            self.process()
        }
    }

    // MARK: Clients that stop in the middle

    /// Tells the socket's budget what is held here of requests that were not handed on. False where it is too much.
    private func accountForInput() -> Bool {
        let before = heldBytes
        heldBytes = decoder.heldBytes + (frame?.bytes ?? 0)
        return services.budget.change(from: before, to: heldBytes) || phase == .closing || phase == .closed
    }

    private static var noRoom: Refusal {
        var refusal = Refusal(
            .overloaded, "The service holds more unfinished requests than it has room for. Try again later.")
        refusal.detail.retryAfterMilliseconds = 1_000
        return refusal
    }

    /// A frame that was begun has to be completed. The time counts only while the connection is read.
    private func watchHalfFrame() {
        guard phase == .serving, !isPaused, !decoder.isEmpty else {
            halfSince = nil
            return
        }
        let since = halfSince ?? .now()
        halfSince = since
        guard halfTimer == nil, let context else { return }
        let timeout = TimeAmount(services.limits.clientTimeout)
        halfTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: since + timeout) {
            self.halfTimer = nil
            guard let since = self.halfSince else { return }
            guard NIODeadline.now() >= since + timeout else { return self.watchHalfFrame() }
            self.end(
                with: Refusal(
                    .limitExceeded,
                    "A frame was begun and not completed in \(timeout.nanoseconds / 1_000_000_000) seconds. Connect again."
                ))
        }
    }

    // MARK: Writing

    /// The results of commands: all that one group commit holds for this connection.
    func answer(_ replies: [SubmitReply]) {
        self.replies.append(contentsOf: replies)
        process()
    }

    /// One frame of a query or a stream.
    func answer(_ id: UInt64, frame: ByteBuffer, last: Bool) {
        guard phase != .closing, phase != .closed, requests.contains(id) else { return }
        if last { _ = requests.remove(id) } else { requests.upload(id)?.answered() }
        write(frame)
        process()
    }

    /// Answers a request that is refused before anything was begun for it.
    func refuse(_ id: UInt64, _ refusal: Refusal) {
        write(FrameEncoder.frame(Response(id, reflects: services.backend.reflects, .error(refusal.answer))))
    }

    func write(_ frames: ByteBuffer) {
        guard let context, frames.readableBytes > 0 else { return }
        context.write(wrapOutboundOut(.byteBuffer(frames)), promise: nil)
        needsFlush = true
    }

    private func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    // MARK: Closing

    /// The bytes of this connection cannot be understood any more: says so, with request id 0, and closes.
    private func end(with refusal: Refusal) {
        guard let context, phase != .closing, phase != .closed else { return }
        services.logger.notice(
            "closing a connection",
            metadata: ["caller": "\(caller)", "code": "\(refusal.code)", "reason": "\(refusal.detail.sentence)"])
        refuse(0, refusal)
        closeAfterFlush(context)
    }

    private func closeIfIdle() {
        guard let context, phase.closesWhenIdle, requests.isEmpty else { return }
        // Complete requests that wait behind the limit come first; half a frame does not count.
        if phase == .inputEnded, isPaused { return }
        closeAfterFlush(context)
    }

    private func closeAfterFlush(_ context: ChannelHandlerContext) {
        phase = .closing
        decoder.clear()
        frame = nil
        // Closing at once would drop what is not yet written.
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: written)
        needsFlush = false
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        // A client that does not read must not keep the connection.
        closeAtLatest(.now() + .seconds(1), context)
        if wantsRead {
            wantsRead = false
            context.read()
        }
    }

    private func closeAtLatest(_ deadline: NIODeadline, _ context: ChannelHandlerContext) {
        let channel = context.channel
        let timer = context.eventLoop.scheduleTask(deadline: deadline) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }
}
