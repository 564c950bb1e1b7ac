package import Schema

extension AssignRole: DomainCommand {
    package typealias Target = EmployeeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
        try EmployeeForm.check(role: role)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&employee, .employee)
    }

    package var commandTarget: CommandTarget { .existing(employee) }

    package func decide(
        _ state: EmployeeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !state.has(role: role) else { return [] }
        try state.requireActive(context)
        try FormCheck.count(state.roles.count + 1, "role", maximum: EmployeeForm.roles)
        var assigned = RoleAssigned()
        assigned.role = role
        return [.fact(.roleAssigned(assigned), subjects: [NewSubject(.target, .self_)])]
    }
}

extension UnassignRole: DomainCommand {
    package typealias Target = EmployeeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
        try EmployeeForm.check(role: role)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&employee, .employee)
    }

    package var commandTarget: CommandTarget { .existing(employee) }

    package func decide(
        _ state: EmployeeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        guard try Decided.state(state).has(role: role) else { return [] }
        var unassigned = RoleUnassigned()
        unassigned.role = role
        return [.fact(.roleUnassigned(unassigned), subjects: [NewSubject(.target, .self_)])]
    }
}

extension JoinTeam: DomainCommand {
    package typealias Target = EmployeeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
        try FormCheck.reference(team, "team")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&employee, .employee)
        try visit(&team, .team)
    }

    package var commandTarget: CommandTarget { .existing(employee) }

    package func decide(
        _ state: EmployeeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let number = try context.world.required(team, .team, field: "team")
        let membership = state.teams.first { $0.teamNumber == number.rawValue }
        if let membership, membership.lead == lead { return [] }
        try state.requireActive(context)
        try context.requireActive(Owner(team: number), field: "team")
        if membership == nil { try FormCheck.count(state.teams.count + 1, "team", maximum: EmployeeForm.teams) }
        var joined = TeamJoined()
        joined.teamNumber = number.rawValue
        joined.lead = lead
        joined.memberBefore = membership != nil
        return [.fact(.teamJoined(joined), subjects: [NewSubject(.target, .self_)])]
    }
}

extension LeaveTeam: DomainCommand {
    package typealias Target = EmployeeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
        try FormCheck.reference(team, "team")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&employee, .employee)
        try visit(&team, .team)
    }

    package var commandTarget: CommandTarget { .existing(employee) }

    package func decide(
        _ state: EmployeeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let number = try context.world.required(team, .team, field: "team")
        guard state.teams.contains(where: { $0.teamNumber == number.rawValue }) else { return [] }
        var left = TeamLeft()
        left.teamNumber = number.rawValue
        return [.fact(.teamLeft(left), subjects: [NewSubject(.target, .self_)])]
    }
}

extension SetCapacity: DomainCommand {
    package typealias Target = EmployeeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
        try OwnedKind.checkLimited(kind, "kind")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&employee, .employee)
    }

    package var commandTarget: CommandTarget { .existing(employee) }

    package func decide(
        _ state: EmployeeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.capacity(of: kind) != (hasMost ? most : nil) else { return [] }
        try state.requireActive(context)
        var set = CapacitySet()
        set.kind = kind
        if hasMost { set.most = most }
        return [.fact(.capacitySet(set), subjects: [NewSubject(.target, .self_)])]
    }
}
