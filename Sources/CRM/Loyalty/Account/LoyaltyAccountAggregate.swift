package import Schema
internal import SwiftProtobuf

/// A loyalty account: the ledger of a member's points, in lots.
///
/// At every event holds, exactly:
///
///     earned + adjusted + transferred = active + locked + spent + expired + reversed
///
/// where `active` is what the unlocked lots hold less the debt. A debt is made where more has to be reversed than the
/// account has left; the next points that become active fill it. Every event carries the balance after it.
package enum LoyaltyAccountAggregate: TimedAggregate {
    package typealias State = LoyaltyAccountState

    package static var kind: AggregateKind { .loyaltyAccount }

    package static func evolve(_ state: inout LoyaltyAccountState, _ event: StoredEvent) {
        state.apply(event.payload, position: event.position.rawValue, at: event.occurredAt.rawValue)
    }

    package static func fire(
        _ timer: TimerKey, _ state: LoyaltyAccountState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try AccountTimers.fire(timer, state, context)
    }
}

extension LoyaltyAccountState {
    /// The account after one more event.
    ///
    /// - Parameters:
    ///   - position: the event's; of an event that is only being decided, one that no event has.
    ///   - instant: when it occurred.
    mutating func apply(_ event: EventPayload.OneOf_Event, position: UInt64, at instant: Int64) {
        switch event {
        case .memberEnrolled(let enrolled): apply(enrolled, at: instant)
        case .pointsEarned(let earned): apply(earned, position, instant)
        case .pointsUnlocked(let unlocked): apply(unlocked)
        case .pointsSpent(let spent): apply(spent, position, instant)
        case .spendingReversed(let reversed): apply(reversed)
        case .earningReversed(let reversed): apply(reversed)
        case .reversalWithdrawn(let withdrawn): apply(withdrawn, position)
        case .pointsExpired(let expired): apply(expired, instant)
        case .pointsExpiryWithdrawn(let withdrawn): apply(withdrawn)
        case .pointsAdjusted(let adjusted): apply(adjusted, position, instant)
        case .pointsTransferred(let transferred): apply(transferred, position, instant)
        case .tierChanged(let changed): apply(changed, instant)
        case .tierConfirmed: tierBaseline = balance.earned - balance.reversed
        case .accountFrozen: status = .frozen
        case .accountUnfrozen: status = .open
        case .accountClosed: status = .closed
        default: break
        }
        if let ledger = event.ledger {
            if ledger.hasInactiveAt { inactiveAt = ledger.inactiveAt } else { clearInactiveAt() }
        }
    }

    private mutating func apply(_ enrolled: MemberEnrolled, at instant: Int64) {
        programmeNumber = enrolled.programmeNumber
        partyNumber = enrolled.partyNumber
        employeeNumber = enrolled.employeeNumber
        status = .open
        enrolledAt = instant
        tier = enrolled.tier
        tierSince = instant
        memberIndex = enrolled.memberIndex
        membershipIndex = enrolled.membershipIndex
    }

    private mutating func apply(_ changed: TierChanged, _ instant: Int64) {
        tier = changed.to
        if !changed.from.isIdentical(to: changed.to) {
            tierSince = instant
            tierBaseline = balance.earned - balance.reversed
        }
        // What somebody promised, no policy takes back.
        guard changed.cause == .command else { return }
        if changed.hasKeepUntil { tierKeepUntil = changed.keepUntil } else { clearTierKeepUntil() }
    }

    private mutating func apply(_ earned: PointsEarned, _ position: UInt64, _ instant: Int64) {
        balance.earned += earned.points
        var earning = EarningState()
        earning.position = position
        earning.earnedAt = instant
        earning.orderNumber = earned.orderNumber
        earning.expiresWithInactivity = earned.expiresWithInactivity
        if earned.hasLocksUntil { earning.locksUntil = earned.locksUntil }
        if earned.hasExpiresAt { earning.expiresAt = earned.expiresAt }
        earning.lots = earned.lots.map { lot in
            LotState.with {
                $0.lot = lot.lot
                $0.orderLine = lot.orderLine
                $0.left = lot.points
            }
        }
        begin(earning)
        settle(earned.settled, position)
        if earned.orderNumber != 0 {
            note(earned)
        } else {
            commanded.append(
                CommandedEarningState.with {
                    $0.position = position
                    $0.points = earned.points
                })
        }
        noteActivity(instant)
    }

