internal import Schema
internal import SwiftProtobuf

/// Folds rewards and what of them was redeemed.
struct RewardFold {
    /// Folds an event of a reward or a redemption.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the reward has not begun, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let key = [UInt8].key(event.header.stream.rawValue)
        switch event.payload {
        case .rewardDefined(let defined):
            var row = LoyaltyRewardRow()
            row.programmeNumber = defined.programmeNumber
            row.label = defined.detail.label
            try store.put(Loyalty.rewards, key, row)
        case .rewardChanged(let changed):
            guard var row = try store.row(LoyaltyRewardRow.self, Loyalty.rewards, key) else {
                throw ViewError(
                    .eventUnfit, "The event at \(event.header.position) belongs to a reward that has not begun.")
            }
            row.label = changed.detail.label
            try store.put(Loyalty.rewards, key, row)
        case .rewardRedeemed(let redeemed):
            var row = LoyaltyActivityRow()
            row.kind = event.header.kind
            row.accountNumber = redeemed.accountNumber
            row.points = redeemed.points
            row.rewardNumber = redeemed.rewardNumber
            row.quantity = redeemed.quantity
            let place = ActivityKey.bytes(redeemed.programmeNumber, event.header.occurredAt, event.header.position)
            try store.put(Loyalty.activity, place, row)
            try store.put(Loyalty.redemptions, key, place)
        case .redemptionCancelled:
            guard let place = try store.get(Loyalty.redemptions, key) else {
                throw ViewError(
                    .eventUnfit, "The event at \(event.header.position) cancels what was not redeemed.")
            }
            try store.delete(Loyalty.activity, place)
            try store.delete(Loyalty.redemptions, key)
        default: break
        }
    }
}
