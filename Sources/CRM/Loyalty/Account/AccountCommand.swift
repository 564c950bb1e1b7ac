internal import Analytics
package import Schema

/// A command about one account.
package protocol AccountCommand: DomainCommand where Target == LoyaltyAccountAggregate, Facts == Void {
    var account: Reference { get set }
}

extension AccountCommand {
    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&account, .loyaltyAccount) }

    package var commandTarget: CommandTarget { .existing(account) }
}

extension DecisionContext {
    /// The target's ledger, for what a command asks for.
    ///
    /// - Throws: NOT_FOUND; TERMINAL_STATE where the membership has ended.
    func ledger(_ state: LoyaltyAccountState?) throws(Refusal) -> AccountLedger {
        try ledger(try Decided.state(state), of: target, .fact(.target))
    }

    /// The ledger of an account.
    ///
    /// - Throws: TERMINAL_STATE where the membership has ended.
    func ledger(
        _ state: LoyaltyAccountState, of number: StreamNumber, _ author: AccountLedger.Author
    ) throws(Refusal) -> AccountLedger {
        guard state.status != .closed else {
            throw Refusal(.terminalState, "The membership has ended. Enrol the member anew.", field: "account")
        }
        guard let programme = try world.state(ProgrammeAggregate.self, of: StreamNumber(state.programmeNumber)) else {
            throw Refusal(.internal, "The account \(number) belongs to no programme.")
        }
        return AccountLedger(number, state, programme, author, at: occurredAt)
    }

    /// Refuses to give or spend points of a programme that is off, except for history.
    ///
    /// - Throws: PROGRAMME_OFF.
    func requireOn(_ programme: ProgrammeState) throws(Refusal) {
        guard programme.status != .on, !historic else { return }
        throw Refusal(.programmeOff, "The programme is off. Activate it first.", field: "programme")
    }

    /// Refuses to spend from a frozen account, except for history.
    ///
    /// - Throws: ACCOUNT_FROZEN.
    func requireUnfrozen(_ state: LoyaltyAccountState, field: String = "account") throws(Refusal) {
        guard state.status == .frozen, !historic else { return }
        throw Refusal(.accountFrozen, "Nothing can be spent from the account. Unfreeze it first.", field: field)
    }

    /// Whether points of an account have moved for this cause before, just as the command asks for.
    ///
    /// - Parameter isSame: whether the event did what the command asks for.
    /// - Throws: CAUSE_ALREADY_REWARDED where it did something else.
    func isRepeated(
        _ cause: ExternalKey?, of account: StreamNumber, _ isSame: (EventPayload.OneOf_Event) -> Bool
    ) throws(Refusal) -> Bool {
        guard let cause else { return false }
        let position = try world.claim(.pointsCause(account, cause))
        guard position > 0 else { return false }
        if let event = try world.event(at: Position(UInt64(position))), isSame(event.payload) { return true }
        throw Refusal(
            .causeAlreadyRewarded, "Points of the account have moved for this cause already, in another way.",
            field: "cause")
    }
}

extension AccountLedger {
    /// Refuses to take more than can be spent.
    ///
    /// - Throws: LOT_LOCKED where locked points would do, INSUFFICIENT_POINTS where the account has no more.
    func requireSpendable(_ points: Int64, _ context: DecisionContext) throws(Refusal) {
        guard spendable < points else { return }
        let locked = state.earnings.filter { $0.hasLocksUntil && !isSpendable($0) }
        guard spendable + locked.reduce(0, { $0 + $1.left }) >= points, !context.historic else {
            throw Refusal(
                .insufficientPoints, "The account has \(spendable) points to spend. Spend fewer.", field: "points")
        }
        let next = ZoneRules.utc.civil(at: Instant(microseconds: locked.map(\.locksUntil).min() ?? 0))
        throw Refusal(
            .lotLocked,
            "The account has \(spendable) points to spend; others are locked, the next ones until \(next) in UTC.",
            field: "points")
    }
}
