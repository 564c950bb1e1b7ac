package import Schema
internal import SwiftProtobuf

/// The loyalty view: accounts with their points, lots and movements, and the sums of each programme.
///
/// Tables, beside those of `LoyaltyTables`:
/// - `members`: programme, time of enrolment, account → empty.
/// - `movements`: account, position → `LoyaltyMovement` without its position.
/// - `activity`: programme, time, position → `LoyaltyActivityRow`; what the figures of a period are counted from.
/// - `sums`: programme → `LoyaltySumsRow`.
/// - `tiers`: programme, key of the tier → number of members that have it.
/// - `endings`: when points end, per programme; see `EndingIndex`.
/// - `rewards`: reward → `LoyaltyRewardRow`.
/// - `redemptions`: redemption → its key in `activity`; gone when it is cancelled.
/// - `orders`, `buyers`, `settings`: who has bought, and the zone of the organisation's days; see `BuyerFold` and
///   `SettingsRows`.
package struct Loyalty: Projection {
    package static let name = "loyalty"
    package static let version: UInt32 = 1
    package static let tables =
        LoyaltyTables.names + [
            "members", "movements", "activity", "sums", "tiers", "endings", "rewards", "redemptions", "orders",
            "buyers",
            "settings",
        ]
    package static let kinds = LoyaltyTables.kinds.union([
        .rewardDefined, .rewardChanged, .rewardRedeemed, .redemptionCancelled,
        .orderPlaced, .orderConfirmed, .orderCompleted, .orderCancelled, .orderCorrected, .organisationSet,
    ])

    static let ledger = LoyaltyTables(from: 0)
    static let members = TableID(5)
    static let movements = TableID(6)
    static let activity = TableID(7)
    static let sums = TableID(8)
    static let tiers = TableID(9)
    static let endings = TableID(10)
    static let rewards = TableID(11)
    static let redemptions = TableID(12)
    static let orders = TableID(13)
    static let buyers = TableID(14)
    static let settings = TableID(15)

    package init() {}

    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.header.streamKind {
        case .loyaltyAccount:
            guard let change = try LedgerFold(Loyalty.ledger).apply(event, to: &store) else { return }
            try AccountSums(change).write(event, to: &store)
        case .loyaltyProgramme: try ProgrammeFold(Loyalty.ledger).apply(event, to: &store)
        case .reward, .redemption: try RewardFold().apply(event, to: &store)
        case .order: try BuyerFold().apply(event, to: &store)
        case .organisation: try SettingsRows(Loyalty.settings).fold(event, to: &store)
        default: break
        }
    }
}
