internal import Schema

/// The frames of a long answer, in order.
///
/// The request is sent when the first element is asked for, once per iterator. The service sends ahead at most four
/// frames; taking elements allows it to send more. When the iterator goes away before the end, the request is
/// cancelled.
public struct ResponseSequence<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = KithClientError

    let connection: ClientConnection
    let request: Request.OneOf_Request
    /// The element that a frame holds; nil where the frame is of another kind.
    let element: @Sendable (Response) -> Element?

    public func makeAsyncIterator() -> Iterator {
        Iterator(stream: ClientStream(connection: connection, request: request), element: element)
    }

    /// Takes the elements. Used by one task at a time.
    public struct Iterator: AsyncIteratorProtocol {
        let stream: ClientStream
        let element: @Sendable (Response) -> Element?

        /// The next element, or nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(KithClientError) -> Element? {
            guard let response = try await stream.next() else { return nil }
            guard let value = element(response) else { throw .unexpectedAnswer(to: "stream") }
            return value
        }

        /// The next element, or nil at the end.
        public mutating func next() async throws(KithClientError) -> Element? {
            try await next(isolation: #isolation)
        }
    }
}

@available(*, unavailable)
extension ResponseSequence.Iterator: Sendable {}

/// One open stream: gives credit as frames are taken, and cancels the request when nobody holds it any more.
final class ClientStream {
    private enum State {
        case notStarted(Request.OneOf_Request)
        /// So many frames were taken since the last credit was given.
        case open(id: UInt64, taken: UInt32)
        case ended
    }

    private let connection: ClientConnection
    private var state: State

    init(connection: ClientConnection, request: Request.OneOf_Request) {
        self.connection = connection
        state = .notStarted(request)
    }

    deinit {
        if case .open(let id, _) = state { connection.abandon(id) }
    }

    /// Half of the service's first credit: given back in one go, so that the service never has to wait for a
    /// consumer that keeps up, and not every frame costs a frame in return.
    private static let creditStep: UInt32 = 2

    func next() async throws(KithClientError) -> Response? {
        if case .notStarted(let request) = state {
            state = .open(id: try connection.openStream(request), taken: 0)
        }
        guard case .open(let id, var taken) = state else { return nil }
        if taken >= ClientStream.creditStep {
            connection.give(credit: taken, to: id)
            taken = 0
        }
        let frame: Response?
        do throws(KithClientError) {
            frame = try await connection.nextFrame(of: id)
        } catch {
            state = .ended
            throw error
        }
        state = frame == nil ? .ended : .open(id: id, taken: taken + 1)
        return frame
    }
}
