package import Schema

extension DefineTerritory: DomainCommand {
    package typealias Target = TerritoryAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try FormCheck.required(name, "name", maximum: Limits.labelBytes)
        if hasParent { try FormCheck.reference(parent, "parent") }
        try rules.check()
        if hasOwner { try owner.check("owner") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasParent { try visit(&parent, .territory) }
        if hasOwner { try owner.visit(visit) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: TerritoryState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .territory, field: "external")
        var defined = TerritoryDefined()
        defined.name = name
        defined.parentNumber = try context.parent(hasParent ? parent : nil, TerritoryAggregate.self).rawValue
        defined.rules = rules.map(\.kept)
        try context.requireFree(defined.rules)
        if hasOwner { defined.owner = try context.assignee(owner, of: .territory) }
        return [.fact(.territoryDefined(defined))] + external.linked
    }
}

extension ChangeTerritory: DomainCommand {
    package typealias Target = TerritoryAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(territory, "territory")
        try FormCheck.text(name, "name", maximum: Limits.labelBytes)
        if hasParent { try FormCheck.reference(parent, "parent") }
        try rules.check()
        try FormCheck.clear(clear, known: ["parent", "rules"])
        for (field, isSent) in [("parent", hasParent), ("rules", !rules.isEmpty)]
        where isSent && clear.contains(field) {
            throw Refusal(.schemaInvalid, "\(field) is sent and emptied at once. Do one of them.", field: "clear")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&territory, .territory)
        if hasParent { try visit(&parent, .territory) }
    }

    package var commandTarget: CommandTarget { .existing(territory) }

    package func decide(
        _ state: TerritoryState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var changed = TerritoryChanged()
        changed.parentNumberBefore = state.parentNumber
        changed.rulesBefore = state.rules
        changed.name = name.isEmpty ? state.name : name
        changed.parentNumber = state.parentNumber
        if hasParent { changed.parentNumber = try context.parent(parent, TerritoryAggregate.self).rawValue }
        if clear.contains("parent") { changed.parentNumber = 0 }
        changed.rules = rules.isEmpty && !clear.contains("rules") ? state.rules : rules.map(\.kept)
        let isSame =
            changed.name.isIdentical(to: state.name) && changed.parentNumber == state.parentNumber
            && TerritoryRule.isSame(changed.rules, state.rules)
        guard !isSame else { return [] }
        try state.requireInUse()
        try context.requireFree(changed.rules)
        return [.fact(.territoryChanged(changed))]
    }
}

extension RetireTerritory: DomainCommand {
    package typealias Target = TerritoryAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(territory, "territory")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&territory, .territory)
    }

    package var commandTarget: CommandTarget { .existing(territory) }

    package func decide(
        _ state: TerritoryState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !state.retired else { return [] }
        try context.requireNoParts(field: "territory")
        var retired = TerritoryRetired()
        retired.rules = state.rules
        retired.parentNumber = state.parentNumber
        if state.hasOwner { retired.owner = state.owner }
        return [.fact(.territoryRetired(retired))]
    }
}

extension AssignTerritory: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        if hasTerritory { try FormCheck.reference(territory, "territory") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
        if hasTerritory { try visit(&territory, .territory) }
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package func decide(
        _ state: PartyState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var assigned = TerritoryAssigned()
        assigned.territoryNumberBefore = state.territoryNumber
        assigned.pinnedBefore = state.territoryPinned
        if hasTerritory {
            let number = try context.world.required(territory, .territory, field: "territory")
            if number.rawValue == state.territoryNumber, state.territoryPinned { return [] }
            let chosen = try Decided.state(try context.world.state(TerritoryAggregate.self, of: number))
            try chosen.requireInUse()
            assigned.territoryNumber = number.rawValue
            assigned.pinned = true
        } else if !state.territoryPinned {
            // The rules have put the party where it is, unless they were changed since then.
            let ruled = try context.world.territory(for: state)?.number ?? .none
            if ruled.rawValue == state.territoryNumber { return [] }
        }
        try state.requireInUse()
        return [.fact(.territoryAssigned(assigned), subjects: [NewSubject(.target, .self_)])]
    }
}
