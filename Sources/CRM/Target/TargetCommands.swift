package import Schema
internal import SwiftProtobuf

extension SetTarget: DomainCommand {
    package typealias Target = TargetAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.choice(metric, "metric", required: true)
        try DayForm.check(period, "period")
        switch owner.owner {
        case .employee(let employee): try FormCheck.reference(employee, "owner.employee")
        case .team(let team): try FormCheck.reference(team, "owner.team")
        case nil: break
        }
        try TargetForm.check(value, of: metric)
        guard hasProgramme else { return }
        try FormCheck.reference(programme, "programme")
        guard metric == .pointsEarned else {
            throw Refusal(.schemaInvalid, "Only points are earned in a programme. Leave it out.", field: "programme")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        switch owner.owner {
        case .employee(var employee):
            try visit(&employee, .employee)
            owner.employee = employee
        case .team(var team):
            try visit(&team, .team)
            owner.team = team
        case nil: break
        }
        if hasProgramme { try visit(&programme, .loyaltyProgramme) }
    }

    package var commandTarget: CommandTarget { .located(id: id) }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? {
        // What a reference in it names may not exist: `decide` then says which.
        guard let set = try resolved(in: world).set else { return nil }
        return try world.holder(of: .target(set))
    }

    package func decide(
        _ state: TargetState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let resolved = try resolved(in: context.world)
        guard var set = resolved.set else {
            throw Refusal(
                .referenceMissing, "The reference in \(resolved.missing) names nothing. Create what it names first.",
                field: resolved.missing)
        }
        if let state, !state.withdrawn {
            if value.isSame(as: state.lastSet.value) { return [] }
            set.valueBefore = state.lastSet.value
        }
        try context.requireActive(set.owner, field: "owner")
        return [.fact(.targetSet(set))]
    }

    /// The target with numbers in place of references; nil, and the field, where one of them names nothing.
    private func resolved(in world: any World) throws(Refusal) -> (set: TargetSet?, missing: String) {
        var set = TargetSet()
        set.metric = metric
        set.period = period
        set.value = value
        switch owner.owner {
        case .employee(let reference):
            guard let number = try world.resolve(reference, .employee) else { return (nil, "owner.employee") }
            set.owner.employeeNumber = number.rawValue
        case .team(let reference):
            guard let number = try world.resolve(reference, .team) else { return (nil, "owner.team") }
            set.owner.teamNumber = number.rawValue
        case nil: break
        }
        if hasProgramme {
            guard let number = try world.resolve(programme, .loyaltyProgramme) else { return (nil, "programme") }
            set.programmeNumber = number.rawValue
        }
        return (set, "")
    }
}

extension WithdrawTarget: DomainCommand {
    package typealias Target = TargetAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(target, "target") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&target, .target) }

    package var commandTarget: CommandTarget { .existing(target) }

    package func decide(
        _ state: TargetState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !state.withdrawn else { return [] }
        var withdrawn = TargetWithdrawn()
        withdrawn.value = state.lastSet.value
        return [.fact(.targetWithdrawn(withdrawn))]
    }
}
