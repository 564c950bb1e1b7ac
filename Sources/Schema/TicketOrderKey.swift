/// Where a ticket stands in the queue: the total order in which tickets are worked on.
///
/// 1. Tickets of which a running clock is breached; 2. the earliest instant at which a running clock is due; 3. rank of
/// the priority; 4. rank of the customer's class; 5. since when the customer waits; 6. sequence. What is not known
/// comes
/// last in each. Pending tickets come behind all others, by the instant at which they go on.
public struct TicketOrderKey: Hashable, Sendable, Comparable {
    /// What comes before what, before anything else is looked at.
    public enum Group: UInt8, Sendable, Comparable {
        /// A running clock is breached.
        case breached = 0
        /// It is worked on.
        case active = 1
        /// It waits for somebody else.
        case paused = 2

        public static func < (left: Group, right: Group) -> Bool { left.rawValue < right.rawValue }
    }

    public var group: Group
    /// When a running clock is due first; of a paused ticket when it goes on; the greatest instant where there is none.
    public var instant: Int64
    /// The greatest rank where there is none; so in the next one.
    public var priorityRank: UInt32
    public var customerClassRank: UInt32
    /// The greatest instant where the customer does not wait.
    public var waitingSince: Int64
    /// Decides, because no two tickets have the same.
    public var sequence: UInt64

    /// Bytes of a key.
    public static let length = 33

    public static func < (left: TicketOrderKey, right: TicketOrderKey) -> Bool {
        if left.group != right.group { return left.group < right.group }
        if left.instant != right.instant { return left.instant < right.instant }
        if left.priorityRank != right.priorityRank { return left.priorityRank < right.priorityRank }
        if left.customerClassRank != right.customerClassRank { return left.customerClassRank < right.customerClassRank }
        if left.waitingSince != right.waitingSince { return left.waitingSince < right.waitingSince }
        return left.sequence < right.sequence
    }

    /// The key as bytes whose order is that of the keys.
    public var bytes: [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(Self.length + 16)
        bytes.append(group.rawValue)
        Self.append(UInt64(bitPattern: instant) ^ Self.sign, to: &bytes)
        Self.append(priorityRank, to: &bytes)
        Self.append(customerClassRank, to: &bytes)
        Self.append(UInt64(bitPattern: waitingSince) ^ Self.sign, to: &bytes)
        Self.append(sequence, to: &bytes)
        return bytes
    }

    /// The sign turned: instants before 1970 compare as smaller bytes.
    private static let sign = UInt64(bitPattern: .min)

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

extension TicketOrderKey {
    /// The place of a ticket that stands so; nil where it is in no queue: resolved, closed, or a part of another one.
    public init?(_ standing: TicketStanding) {
        guard standing.isOpen else { return nil }
        let running = standing.clocks.filter(\.running)
        if standing.status == .pending {
            group = .paused
            instant = standing.hasResumeAt ? standing.resumeAt : .max
        } else {
            group = running.contains(where: \.breached) ? .breached : .active
            instant = running.compactMap { $0.hasDueAt ? $0.dueAt : nil }.min() ?? .max
        }
        priorityRank = standing.priorityRank == 0 ? .max : standing.priorityRank
        customerClassRank = standing.customerClassRank == 0 ? .max : standing.customerClassRank
        waitingSince = standing.hasWaitingSince ? standing.waitingSince : .max
        sequence = standing.sequence
    }
}

extension TicketStanding {
    /// Whether there is still something to do: new, open or pending, and not a part of another ticket.
    public var isOpen: Bool {
        switch status {
        case .new, .open, .pending: !absorbed
        case .resolved, .closed, .unspecified, .UNRECOGNIZED: false
        }
    }

    /// Whether somebody can be given it as the next one: it is open, waits for nobody, and nobody works on it.
    public var isClaimable: Bool { isOpen && status != .pending && assigneeNumber == 0 }
}

/// A ticket that somebody can be given as the next one, with its place in the order of the queue.
public struct PooledTicket: Sendable, Hashable, Comparable {
    public var key: TicketOrderKey
    public var ticket: StreamNumber

    /// A ticket of a pool.
    public init(key: TicketOrderKey, ticket: StreamNumber) {
        self.key = key
        self.ticket = ticket
    }

    public static func < (left: PooledTicket, right: PooledTicket) -> Bool {
        left.key == right.key ? left.ticket < right.ticket : left.key < right.key
    }
}

extension TicketStanding {
    /// In which pool the ticket is, and where; nil where nobody can be given it. Queue none: it is in no queue.
    public func pooled(_ ticket: StreamNumber) -> (queue: StreamNumber, entry: PooledTicket)? {
        guard isClaimable, let key = TicketOrderKey(self) else { return nil }
        return (StreamNumber(queueNumber), PooledTicket(key: key, ticket: ticket))
    }
}
