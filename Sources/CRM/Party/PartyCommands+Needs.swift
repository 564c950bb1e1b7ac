package import Schema

extension RecordNeed: DomainCommand {
    package typealias Target = PartyAggregate

    /// The part with the need; none where the command only names a product or a budget.
    package struct Facts: Sendable {
        var part: Int?
    }

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        if isProductNamed { try FormCheck.reference(product, "product") }
        try FormCheck.text(need.text, "need.text")
        try FormCheck.text(need.problem, "need.problem")
        try FormCheck.text(need.timeFrame, "need.time_frame")
        try FormCheck.text(need.expectation, "need.expectation")
        guard isNeedSaid || isProductNamed || hasBudget else {
            throw Refusal(.schemaInvalid, "The need is empty. Say what is needed.", field: "need")
        }
        guard hasBudget else { return }
        guard CurrencyCode.isKnown(budget.currency) else {
            throw Refusal(
                .currencyMismatch, "The budget's currency is not a code of ISO 4217, for example CNY.",
                field: "budget.currency")
        }
        guard budget.minorUnits >= 0 else {
            throw Refusal(.amountInvalid, "A budget is not less than 0.", field: "budget.minor_units")
        }
    }

    private var isProductNamed: Bool { hasProduct && product.target != nil }

    private var isNeedSaid: Bool {
        !(need.text.isEmpty && need.problem.isEmpty && need.timeFrame.isEmpty && need.expectation.isEmpty)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
        if hasProduct { try visit(&product, .product) }
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Facts {
        defer { clearNeed() }
        guard isNeedSaid else { return Facts(part: nil) }
        var personal = NeedRecordedPersonal()
        personal.need = need
        return Facts(part: preparation.seal(PersonalData(.needRecorded(personal)), for: .target))
    }

    package func decide(_ state: PartyState?, _ facts: Facts, _ context: DecisionContext) throws(Refusal) -> [NewEvent]
    {
        try Decided.state(state).requireInUse()
        var recorded = NeedRecorded()
        if isProductNamed {
            recorded.productNumber = try context.world.required(product, .product, field: "product").rawValue
        }
        if hasBudget { recorded.budget = budget }
        return [.fact(.needRecorded(recorded), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }
}

extension RecordPreference: DomainCommand {
    package typealias Target = PartyAggregate

    /// The part with the preference.
    package struct Facts: Sendable {
        var part: Int
    }

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        try FormCheck.required(topic, "topic", maximum: Limits.wordBytes)
        try FormCheck.required(preference.value, "preference.value", maximum: Limits.textBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Facts {
        defer { clearPreference() }
        var personal = PreferenceRecordedPersonal()
        personal.preference = preference
        return Facts(part: preparation.seal(PersonalData(.preferenceRecorded(personal)), for: .target))
    }

    package func decide(_ state: PartyState?, _ facts: Facts, _ context: DecisionContext) throws(Refusal) -> [NewEvent]
    {
        try Decided.state(state).requireInUse()
        var recorded = PreferenceRecorded()
        recorded.topic = topic
        return [.fact(.preferenceRecorded(recorded), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }
}
