internal import Analytics
internal import Schema

/// The earnings of an account of which points are left, in the order in which they are spent: the one that ends first
/// before the others, among equals the one that came first; those without an end last.
struct LiveEarnings {
    struct Entry {
        var position: UInt64
        /// Microseconds since 1970-01-01T00:00:00Z; nil: they do not end.
        var end: Int64?
        var row: LoyaltyEarningRow
    }

    private(set) var entries: [Entry] = []

    /// Reads them all.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    init(
        of account: StreamNumber, inactiveAt: Int64?, _ tables: LoyaltyTables,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        var entries: [Entry] = []
        for group in [EarningKey.Group.dated, .inactivity, .endless] {
            let prefix = EarningKey.prefix(account: account, group)
            try reader.scan(tables.earnings, prefix: prefix) { (key, bytes) throws(ViewError) in
                let row = try decodedRow(LoyaltyEarningRow.self, bytes)
                let end: Int64? =
                    switch group {
                    case .dated: row.expiresAt
                    case .inactivity: inactiveAt
                    case .endless, .empty: nil
                    }
                entries.append(Entry(position: try EarningKey.position(of: key), end: end, row: row))
                return .next
            }
        }
        entries.sort { ($0.end ?? .max, $0.position) < ($1.end ?? .max, $1.position) }
        self.entries = entries
    }

    /// So many lots behind so many others.
    func lots(after: UInt64, limit: Int) -> (lots: [PointsLot], isCut: Bool) {
        var lots: [PointsLot] = []
        var passed: UInt64 = 0
        for entry in entries {
            for lot in entry.row.lots where lot.left > 0 {
                if passed < after {
                    passed += 1
                } else if lots.count < limit {
                    lots.append(PointsLot(entry, lot))
                } else {
                    return (lots, true)
                }
            }
        }
        return (lots, false)
    }

    /// The days on which points end after an instant, at most so many.
    func expiry(after asOf: Instant, _ clock: OrganisationClock, limit: Int) -> [ExpiryDay] {
        var days = ExpiryDays(clock, limit: limit)
        for entry in entries {
            guard let end = entry.end else { break }
            guard end > asOf.rawValue else { continue }
            if days.add(entry.row.left, at: Instant(microseconds: end)) == .stop { break }
        }
        return days.days
    }
}

/// Adds up by day what ends at instants that come in order.
struct ExpiryDays {
    private let clock: OrganisationClock
    private let limit: Int
    private(set) var days: [ExpiryDay] = []
    private var last: CivilDate?

    init(_ clock: OrganisationClock, limit: Int) {
        self.clock = clock
        self.limit = limit
    }

    /// Says stop where there are as many days as there may be.
    mutating func add(_ points: Int64, at instant: Instant) -> ScanStep {
        let date = clock.day(instant)
        if date == last, let index = days.indices.last {
            days[index].points &+= points
            return .next
        }
        guard days.count < limit else { return .stop }
        var day = ExpiryDay()
        day.day = date.description
        day.points = points
        days.append(day)
        last = date
        return .next
    }
}

extension PointsLot {
    fileprivate init(_ entry: LiveEarnings.Entry, _ lot: LoyaltyLotRow) {
        self.init()
        earning = entry.position
        self.lot = lot.lot
        points = lot.points
        left = lot.left
        earnedAt = Instant(microseconds: entry.row.earnedAt).timestamp
        if entry.row.hasLocksUntil { locksUntil = Instant(microseconds: entry.row.locksUntil).timestamp }
        if let end = entry.end { expiresAt = Instant(microseconds: end).timestamp }
        expiresWithInactivity = entry.row.expiresWithInactivity
        orderNumber = entry.row.orderNumber
        orderLine = lot.orderLine
        rule = lot.rule
    }
}
