internal import NIOCore
internal import NIOPosix

/// Sends frames over one or more connections, each with so many frames under way, and times the answers.
///
/// `@unchecked Sendable`: after `run` has handed it over, it is only touched on its event loop until the promise is
/// fulfilled.
final class Load: @unchecked Sendable {
    /// What came out.
    struct Outcome: Sendable {
        /// Of commands, each with the latency of its frame.
        var latencies = Histogram()
        /// Commands that were accepted or found everything as they ask for, after the warm-up.
        var commands = 0
        /// From the end of the warm-up to the last answer.
        var seconds = 0.0
        var accepted = 0
        var unchanged = 0
    }

    private let frames: FrameSet
    private let window: Int
    private let warmUp: UInt64
    private let duration: UInt64
    private let promise: EventLoopPromise<Outcome>
    private var sentAt: [UInt64]
    private var nextFrame = 0
    private var underWay = 0
    private var started: UInt64 = 0
    private var connections: [LoadHandler] = []
    private var outcome = Outcome()

    private init(
        _ frames: FrameSet, window: Int, warmUpSeconds: Double, seconds: Double, promise: EventLoopPromise<Outcome>
    ) {
        self.frames = frames
        self.window = window
        warmUp = UInt64(warmUpSeconds * 1e9)
        duration = UInt64(min(seconds, 1e6) * 1e9)
        self.promise = promise
        sentAt = Array(repeating: 0, count: frames.count)
    }

    /// Sends the frames until all are answered, or for so many seconds.
    ///
    /// - Parameters:
    ///   - window: frames that each connection has under way.
    ///   - warmUpSeconds: what is sent in this time at the beginning is not counted.
    ///   - limit: seconds after which the whole is given up.
    static func run(
        _ frames: FrameSet, socket: String, connections: Int = 1, window: Int, warmUpSeconds: Double = 0,
        seconds: Double = .infinity, limit: Int
    ) async throws -> Outcome {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let loop = group.next()
            let load = Load(
                frames, window: window, warmUpSeconds: warmUpSeconds, seconds: seconds,
                promise: loop.makePromise(of: Outcome.self))
            let timer = loop.scheduleTask(in: .seconds(Int64(limit))) {
                load.promise.fail(BenchmarkFailure("The measurement was not done after \(limit) seconds."))
            }
            for _ in 0..<connections {
                do {
                    _ = try await ClientBootstrap(group: loop)
                        .channelOption(
                            .recvAllocator,
                            value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 16_384, maximum: 1 << 20)
                        )
                        .channelInitializer { channel in
                            channel.eventLoop.makeCompletedFuture {
                                let handler = LoadHandler(load)
                                try channel.pipeline.syncOperations.addHandler(handler)
                                load.connections.append(handler)
                            }
                        }
                        .connect(unixDomainSocketPath: socket).get()
                } catch {
                    load.promise.fail(error)
                    break
                }
            }
            loop.execute { load.begin() }
            let outcome = try await load.promise.futureResult.get()
            timer.cancel()
            try await group.shutdownGracefully()
            return outcome
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func begin() {
        started = Stopwatch.now()
        for connection in connections { connection.fill(window) }
        endIfDone(Stopwatch.now())
    }

    /// The next frame to be sent; nil where there are no more or the time is over.
    func next() -> ByteBuffer? {
        guard nextFrame < frames.count else { return nil }
        let now = Stopwatch.now()
        guard now - started < warmUp + duration else {
            nextFrame = frames.count
            return nil
        }
        sentAt[nextFrame] = now
        underWay += 1
        nextFrame += 1
        return frames.frame(nextFrame - 1)
    }

    func answered(_ scan: AnswerScan) {
        guard scan.id >= 1, scan.id <= UInt64(frames.count) else {
            return fail(BenchmarkFailure("The service answered a request that was not made."))
        }
        let now = Stopwatch.now()
        underWay -= 1
        let sent = sentAt[Int(scan.id) - 1]
        if sent - started >= warmUp {
            let count = scan.accepted + scan.unchanged
            outcome.commands += count
            outcome.latencies.record(nanoseconds: now - sent, times: count)
            outcome.accepted += scan.accepted
            outcome.unchanged += scan.unchanged
        }
        endIfDone(now)
    }

    private func endIfDone(_ now: UInt64) {
        guard underWay == 0, nextFrame >= frames.count else { return }
        outcome.seconds = Double(now - started - min(warmUp, now - started)) / 1e9
        promise.succeed(outcome)
    }

    func fail(_ error: any Error) { promise.fail(error) }
}

/// One connection of a load.
final class LoadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let load: Load
    private var context: ChannelHandlerContext?
    private var buffer = ByteBuffer()

    init(_ load: Load) { self.load = load }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends so many frames, if there are any left.
    func fill(_ count: Int) {
        guard let context else { return }
        var sent = false
        for _ in 0..<count {
            guard let frame = load.next() else { break }
            context.write(wrapOutboundOut(frame), promise: nil)
            sent = true
        }
        if sent { context.flush() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer.writeImmutableBuffer(unwrapInboundIn(data))
        var answers: [AnswerScan] = []
        do {
            while let scan = try nextAnswer() { answers.append(scan) }
        } catch {
            return load.fail(error)
        }
        buffer.discardReadBytes()
        fill(answers.count)
        for scan in answers { load.answered(scan) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        load.fail(BenchmarkFailure("The service closed a connection."))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { load.fail(error) }

    private func nextAnswer() throws -> AnswerScan? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self),
            buffer.readableBytes >= 4 + Int(length)
        else { return nil }
        defer { buffer.moveReaderIndex(forwardBy: 4 + Int(length)) }
        return try buffer.withUnsafeReadableBytes { bytes in
            let message = UnsafeRawBufferPointer(rebasing: bytes[4..<(4 + Int(length))])
            let scan = try AnswerScan(message)
            try Refused.check(scan, message)
            return scan
        }
    }
}
