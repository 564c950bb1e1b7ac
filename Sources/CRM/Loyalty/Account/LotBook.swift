internal import Schema

/// The open lots of an account, by the position of the event that gave them.
///
/// Decisions take points out of a book of their own and get the movements that say so; folding an event makes the same
/// movements in the account's book.
struct LotBook {
    private(set) var earnings: [EarningState]
    /// When the lots that end with inactivity do so.
    var inactiveAt: Int64?

    init(_ state: LoyaltyAccountState) {
        earnings = state.earnings
        inactiveAt = state.hasInactiveAt ? state.inactiveAt : nil
    }

    /// Takes up to so many points out of lots, in the order in which lots are consumed: the one that ends first before
    /// the others, among equals the one that came first; lots without an end last.
    ///
    /// - Returns: what was taken from where; fewer points than were asked for where the lots hold no more.
    mutating func take(
        upTo points: Int64, from isMeant: (EarningState, LotState) -> Bool
    ) -> [LotMovement] {
        var missing = points
        var movements: [LotMovement] = []
        guard missing > 0 else { return movements }
        for position in order(isMeant) where missing > 0 {
            guard let place = earnings.place(of: position) else { continue }
            let lots = earnings[place].lots.filter { isMeant(earnings[place], $0) }
            for lot in lots where missing > 0 {
                let taken = min(missing, lot.left)
                movements.append(take(taken, lot: lot, of: position))
                missing -= taken
            }
        }
        return movements
    }

    /// Gives points of a lot back, which may be used up.
    ///
    /// - Parameters:
    ///   - instant: when; a lock that has ended by then is none.
    ///   - expiresAt: the lot's end from now on; the one it had where it is nil.
    /// - Returns: the movement, with what the earning holds afterwards.
    mutating func give(
        _ points: Int64, backTo origin: LotMovement, at instant: Instant, expiresAt: Int64? = nil
    ) -> LotMovement {
        var movement = origin
        movement.points = points
        if let place = earnings.place(of: origin.earning) {
            if earnings[place].hasLocksUntil {
                movement.locksUntil = earnings[place].locksUntil
            } else {
                movement.clearLocksUntil()
            }
            if earnings[place].hasExpiresAt { movement.expiresAt = earnings[place].expiresAt }
        } else if origin.hasLocksUntil, origin.locksUntil <= instant.rawValue {
            movement.clearLocksUntil()
        }
        if let expiresAt { movement.expiresAt = expiresAt }
        earnings.give(movement)
        movement.leftInEarning = earnings.place(of: origin.earning).map { earnings[$0].left } ?? 0
        return movement
    }

    private mutating func take(_ points: Int64, lot: LotState, of position: UInt64) -> LotMovement {
        var movement = LotMovement()
        movement.earning = position
        movement.lot = lot.lot
        movement.points = points
        movement.orderLine = lot.orderLine
        if let place = earnings.place(of: position) {
            let earning = earnings[place]
            movement.leftInEarning = earning.left - points
            movement.orderNumber = earning.orderNumber
            movement.expiresWithInactivity = earning.expiresWithInactivity
            if earning.hasLocksUntil { movement.locksUntil = earning.locksUntil }
            if earning.hasExpiresAt { movement.expiresAt = earning.expiresAt }
        }
        earnings.take(movement)
        return movement
    }

    private func order(_ isMeant: (EarningState, LotState) -> Bool) -> [UInt64] {
        earnings.filter { earning in earning.lots.contains { isMeant(earning, $0) } }
            .map { (end: end(of: $0), position: $0.position) }
            .sorted { $0 < $1 }
            .map(\.position)
    }

    private func end(of earning: EarningState) -> Int64 {
        if earning.expiresWithInactivity { return inactiveAt ?? .max }
        return earning.hasExpiresAt ? earning.expiresAt : .max
    }
}

extension EarningState {
    /// Points that all lots of the earning hold.
    var left: Int64 { lots.reduce(0) { $0 + $1.left } }
}

extension [EarningState] {
    /// Where the earning with this position stands; nil where nothing is left of it.
    func place(of position: UInt64) -> Int? {
        let place = firstPlace(from: position)
        return place < endIndex && self[place].position == position ? place : nil
    }

    /// Takes a movement's points out of its lot; the lot and its earning go once they are empty.
    mutating func take(_ movement: LotMovement) {
        guard let place = place(of: movement.earning),
            let lot = self[place].lots.firstIndex(where: { $0.lot == movement.lot })
        else { return }
        self[place].lots[lot].left -= movement.points
        if self[place].lots[lot].left <= 0 { self[place].lots.remove(at: lot) }
        if self[place].lots.isEmpty { remove(at: place) }
    }

    /// Gives a movement's points back to its lot, whose end is the movement's from now on.
    mutating func give(_ movement: LotMovement) {
        let place = firstPlace(from: movement.earning)
        if place == endIndex || self[place].position != movement.earning {
            var earning = EarningState()
            earning.position = movement.earning
            earning.orderNumber = movement.orderNumber
            earning.expiresWithInactivity = movement.expiresWithInactivity
            if movement.hasLocksUntil { earning.locksUntil = movement.locksUntil }
            insert(earning, at: place)
        }
        if movement.hasExpiresAt { self[place].expiresAt = movement.expiresAt }
        if let lot = self[place].lots.firstIndex(where: { $0.lot == movement.lot }) {
            self[place].lots[lot].left += movement.points
        } else {
            var lot = LotState()
            lot.lot = movement.lot
            lot.orderLine = movement.orderLine
            lot.left = movement.points
            let index = self[place].lots.firstIndex { $0.lot > movement.lot } ?? self[place].lots.endIndex
            self[place].lots.insert(lot, at: index)
        }
    }

    /// The first place whose position is not smaller.
    private func firstPlace(from position: UInt64) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if self[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [LotMovement] {
    /// Points of all movements.
    var points: Int64 { reduce(0) { $0 + $1.points } }
}
