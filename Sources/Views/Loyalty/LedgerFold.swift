internal import Schema
internal import SwiftProtobuf

/// Folds the ledgers of loyalty accounts, and holds every event of them to the identity
/// earned + adjusted + transferred = active + locked + spent + expired + reversed: active and locked points are counted
/// in the lots, the other sums in the movements, and both must give the balance that the event carries.
struct LedgerFold {
    let tables: LoyaltyTables

    init(_ tables: LoyaltyTables) { self.tables = tables }

    /// An account before and after an event.
    struct Change {
        var number: StreamNumber
        /// Nil for the first event of an account.
        var before: LoyaltyAccountRow?
        var after: LoyaltyAccountRow
        /// What the event moved; nil where it moved no points.
        var posting: LedgerPosting?
        /// What comes to its end at other times than before.
        var endings: [EndingChange] = []
    }

    /// Folds one event of an account.
    ///
    /// - Returns: nil where the event is none of the ledger's, a note for example.
    /// - Throws: `ViewError` with `eventUnfit` where it does not follow from what came before, or what the store throws.
    func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> Change? {
        guard LoyaltyTables.kinds.contains(event.header.kind) else { return nil }
        let key = [UInt8].key(event.header.stream.rawValue)
        let before = try store.row(LoyaltyAccountRow.self, tables.accounts, key)
        if case .memberEnrolled(let enrolled) = event.payload {
            guard before == nil else { throw unfit(event, "begins an account that there is already") }
            return try enrol(enrolled, event, &store)
        }
        guard let before else { throw unfit(event, "belongs to an account that has not begun") }
        var change = Change(number: event.header.stream, before: before, after: before)
        if let posting = LedgerPosting(event) {
            change.posting = posting
            try post(posting, event, &change, &store)
        } else {
            try change.after.foldStanding(event)
        }
        try store.put(tables.accounts, key, change.after)
        return change
    }

    private func enrol(
        _ enrolled: MemberEnrolled, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> Change {
        guard let id = event.streamID else { throw unfit(event, "begins an account without an id") }
        var row = LoyaltyAccountRow()
        row.idHigh = id.high
        row.idLow = id.low
        row.programmeNumber = enrolled.programmeNumber
        row.partyNumber = enrolled.partyNumber
        row.employeeNumber = enrolled.employeeNumber
        row.status = .open
        row.enrolledAt = event.header.occurredAt.rawValue
        row.tier = enrolled.tier
        row.tierSince = row.enrolledAt
        row.balance = PointsBalance()
        let number = event.header.stream
        try store.put(tables.accounts, .key(number.rawValue), row)
        let key = LoyaltyTables.holderKey(row.holder, enrolledAt: event.header.occurredAt, account: number)
        try store.put(tables.holders, key, [])
        return Change(number: number, before: nil, after: row)
    }

    private func post(
        _ posting: LedgerPosting, _ event: ViewEvent, _ change: inout Change,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var touched = TouchedEarnings(tables, of: event)
        if let given = posting.given { try touched.give(given) }
        if posting.unlocked != 0 { try touched.unlock(posting.unlocked, points: posting.points, in: store) }
        for movement in posting.returned { try touched.giveBack(movement, in: store) }
        for movement in posting.taken { try touched.take(movement, in: store) }
        for movement in posting.settled { try touched.take(movement, in: store) }
        let moved = try touched.write(to: &store)

        var row = change.after
        try row.book(posting, moved, event)
        if posting.isActivity {
            let occurredAt = event.header.occurredAt.rawValue
            row.lastActivityAt = row.hasLastActivityAt ? max(row.lastActivityAt, occurredAt) : occurredAt
        }
        if let inactiveAt = posting.inactiveAt { row.inactiveAt = inactiveAt } else { row.clearInactiveAt() }
        row.endingWithInactivity = try Points.sum(row.endingWithInactivity, moved.withInactivity)
        change.endings = moved.endings
        if let before = change.before, before.hasInactiveAt {
            change.endings.append(EndingChange(at: before.inactiveAt, points: 0 - before.endingWithInactivity))
        }
        if row.hasInactiveAt {
            change.endings.append(EndingChange(at: row.inactiveAt, points: row.endingWithInactivity))
        }
        change.after = row
    }

    private func unfit(_ event: ViewEvent, _ what: String) -> ViewError {
        ViewError(.eventUnfit, "The event at \(event.header.position) \(what).")
    }
}

extension LoyaltyAccountRow {
    /// Stream number of the member.
    var holder: UInt64 { partyNumber != 0 ? partyNumber : employeeNumber }

    /// All points ever earned, without those reversed. Both are checked to be far from the ends of 64 bits.
    var earnedNet: Int64 { balance.earned &- balance.reversed }

    /// Books a movement and holds the account to the identity and to the balance that the event carries.
    fileprivate mutating func book(
        _ posting: LedgerPosting, _ moved: TouchedEarnings.Change, _ event: ViewEvent
    ) throws(ViewError) {
        let position = event.header.position
        var settled: Int64 = 0
        for movement in posting.settled { settled = try Points.sum(settled, movement.points) }
        let inLots = try Points.sum(try Points.sum(balance.active, debt), moved.active)
        debt = try Points.difference(try Points.sum(debt, posting.debt), settled)
        guard debt >= 0 else {
            throw ViewError(.eventUnfit, "The event at \(position) fills a greater debt than there is.")
        }
        if let column = posting.column {
            balance[keyPath: column] = try Points.sum(balance[keyPath: column], posting.change)
        }
        balance.active = try Points.difference(inLots, debt)
        balance.locked = try Points.sum(balance.locked, moved.locked)
        guard balance.isBalanced else {
            throw ViewError(
                .eventUnfit,
                "The event at \(position) breaks the ledger of account \(event.header.stream): earned + adjusted + "
                    + "transferred is not active + locked + spent + expired + reversed.")
        }
        guard balance == posting.balance else {
            throw ViewError(
                .eventUnfit,
                "The event at \(position) says another balance of account \(event.header.stream) than its lots and "
                    + "movements give.")
        }
    }

    /// Folds an event that moves no points.
    fileprivate mutating func foldStanding(_ event: ViewEvent) throws(ViewError) {
        switch event.payload {
        case .tierChanged(let changed):
            tier = changed.to
            // Somebody may only have promised the same tier for longer.
            guard !changed.from.isIdentical(to: changed.to) else { return }
            tierSince = event.header.occurredAt.rawValue
            tierBaseline = earnedNet
        case .tierConfirmed: tierBaseline = earnedNet
        case .accountFrozen: status = .frozen
        case .accountUnfrozen: status = .open
        case .accountClosed: status = .closed
        default: break
        }
    }
}

extension PointsBalance {
    /// Whether earned + adjusted + transferred = active + locked + spent + expired + reversed.
    var isBalanced: Bool {
        let given = Int128(earned) + Int128(adjusted) + Int128(transferred)
        return given == Int128(active) + Int128(locked) + Int128(spent) + Int128(expired) + Int128(reversed)
    }

    /// The sums in their order.
    static var columns: [WritableKeyPath<PointsBalance, Int64>] {
        [\.earned, \.active, \.locked, \.spent, \.expired, \.reversed, \.adjusted, \.transferred]
    }

    /// Adds what another balance has more than a third one.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where a sum does not fit.
    mutating func add(_ after: PointsBalance, less before: PointsBalance) throws(ViewError) {
        for column in PointsBalance.columns {
            let change = try Points.difference(after[keyPath: column], before[keyPath: column])
            self[keyPath: column] = try Points.sum(self[keyPath: column], change)
        }
    }
}
