internal import Schema

/// An event that moves points: it says how the account stands afterwards, and when the points end that end with
/// inactivity.
protocol LedgerEvent {
    var balance: PointsBalance { get set }
    var inactiveAt: Int64 { get set }
    var hasInactiveAt: Bool { get }
    var payload: EventPayload.OneOf_Event { get }
    /// Whether it keeps points from ending with inactivity: the member earned, spent or transferred.
    var isActivity: Bool { get }
    /// Points that left lots, and points that came back into them, with what was settled last.
    var moved: [LotMovement] { get }
}

extension LedgerEvent {
    var isActivity: Bool { false }
}

extension PointsEarned: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .pointsEarned(self) }
    var isActivity: Bool { true }
    var moved: [LotMovement] { settled }
}

extension PointsUnlocked: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .pointsUnlocked(self) }
    var moved: [LotMovement] { settled }
}

extension PointsSpent: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .pointsSpent(self) }
    var isActivity: Bool { true }
    var moved: [LotMovement] { lots }
}

extension EarningReversed: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .earningReversed(self) }
    var moved: [LotMovement] { lots }
}

extension SpendingReversed: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .spendingReversed(self) }
    var moved: [LotMovement] { lots + settled }
}

extension PointsExpired: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .pointsExpired(self) }
    var moved: [LotMovement] { lots }
}

extension PointsAdjusted: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .pointsAdjusted(self) }
    var moved: [LotMovement] { lots + settled }
}

extension PointsTransferred: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .pointsTransferred(self) }
    var isActivity: Bool { true }
    var moved: [LotMovement] { lots + settled }
}

extension PointsExpiryWithdrawn: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .pointsExpiryWithdrawn(self) }
    var moved: [LotMovement] { lots + settled }
}

extension ReversalWithdrawn: LedgerEvent {
    var payload: EventPayload.OneOf_Event { .reversalWithdrawn(self) }
    var moved: [LotMovement] { lots }
}

extension EventPayload.OneOf_Event {
    /// The event, where it moves points.
    var ledger: (any LedgerEvent)? {
        switch self {
        case .pointsEarned(let event): event
        case .pointsUnlocked(let event): event
        case .pointsSpent(let event): event
        case .earningReversed(let event): event
        case .spendingReversed(let event): event
        case .pointsExpired(let event): event
        case .pointsAdjusted(let event): event
        case .pointsTransferred(let event): event
        case .pointsExpiryWithdrawn(let event): event
        case .reversalWithdrawn(let event): event
        default: nil
        }
    }
}
