package import Schema

extension ChangeTier: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(account, "account")
        try FormCheck.required(tier, "tier", maximum: LoyaltyLimits.keyBytes)
        try LoyaltyLimits.check(hasKeepUntil ? keepUntil : nil, "keep_until")
    }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        guard ledger.programme.tier(tier) != nil else {
            throw Refusal(.tierUnknown, "The programme has no tier \(tier). Define it first.", field: "tier")
        }
        let until = hasKeepUntil ? Instant(keepUntil)?.rawValue : nil
        let present = ledger.state.hasTierKeepUntil ? ledger.state.tierKeepUntil : nil
        let promised = try context.world.promisedTier(ledger.state, of: context.target, at: context.occurredAt)
        let isPromised = until == present && promised?.isIdentical(to: tier) ?? true
        guard !tier.isIdentical(to: ledger.state.tier) || !isPromised else { return [] }
        var changed = TierChanged()
        changed.from = ledger.state.tier
        changed.to = tier
        changed.cause = .command
        changed.programmeVersion = ledger.programme.version
        changed.basis = ledger.programme.tierPolicy.basis
        changed.value = TierReckoning(programme: ledger.programme, account: ledger.state).value
        if let until { changed.keepUntil = until }
        ledger.record(.tierChanged(changed))
        return ledger.events
    }
}

extension FreezeAccount: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(account, "account") }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        guard ledger.state.status != .frozen else { return [] }
        ledger.record(.accountFrozen(AccountFrozen()))
        return ledger.events
    }
}

extension UnfreezeAccount: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(account, "account") }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        guard ledger.state.status == .frozen else { return [] }
        ledger.record(.accountUnfrozen(AccountUnfrozen()))
        return ledger.events
    }
}

extension CloseAccount: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(account, "account") }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        guard try Decided.state(state).status != .closed else { return [] }
        var ledger = try context.ledger(state)
        ledger.expire(.accountClosed) { _ in true }
        var closed = AccountClosed()
        closed.programmeNumber = ledger.state.programmeNumber
        closed.partyNumber = ledger.state.partyNumber
        closed.employeeNumber = ledger.state.employeeNumber
        ledger.record(.accountClosed(closed))
        return ledger.events
    }
}
