package import Schema
internal import SwiftProtobuf

extension DefineReward: DomainCommand {
    package typealias Target = RewardAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        if hasProgramme { try FormCheck.reference(programme, "programme") }
        if hasProduct { try FormCheck.reference(product, "product") }
        try detail.checkForm()
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasProgramme { try visit(&programme, .loyaltyProgramme) }
        if hasProduct { try visit(&product, .product) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: RewardState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let (number, programme) = try context.world.programme(hasProgramme ? self.programme : nil)
        try detail.checkTier(of: programme)
        try context.requireFree(external, .reward, field: "external")
        var defined = RewardDefined()
        defined.external = external
        defined.programmeNumber = number.rawValue
        defined.detail = detail
        if hasProduct {
            defined.productNumber = try context.world.required(product, .product, field: "product").rawValue
        }
        if hasStock { defined.stock = stock }
        return [.fact(.rewardDefined(defined))]
    }
}

extension ChangeReward: DomainCommand {
    package typealias Target = RewardAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(reward, "reward")
        try detail.checkForm()
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&reward, .reward) }

    package var commandTarget: CommandTarget { .existing(reward) }

    package func decide(
        _ state: RewardState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !detail.isIdentical(to: state.detail) else { return [] }
        try state.requireInUse()
        let (_, programme) = try context.world.programme(Reference(number: StreamNumber(state.programmeNumber)))
        try detail.checkTier(of: programme)
        return [.fact(.rewardChanged(RewardChanged.with { $0.detail = detail }))]
    }
}

extension RetireReward: DomainCommand {
    package typealias Target = RewardAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(reward, "reward") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&reward, .reward) }

    package var commandTarget: CommandTarget { .existing(reward) }

    package func decide(
        _ state: RewardState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Decided.state(state).retired ? [] : [.fact(.rewardRetired(RewardRetired()))]
    }
}

extension SetRewardStock: DomainCommand {
    package typealias Target = RewardAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(reward, "reward") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&reward, .reward) }

    package var commandTarget: CommandTarget { .existing(reward) }

    package func decide(
        _ state: RewardState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let left = try context.world.claim(.rewardStock(context.target))
        guard hasStock != state.limited || (hasStock && Int64(stock) != left) else { return [] }
        try state.requireInUse()
        var set = RewardStockSet()
        if hasStock { set.stock = stock }
        if state.limited { set.stockBefore = UInt32(clamping: left) }
        return [.fact(.rewardStockSet(set))]
    }
}

extension RewardState {
    /// - Throws: TERMINAL_STATE where the reward is retired.
    fileprivate func requireInUse() throws(Refusal) {
        guard retired else { return }
        throw Refusal(.terminalState, "The reward is retired. Define a new one.", field: "reward")
    }
}

extension RewardDetail {
    fileprivate func checkForm() throws(Refusal) {
        try FormCheck.required(label, "detail.label", maximum: Limits.labelBytes)
        guard (0...1_000_000_000).contains(points) else {
            throw Refusal(.amountInvalid, "A reward costs 0 to 1,000,000,000 points.", field: "detail.points")
        }
        try FormCheck.text(tier, "detail.tier", maximum: LoyaltyLimits.keyBytes)
        guard !hasFrom || !hasTo || from < to else {
            throw Refusal(.schemaInvalid, "The reward ends before it begins.", field: "detail.to")
        }
        guard hasCost else { return }
        _ = try DocumentCurrency(cost.currency, field: "detail.cost.currency")
        guard (0...1_000_000_000_000).contains(cost.minorUnits) else {
            throw Refusal(.amountInvalid, "The cost is negative or beyond all measure.", field: "detail.cost")
        }
    }

    fileprivate func checkTier(of programme: ProgrammeState) throws(Refusal) {
        guard !tier.isEmpty, programme.tier(tier) == nil else { return }
        throw Refusal(.tierUnknown, "The programme has no tier \(tier). Define it first.", field: "detail.tier")
    }
}
