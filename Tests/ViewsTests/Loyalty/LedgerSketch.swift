internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Ledgers in memory: keeps the lots of accounts as a plain list, and appends events as deciders would.
struct LedgerSketch {
    struct Lot: Hashable {
        var earning: UInt64
        var lot: UInt32
        var line: UInt32
        var order: UInt64
        var left: Int64
        var locksUntil: Int64?
        var expiresAt: Int64?
        var withInactivity: Bool
    }

    struct Account {
        var lots: [Lot] = []
        var debt: Int64 = 0
        var sums = PointsBalance()
        var inactiveAt: Int64?
        var spendings: [(position: UInt64, movements: [LotMovement])] = []
        var expiries: [[LotMovement]] = []

        /// How the account stands, counted anew from everything.
        var balance: PointsBalance {
            var balance = sums
            balance.active = lots.reduce(0) { $1.locksUntil == nil ? $0 + $1.left : $0 } - debt
            balance.locked = lots.reduce(0) { $1.locksUntil == nil ? $0 : $0 + $1.left }
            return balance
        }

        func end(_ lot: Lot) -> Int64? { lot.withInactivity ? inactiveAt : lot.expiresAt }

        /// Lots with points in the order in which they are spent.
        var ordered: [Lot] {
            lots.filter { $0.left > 0 }
                .sorted { (end($0) ?? .max, $0.earning, $0.lot) < (end($1) ?? .max, $1.earning, $1.lot) }
        }

        mutating func take(upTo points: Int64, _ isMeant: (Lot) -> Bool) -> [LotMovement] {
            var missing = points
            var movements: [LotMovement] = []
            for lot in ordered.filter(isMeant) where missing > 0 {
                let part = min(missing, lot.left)
                missing -= part
                movements.append(move(-part, lot))
            }
            return movements
        }

        mutating func giveBack(_ movement: LotMovement) -> LotMovement {
            move(movement.points, lots.first { $0.earning == movement.earning && $0.lot == movement.lot })
        }

        private mutating func move(_ points: Int64, _ lot: Lot?) -> LotMovement {
            guard let lot, let index = lots.firstIndex(where: { $0.earning == lot.earning && $0.lot == lot.lot })
            else { return LotMovement() }
            lots[index].left += points
            return .with {
                $0.earning = lot.earning
                $0.lot = lot.lot
                $0.points = abs(points)
                $0.leftInEarning = lots.reduce(0) { $1.earning == lot.earning ? $0 + $1.left : $0 }
                if let locks = lot.locksUntil { $0.locksUntil = locks }
                if let expires = lot.expiresAt { $0.expiresAt = expires }
                $0.expiresWithInactivity = lot.withInactivity
                $0.orderNumber = lot.order
                $0.orderLine = lot.line
            }
        }
    }

    var log = LogSketch()
    var accounts: [StreamNumber: Account] = [:]
    /// Days after which a member who does nothing loses the points that end with inactivity.
    var inactivityDays: Int64 = 100

    mutating func programme(label: String = "Club", pointsLabel: String = "") throws -> StreamNumber {
        try log.begin(
            .loyaltyProgramme,
            .programmeDefined(
                .with {
                    $0.label = label
                    $0.pointsLabel = pointsLabel
                    $0.status = .on
                    $0.version = 1
                }))
    }

    mutating func enrol(
        _ programme: StreamNumber, party: StreamNumber, tier: String = "", at: Instant = .day(0)
    ) throws -> StreamNumber {
        let enrolled = MemberEnrolled.with {
            $0.programmeNumber = programme.rawValue
            $0.partyNumber = party.rawValue
            $0.tier = tier
            $0.programmeVersion = 1
        }
        let account = try log.begin(
            .loyaltyAccount, .memberEnrolled(enrolled), at: at, subjects: [(party, .customer)])
        accounts[account] = Account()
        return account
    }

    /// Gives points in lots; those that can be spent at once fill the debt.
    mutating func earn(
        _ account: StreamNumber, _ points: [Int64], order: UInt64 = 0, net: Int64 = 0, currency: String = "EUR",
        at: Instant = .day(0), locks: Instant? = nil, expires: Instant? = nil, withInactivity: Bool = false
    ) throws {
        let position = log.next.rawValue
        var state = try #require(accounts[account])
        state.sums.earned += points.reduce(0, +)
        for (index, points) in points.enumerated() {
            state.lots.append(
                Lot(
                    earning: position, lot: UInt32(index + 1), line: order == 0 ? 0 : UInt32(index + 1), order: order,
                    left: points, locksUntil: locks?.rawValue, expiresAt: expires?.rawValue,
                    withInactivity: withInactivity))
        }
        note(&state, at)
        var earned = PointsEarned()
        earned.orderNumber = order
        earned.points = points.reduce(0, +)
        earned.lots = points.enumerated().map { index, points in
            .with {
                $0.lot = UInt32(index + 1)
                $0.points = points
                $0.orderLine = order == 0 ? 0 : UInt32(index + 1)
                $0.rule = "base"
            }
        }
        if order != 0 {
            earned.currency = currency
            earned.lines = [
                .with {
                    $0.orderLine = 1
                    $0.net = net
                }
            ]
        }
        if let locks { earned.locksUntil = locks.rawValue }
        if let expires { earned.expiresAt = expires.rawValue }
        earned.expiresWithInactivity = withInactivity
        if locks == nil { earned.settled = settle(&state, position) }
        // What an event gives itself it names without its position.
        for index in earned.settled.indices { earned.settled[index].earning = 0 }
        if let inactiveAt = state.inactiveAt { earned.inactiveAt = inactiveAt }
        earned.balance = state.balance
        try append(account, state, .pointsEarned(earned), at)
    }

