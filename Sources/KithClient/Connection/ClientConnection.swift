internal import NIOCore
internal import NIOPosix
internal import Schema
internal import SwiftProtobuf
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The socket, the open requests and what waits to be written.
///
/// Callers encode on their own thread and put the bytes into one buffer under a lock; the first of them wakes the
/// event loop, which writes everything that has gathered in one go. So a hundred concurrent callers cost one hop
/// and one system call, not a hundred.
final class ClientConnection: Sendable {
    private struct State {
        var table = CallTable()
        var outbox = ByteBuffer()
        var flushIsScheduled = false
    }

    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)
    private let channel: any Channel

    private init(channel: any Channel) {
        self.channel = channel
    }

    deinit {
        channel.close(promise: nil)
    }

    /// Largest message in a frame.
    static let maximumMessageLength = 4 << 20

    static func connect(path: String, group: any EventLoopGroup) async throws(KithClientError) -> ClientConnection {
        do {
            let channel = try await ClientBootstrap(group: group)
                .channelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 65536, maximum: 1 << 20)
                )
                // Nothing is read before the handler that understands it is in place.
                .channelOption(.autoRead, value: false)
                .connect(unixDomainSocketPath: path).get()
            let connection = ClientConnection(channel: channel)
            try await channel.eventLoop.submit { [weak connection] in
                let handler = ResponseHandler { event in connection?.handle(event) }
                try channel.pipeline.syncOperations.addHandler(handler)
            }.get()
            try await channel.setOption(.autoRead, value: true).get()
            return connection
        } catch {
            throw notReachable(path: path, error)
        }
    }

    private static func notReachable(path: String, _ error: any Error) -> KithClientError {
        let reason =
            switch (error as? IOError)?.errnoCode {
            case ENOENT?: "there is no socket; start kithd, or name its socket with KITH_SOCKET"
            case ECONNREFUSED?: "nothing listens there; start kithd"
            case EACCES?, EPERM?: "access is denied; the socket's group may use it"
            case .some(let code): "the system says error \(code)"
            case nil where error is SocketAddressError: "the path is longer than the 107 bytes that a socket may have"
            case nil: "the connection failed"
            }
        return KithClientError(.notReachable, "The service cannot be reached at \(path): \(reason).", cause: error)
    }

    var isOpen: Bool { state.withLock { $0.table.failure == nil } }

    func close() async {
        fail(KithClientError(.closed, "The connection was closed by the client."))
        try? await channel.close().get()
    }

    // MARK: Requests

    /// Sends a request that has one answer, and waits for it.
    func call(_ request: Request.OneOf_Request) async throws(KithClientError) -> Response {
        let id = try send(request) { $0.openCall($1) }
        let result: CallResult = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.table.wait(for: id, continuation) }?.resume()
            }
        } onCancel: {
            // A command that was sent is carried out: only reads are taken back.
            if case .submit = request {
                state.withLock { $0.table.abandon(id).wake }?.resume()
            } else {
                abandon(id)
            }
        }
        return try result.get()
    }

    /// Sends a request that has many answers. Returns its id.
    func openStream(_ request: Request.OneOf_Request) throws(KithClientError) -> UInt64 {
        try send(request) { $0.openStream($1) }
    }

    /// Sends a further frame of an open request.
    func send(_ request: Request.OneOf_Request, on id: UInt64) throws(KithClientError) {
        try write(try ClientConnection.encode(id: id, request)) { _ in }
    }

    /// Waits for the next frame of a stream; nil at its end.
    func nextFrame(of id: UInt64) async throws(KithClientError) -> Response? {
        let result: FrameResult = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.table.waitForFrame(of: id, continuation) }?.resume()
            }
        } onCancel: {
            abandon(id)
        }
        return try result.get()
    }

    /// Allows the service so many more frames.
    func give(credit frames: UInt32, to id: UInt64) {
        var credit = Credit()
        credit.frames = frames
        notify(id, .credit(credit))
    }

    /// Nobody waits for this request any more: whoever does gets `cancelled`, and the service is told.
    func abandon(_ id: UInt64) {
        let (wake, cancels) = state.withLock { $0.table.abandon(id) }
        wake?.resume()
        if cancels { notify(id, .cancel(Cancel())) }
    }

    private func send(
        _ request: Request.OneOf_Request, open: (inout CallTable, UInt64) -> Void
    ) throws(KithClientError) -> UInt64 {
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let bytes = try ClientConnection.encode(id: id, request)
        guard bytes.count <= ClientConnection.maximumMessageLength else {
            throw KithClientError(
                .tooLarge, "The request has \(bytes.count) bytes; a frame holds 4 MiB. Send less at once.")
        }
        try write(bytes) { open(&$0, id) }
        return id
    }

    /// Sends a frame that has no answer of its own. Nothing is lost where the connection has ended.
    private func notify(_ id: UInt64, _ request: Request.OneOf_Request) {
        guard let bytes = try? ClientConnection.encode(id: id, request) else { return }
        try? write(bytes) { _ in }
    }

    private static func encode(id: UInt64, _ request: Request.OneOf_Request) throws(KithClientError) -> [UInt8] {
        var message = Request()
        message.id = id
        message.request = request
        do {
            return try message.encoded()
        } catch {
            throw KithClientError(.tooLarge, "The request cannot be encoded.", cause: error)
        }
    }

    private func write(_ bytes: [UInt8], open: (inout CallTable) -> Void) throws(KithClientError) {
        let (failure, schedules) = state.withLock { state -> (KithClientError?, Bool) in
            if let failure = state.table.failure { return (failure, false) }
            open(&state.table)
            state.outbox.writeInteger(UInt32(bytes.count), endianness: .little)
            state.outbox.writeBytes(bytes)
            defer { state.flushIsScheduled = true }
            return (nil, !state.flushIsScheduled)
        }
        if let failure { throw failure }
        if schedules { channel.eventLoop.execute { self.flush() } }
    }

    private func flush() {
        let bytes = state.withLock { state in
            state.flushIsScheduled = false
            let bytes = state.outbox
            state.outbox = ByteBuffer()
            return bytes
        }
        channel.writeAndFlush(bytes, promise: nil)
    }

    // MARK: Events of the channel

    private func handle(_ event: ResponseHandler.Event) {
        switch event {
        case .responses(let responses): receive(responses)
        case .ended(let error): fail(error)
        }
    }

    private func receive(_ responses: [Response]) {
        var wakes: [CallTable.Wake] = []
        wakes.reserveCapacity(responses.count)
        let failure = state.withLock { state -> KithClientError? in
            do throws(KithClientError) {
                for response in responses {
                    if let wake = try state.table.receive(response) { wakes.append(wake) }
                }
                return nil
            } catch {
                return error
            }
        }
        for wake in wakes { wake.resume() }
        if let failure { fail(failure) }
    }

    private func fail(_ error: KithClientError) {
        for wake in state.withLock({ $0.table.fail(error) }) { wake.resume() }
        channel.close(promise: nil)
    }
}
