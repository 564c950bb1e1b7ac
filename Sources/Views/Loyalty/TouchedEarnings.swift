internal import Schema

/// The earnings that one event touches: each is read once and written once.
struct TouchedEarnings {
    private struct Entry {
        let position: UInt64
        /// Its key and row before the event; nil where the event gives it.
        let before: (key: [UInt8], row: LoyaltyEarningRow)?
        var row: LoyaltyEarningRow
        /// What the last movement of the event says is left in it.
        var stated: Int64?
    }

    /// What the touched earnings hold more or less than before.
    struct Change {
        var active: Int64 = 0
        var locked: Int64 = 0
        /// Of those, what ends with inactivity.
        var withInactivity: Int64 = 0
        /// What ends at instants of its own.
        var endings: [EndingChange] = []
    }

    private let tables: LoyaltyTables
    private let account: StreamNumber
    private let event: UInt64
    /// Microseconds since 1970-01-01T00:00:00Z.
    private let occurredAt: Int64
    private var entries: [Entry] = []

    init(_ tables: LoyaltyTables, of event: ViewEvent) {
        self.tables = tables
        account = event.header.stream
        self.event = event.header.position.rawValue
        occurredAt = event.header.occurredAt.rawValue
    }

    /// Points that the event gives.
    mutating func give(_ row: LoyaltyEarningRow) throws(ViewError) {
        for lot in row.lots where lot.points <= 0 { throw unfit("gives a lot without points") }
        _ = try total(row)
        entries.append(Entry(position: event, before: nil, row: row))
    }

    /// All that is left of an earning can be spent from now on.
    mutating func unlock(
        _ position: UInt64, points: Int64, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let index = try find(position, in: store)
        guard entries[index].row.isLocked, entries[index].row.left == points else {
            throw unfit("unlocks other points than are locked in the earning at \(position)")
        }
        entries[index].row.clearLocksUntil()
    }

    /// Points leave a lot.
    mutating func take(
        _ movement: LotMovement, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let (index, lot) = try find(movement, in: store)
        guard entries[index].row.lots[lot].left >= movement.points else {
            throw unfit("takes more from a lot of the earning at \(movement.earning) than is left in it")
        }
        entries[index].row.lots[lot].left -= movement.points
        entries[index].stated = movement.leftInEarning
    }

    /// Points come back into a lot, and share the lock and the end that hold from now on. What names no earning comes
    /// back into a lot that begins with the event.
    mutating func giveBack(
        _ movement: LotMovement, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if movement.earning == 0 { begin(movement) }
        let (index, lot) = try find(movement, in: store)
        var row = entries[index].row
        row.lots[lot].left = try Points.sum(row.lots[lot].left, movement.points)
        _ = try total(row)
        if movement.hasLocksUntil { row.locksUntil = movement.locksUntil } else { row.clearLocksUntil() }
        if movement.hasExpiresAt { row.expiresAt = movement.expiresAt } else { row.clearExpiresAt() }
        row.expiresWithInactivity = movement.expiresWithInactivity
        entries[index].row = row
        entries[index].stated = movement.leftInEarning
    }

    /// Writes the earnings and says what changed with them.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the event's movements say that something else is left.
    func write(to store: inout some ProjectionStore & ~Copyable) throws(ViewError) -> Change {
        var change = Change()
        for entry in entries {
            if let stated = entry.stated, stated != entry.row.left {
                throw unfit(
                    "says that \(stated) points are left of the earning at \(entry.position); "
                        + "its lots hold \(entry.row.left)")
            }
            if let before = entry.before { try change.add(before.row, sign: -1) }
            try change.add(entry.row, sign: 1)
            let key = EarningKey.bytes(account: account, position: entry.position, entry.row)
            if let before = entry.before?.key, before != key { try store.delete(tables.earnings, before) }
            try store.put(tables.earnings, key, entry.row)
            if entry.before?.key != key {
                try store.put(tables.places, LoyaltyTables.pairKey(account.rawValue, entry.position), key)
            }
        }
        return change
    }

    /// An empty lot of the event's own, for points that come back to none.
    private mutating func begin(_ movement: LotMovement) {
        var lot = LoyaltyLotRow()
        lot.lot = movement.lot
        lot.orderLine = movement.orderLine
        lot.points = movement.points
        if let index = entries.firstIndex(where: { $0.position == event }) {
            entries[index].row.lots.append(lot)
            return
        }
        var row = LoyaltyEarningRow()
        row.earnedAt = occurredAt
        row.orderNumber = movement.orderNumber
        row.lots = [lot]
        entries.append(Entry(position: event, before: nil, row: row))
    }

    private mutating func find(
        _ movement: LotMovement, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) -> (entry: Int, lot: Int) {
        guard movement.points > 0 else { throw unfit("moves no points of a lot") }
        // An event that settles points it gives itself need not know its own position.
        let index = try find(movement.earning == 0 ? event : movement.earning, in: store)
        guard let lot = entries[index].row.lots.firstIndex(where: { $0.lot == movement.lot }) else {
            throw unfit("names a lot that the earning at \(movement.earning) does not have")
        }
        return (index, lot)
    }

    private mutating func find(
        _ position: UInt64, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) -> Int {
        if let index = entries.firstIndex(where: { $0.position == position }) { return index }
        guard let key = try store.get(tables.places, LoyaltyTables.pairKey(account.rawValue, position)) else {
            throw unfit("names an earning at \(position), where the account earned nothing")
        }
        guard let row = try store.row(LoyaltyEarningRow.self, tables.earnings, key) else {
            throw ViewError(.rowDamaged, "An earning is not where its place says. Rebuild the projection.")
        }
        entries.append(Entry(position: position, before: (key, row), row: row))
        return entries.count - 1
    }

    /// The sum of the lots, checked.
    private func total(_ row: LoyaltyEarningRow) throws(ViewError) -> Int64 {
        var sum: Int64 = 0
        for lot in row.lots { sum = try Points.sum(sum, lot.left) }
        return sum
    }

    private func unfit(_ what: String) -> ViewError {
        ViewError(.eventUnfit, "The event at \(event) \(what).")
    }
}

extension TouchedEarnings.Change {
    fileprivate mutating func add(_ row: LoyaltyEarningRow, sign: Int64) throws(ViewError) {
        // Lots never hold less than nothing, so the sign can be turned.
        let left = row.left * sign
        if row.isLocked { locked = try Points.sum(locked, left) } else { active = try Points.sum(active, left) }
        switch row.group {
        case .dated: endings.append(EndingChange(at: row.expiresAt, points: left))
        case .inactivity: withInactivity = try Points.sum(withInactivity, left)
        case .endless, .empty: break
        }
    }
}

/// So many points more, or fewer, come to their end at an instant.
struct EndingChange: Hashable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    var at: Int64
    var points: Int64
}

/// Sums of points. What does not fit into 64 bits cannot have been decided.
enum Points {
    /// - Throws: `ViewError` with `eventUnfit` where the sum does not fit.
    static func sum(_ left: Int64, _ right: Int64) throws(ViewError) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw ViewError(.eventUnfit, "A sum of points is too great.") }
        return sum
    }

    /// - Throws: `ViewError` with `eventUnfit` where the difference does not fit.
    static func difference(_ left: Int64, _ right: Int64) throws(ViewError) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        guard !overflow else { throw ViewError(.eventUnfit, "A difference of points is too great.") }
        return difference
    }
}
