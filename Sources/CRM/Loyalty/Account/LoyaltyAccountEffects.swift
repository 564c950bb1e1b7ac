internal import Schema

/// What events of a loyalty account do to the index.
package enum LoyaltyAccountEffects {
    /// The effects of an event; its position names the lots that it gives.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        let account = event.header.stream
        let position = event.position.rawValue
        let effects: [IndexEffect]
        switch event.payload {
        case .memberEnrolled(let enrolled): return self.effects(of: enrolled, account)
        case .accountClosed(let closed):
            let member = StreamNumber(closed.partyNumber == 0 ? closed.employeeNumber : closed.partyNumber)
            return [.claim(.enrolment(StreamNumber(closed.programmeNumber), member), -Int64(account.rawValue))]
        case .pointsEarned(let earned):
            effects =
                causes(earned.hasCause ? earned.cause : nil, account, position) + coupon(earned, account, position)
                + AccountTimers.begin(
                    position, locksUntil: earned.hasLocksUntil ? earned.locksUntil : nil,
                    expiresAt: earned.hasExpiresAt ? earned.expiresAt : nil)
        case .pointsUnlocked(let unlocked):
            effects = AccountTimers.effects(
                earning: unlocked.earning, locksUntil: nil,
                expiresAt: unlocked.hasExpiresAt ? unlocked.expiresAt : nil)
        case .pointsSpent(let spent):
            effects = causes(spent.hasCause && !spent.continued ? spent.cause : nil, account, position)
        case .pointsAdjusted(let adjusted):
            effects =
                causes(adjusted.hasCause && !adjusted.continued ? adjusted.cause : nil, account, position)
                + (adjusted.points > 0
                    ? AccountTimers.begin(
                        position, locksUntil: nil, expiresAt: adjusted.hasExpiresAt ? adjusted.expiresAt : nil)
                    : [])
        case .pointsTransferred(let moved):
            let isCause = moved.hasCause && moved.points < 0 && !moved.continued
            effects =
                causes(isCause ? moved.cause : nil, account, position)
                + (moved.points > 0
                    ? AccountTimers.begin(
                        position, locksUntil: nil, expiresAt: moved.hasExpiresAt ? moved.expiresAt : nil)
                    : [])
        default: effects = []
        }
        guard let ledger = event.payload.ledger else { return effects }
        return effects + movements(ledger, position)
    }

    private static func effects(of enrolled: MemberEnrolled, _ account: StreamNumber) -> [IndexEffect] {
        let programme = StreamNumber(enrolled.programmeNumber)
        let member = StreamNumber(enrolled.partyNumber == 0 ? enrolled.employeeNumber : enrolled.partyNumber)
        let number = Int64(account.rawValue)
        return enrolled.external.map { .link(.loyaltyAccount, $0) } + [
            .claim(.memberships(member), 1),
            .claim(.membership(member, enrolled.membershipIndex), number),
            .claim(.enrolment(programme, member), number),
            .claim(.members(programme), 1),
            .claim(.member(programme, enrolled.memberIndex), number),
        ]
    }

    private static func causes(_ cause: ExternalKey?, _ account: StreamNumber, _ position: UInt64) -> [IndexEffect] {
        cause.map { [.claim(.pointsCause(account, $0), Int64(position))] } ?? []
    }

    private static func coupon(_ earned: PointsEarned, _ account: StreamNumber, _ position: UInt64) -> [IndexEffect] {
        guard earned.orderNumber == 0, earned.causePosition != 0 else { return [] }
        return [.claim(.couponEarning(account, earned.causePosition), Int64(position))]
    }

    private static func movements(_ event: any LedgerEvent, _ position: UInt64) -> [IndexEffect] {
        let moved = event.moved
        let timers = moved.flatMap { movement in
            AccountTimers.effects(of: movement, earning: movement.earning == 0 ? position : movement.earning)
        }
        // Where no such points were there before and none are there now, there is no timer to clear.
        guard event.hasInactiveAt || moved.contains(where: \.expiresWithInactivity) else { return timers }
        let inactive: Instant? = event.hasInactiveAt ? Instant(microseconds: event.inactiveAt) : nil
        return timers + [.timer(TimerKey(kind: AccountTimers.inactivity), inactive)]
    }
}
