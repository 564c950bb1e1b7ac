package import Schema
internal import SwiftProtobuf

extension RedeemReward: DomainCommand {
    package typealias Target = RedemptionAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try FormCheck.reference(account, "account")
        try FormCheck.reference(reward, "reward")
        guard quantity <= LoyaltyLimits.redeemed else {
            throw Refusal(.limitExceeded, "At most 1,000 are redeemed at a time.", field: "quantity")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&account, .loyaltyAccount)
        try visit(&reward, .reward)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: RedemptionState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let number = try context.world.required(account, .loyaltyAccount, field: "account")
        let rewardNumber = try context.world.required(reward, .reward, field: "reward")
        guard let member = try context.world.state(LoyaltyAccountAggregate.self, of: number),
            let offered = try context.world.state(RewardAggregate.self, of: rewardNumber)
        else { throw Refusal(.referenceMissing, "The account or the reward does not exist.", field: "reward") }
        try context.requireFree(external, .redemption, field: "external")
        var ledger = try context.ledger(member, of: number, .fact(.other(number)))
        try context.requireOn(ledger.programme)
        try context.requireUnfrozen(member)
        try check(offered, rewardNumber, ledger, context)
        let points = offered.detail.points * Int64(count)
        try ledger.withdrawExpiry(toSpend: points, context.world)
        try ledger.requireSpendable(points, context)

        let redeemed = redeemed(offered, rewardNumber, ledger, context)
        ledger.spend(points, PointsSpent.with { $0.redemptionNumber = context.target.rawValue })
        return [.fact(.rewardRedeemed(redeemed), subjects: member.subjects)] + ledger.events
    }

    private var count: UInt32 { max(1, quantity) }

    private func redeemed(
        _ offered: RewardState, _ rewardNumber: StreamNumber, _ ledger: AccountLedger, _ context: DecisionContext
    ) -> RewardRedeemed {
        var redeemed = RewardRedeemed()
        redeemed.accountNumber = ledger.number.rawValue
        redeemed.rewardNumber = rewardNumber.rawValue
        redeemed.programmeNumber = offered.programmeNumber
        redeemed.quantity = count
        redeemed.points = offered.detail.points * Int64(count)
        redeemed.partyNumber = ledger.state.partyNumber
        redeemed.employeeNumber = ledger.state.employeeNumber
        redeemed.external = external
        redeemed.fromStock = offered.limited && !context.historic
        redeemed.tier = ledger.state.tier
        if offered.detail.hasCost {
            redeemed.cost.currency = offered.detail.cost.currency
            redeemed.cost.minorUnits = offered.detail.cost.minorUnits * Int64(count)
        }
        return redeemed
    }

    private func check(
        _ offered: RewardState, _ number: StreamNumber, _ ledger: AccountLedger, _ context: DecisionContext
    ) throws(Refusal) {
        guard offered.programmeNumber == ledger.state.programmeNumber else {
            throw Refusal(.rewardUnavailable, "The reward belongs to another programme.", field: "reward")
        }
        // What history had is not on offer now, and not taken from what is there now.
        guard !context.historic else { return }
        try checkOffer(offered, ledger, context)
        let taken = try context.world.claim(.rewardTaken(ledger.number, number))
        let limit = Int64(offered.detail.limitPerAccount)
        guard limit == 0 || taken + Int64(count) <= limit else {
            throw Refusal(
                .rewardUnavailable, "The account can have \(limit) of the reward and has had \(taken).",
                field: "quantity")
        }
        guard offered.limited else { return }
        let left = try context.world.claim(.rewardStock(number))
        guard Int64(count) <= left else {
            throw Refusal(.stockOut, "\(left) of the reward are left.", field: "quantity")
        }
    }

    /// Whether the reward is on offer, and for this member.
    private func checkOffer(
        _ offered: RewardState, _ ledger: AccountLedger, _ context: DecisionContext
    ) throws(Refusal) {
        guard !offered.retired else {
            throw Refusal(.rewardUnavailable, "The reward is retired. Choose another one.", field: "reward")
        }
        let instant = context.occurredAt.rawValue
        guard !offered.detail.hasFrom || offered.detail.from <= instant,
            !offered.detail.hasTo || instant < offered.detail.to
        else {
            throw Refusal(.rewardUnavailable, "The reward cannot be redeemed at this time.", field: "reward")
        }
        guard !offered.detail.tier.isEmpty else { return }
        let needed = ledger.programme.tier(offered.detail.tier)?.rank
        let rank = ledger.programme.tier(ledger.state.tier)?.rank
        guard let needed, let rank, rank >= needed else {
            throw Refusal(
                .tierTooLow, "The reward is for members from the tier \(offered.detail.tier) on.", field: "reward")
        }
    }
}

