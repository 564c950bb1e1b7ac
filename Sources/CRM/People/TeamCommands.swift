package import Schema

extension DefineTeam: DomainCommand {
    package typealias Target = TeamAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try FormCheck.required(name, "name", maximum: Limits.labelBytes)
        if hasParent { try FormCheck.reference(parent, "parent") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasParent { try visit(&parent, .team) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: TeamState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .team, field: "external")
        try context.requireFreeTeamName(name)
        var defined = TeamDefined()
        defined.name = name
        defined.parentNumber = try context.parent(hasParent ? parent : nil, TeamAggregate.self).rawValue
        return [.fact(.teamDefined(defined))] + external.linked
    }
}

extension ChangeTeam: DomainCommand {
    package typealias Target = TeamAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(team, "team")
        try FormCheck.text(name, "name", maximum: Limits.labelBytes)
        if hasParent { try FormCheck.reference(parent, "parent") }
        try FormCheck.clear(clear, known: ["parent"])
        if hasParent, !clear.isEmpty {
            throw Refusal(.schemaInvalid, "parent is sent and emptied at once. Do one of them.", field: "clear")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&team, .team)
        if hasParent { try visit(&parent, .team) }
    }

    package var commandTarget: CommandTarget { .existing(team) }

    package func decide(
        _ state: TeamState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var changed = TeamChanged()
        changed.nameBefore = state.name
        changed.parentNumberBefore = state.parentNumber
        changed.name = name.isEmpty ? state.name : name
        changed.parentNumber = state.parentNumber
        if hasParent { changed.parentNumber = try context.parent(parent, TeamAggregate.self).rawValue }
        if clear.contains("parent") { changed.parentNumber = 0 }
        guard !changed.name.isIdentical(to: state.name) || changed.parentNumber != state.parentNumber else { return [] }
        try state.requireInUse()
        try context.requireFreeTeamName(changed.name)
        return [.fact(.teamChanged(changed))]
    }
}

extension RetireTeam: DomainCommand {
    package typealias Target = TeamAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(team, "team")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&team, .team)
    }

    package var commandTarget: CommandTarget { .existing(team) }

    package func decide(
        _ state: TeamState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !state.retired else { return [] }
        guard try context.world.claim(.teamMembers(context.target)) == 0 else {
            throw Refusal(.notEmpty, "The team still has members. Take them out first (LeaveTeam).", field: "team")
        }
        try context.requireNoParts(field: "team")
        try context.world.requireNoOpenWork(of: Owner(team: context.target), field: "team")
        var retired = TeamRetired()
        retired.name = state.name
        retired.parentNumber = state.parentNumber
        return [.fact(.teamRetired(retired))]
    }
}

extension DecisionContext {
    /// Refuses a name that another team in use has, whatever the case of its letters.
    ///
    /// - Throws: TEAM_NAME_TAKEN with the id of that team.
    fileprivate func requireFreeTeamName(_ name: String) throws(Refusal) {
        let holder = StreamNumber(UInt64(clamping: try world.claim(.teamName(name))))
        guard holder != .none, holder != target else { return }
        let refusal = Refusal(
            .teamNameTaken, "Another team has this name. Use that one, or another name.", field: "name")
        guard let head = try world.head(of: holder) else { throw refusal }
        throw refusal.related(to: [head.id])
    }
}

extension [ExternalKey] {
    /// The links of a new aggregate whose first event does not name its keys itself.
    var linked: [NewEvent] {
        var events: [NewEvent] = []
        for (index, key) in enumerated() where !self[..<index].contains(where: { $0.isIdentical(to: key) }) {
            var linked = ExternalLinked()
            linked.key = key
            events.append(.fact(.externalLinked(linked)))
        }
        return events
    }
}
