internal import Schema
internal import SwiftProtobuf

/// What an event of an account leaves in the tables of its programme.
struct AccountSums {
    private let change: LedgerFold.Change
    private let programme: UInt64

    init(_ change: LedgerFold.Change) {
        self.change = change
        programme = change.after.programmeNumber
    }

    /// Writes the movement, and moves the programme's sums by what the event changed.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where a sum does not fit, or what the store throws.
    func write(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        if change.before == nil {
            let key = LoyaltyTables.holderKey(
                programme, enrolledAt: event.header.occurredAt, account: change.number)
            try store.put(Loyalty.members, key, [])
        }
        let position = event.header.position.rawValue
        try store.put(
            Loyalty.movements, LoyaltyTables.pairKey(change.number.rawValue, position), LoyaltyMovement(event, change))
        if let row = LoyaltyActivityRow(event, change) {
            let key = ActivityKey.bytes(programme, event.header.occurredAt, event.header.position)
            try store.put(Loyalty.activity, key, row)
        }
        try writeSums(to: &store)
        try writeTiers(to: &store)
        try EndingIndex(programme).add(change.endings, to: &store)
    }

    private func writeSums(to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let before = change.before ?? LoyaltyAccountRow()
        let after = change.after
        guard before.status != after.status || before.balance != after.balance || before.debt != after.debt else {
            return
        }
        let key = [UInt8].key(programme)
        var sums = try store.row(LoyaltySumsRow.self, Loyalty.sums, key) ?? LoyaltySumsRow()
        if let column = LoyaltySumsRow.column(before.status) { sums[keyPath: column] &-= 1 }
        if let column = LoyaltySumsRow.column(after.status) { sums[keyPath: column] &+= 1 }
        var balance = sums.balance
        try balance.add(after.balance, less: before.balance)
        sums.balance = balance
        sums.debt = try Points.sum(sums.debt, try Points.difference(after.debt, before.debt))
        try store.put(Loyalty.sums, key, sums)
    }

    private func writeTiers(to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let before = change.before?.memberTier
        let after = change.after.memberTier
        guard before != after else { return }
        if let before { try count(-1, of: before, in: &store) }
        if let after { try count(1, of: after, in: &store) }
    }

    private func count(
        _ more: Int64, of tier: String, in store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var key = [UInt8].key(capacity: 32)
        key.append(bigEndian: programme)
        key.append(contentsOf: tier.utf8)
        try Tally.add(more, Loyalty.tiers, key, in: &store)
    }
}

/// Rows that are one number, which goes up and down and is gone at 0.
enum Tally {
    static func add(
        _ more: Int64, _ table: TableID, _ key: [UInt8], in store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let before = try store.get(table, key).map { bytes throws(ViewError) in try number(bytes) } ?? 0
        let after = try Points.sum(before, more)
        if after == 0 {
            try store.delete(table, key)
        } else {
            try store.put(table, key, .key(UInt64(bitPattern: after)))
        }
    }

    /// The number of a row.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    static func number(_ bytes: [UInt8]) throws(ViewError) -> Int64 {
        var reader = KeyReader(bytes)
        return Int64(bitPattern: try reader.integer(UInt64.self))
    }
}

/// Where something stands among all that happened in a programme.
enum ActivityKey {
    static func bytes(_ programme: UInt64, _ at: Instant, _ position: Position) -> [UInt8] {
        var key = [UInt8].key(capacity: 24)
        key.append(bigEndian: programme)
        key.append(at)
        key.append(bigEndian: position.rawValue)
        return key
    }

    /// - Throws: `ViewError` with `rowDamaged`.
    static func instant(of key: [UInt8]) throws(ViewError) -> Instant {
        var reader = KeyReader(key)
        _ = try reader.integer(UInt64.self)
        return try reader.instant()
    }
}

extension LoyaltyAccountRow {
    /// Key of the tier while the account is not closed, empty where the member has none; nil where it is closed.
    fileprivate var memberTier: String? {
        status == .open || status == .frozen ? tier : nil
    }
}

extension LoyaltySumsRow {
    /// Where accounts of the status are counted; nil where there is no account yet.
    fileprivate static func column(_ status: AccountStatus) -> WritableKeyPath<LoyaltySumsRow, UInt64>? {
        switch status {
        case .open: \.open
        case .frozen: \.frozen
        case .closed: \.closed
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension LoyaltyActivityRow {
    /// Nil where no figure of a period counts the event.
    fileprivate init?(_ event: ViewEvent, _ change: LedgerFold.Change) {
        switch event.header.kind {
        case .memberEnrolled, .pointsEarned, .pointsSpent, .earningReversed, .spendingReversed, .pointsExpired,
            .pointsExpiryWithdrawn, .reversalWithdrawn, .tierChanged:
            break
        default: return nil
        }
        // A tier that is promised for longer is no movement.
        if case .tierChanged(let changed) = event.payload, changed.from.isIdentical(to: changed.to) { return nil }
        self.init()
        kind = event.header.kind
        accountNumber = change.number.rawValue
        points = change.posting?.points ?? 0
        switch event.payload {
        case .pointsEarned(let earned) where earned.orderNumber != 0:
            currency = earned.currency
            net = earned.lines.reduce(0) { $0 &+ $1.net }
        case .tierChanged(let changed):
            tierFrom = changed.from
            tierTo = changed.to
        default: break
        }
    }
}

extension LoyaltyMovement {
    fileprivate init(_ event: ViewEvent, _ change: LedgerFold.Change) {
        self.init()
        kind = event.header.kind
        occurredAt = event.header.occurredAt.timestamp
        recordedAt = event.header.recordedAt.timestamp
        origin = event.header.origin
        points = change.posting?.points ?? 0
        balance = change.after.balance
        setLinks(event.payload)
    }

    private mutating func setLinks(_ payload: EventPayload.OneOf_Event) {
        switch payload {
        case .memberEnrolled(let event):
            (programmeVersion, tierTo) = (event.programmeVersion, event.tier)
        case .pointsEarned(let event):
            (orderNumber, programmeVersion) = (event.orderNumber, event.programmeVersion)
        case .pointsSpent(let event):
            (orderNumber, redemptionNumber) = (event.orderNumber, event.redemptionNumber)
        case .earningReversed(let event):
            (orderNumber, returnNumber) = (event.orderNumber, event.returnNumber)
            programmeVersion = event.programmeVersion
        case .spendingReversed(let event): redemptionNumber = event.redemptionNumber
        case .pointsAdjusted(let event): programmeVersion = event.programmeVersion
        case .pointsTransferred(let event): otherAccountNumber = event.accountNumber
        case .reversalWithdrawn(let event):
            (orderNumber, returnNumber) = (event.orderNumber, event.returnNumber)
            programmeVersion = event.programmeVersion
        case .tierChanged(let event):
            (tierFrom, tierTo) = (event.from, event.to)
            programmeVersion = event.programmeVersion
        case .tierConfirmed(let event):
            (tierFrom, tierTo) = (event.tier, event.tier)
            programmeVersion = event.programmeVersion
        default: break
        }
    }
}