    mutating func unlock(_ account: StreamNumber, _ earning: UInt64, at: Instant = .day(0)) throws {
        var state = try #require(accounts[account])
        var unlocked = PointsUnlocked()
        unlocked.earning = earning
        unlocked.points = state.lots.reduce(0) { $1.earning == earning ? $0 + $1.left : $0 }
        for index in state.lots.indices where state.lots[index].earning == earning {
            state.lots[index].locksUntil = nil
        }
        unlocked.settled = settle(&state, earning)
        if let inactiveAt = state.inactiveAt { unlocked.inactiveAt = inactiveAt }
        unlocked.balance = state.balance
        try append(account, state, .pointsUnlocked(unlocked), at)
    }

    mutating func spend(
        _ account: StreamNumber, _ points: Int64, redemption: UInt64 = 0, at: Instant = .day(0)
    ) throws {
        let position = log.next.rawValue
        var state = try #require(accounts[account])
        var spent = PointsSpent()
        spent.points = points
        spent.redemptionNumber = redemption
        spent.lots = state.take(upTo: points) { $0.locksUntil == nil }
        state.sums.spent += points
        note(&state, at)
        if let inactiveAt = state.inactiveAt { spent.inactiveAt = inactiveAt }
        spent.balance = state.balance
        state.spendings.append((position, spent.lots))
        try append(account, state, .pointsSpent(spent), at)
    }

    /// Takes points back from lots that can be spent, and what is missing as a debt.
    mutating func reverse(_ account: StreamNumber, _ points: Int64, at: Instant = .day(0)) throws {
        var state = try #require(accounts[account])
        var reversed = EarningReversed()
        reversed.points = points
        reversed.lots = state.take(upTo: points) { $0.locksUntil == nil }
        reversed.debt = points - reversed.lots.reduce(0) { $0 + $1.points }
        state.debt += reversed.debt
        state.sums.reversed += points
        if let inactiveAt = state.inactiveAt { reversed.inactiveAt = inactiveAt }
        reversed.balance = state.balance
        try append(account, state, .earningReversed(reversed), at)
    }

    /// Gives back what was taken back: it fills the debt, the rest begins a lot.
    mutating func withdrawReversal(_ account: StreamNumber, _ points: Int64, at: Instant = .day(0)) throws {
        let position = log.next.rawValue
        var state = try #require(accounts[account])
        var withdrawn = ReversalWithdrawn()
        withdrawn.points = points
        withdrawn.debt = min(points, state.debt)
        state.debt -= withdrawn.debt
        state.sums.reversed -= points
        let rest = points - withdrawn.debt
        if rest > 0 {
            state.lots.append(
                Lot(earning: position, lot: 1, line: 3, order: 77, left: rest, withInactivity: false))
            withdrawn.lots = [
                .with {
                    $0.lot = 1
                    $0.points = rest
                    $0.leftInEarning = rest
                    $0.orderNumber = 77
                    $0.orderLine = 3
                }
            ]
        }
        if let inactiveAt = state.inactiveAt { withdrawn.inactiveAt = inactiveAt }
        withdrawn.balance = state.balance
        try append(account, state, .reversalWithdrawn(withdrawn), at)
    }

    /// Gives back the whole of the spending that was made last.
    mutating func reverseSpending(_ account: StreamNumber, at: Instant = .day(0)) throws {
        var state = try #require(accounts[account])
        guard let spending = state.spendings.popLast() else { return }
        var reversed = SpendingReversed()
        reversed.spending = spending.position
        for movement in spending.movements.reversed() { reversed.lots.append(state.giveBack(movement)) }
        reversed.points = reversed.lots.reduce(0) { $0 + $1.points }
        state.sums.spent -= reversed.points
        let earnings = Set(reversed.lots.map(\.earning))
        reversed.settled = state.take(upTo: state.debt) { $0.locksUntil == nil && earnings.contains($0.earning) }
        state.debt -= reversed.settled.reduce(0) { $0 + $1.points }
        if let inactiveAt = state.inactiveAt { reversed.inactiveAt = inactiveAt }
        reversed.balance = state.balance
        try append(account, state, .spendingReversed(reversed), at)
    }

