internal import Crypto
package import Schema

/// A timer of a stream.
package struct TimerPlace: Hashable, Sendable, Comparable {
    package var stream: StreamNumber
    package var key: TimerKey

    package init(stream: StreamNumber, key: TimerKey) {
        self.stream = stream
        self.key = key
    }

    package static func < (left: TimerPlace, right: TimerPlace) -> Bool {
        (left.stream, left.key) < (right.stream, right.key)
    }
}

/// A timer that is set: when it is due, and which import holds it.
package struct TimerStanding: Hashable, Sendable {
    package var due: Instant
    /// The import that created the timer's stream and was open when the timer was set; none for the others. The timer
    /// does not fire before that import is closed.
    package var holder: StreamNumber

    package init(due: Instant, holder: StreamNumber) {
        self.due = due
        self.holder = holder
    }
}

/// A timer that may fire. The order is that in which timers fire: by due instant, then stream, then key.
package struct DueTimer: Hashable, Sendable, Comparable {
    package var due: Instant
    package var place: TimerPlace

    package init(due: Instant, place: TimerPlace) {
        self.due = due
        self.place = place
    }

    package static func < (left: DueTimer, right: DueTimer) -> Bool {
        (left.due, left.place) < (right.due, right.place)
    }

    /// What firing the timer is, byte for byte: the content of the command.
    ///
    /// - Parameter revision: that of the stream before. A timer that is set again to an instant at which it has fired
    ///   already fires again, as another command.
    package func content(at revision: Revision) -> [UInt8] {
        var bytes = Array("kith timer".utf8)
        bytes.append(littleEndian: place.stream.rawValue)
        bytes.append(littleEndian: place.key.kind)
        bytes.append(littleEndian: place.key.item)
        bytes.append(littleEndian: due.rawValue)
        bytes.append(littleEndian: revision.rawValue)
        return bytes
    }

    /// The id of the command that firing it is: a UUID of version 8 (RFC 9562), the first bytes of SHA-256 over the
    /// log's id and the content. So a stream in the same state fires the same timer under the same id, whoever does it.
    package func commandID(logID: Identifier, at revision: Revision) -> Identifier {
        var bytes = Array(SHA256.hash(data: logID.bytes + content(at: revision)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return Identifier(bytes: bytes) ?? .zero
    }
}

/// How far an import is.
package struct ImportStanding: Hashable, Sendable {
    /// When it was started: what its rows without a date say of themselves.
    package var startedAt: Instant
    /// When the last fact occurred that it brought in, rows without a date left out; nil where there is none.
    package var latest: Instant?
    package var isClosed: Bool

    package init(startedAt: Instant, latest: Instant? = nil, isClosed: Bool = false) {
        self.startedAt = startedAt
        self.latest = latest
        self.isClosed = isClosed
    }

    /// Whether what was due at an instant, on a stream that the import created, is history as well: nothing of the
    /// import is later than its latest fact.
    package func isHistory(_ due: Instant) -> Bool { due <= latest ?? startedAt }
}
