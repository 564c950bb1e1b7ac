package import Schema

/// A key under which events count something that a rule across aggregates depends on: a document number, a
/// stock keeping unit, what came back of an order line, the number of administrators. It holds nothing personal.
package struct ClaimKey: Hashable, Sendable {
    /// At most `maximumLength` bytes; the first names the domain of the key.
    package var bytes: [UInt8]
    /// The index takes keys of up to 511 bytes.
    package static let maximumLength = 400

    package init(domain: UInt8, _ rest: some Sequence<UInt8>) {
        bytes = [domain]
        bytes.append(contentsOf: rest)
    }

    /// Refuses a key that the index may not take: what it cannot write once, it cannot write ever.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    package func checkLength() throws(Refusal) {
        guard bytes.count > Self.maximumLength else { return }
        throw Refusal(
            .limitExceeded,
            "A text that has to be unique or is counted would need \(bytes.count) bytes in the index; "
                + "\(Self.maximumLength) is the limit. Shorten it.")
    }
}

/// A keyed hash of a normalised personal value (e-mail, telephone number, tax number), by which parties with the
/// same value are found. 16 bytes.
package struct LookupKey: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// What an event does to the derived index beside the heads of streams, subjects and commands.
///
/// Effects follow from the event's payload and the opened personal parts alone, so the index can be deleted and
/// made again from the log.
package enum IndexEffect: Sendable, Hashable {
    /// The external key names the event's stream from now on (or no longer).
    case link(AggregateKind, ExternalKey)
    case unlink(AggregateKind, ExternalKey)
    /// The event's stream has (or has no longer) this normalised value in the domain, for example "email".
    case addToken(domain: String, value: [UInt8])
    case removeToken(domain: String, value: [UInt8])
    /// Adds to a claim.
    case claim(ClaimKey, Int64)
    /// The timer of the event's stream is due at this instant (also where it was due at another one before); nil: it
    /// is not set any more.
    case timer(TimerKey, Instant?)
    /// The event's stream is a ticket, which stands in another way in the queue.
    case ticket(TicketStandingChange)
    /// The event's stream is an import, which is open from now on (or complete).
    case importOpened
    case importClosed
}
