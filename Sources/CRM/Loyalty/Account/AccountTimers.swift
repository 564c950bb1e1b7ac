internal import Schema

/// The timers of an account. What time does to points is data of the events that gave them.
enum AccountTimers {
    /// The points of an earning can be spent; the item is its position.
    static let unlock: UInt16 = 1
    /// The points of an earning end; the item is its position.
    static let expiry: UInt16 = 2
    /// The member has been inactive for too long.
    static let inactivity: UInt16 = 3

    /// What a timer causes.
    static func fire(
        _ timer: TimerKey, _ state: LoyaltyAccountState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let programme = StreamNumber(state.programmeNumber)
        guard let configuration = try context.world.state(ProgrammeAggregate.self, of: programme) else {
            throw Refusal(.internal, "The account \(context.target) belongs to no programme.")
        }
        var ledger = AccountLedger(context.target, state, configuration, .timer, at: context.occurredAt)
        switch timer.kind {
        case unlock:
            state.earnings.place(of: timer.item).map { ledger.unlock(state.earnings[$0]) }
        case expiry: ledger.expire(.due) { $0.position == timer.item }
        case inactivity: ledger.expire(.inactivity) { $0.expiresWithInactivity }
        default: break
        }
        return ledger.events
    }

    /// Timers of an earning as a movement of its points leaves them.
    static func effects(of movement: LotMovement, earning: UInt64) -> [IndexEffect] {
        let isEmpty = movement.leftInEarning == 0
        return effects(
            earning: earning, locksUntil: isEmpty || !movement.hasLocksUntil ? nil : movement.locksUntil,
            expiresAt: isEmpty || !movement.hasExpiresAt ? nil : movement.expiresAt)
    }

    /// Timers of an earning that begins: there are none to clear.
    static func begin(_ earning: UInt64, locksUntil: Int64?, expiresAt: Int64?) -> [IndexEffect] {
        effects(earning: earning, locksUntil: locksUntil, expiresAt: expiresAt).filter {
            if case .timer(_, nil) = $0 { false } else { true }
        }
    }

    /// Timers of an earning: when its points can be spent and when they end, where they are still to come.
    static func effects(earning: UInt64, locksUntil: Int64?, expiresAt: Int64?) -> [IndexEffect] {
        [
            .timer(TimerKey(kind: unlock, item: earning), locksUntil.map(Instant.init(microseconds:))),
            .timer(TimerKey(kind: expiry, item: earning), expiresAt.map(Instant.init(microseconds:))),
        ]
    }
}
