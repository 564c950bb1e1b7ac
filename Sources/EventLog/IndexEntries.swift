package import Schema

/// Where a stream stands.
package struct StreamEntry: Sendable, Hashable {
    package var id: Identifier
    package var kind: AggregateKind
    package var revision: Revision
    package var last: Position
    /// When the last fact (not consequence) of the stream occurred.
    package var lastFactAt: Instant
    /// The import that the stream's first event belongs to; none where it came live.
    package var importNumber: StreamNumber

    package init(
        id: Identifier, kind: AggregateKind, revision: Revision, last: Position, lastFactAt: Instant,
        importNumber: StreamNumber
    ) {
        self.id = id
        self.kind = kind
        self.revision = revision
        self.last = last
        self.lastFactAt = lastFactAt
        self.importNumber = importNumber
    }
}

/// Where a subject stands: the last event that concerns it, and its key.
package struct SubjectStanding: Sendable, Hashable {
    package var last: Position
    package var keySlot: UInt32
    package var slotGeneration: UInt32

    package init(last: Position, keySlot: UInt32, slotGeneration: UInt32) {
        self.last = last
        self.keySlot = keySlot
        self.slotGeneration = slotGeneration
    }
}

/// The keyed hash of an external reference or of a normalised personal value, 16 bytes.
package struct IndexToken: Hashable, Sendable, Comparable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static func < (left: IndexToken, right: IndexToken) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// What an event does to the index beside moving the heads of its stream, its subjects and its command.
package enum IndexChange: Sendable, Hashable {
    /// The reference names the event's stream.
    case link(IndexToken)
    /// The reference names nothing any more.
    case unlink(IndexToken)
    /// The event's stream has this personal value.
    case addToken(IndexToken)
    /// It has it no more.
    case removeToken(IndexToken)
    /// Adds to a claim; the key has at most 400 bytes.
    case claim([UInt8], Int64)
    /// The timer of the event's stream is due at this instant; nil: no longer.
    case timer(TimerKey, Instant?)
    /// The event's stream is a ticket, which stands in another way in the queue.
    case ticket(TicketStandingChange)
    /// The event's stream is an import that is open from now on.
    case importOpened
    /// The import is complete: the timers of the streams that it created are released.
    case importClosed
}

/// A decider's state, kept because folding its stream takes long. Bytes are the caller's business.
package struct StoredState: Sendable, Hashable {
    package var revision: Revision
    package var last: Position
    package var bytes: [UInt8]

    package init(revision: Revision, last: Position, bytes: [UInt8]) {
        self.revision = revision
        self.last = last
        self.bytes = bytes
    }
}
