internal import Schema
internal import SwiftProtobuf

/// A time in which a ticket was open and stood in one way.
struct Stint {
    var row: TicketStintRow
    /// The greatest instant while it lasts.
    var end: Int64
    /// When the ticket was opened.
    var openedAt: Int64

    /// Whether it was so just before an instant.
    func holds(before instant: Int64) -> Bool { row.from < instant && end >= instant }
}

/// Counts the tickets that were open just before an instant, by age.
struct BacklogTally {
    /// Microseconds since 1970.
    let instant: Int64
    private var tickets: UInt64 = 0
    private var pending: UInt64 = 0
    private var unassigned: UInt64 = 0
    private var ages: [UInt64]

    /// Days at which ages begin.
    private static let bounds: [Int64] = [0, 1, 3, 7, 30]
    private static let day: Int64 = 86_400_000_000

    init(before instant: Int64) {
        self.instant = instant
        ages = Array(repeating: 0, count: Self.bounds.count)
    }

    /// Counts the ticket of a stint, if it was open.
    mutating func add(_ stint: Stint) {
        guard stint.holds(before: instant) else { return }
        tickets += 1
        if stint.row.pending { pending += 1 }
        if stint.row.cut.agentNumber == 0 { unassigned += 1 }
        let age = max(0, instant - 1 - stint.openedAt)
        ages[(Self.bounds.lastIndex { $0 * Self.day <= age }) ?? 0] += 1
    }

    var figures: TicketBacklog {
        var backlog = TicketBacklog()
        backlog.at = Instant(microseconds: instant - 1).timestamp
        backlog.tickets = tickets
        backlog.pending = pending
        backlog.unassigned = unassigned
        backlog.ages = ages.indices.map { index in
            var bucket = BacklogBucket()
            bucket.fromDays = UInt64(Self.bounds[index])
            if index + 1 < Self.bounds.count { bucket.toDays = UInt64(Self.bounds[index + 1]) }
            bucket.tickets = ages[index]
            return bucket
        }
        return backlog
    }
}
