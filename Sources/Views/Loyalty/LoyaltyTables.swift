internal import Schema

/// Where accounts, their points and their programmes stand in the store of a projection; shared by those that show
/// points.
///
/// - `accounts`: account → `LoyaltyAccountRow`.
/// - `holders`: member (party or employee), time of enrolment, account → empty.
/// - `earnings`: `EarningKey` → `LoyaltyEarningRow`.
/// - `earningplaces`: account, position of the event that gave the points → their key in `earnings`.
/// - `programmes`: programme → `LoyaltyProgrammeRow`.
struct LoyaltyTables: Sendable {
    static let names = ["accounts", "holders", "earnings", "earningplaces", "programmes"]

    let accounts: TableID
    let holders: TableID
    let earnings: TableID
    let places: TableID
    let programmes: TableID

    /// - Parameter first: index of the first of them among the projection's tables.
    init(from first: Int) {
        accounts = TableID(first)
        holders = TableID(first + 1)
        earnings = TableID(first + 2)
        places = TableID(first + 3)
        programmes = TableID(first + 4)
    }

    /// What the kinds of event are that the folds of these tables take, beside those of every aggregate.
    static let kinds: Set<EventKind> = [
        .memberEnrolled, .pointsEarned, .pointsUnlocked, .pointsSpent, .earningReversed, .spendingReversed,
        .pointsExpired, .pointsAdjusted, .pointsTransferred, .tierChanged, .accountFrozen, .accountUnfrozen,
        .accountClosed, .pointsExpiryWithdrawn, .reversalWithdrawn, .tierConfirmed,
        .programmeDefined, .programmeChanged, .programmeActivated, .programmeSuspended, .earningRulePublished,
        .earningRuleRetired, .expiryPolicySet, .lockDaysSet, .tierDefined, .tierRetired, .tierPolicySet,
        .pointValueSet, .tierReviewAdvanced,
    ]

    /// Key in `holders`; that of a programme's members is made alike.
    static func holderKey(_ holder: UInt64, enrolledAt: Instant, account: StreamNumber) -> [UInt8] {
        var key = [UInt8].key(capacity: 24)
        key.append(bigEndian: holder)
        key.append(enrolledAt)
        key.append(bigEndian: account.rawValue)
        return key
    }

    /// The account that such a key names.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    static func account(of key: [UInt8]) throws(ViewError) -> StreamNumber {
        var reader = KeyReader(key)
        _ = try reader.integer(UInt64.self)
        _ = try reader.instant()
        return StreamNumber(try reader.integer(UInt64.self))
    }

    /// Key of two numbers, the first one before.
    static func pairKey(_ first: UInt64, _ second: UInt64) -> [UInt8] {
        var key = [UInt8].key(capacity: 16)
        key.append(bigEndian: first)
        key.append(bigEndian: second)
        return key
    }
}

/// Where an earning stands among those of its account: what is left in the order of its end, apart from what has none
/// of its own, and from earnings of which nothing is left.
struct EarningKey {
    enum Group: UInt8, CaseIterable {
        /// They have an end of their own.
        case dated = 0
        /// They end with inactivity.
        case inactivity = 1
        /// They have no end.
        case endless = 2
        /// Nothing is left of them; they may come back.
        case empty = 3
    }

    /// The key under which an earning stands.
    static func bytes(account: StreamNumber, position: UInt64, _ row: LoyaltyEarningRow) -> [UInt8] {
        var key = prefix(account: account, row.group)
        key.append(Instant(microseconds: row.group == .dated ? row.expiresAt : 0))
        key.append(bigEndian: position)
        return key
    }

    /// What the keys of a group begin with.
    static func prefix(account: StreamNumber, _ group: Group) -> [UInt8] {
        var key = [UInt8].key(capacity: 25)
        key.append(bigEndian: account.rawValue)
        key.append(group.rawValue)
        return key
    }

    /// Position of the event that gave the points.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    static func position(of key: [UInt8]) throws(ViewError) -> UInt64 {
        var reader = KeyReader(key)
        _ = try reader.integer(UInt64.self)
        _ = try reader.integer(UInt8.self)
        _ = try reader.instant()
        return try reader.integer(UInt64.self)
    }
}

extension LoyaltyEarningRow {
    /// What all its lots hold. The fold has checked that the sum fits.
    var left: Int64 { lots.reduce(0) { $0 &+ $1.left } }

    /// Points that cannot be spent yet.
    var isLocked: Bool { hasLocksUntil }

    var group: EarningKey.Group {
        if left == 0 { return .empty }
        if hasExpiresAt { return .dated }
        return expiresWithInactivity ? .inactivity : .endless
    }
}
