package import Schema

extension LinkInteraction: DomainCommand {
    package typealias Target = InteractionAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(interaction, "interaction")
        try add.checkForm("add")
        try remove.checkForm("remove")
        try addParties.checkForm("add_parties")
        guard !(add.isEmpty && remove.isEmpty && addParties.isEmpty) else {
            throw Refusal(.schemaInvalid, "Nothing is linked or unlinked. Name what is.", field: "add")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&interaction, .interaction)
        try add.visitReferences(visit)
        try remove.visitReferences(visit)
        try addParties.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .existing(interaction) }

    package func decide(
        _ state: InteractionState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var linked = InteractionLinked()
        let removed = try remove.resolved(context, "remove")
        linked.removed = removed.filter { state.links.contains($0) }
        linked.added = try add.resolved(context, "add").filter { !state.links.contains($0) && !removed.contains($0) }
        linked.addedParties = try addParties.resolved(context, "add_parties").filter { party in
            !state.parties.contains { $0.partyNumber == party.partyNumber }
        }
        guard !(linked.added.isEmpty && linked.removed.isEmpty && linked.addedParties.isEmpty) else { return [] }
        try FormCheck.count(
            state.links.count + linked.added.count - linked.removed.count, "add", maximum: InteractionLimits.links)
        try FormCheck.count(
            state.parties.count + linked.addedParties.count, "add_parties", maximum: InteractionLimits.parties)
        linked.detail = state.detail
        let subjects = (state.parties + linked.addedParties).map { $0.subject() }
        return [.fact(.interactionLinked(linked), subjects: subjects)]
    }
}

extension RedactInteraction: DomainCommand {
    package typealias Target = InteractionAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(interaction, "interaction") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&interaction, .interaction)
    }

    package var commandTarget: CommandTarget { .existing(interaction) }

    package func decide(
        _ state: InteractionState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        if state.redacted { return [] }
        guard context.historic || context.hasReason else {
            throw Refusal(.reasonRequired, "Hiding a text for good needs a reason. Send one.", field: "reason")
        }
        var redacted = InteractionRedacted()
        redacted.hiddenPositions = state.contentPositions
        return [.fact(.interactionRedacted(redacted), subjects: state.parties.map { $0.subject() })]
    }
}
