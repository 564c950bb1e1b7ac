package import Schema

extension ChangeOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate
    package typealias Facts = OpportunityPart

    private static let clearable: Set<String> = [
        "party", "name", "description", "channel", "lead_source", "partner",
    ]

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        if hasParty { try FormCheck.reference(party, "party") }
        if hasPartner { try FormCheck.reference(partner, "partner") }
        try OpportunityForm.check(personal, "personal")
        try FormCheck.text(channel, "channel", maximum: OpportunityLimits.wordBytes)
        try FormCheck.text(leadSource, "lead_source", maximum: OpportunityLimits.wordBytes)
        try OpportunityForm.check(
            clear, known: Self.clearable,
            sent: [
                "party": hasParty, "name": !personal.name.isEmpty, "description": !personal.description_p.isEmpty,
                "channel": !channel.isEmpty, "lead_source": !leadSource.isEmpty, "partner": hasPartner,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        if hasParty { try visit(&party, .party) }
        if hasPartner { try visit(&partner, .party) }
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> OpportunityPart {
        defer { clearPersonal() }
        let recorded = try preparation.target.flatMap { (target) throws(Refusal) in
            try preparation.reader.state(OpportunityAggregate.self, of: target)
        }
        return try OpportunityTexts(sent: personal, cleared: Set(clear), party: hasParty ? party : nil)
            .prepare(recorded ?? OpportunityState(), &preparation)
    }

    package func decide(
        _ state: OpportunityState?, _ facts: OpportunityPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.change(
            HeadChange(
                party: hasParty ? party : nil, partner: hasPartner ? partner : nil, channel: channel,
                leadSource: leadSource, cleared: Set(clear)),
            facts)
        return draft.events
    }
}
