internal import Schema

/// What an event of an account moves, in one form for all kinds of event.
struct LedgerPosting {
    /// A sum of the balance that events move directly; the other two, active and locked, follow from the lots.
    typealias Column = WritableKeyPath<PointsBalance, Int64>

    /// The sum that it moves, and by how much; nil where points only become spendable.
    var column: Column?
    var change: Int64 = 0
    /// How many points came to the member, negative where they left; of an unlocking how many became spendable.
    var points: Int64 = 0
    /// Points that it gives, as an earning under the event's own position.
    var given: LoyaltyEarningRow?
    /// The earning that it unlocks; 0: none.
    var unlocked: UInt64 = 0
    /// What leaves lots, what comes back into them, and what then fills a debt.
    var taken: [LotMovement] = []
    var returned: [LotMovement] = []
    var settled: [LotMovement] = []
    /// By how much it makes the debt greater, beside what is settled.
    var debt: Int64 = 0
    /// How the account stands after it, as the event says.
    var balance: PointsBalance
    /// When points that end with inactivity do so.
    var inactiveAt: Int64?
    /// The member did something: earned, spent or transferred.
    var isActivity = false

    /// Nil where the event moves no points.
    init?(_ event: ViewEvent) {
        switch event.payload {
        case .pointsEarned(let earned): self.init(earned, event)
        case .pointsUnlocked(let unlocked): self.init(unlocked)
        case .pointsSpent(let spent): self.init(spent)
        case .earningReversed(let reversed): self.init(reversed)
        case .spendingReversed(let reversed): self.init(reversed)
        case .pointsExpired(let expired): self.init(expired)
        case .pointsAdjusted(let adjusted): self.init(adjusted, event)
        case .pointsTransferred(let transferred): self.init(transferred, event)
        case .pointsExpiryWithdrawn(let withdrawn): self.init(withdrawn)
        case .reversalWithdrawn(let withdrawn): self.init(withdrawn)
        default: return nil
        }
    }

    private init(_ earned: PointsEarned, _ event: ViewEvent) {
        balance = earned.balance
        (column, change, points) = (\.earned, earned.points, earned.points)
        var row = LoyaltyEarningRow()
        row.earnedAt = event.header.occurredAt.rawValue
        if earned.hasLocksUntil { row.locksUntil = earned.locksUntil }
        if earned.hasExpiresAt { row.expiresAt = earned.expiresAt }
        row.expiresWithInactivity = earned.expiresWithInactivity
        row.orderNumber = earned.orderNumber
        row.lots = earned.lots.map { lot in
            var row = LoyaltyLotRow(lot: lot.lot, points: lot.points)
            row.orderLine = lot.orderLine
            row.rule = lot.rule
            return row
        }
        given = row
        settled = earned.settled
        inactiveAt = earned.hasInactiveAt ? earned.inactiveAt : nil
        isActivity = true
    }

    private init(_ event: PointsUnlocked) {
        balance = event.balance
        points = event.points
        unlocked = event.earning
        settled = event.settled
        inactiveAt = event.hasInactiveAt ? event.inactiveAt : nil
    }

    private init(_ spent: PointsSpent) {
        balance = spent.balance
        (column, change, points) = (\.spent, spent.points, 0 &- spent.points)
        taken = spent.lots
        inactiveAt = spent.hasInactiveAt ? spent.inactiveAt : nil
        isActivity = true
    }

    private init(_ reversed: EarningReversed) {
        balance = reversed.balance
        (column, change, points) = (\.reversed, reversed.points, 0 &- reversed.points)
        taken = reversed.lots
        debt = reversed.debt
        inactiveAt = reversed.hasInactiveAt ? reversed.inactiveAt : nil
    }

    private init(_ reversed: SpendingReversed) {
        balance = reversed.balance
        (column, change, points) = (\.spent, 0 &- reversed.points, reversed.points)
        returned = reversed.lots
        settled = reversed.settled
        inactiveAt = reversed.hasInactiveAt ? reversed.inactiveAt : nil
    }

    private init(_ expired: PointsExpired) {
        balance = expired.balance
        (column, change, points) = (\.expired, expired.points, 0 &- expired.points)
        taken = expired.lots
        inactiveAt = expired.hasInactiveAt ? expired.inactiveAt : nil
    }

    private init(_ adjusted: PointsAdjusted, _ event: ViewEvent) {
        balance = adjusted.balance
        (column, change, points) = (\.adjusted, adjusted.points, adjusted.points)
        given = LoyaltyEarningRow(
            points: adjusted.points, expiresAt: adjusted.hasExpiresAt ? adjusted.expiresAt : nil,
            withInactivity: adjusted.expiresWithInactivity, event)
        taken = adjusted.lots
        settled = adjusted.settled
        inactiveAt = adjusted.hasInactiveAt ? adjusted.inactiveAt : nil
    }

    private init(_ transferred: PointsTransferred, _ event: ViewEvent) {
        balance = transferred.balance
        (column, change, points) = (\.transferred, transferred.points, transferred.points)
        given = LoyaltyEarningRow(
            points: transferred.points, expiresAt: transferred.hasExpiresAt ? transferred.expiresAt : nil,
            withInactivity: transferred.expiresWithInactivity, event)
        taken = transferred.lots
        settled = transferred.settled
        inactiveAt = transferred.hasInactiveAt ? transferred.inactiveAt : nil
        isActivity = true
    }

    private init(_ withdrawn: PointsExpiryWithdrawn) {
        balance = withdrawn.balance
        (column, change, points) = (\.expired, 0 &- withdrawn.points, withdrawn.points)
        returned = withdrawn.lots
        settled = withdrawn.settled
        inactiveAt = withdrawn.hasInactiveAt ? withdrawn.inactiveAt : nil
    }

    private init(_ withdrawn: ReversalWithdrawn) {
        balance = withdrawn.balance
        (column, change, points) = (\.reversed, 0 &- withdrawn.points, withdrawn.points)
        returned = withdrawn.lots
        debt = 0 &- withdrawn.debt
        inactiveAt = withdrawn.hasInactiveAt ? withdrawn.inactiveAt : nil
    }
}

extension LoyaltyEarningRow {
    /// Points given as lot 1 of an event; nil where it gives none.
    fileprivate init?(points: Int64, expiresAt: Int64?, withInactivity: Bool, _ event: ViewEvent) {
        guard points > 0 else { return nil }
        self.init()
        earnedAt = event.header.occurredAt.rawValue
        if let expiresAt { self.expiresAt = expiresAt }
        expiresWithInactivity = withInactivity
        lots = [LoyaltyLotRow(lot: 1, points: points)]
    }
}

extension LoyaltyLotRow {
    fileprivate init(lot: UInt32, points: Int64) {
        self.init()
        self.lot = lot
        self.points = points
        left = points
    }
}
