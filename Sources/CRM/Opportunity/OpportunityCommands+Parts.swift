package import Schema
internal import SwiftProtobuf

extension AddCompetitor: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.reference(competitor, "competitor")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        try visit(&competitor, .competitor)
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.add(
            competitor: try context.competitor(
                competitor, known: draft.state.competitorNumbers, field: "competitor"))
        return draft.events
    }
}

extension RemoveCompetitor: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.reference(competitor, "competitor")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        try visit(&competitor, .competitor)
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        draft.remove(competitor: try context.world.required(competitor, .competitor, field: "competitor"))
        return draft.events
    }
}

extension AddBuyingRole: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.reference(party, "party")
        try FormCheck.choice(role, "role", required: true)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        let buyer = try context.world.required(party, .party, field: "party")
        guard !draft.state.has(role, buyer) else { return [] }
        try context.requireActive(buyer, field: "party")
        try FormCheck.count(draft.state.buyingRoles.count + 1, "role", maximum: OpportunityLimits.buyingRoles)
        let added = BuyingRoleAdded.with {
            $0.partyNumber = buyer.rawValue
            $0.role = role
        }
        draft.append(.buyingRoleAdded(added), others: [NewSubject(.number(buyer), .buyer)])
        return draft.events
    }
}

extension RemoveBuyingRole: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.reference(party, "party")
        try FormCheck.choice(role, "role", required: true)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        let buyer = try context.world.required(party, .party, field: "party")
        guard draft.state.has(role, buyer) else { return [] }
        let removed = BuyingRoleRemoved.with {
            $0.partyNumber = buyer.rawValue
            $0.role = role
        }
        draft.append(.buyingRoleRemoved(removed), others: [NewSubject(.number(buyer), .buyer)])
        return draft.events
    }
}

extension OpportunityState {
    fileprivate func has(_ role: BuyingRole, _ party: StreamNumber) -> Bool {
        buyingRoles.contains { $0.role == role && $0.partyNumber == party.rawValue }
    }
}
