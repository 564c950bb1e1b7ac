/// What the HTTP face takes from one connection, beside what `NativeLimits` says of every face.
enum HTTPLimits {
    /// Largest body of a request, and largest line of one in NDJSON, in bytes.
    static let bodyBytes = 8 << 20
    /// Largest content of an item of the content store, in bytes; part of the protocol.
    static let itemBytes = 25_000_000
    /// Commands of one NDJSON request that wait for their answers; while there are so many, no more are read.
    static let openCommands = 1_024
    /// Bytes of their lines, beyond which no more are read; a single line is always taken.
    static let openBytes = 4 << 20
    /// Commands, and bytes of their lines, that are handed on together.
    static let pieceLines = 16
    static let pieceBytes = 16 << 10
    /// How long the lines of one request may keep a thread busy before other tasks have their turn.
    static let slice: Duration = .microseconds(500)
    /// Silence of an event stream after which a comment is sent, so that a peer that has gone is noticed.
    static let silence: Duration = .seconds(15)
    /// How long to wait before connecting or asking again, where nothing better is known; milliseconds.
    static let retryMilliseconds: UInt32 = 1_000
}
