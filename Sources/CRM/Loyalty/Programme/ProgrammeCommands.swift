package import Schema
internal import SwiftProtobuf

extension DefineProgramme: DomainCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try FormCheck.required(label, "label", maximum: Limits.labelBytes)
        try FormCheck.text(pointsLabel, "points_label", maximum: Limits.wordBytes)
        try FormCheck.choice(audience, "audience", required: false)
        try FormCheck.choice(status, "status", required: false)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .loyaltyProgramme, field: "external")
        var defined = ProgrammeDefined()
        defined.external = external
        defined.label = label
        defined.pointsLabel = pointsLabel
        defined.audience = audience == .unspecified ? .customers : audience
        defined.status = status == .unspecified ? .on : status
        defined.version = 1
        defined.index = UInt64(max(0, try context.world.claim(.programmes)))
        return [.fact(.programmeDefined(defined))]
    }
}

extension ChangeProgramme: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try FormCheck.text(label, "label", maximum: Limits.labelBytes)
        try FormCheck.text(pointsLabel, "points_label", maximum: Limits.wordBytes)
        try FormCheck.clear(clear, known: ["points_label"])
        guard clear.isEmpty || pointsLabel.isEmpty else {
            throw Refusal(.schemaInvalid, "points_label is set and emptied at once.", field: "clear[0]")
        }
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        var changed = ProgrammeChanged()
        changed.label = label.isEmpty ? state.label : label
        changed.pointsLabel = !clear.isEmpty ? "" : pointsLabel.isEmpty ? state.pointsLabel : pointsLabel
        guard !changed.label.isIdentical(to: state.label) || !changed.pointsLabel.isIdentical(to: state.pointsLabel)
        else { return [] }
        changed.version = state.nextVersion
        return [.fact(.programmeChanged(changed))]
    }
}

extension ActivateProgramme: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) { try checkProgramme() }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        guard state.status != .on else { return [] }
        return [.fact(.programmeActivated(ProgrammeActivated.with { $0.version = state.nextVersion }))]
    }
}

extension SuspendProgramme: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) { try checkProgramme() }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        guard state.status != .off else { return [] }
        return [.fact(.programmeSuspended(ProgrammeSuspended.with { $0.version = state.nextVersion }))]
    }
}

extension SetExpiryPolicy: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try FormCheck.choice(policy.kind, "policy.kind", required: true)
        let needsDays = policy.kind == .days || policy.kind == .inactivity
        guard needsDays ? (1...LoyaltyLimits.expiryDays).contains(policy.days) : policy.days == 0 else {
            throw Refusal(
                .schemaInvalid,
                "Points that end after days or with inactivity do so after 1 to 36,500 days; others name none.",
                field: "policy.days")
        }
        let hasPeriods = policy.kind == .monthEnd || policy.kind == .yearEnd
        guard policy.periods <= (hasPeriods ? LoyaltyLimits.expiryPeriods : 0) else {
            throw Refusal(
                .schemaInvalid, "Only points that end with a month or year wait for up to 1,200 further ends.",
                field: "policy.periods")
        }
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        guard !policy.isIdentical(to: state.expiry) else { return [] }
        let set = ExpiryPolicySet.with {
            $0.policy = policy
            $0.version = state.nextVersion
        }
        return [.fact(.expiryPolicySet(set))]
    }
}

extension SetLockDays: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        guard days <= LoyaltyLimits.lockDays else {
            throw Refusal(.schemaInvalid, "Points stay locked for at most 36,500 days.", field: "days")
        }
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        guard days != state.lockDays else { return [] }
        let set = LockDaysSet.with {
            $0.days = days
            $0.version = state.nextVersion
        }
        return [.fact(.lockDaysSet(set))]
    }
}

extension SetPointValue: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try Amounts.check(value.cost, field: "value.cost")
        if !value.currency.isEmpty { _ = try DocumentCurrency(value.currency, field: "value.currency") }
        try Amounts.check(value.redemptionRate, field: "value.redemption_rate")
        guard !DecimalArithmetic.isLess(DecimalNumber(unscaled: 1, scale: 0), DecimalNumber(value.redemptionRate))
        else {
            throw Refusal(
                .amountInvalid, "The share that is redeemed lies from 0 to 1.", field: "value.redemption_rate")
        }
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        var value = value
        let currency = value.currency.isEmpty ? try context.world.homeCurrency() : value.currency
        value.currency = try DocumentCurrency(currency, field: "value.currency").code
        guard !state.hasPointValue || !value.isIdentical(to: state.pointValue) else { return [] }
        let set = PointValueSet.with {
            $0.value = value
            $0.version = state.nextVersion
        }
        return [.fact(.pointValueSet(set))]
    }
}
