internal import Schema
internal import SwiftProtobuf

/// What an event of a loyalty account does to its lots and its balance.
struct PointsMovement {
    /// How the account stands after it.
    private(set) var balance: PointsBalance
    /// When the points end that end with inactivity.
    private(set) var inactiveAt: Int64?
    /// Lots that begin; of all of them their lock, their end and what they are for.
    private(set) var begun: [PointsLot] = []
    /// Points that leave their lots; one that names no earning is of the event itself.
    private(set) var taken: [LotMovement] = []
    /// Points that come back into theirs.
    private(set) var given: [LotMovement] = []
    /// The earning whose points can be spent from now on.
    private(set) var unlocked: UInt64?

    /// Nil where the event moves no points.
    init?(_ event: EventPayload.OneOf_Event) {
        switch event {
        case .pointsEarned(let earned):
            self.init(earned.balance, earned.hasInactiveAt ? earned.inactiveAt : nil)
            begun = earned.begun
            taken = earned.settled
        case .pointsUnlocked(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            unlocked = event.earning
            taken = event.settled
        case .pointsSpent(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            taken = event.lots
        case .earningReversed(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            taken = event.lots
        case .pointsExpired(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            taken = event.lots
        case .spendingReversed(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            given = event.lots
            taken = event.settled
        case .pointsExpiryWithdrawn(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            given = event.lots
            taken = event.settled
        case .reversalWithdrawn(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            given = event.lots
        case .pointsAdjusted(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            begin(event.points, event.hasExpiresAt ? event.expiresAt : nil, event.expiresWithInactivity)
            taken = event.lots + event.settled
        case .pointsTransferred(let event):
            self.init(event.balance, event.hasInactiveAt ? event.inactiveAt : nil)
            begin(event.points, event.hasExpiresAt ? event.expiresAt : nil, event.expiresWithInactivity)
            taken = event.lots + event.settled
        default: return nil
        }
    }

    private init(_ balance: PointsBalance, _ inactiveAt: Int64?) {
        self.balance = balance
        self.inactiveAt = inactiveAt
    }

    private mutating func begin(_ points: Int64, _ expiresAt: Int64?, _ expiresWithInactivity: Bool) {
        guard points > 0 else { return }
        var lot = PointsLot()
        lot.lot = 1
        lot.points = points
        lot.left = points
        if let expiresAt { lot.expiresAt = Instant(microseconds: expiresAt).timestamp }
        lot.expiresWithInactivity = expiresWithInactivity
        begun = [lot]
    }
}

extension PointsEarned {
    fileprivate var begun: [PointsLot] {
        lots.map { earned in
            var lot = PointsLot()
            lot.lot = earned.lot
            lot.points = earned.points
            lot.left = earned.points
            lot.orderNumber = orderNumber
            lot.orderLine = earned.orderLine
            lot.rule = earned.rule
            if hasLocksUntil { lot.locksUntil = Instant(microseconds: locksUntil).timestamp }
            if hasExpiresAt { lot.expiresAt = Instant(microseconds: expiresAt).timestamp }
            lot.expiresWithInactivity = expiresWithInactivity
            return lot
        }
    }
}

extension LoyaltyAccountRecord {
    /// The account after points have moved.
    mutating func fold(_ movement: PointsMovement, position: UInt64, at instant: Instant) {
        balance = movement.balance
        if let inactive = movement.inactiveAt {
            inactiveAt = Instant(microseconds: inactive).timestamp
        } else {
            clearInactiveAt()
        }
        for begun in movement.begun {
            var lot = begun
            lot.earning = position
            lot.earnedAt = instant.timestamp
            lots.append(lot)
        }
        if let unlocked = movement.unlocked {
            for index in lots.indices where lots[index].earning == unlocked { lots[index].clearLocksUntil() }
        }
        for given in movement.given { give(given, position, instant) }
        for taken in movement.taken { take(taken, position) }
        sortLots()
    }

    private mutating func take(_ movement: LotMovement, _ position: UInt64) {
        let earning = movement.earning == 0 ? position : movement.earning
        guard let place = lots.firstIndex(where: { $0.earning == earning && $0.lot == movement.lot }) else { return }
        lots[place].left -= movement.points
        if lots[place].left <= 0 { lots.remove(at: place) }
    }

    private mutating func give(_ movement: LotMovement, _ position: UInt64, _ instant: Instant) {
        let earning = movement.earning == 0 ? position : movement.earning
        let end = movement.hasExpiresAt ? Instant(microseconds: movement.expiresAt).timestamp : nil
        if let place = lots.firstIndex(where: { $0.earning == earning && $0.lot == movement.lot }) {
            lots[place].left += movement.points
        } else {
            var lot = PointsLot()
            lot.earning = earning
            lot.lot = movement.lot
            lot.points = movement.points
            lot.left = movement.points
            lot.earnedAt = instant.timestamp
            if movement.hasLocksUntil { lot.locksUntil = Instant(microseconds: movement.locksUntil).timestamp }
            lot.expiresWithInactivity = movement.expiresWithInactivity
            lot.orderNumber = movement.orderNumber
            lot.orderLine = movement.orderLine
            lots.append(lot)
        }
        guard let end else { return }
        for index in lots.indices where lots[index].earning == earning { lots[index].expiresAt = end }
    }

    /// The order in which lots are spent: the one that ends first, among equals the one that came first.
    private mutating func sortLots() {
        let inactive: Int64 = hasInactiveAt ? inactiveAt.seconds : .max
        func end(_ lot: PointsLot) -> Int64 {
            if lot.expiresWithInactivity { return inactive }
            return lot.hasExpiresAt ? lot.expiresAt.seconds : .max
        }
        lots.sort { (end($0), $0.earning, $0.lot) < (end($1), $1.earning, $1.lot) }
    }
}