    /// Ends what the lots hold that end at the instant or before.
    mutating func expire(_ account: StreamNumber, at: Instant) throws {
        var state = try #require(accounts[account])
        let before = state
        var expired = PointsExpired()
        expired.cause = .due
        expired.lots = state.take(upTo: .max) { lot in before.end(lot).map { $0 <= at.rawValue } ?? false }
        guard !expired.lots.isEmpty else { return }
        expired.points = expired.lots.reduce(0) { $0 + $1.points }
        state.sums.expired += expired.points
        state.expiries.append(expired.lots)
        if let inactiveAt = state.inactiveAt { expired.inactiveAt = inactiveAt }
        expired.balance = state.balance
        try append(account, state, .pointsExpired(expired), at)
    }

    /// Takes the last expiry back.
    mutating func withdrawExpiry(_ account: StreamNumber, at: Instant = .day(0)) throws {
        var state = try #require(accounts[account])
        guard let expiry = state.expiries.popLast() else { return }
        var withdrawn = PointsExpiryWithdrawn()
        for movement in expiry { withdrawn.lots.append(state.giveBack(movement)) }
        withdrawn.points = withdrawn.lots.reduce(0) { $0 + $1.points }
        state.sums.expired -= withdrawn.points
        if let inactiveAt = state.inactiveAt { withdrawn.inactiveAt = inactiveAt }
        withdrawn.balance = state.balance
        try append(account, state, .pointsExpiryWithdrawn(withdrawn), at)
    }

    /// Puts a balance right by points that are there.
    mutating func adjust(
        _ account: StreamNumber, _ points: Int64, expires: Instant? = nil, at: Instant = .day(0)
    ) throws {
        let position = log.next.rawValue
        var state = try #require(accounts[account])
        var adjusted = PointsAdjusted()
        adjusted.points = points
        state.sums.adjusted += points
        (adjusted.lots, adjusted.settled) = give(points, &state, position, expires)
        if let expires { adjusted.expiresAt = expires.rawValue }
        if let inactiveAt = state.inactiveAt { adjusted.inactiveAt = inactiveAt }
        adjusted.balance = state.balance
        try append(account, state, .pointsAdjusted(adjusted), at)
    }

    mutating func transfer(
        _ giver: StreamNumber, to taker: StreamNumber, _ points: Int64, expires: Instant? = nil, at: Instant = .day(0)
    ) throws {
        for (account, other, points) in [(giver, taker, -points), (taker, giver, points)] {
            let position = log.next.rawValue
            var state = try #require(accounts[account])
            var moved = PointsTransferred()
            moved.accountNumber = other.rawValue
            moved.points = points
            state.sums.transferred += points
            (moved.lots, moved.settled) = give(points, &state, position, points > 0 ? expires : nil)
            if points > 0, let expires { moved.expiresAt = expires.rawValue }
            note(&state, at)
            if let inactiveAt = state.inactiveAt { moved.inactiveAt = inactiveAt }
            moved.balance = state.balance
            try append(account, state, .pointsTransferred(moved), at)
        }
    }

    /// Appends an event that moves no points, or one that is not as deciders would write it.
    mutating func tell(_ account: StreamNumber, _ payload: EventPayload.OneOf_Event, at: Instant = .day(0)) throws {
        try log.append(account, payload, at: at)
    }

    /// What leaves lots for negative points; for others what a new lot fills of a debt.
    private func give(
        _ points: Int64, _ state: inout Account, _ position: UInt64, _ expires: Instant?
    ) -> (lots: [LotMovement], settled: [LotMovement]) {
        if points < 0 { return (state.take(upTo: -points) { $0.locksUntil == nil }, []) }
        state.lots.append(
            Lot(
                earning: position, lot: 1, line: 0, order: 0, left: points, expiresAt: expires?.rawValue,
                withInactivity: false))
        return ([], settle(&state, position))
    }

    private func settle(_ state: inout Account, _ earning: UInt64) -> [LotMovement] {
        let settled = state.take(upTo: state.debt) { $0.earning == earning }
        state.debt -= settled.reduce(0) { $0 + $1.points }
        return settled
    }

    /// The member did something.
    private func note(_ state: inout Account, _ at: Instant) {
        guard state.lots.contains(where: { $0.withInactivity && $0.left > 0 }) else {
            state.inactiveAt = nil
            return
        }
        let end = at.rawValue + inactivityDays * 86_400_000_000
        state.inactiveAt = max(state.inactiveAt ?? end, end)
    }

    private mutating func append(
        _ account: StreamNumber, _ state: Account, _ payload: EventPayload.OneOf_Event, _ at: Instant
    ) throws {
        accounts[account] = state
        try log.append(account, payload, at: at)
    }
}

extension LedgerSketch {
    /// The answer about one account.
    func view(
        _ account: StreamNumber, asOf: Instant = .day(0), _ request: LoyaltyRequest = LoyaltyRequest()
    ) throws -> LoyaltyAccountView {
        let store = try log.fold(Loyalty.self)
        let page = try #require(try Loyalty.accounts(.account(account), request, asOf: asOf, in: store))
        return try #require(page.response.accounts.first)
    }

    func answer(
        _ programme: StreamNumber, asOf: Instant = .day(0), _ request: ProgrammeRequest = ProgrammeRequest()
    ) throws -> ProgrammeResponse {
        try #require(try Loyalty.programme(programme, request, asOf: asOf, in: try log.fold(Loyalty.self)))
    }
}
