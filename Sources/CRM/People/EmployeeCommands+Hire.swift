package import Schema

extension HireEmployee: DomainCommand {
    package typealias Target = EmployeeAggregate

    /// What preparing a hire found out. Nothing in it is personal.
    package struct Facts: Sendable {
        var part: Int
        var hasName: Bool
        var contactPoints: [EmployeeContactPoint]
        var externalCount: UInt32
        /// The first external key that already names an employee: its place in the command, and the employee.
        var taken: (index: Int, holder: StreamNumber)?
    }

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try EmployeeForm.check(name, contactPoints, language)
        try FormCheck.count(roles.count, "roles", maximum: EmployeeForm.roles)
        for (index, role) in roles.enumerated() { try EmployeeForm.check(role: role, "roles[\(index)]") }
        try FormCheck.count(teams.count, "teams", maximum: EmployeeForm.teams)
        for (index, team) in teams.enumerated() { try FormCheck.reference(team, "teams[\(index)]") }
        try EmployeeState.requireIdentity(hasName: name.written.hasText, externalKeys: UInt32(external.count))
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in teams.indices { try visit(&teams[index], .team) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Facts {
        defer {
            clearName()
            contactPoints = []
            external = []
        }
        let points = try contactPoints.kept()
        var personal = EmployeeHiredPersonal()
        if name.written.hasText { personal.name = EmployeeNamePersonal(name.written.displayed) }
        personal.contactPoints = points.map(\.personal)
        var taken: (Int, StreamNumber)?
        for (index, key) in external.enumerated() {
            if !personal.external.contains(where: { $0.isIdentical(to: key) }) { personal.external.append(key) }
            if taken == nil, let holder = try preparation.reader.resolve(Reference(external: key), .employee) {
                taken = (index, holder)
            }
        }
        return Facts(
            part: preparation.seal(PersonalData(.employeeHired(personal)), for: .target),
            hasName: personal.hasName, contactPoints: points.map(\.employeeEntry),
            externalCount: UInt32(personal.external.count), taken: taken)
    }

    package func decide(
        _ state: EmployeeState?, _ facts: Facts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if let taken = facts.taken { throw try Refusal.taken(taken.holder, field: "external[\(taken.index)]", context) }
        var hired = EmployeeHired()
        hired.hasName_p = facts.hasName
        hired.contactPoints = facts.contactPoints
        hired.externalCount = facts.externalCount
        hired.roles = roles.once
        hired.teamNumbers = try context.world.teams(teams, field: "teams", context).map(\.rawValue)
        hired.language = language
        return [.fact(.employeeHired(hired), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }
}