extension FulfilReward: DomainCommand {
    package typealias Target = RedemptionAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(redemption, "redemption")
        try FormCheck.text(tracking, "tracking", maximum: LoyaltyLimits.trackingBytes)
        guard reached == .unspecified || reached == .shipped || reached == .delivered else {
            throw Refusal(.schemaInvalid, "A reward is shipped or delivered.", field: "reached")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&redemption, .redemption) }

    package var commandTarget: CommandTarget { .existing(redemption) }

    package func decide(
        _ state: RedemptionState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .cancelled else {
            throw Refusal(.terminalState, "The redemption is cancelled. Redeem the reward anew.")
        }
        let isNew = !tracking.isEmpty && !tracking.isIdentical(to: state.tracking)
        if reached == .shipped {
            guard state.status != .delivered, state.status != .shipped || isNew else { return [] }
            return [.fact(.rewardShipped(RewardShipped.with { $0.tracking = tracking }), subjects: state.subjects)]
        }
        guard state.status != .delivered || isNew else { return [] }
        return [.fact(.rewardDelivered(RewardDelivered.with { $0.tracking = tracking }), subjects: state.subjects)]
    }
}

extension CancelRedemption: DomainCommand {
    package typealias Target = RedemptionAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(redemption, "redemption")
        try LoyaltyLimits.check(graceDays: graceDays)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&redemption, .redemption) }

    package var commandTarget: CommandTarget { .existing(redemption) }

    package func decide(
        _ state: RedemptionState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .cancelled else { return [] }
        guard state.status != .delivered else {
            throw Refusal(.illegalTransition, "The reward was delivered; the redemption cannot be cancelled any more.")
        }
        let back = try giveBack(state, context)
        let reward = try context.world.state(RewardAggregate.self, of: StreamNumber(state.rewardNumber))
        var cancelled = RedemptionCancelled()
        cancelled.accountNumber = state.accountNumber
        cancelled.rewardNumber = state.rewardNumber
        cancelled.quantity = state.quantity
        cancelled.toStock = state.fromStock && reward?.limited ?? false
        cancelled.points = back.points
        return [.fact(.redemptionCancelled(cancelled), subjects: state.subjects)] + back.events
    }

    /// The points go back to an account that is not closed.
    private func giveBack(
        _ state: RedemptionState, _ context: DecisionContext
    ) throws(Refusal) -> (events: [NewEvent], points: Int64) {
        let number = StreamNumber(state.accountNumber)
        guard let account = try context.world.state(LoyaltyAccountAggregate.self, of: number), account.status != .closed
        else { return ([], 0) }
        var ledger = try context.ledger(account, of: number, .fact(.other(number)))
        let before = ledger.state.balance.spent
        for spending in account.spendings where spending.redemptionNumber == context.target.rawValue {
            ledger.giveBack(
                spending, spending.lots.points - spending.reversed, graceDays: graceDays,
                redemption: context.target.rawValue)
        }
        return (ledger.events, before - ledger.state.balance.spent)
    }
}
