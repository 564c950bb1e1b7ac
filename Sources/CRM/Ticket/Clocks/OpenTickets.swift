internal import Schema

/// The open tickets, found some at a time by the sequence in which they were opened: a token for so many of them.
enum OpenTickets {
    private static let domain = "ticket-open"
    /// How many sequences share a token.
    static let bucketSize: UInt64 = 64

    /// The ticket of a sequence is open.
    static func add(_ sequence: UInt64) -> IndexEffect { .addToken(domain: domain, value: value(sequence)) }

    /// It is not open any more.
    static func remove(_ sequence: UInt64) -> IndexEffect { .removeToken(domain: domain, value: value(sequence)) }

    private static func value(_ sequence: UInt64) -> [UInt8] { ClaimKey.bigEndian(sequence / bucketSize) }

    /// The open tickets whose sequences are in the same bucket as this one.
    static func around(_ sequence: UInt64, _ world: any World) throws(Refusal) -> [StreamNumber] {
        try world.holders(of: world.lookupKey(domain: domain, value: value(sequence)))
    }
}
