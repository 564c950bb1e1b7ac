package import Schema

extension UpsertOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate
    package typealias Facts = OpportunityParts

    /// The fields that can be emptied.
    private static let clearable: Set<String> = [
        "party", "name", "description", "channel", "lead_source", "partner", "amount", "close_date", "lines",
        "competitors",
    ]

    package func validate() throws(Refusal) {
        try FormCheck.externalKey(key, "key")
        try FormCheck.newIdentifier(opportunity.id)
        try opportunity.checkForm(prefix: "opportunity.")
        try OpportunityForm.check(
            clear, known: Self.clearable,
            sent: [
                "party": opportunity.hasParty, "name": !opportunity.personal.name.isEmpty,
                "description": !opportunity.personal.description_p.isEmpty, "channel": !opportunity.channel.isEmpty,
                "lead_source": !opportunity.leadSource.isEmpty, "partner": opportunity.hasPartner,
                "amount": opportunity.hasAmount, "close_date": !opportunity.closeDate.isEmpty,
                "lines": !opportunity.lines.isEmpty, "competitors": !opportunity.competitors.isEmpty,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try opportunity.visit(visit)
    }

    package var commandTarget: CommandTarget { .upsert(Reference(external: key), id: opportunity.id) }

    /// A source may send what it knew before the last change.
    package var retroactive: Bool { true }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> OpportunityParts {
        let recorded = try preparation.target.flatMap { (target) throws(Refusal) in
            try preparation.reader.state(OpportunityAggregate.self, of: target)
        }
        return try opportunity.takePersonal(recorded, cleared: Set(clear), &preparation)
    }

    package func decide(
        _ state: OpportunityState?, _ facts: OpportunityParts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let version = hasSourceVersion ? SourceVersion(key.system, sourceVersion) : nil
        guard let state else {
            return try OpportunityOpening(
                opportunity: opportunity, external: opportunity.external.including(key), sourceVersion: version,
                parts: facts, prefix: "opportunity."
            ).events(context)
        }
        return try OpportunityUpdate(
            opportunity: opportunity, cleared: Set(clear), state: state, sourceVersion: version, parts: facts,
            prefix: "opportunity."
        ).events(context)
    }
}
