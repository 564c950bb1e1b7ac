internal import NIOCore

/// What the native face takes from one connection and from all of them.
package struct NativeLimits: Sendable, Hashable {
    /// Largest message in a frame, in bytes; part of the protocol.
    package static let maximumMessageLength = 4 << 20

    /// Commands in a frame; part of the protocol.
    package static let maximumFrameCommands = 10_000

    /// How long one connection may keep its event loop busy before the others have their turn.
    static let slice: TimeAmount = .microseconds(500)

    /// How long it then waits at least. The others need no more; their sockets are looked at once.
    static let pause: TimeAmount = .microseconds(10)

    /// Frames that a stream may send before its first credit; part of the protocol.
    package static let initialCredit: UInt32 = 4

    /// Connections at the same time, over the whole socket.
    package var connections = 10_240

    /// Requests of one connection that wait for an answer. While there are so many, nothing more is read from it.
    package var openRequests = 4_096

    /// Commands of one connection that wait for an answer; the rest of its frames waits. The back end may ask for less.
    package var openCommands = 8_192

    /// Queries of one connection that are being answered. What is more waits, so that those of others do not wait behind
    /// all of them.
    package var openQueries = 16

    /// Bytes of the frames of those requests. While there are so many, nothing more is read from the connection;
    /// a single frame is always taken.
    package var bytesInFlight = 16 << 20

    /// Streams (history, rebuild) of one connection at the same time; more are refused.
    package var streams = 64

    /// Bytes of answers that wait for a slow reader, beyond which nothing more is read from its connection and its
    /// streams pause.
    package var unsentBytes = 4 << 20

    /// How long a client may take to complete a request that it has begun, or to read an answer.
    package var clientTimeout: Duration = .seconds(120)

    /// Bytes that all connections of a socket hold together: what has arrived and is not handed on, and answers that
    /// wait for their reader. See `ByteBudget`.
    package var heldBytes = 256 << 20

    /// How long open requests may still take once the service stops.
    package var stopTimeout: Duration = .seconds(10)

    /// The defaults.
    package init() {}
}