    private mutating func apply(_ unlocked: PointsUnlocked) {
        guard let place = earnings.place(of: unlocked.earning), earnings[place].hasLocksUntil else { return }
        let left = earnings[place].left
        earnings[place].clearLocksUntil()
        balance.locked -= left
        balance.active += left
        settle(unlocked.settled, unlocked.earning)
    }

    private mutating func apply(_ spent: PointsSpent, _ position: UInt64, _ instant: Int64) {
        balance.spent += spent.points
        take(spent.lots)
        spendings.append(
            SpendingState.with {
                $0.position = position
                $0.lots = spent.lots
                $0.redemptionNumber = spent.redemptionNumber
            })
        noteActivity(instant)
    }

    private mutating func apply(_ reversed: SpendingReversed) {
        balance.spent -= reversed.points
        give(reversed.lots, 0)
        settle(reversed.settled, 0)
        guard let place = spendings.firstIndex(where: { $0.position == reversed.spending }) else { return }
        spendings[place].reversed += reversed.points
        if spendings[place].reversed >= spendings[place].lots.points { spendings.remove(at: place) }
    }

    private mutating func apply(_ adjusted: PointsAdjusted, _ position: UInt64, _ instant: Int64) {
        balance.adjusted += adjusted.points
        take(adjusted.lots)
        guard adjusted.points > 0 else { return }
        var earning = EarningState.single(position, instant, adjusted.points)
        earning.expiresWithInactivity = adjusted.expiresWithInactivity
        if adjusted.hasExpiresAt { earning.expiresAt = adjusted.expiresAt }
        begin(earning)
        settle(adjusted.settled, position)
    }

    private mutating func apply(_ transferred: PointsTransferred, _ position: UInt64, _ instant: Int64) {
        balance.transferred += transferred.points
        take(transferred.lots)
        noteActivity(instant)
        guard transferred.points > 0 else { return }
        var earning = EarningState.single(position, instant, transferred.points)
        earning.expiresWithInactivity = transferred.expiresWithInactivity
        if transferred.hasExpiresAt { earning.expiresAt = transferred.expiresAt }
        begin(earning)
        settle(transferred.settled, position)
    }
}

extension EarningState {
    /// An earning of one lot that can be spent at once.
    fileprivate static func single(_ position: UInt64, _ instant: Int64, _ points: Int64) -> EarningState {
        var earning = EarningState()
        earning.position = position
        earning.earnedAt = instant
        earning.lots = [
            LotState.with {
                $0.lot = 1
                $0.left = points
            }
        ]
        return earning
    }
}

// MARK: - Lots and balance

extension LoyaltyAccountState {
    private mutating func begin(_ earning: EarningState) {
        if earning.hasLocksUntil { balance.locked += earning.left } else { balance.active += earning.left }
        let place = earnings.lastIndex { $0.position < earning.position }.map { $0 + 1 } ?? 0
        earnings.insert(earning, at: place)
    }

    /// Takes points out of their lots.
    mutating func take(_ movements: [LotMovement]) {
        for movement in movements {
            let isLocked = earnings.place(of: movement.earning).map { earnings[$0].hasLocksUntil } ?? false
            if isLocked { balance.locked -= movement.points } else { balance.active -= movement.points }
            earnings.take(movement)
        }
    }

    /// Gives points back to their lots.
    ///
    /// - Parameter position: of the event, which movements that name no earning are lots of.
    mutating func give(_ movements: [LotMovement], _ position: UInt64) {
        for movement in movements {
            var movement = movement
            if movement.earning == 0 { movement.earning = position }
            let isLocked = earnings.place(of: movement.earning).map { earnings[$0].hasLocksUntil }
            if isLocked ?? movement.hasLocksUntil {
                balance.locked += movement.points
            } else {
                balance.active += movement.points
            }
            earnings.give(movement)
        }
    }

    /// Fills a debt out of lots: what is active stays the same.
    ///
    /// - Parameter position: of the event, which movements that name no earning are lots of.
    mutating func settle(_ movements: [LotMovement], _ position: UInt64) {
        for movement in movements {
            var movement = movement
            if movement.earning == 0 { movement.earning = position }
            earnings.take(movement)
            debt -= movement.points
        }
    }

    /// Something happened that keeps points from ending with inactivity.
    private mutating func noteActivity(_ instant: Int64) {
        lastActivityAt = hasLastActivityAt ? max(lastActivityAt, instant) : instant
    }
}
