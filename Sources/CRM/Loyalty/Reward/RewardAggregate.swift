package import Schema

/// A reward that points are spent on. How many of a limited stock are left is a claim.
package enum RewardAggregate: Aggregate {
    package typealias State = RewardState

    package static var kind: AggregateKind { .reward }

    package static func evolve(_ state: inout RewardState, _ event: StoredEvent) {
        switch event.payload {
        case .rewardDefined(let defined):
            state.programmeNumber = defined.programmeNumber
            state.detail = defined.detail
            state.productNumber = defined.productNumber
            state.limited = defined.hasStock
        case .rewardChanged(let changed): state.detail = changed.detail
        case .rewardRetired: state.retired = true
        case .rewardStockSet(let set): state.limited = set.hasStock
        default: break
        }
    }
}

/// A redemption: points that were spent on a reward.
///
/// redeemed → shipped → delivered, or delivered at once; redeemed or shipped → cancelled.
package enum RedemptionAggregate: Aggregate {
    package typealias State = RedemptionState

    package static var kind: AggregateKind { .redemption }

    package static func evolve(_ state: inout RedemptionState, _ event: StoredEvent) {
        switch event.payload {
        case .rewardRedeemed(let redeemed):
            state.status = .redeemed
            state.accountNumber = redeemed.accountNumber
            state.rewardNumber = redeemed.rewardNumber
            state.programmeNumber = redeemed.programmeNumber
            state.quantity = redeemed.quantity
            state.points = redeemed.points
            state.fromStock = redeemed.fromStock
            state.partyNumber = redeemed.partyNumber
            state.employeeNumber = redeemed.employeeNumber
        case .rewardShipped(let shipped):
            state.status = .shipped
            state.tracking = shipped.tracking
        case .rewardDelivered(let delivered):
            state.status = .delivered
            if !delivered.tracking.isEmpty { state.tracking = delivered.tracking }
        case .redemptionCancelled: state.status = .cancelled
        default: break
        }
    }
}

extension RedemptionState {
    /// The subject entry of every event of the redemption.
    var subjects: [NewSubject] {
        [
            NewSubject(
                .number(StreamNumber(partyNumber == 0 ? employeeNumber : partyNumber)),
                partyNumber == 0 ? .self_ : .customer)
        ]
    }
}

/// What events of rewards and redemptions do to the index.
package enum RewardEffects {
    /// The effects of an event.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        let stream = event.header.stream
        switch event.payload {
        case .rewardDefined(let defined):
            return defined.external.map { .link(.reward, $0) } + stock(stream, Int64(defined.stock))
        case .rewardStockSet(let set): return stock(stream, Int64(set.stock) - Int64(set.stockBefore))
        case .rewardRedeemed(let redeemed):
            let reward = StreamNumber(redeemed.rewardNumber)
            let taken = Int64(redeemed.quantity)
            return redeemed.external.map { .link(.redemption, $0) }
                + [.claim(.rewardTaken(StreamNumber(redeemed.accountNumber), reward), taken)]
                + (redeemed.fromStock ? stock(reward, -taken) : [])
        case .redemptionCancelled(let cancelled):
            let reward = StreamNumber(cancelled.rewardNumber)
            let taken = Int64(cancelled.quantity)
            return [.claim(.rewardTaken(StreamNumber(cancelled.accountNumber), reward), -taken)]
                + (cancelled.toStock ? stock(reward, taken) : [])
        default: return []
        }
    }

    private static func stock(_ reward: StreamNumber, _ change: Int64) -> [IndexEffect] {
        change == 0 ? [] : [.claim(.rewardStock(reward), change)]
    }
}
