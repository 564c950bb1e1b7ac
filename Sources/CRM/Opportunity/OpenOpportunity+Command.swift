package import Schema

extension OpenOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate
    package typealias Facts = OpportunityParts

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try checkForm(prefix: "")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try self.visit(visit)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> OpportunityParts {
        try takePersonal(nil, cleared: [], &preparation)
    }

    package func decide(
        _ state: OpportunityState?, _ facts: OpportunityParts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try OpportunityOpening(
            opportunity: self, external: external, sourceVersion: nil, parts: facts, prefix: ""
        ).events(context)
    }
}

extension OpenOpportunity {
    /// Takes out name, description and notes.
    ///
    /// - Parameters:
    ///   - recorded: the opportunity; nil where it is new.
    ///   - cleared: the names of the fields that the command empties.
    mutating func takePersonal(
        _ recorded: OpportunityState?, cleared: Set<String>, _ preparation: inout Preparation
    ) throws(Refusal) -> OpportunityParts {
        defer {
            clearPersonal()
            clearClosing()
        }
        let party = hasParty ? party : nil
        var parts = OpportunityParts()
        parts.head = try OpportunityTexts(sent: personal, cleared: cleared, party: party)
            .prepare(recorded, &preparation)
        let event: ClosingTexts.Event =
            recorded?.status == reached ? .corrected : reached == .lost ? .lost : .won
        parts.closing = try ClosingTexts(
            notes: closing.notes, party: party, losesParty: cleared.contains("party"), event: event
        ).prepare(recorded, &preparation)
        return parts
    }
}
