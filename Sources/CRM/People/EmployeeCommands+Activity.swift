package import Schema

extension DeactivateEmployee: DomainCommand {
    package typealias Target = EmployeeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
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
        guard state.active else { return [] }
        try context.world.requireNoOpenWork(of: Owner(employee: context.target), field: "employee")
        try requireAnotherAdministrator(context)
        var deactivated = EmployeeDeactivated()
        deactivated.teamNumbers = state.teams.map(\.teamNumber)
        return [.fact(.employeeDeactivated(deactivated), subjects: [NewSubject(.target, .self_)])]
    }

    /// Refuses where every administrator of everything is a caller of this employee, who is to lose his roles.
    ///
    /// - Throws: LAST_ADMIN.
    private func requireAnotherAdministrator(_ context: DecisionContext) throws(Refusal) {
        var administrators: Int64 = 0
        for principal in try context.world.principals(of: context.target) {
            let state = try context.world.state(PrincipalAggregate.self, of: principal)
            if state?.has(.admin, scope: "") ?? false { administrators += 1 }
        }
        guard administrators > 0, try context.world.claim(.admins) <= administrators else { return }
        throw Refusal(
            .lastAdmin, "The employee is the last administrator. Make another one first.", field: "employee")
    }
}

extension ReactivateEmployee: DomainCommand {
    package typealias Target = EmployeeAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
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
        guard try !Decided.state(state).active else { return [] }
        return [.fact(.employeeReactivated(EmployeeReactivated()), subjects: [NewSubject(.target, .self_)])]
    }
}

extension World {
    /// Refuses to take somebody out of use who still looks after something.
    ///
    /// - Throws: HAS_OPEN_WORK.
    func requireNoOpenWork(of owner: Owner, field: String) throws(Refusal) {
        guard let key = OwnerKey(owner) else { return }
        let open = try claim(.openWork(key))
        guard open > 0 else { return }
        throw Refusal(
            .hasOpenWork,
            "\(open) things are still owned. Hand them over (TransferPortfolio), and give appointments to others.",
            field: field
        ).expected(0, actual: UInt64(open))
    }
}
