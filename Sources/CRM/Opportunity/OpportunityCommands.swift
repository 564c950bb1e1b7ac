package import Schema

// The commands that change how an open opportunity stands.

extension AdvanceStage: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.text(stage, "stage", maximum: PipelineLimits.keyBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.move(to: stage, .forward)
        return draft.events
    }
}

extension RegressStage: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.text(stage, "stage", maximum: PipelineLimits.keyBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.move(to: stage, .back)
        return draft.events
    }
}

extension SetAmount: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        guard hasAmount != fromLines else {
            throw Refusal(
                .schemaInvalid, "Send either the amount, or that it is the sum of the lines.", field: "amount")
        }
        if hasAmount { try OpportunityForm.check(amount, "amount") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        if fromLines { try draft.setAmountFromLines() } else { try draft.set(amount: amount) }
        return draft.events
    }
}

extension SetCloseDate: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        guard !closeDate.isEmpty else {
            throw Refusal(.schemaInvalid, "close_date is empty. Send it as yyyy-mm-dd.", field: "close_date")
        }
        try DayForm.check(closeDate, "close_date")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.set(closeDate: closeDate)
        return draft.events
    }
}

extension OverrideProbability: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try OpportunityForm.check(probability: probability, "probability")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.set(probability: hasProbability ? probability : nil)
        return draft.events
    }
}

extension SetForecastCategory: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.choice(category, "category", required: false)
        guard category != .closed else {
            throw Refusal(
                .schemaInvalid, "The category closed belongs to what is won. Win the opportunity instead.",
                field: "category")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.set(category: category)
        return draft.events
    }
}
