internal import CRM
internal import Logging
internal import NIOCore
internal import Schema

/// One connection of the native socket: reads requests, hands them on, writes answers.
///
/// Everything here runs on the connection's event loop. Invariants:
/// - every request that was taken is answered with exactly one last frame, unless the connection ends first;
/// - commands reach the back end in the order in which they arrived;
/// - nothing is read while the connection has `NativeLimits` of unanswered requests or of unsent answers.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
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
    var requests: OpenRequests
    private(set) var output: ConnectionOutput?

    private var context: ChannelHandlerContext?
    private var decoder = FrameDecoder()
    private var phase = Phase.serving
    /// The channel asked to read while the connection was paused.
    private var wantsRead = false
    private var needsFlush = false
    private var isAdmitted = false

    init(caller: CallerIdentity, services: ConnectionServices) {
        self.caller = caller
        self.services = services
        requests = OpenRequests(limits: services.limits)
    }

    var isWritable: Bool { context?.channel.isWritable == true }

    private var isPaused: Bool {
        !phase.takesRequests || requests.isFull || !isWritable
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
        var refusal = Refusal(
            .overloaded, "The service has \(services.limits.connections) connections already. Try again later.")
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
        decoder.clear()
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
        closeIfIdle()
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

    /// Takes requests as long as there are any and there is room for them.
    private func process() {
        do throws(Refusal) {
            while !isPaused, let frame = try decoder.next() { try take(frame) }
        } catch {
            return end(with: error)
        }
        flush()
        if wantsRead, !isPaused {
            wantsRead = false
            context?.read()
        }
        closeIfIdle()
    }

    // MARK: Writing

    /// The results of commands: all that one group commit holds for this connection.
    func answer(_ replies: [SubmitReply]) {
        guard phase != .closing, phase != .closed else { return }
        var frames = ByteBuffer()
        for reply in replies {
            guard case .commands(let refused)? = requests.remove(reply.tag) else { continue }
            var answer = SubmitResponse()
            answer.results = ConnectionHandler.merge(reply.results, refused: refused)
            FrameEncoder.append(Response(reply.tag, reflects: reply.reflects, .submit(answer)), to: &frames)
        }
        write(frames)
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

    private func write(_ frames: ByteBuffer) {
        guard let context, frames.readableBytes > 0 else { return }
        context.write(wrapOutboundOut(frames), promise: nil)
        needsFlush = true
    }

    private func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    /// Results in the order of the commands: those of the back end, and between them those refused before.
    private static func merge(_ results: [CommandResult], refused: [Int: CommandResult]) -> [CommandResult] {
        guard !refused.isEmpty else { return results }
        var merged: [CommandResult] = []
        merged.reserveCapacity(results.count + refused.count)
        var rest = results[...]
        while merged.count < results.count + refused.count {
            if let result = refused[merged.count] {
                merged.append(result)
            } else if let result = rest.popFirst() {
                merged.append(result)
            } else {
                break
            }
        }
        return merged
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
        // Closing at once would drop what is not yet written.
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
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
