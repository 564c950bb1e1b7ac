package import Schema

extension PublishOffer: DomainCommand {
    package typealias Target = OfferAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try terms.check()
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try terms.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: OfferState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .offer, field: "external")
        var published = OfferPublished()
        published.terms = try OfferTerms(terms, before: nil, context)
        return [.fact(.offerPublished(published))] + external.linked
    }
}

extension ChangeOffer: DomainCommand {
    package typealias Target = OfferAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(offer, "offer")
        try terms.check()
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&offer, .offer)
        try terms.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .existing(offer) }

    package func decide(
        _ state: OfferState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var changed = OfferChanged()
        changed.terms = try OfferTerms(terms, before: state.terms, context)
        guard !changed.terms.isIdentical(to: state.terms) else { return [] }
        guard state.status != .withdrawn else {
            throw Refusal(.terminalState, "The offer was withdrawn for good. Publish another one.", field: "offer")
        }
        if state.terms.hasValidTo { changed.validToBefore = state.terms.validTo }
        return [.fact(.offerChanged(changed))]
    }
}

extension WithdrawOffer: DomainCommand {
    package typealias Target = OfferAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(offer, "offer")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&offer, .offer)
    }

    package var commandTarget: CommandTarget { .existing(offer) }

    package func decide(
        _ state: OfferState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .withdrawn else { return [] }
        var withdrawn = OfferWithdrawn()
        if state.terms.hasValidTo { withdrawn.validTo = state.terms.validTo }
        return [.fact(.offerWithdrawn(withdrawn))]
    }
}
