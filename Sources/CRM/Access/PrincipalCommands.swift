package import Schema

extension RegisterPrincipal: DomainCommand {
    package typealias Target = PrincipalAggregate

    /// The principal that has the identity already.
    package struct Facts: Sendable {
        var holder: StreamNumber?
    }

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.text(label, "label", maximum: Limits.labelBytes)
        switch identity {
        case .uid: break
        case .socket(let name): try FormCheck.required(name, "socket", maximum: Limits.externalKeyBytes)
        case .token(let name): try FormCheck.required(name, "token", maximum: Limits.externalKeyBytes)
        case nil:
            throw Refusal(
                .schemaInvalid, "A principal is recognised by a uid, a socket or a token. Send one of them.",
                field: "identity")
        }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    private var recorded: PrincipalRegistered.OneOf_Identity? {
        switch identity {
        case .uid(let uid): .uid(uid)
        case .socket(let name): .socket(name)
        case .token(let name): .token(name)
        case nil: nil
        }
    }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Facts {
        guard let key = ExternalKey.identity(recorded) else { return Facts(holder: nil) }
        return Facts(holder: try preparation.reader.resolve(Reference(external: key), .principal))
    }

    package func decide(_ state: PrincipalState?, _ facts: Facts, _ context: DecisionContext) throws(Refusal)
        -> [NewEvent]
    {
        if let holder = facts.holder { throw try Refusal.taken(holder, field: "identity", context) }
        var registered = PrincipalRegistered()
        registered.identity = recorded
        registered.label = label
        return [.fact(.principalRegistered(registered))]
    }
}

extension BindPrincipal: DomainCommand {
    package typealias Target = PrincipalAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(principal, "principal")
        try FormCheck.reference(employee, "employee")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&principal, .principal)
        try visit(&employee, .employee)
    }

    package var commandTarget: CommandTarget { .existing(principal) }

    package func decide(_ state: PrincipalState?, _ facts: Void, _ context: DecisionContext) throws(Refusal)
        -> [NewEvent]
    {
        let state = try Decided.state(state)
        let number = try context.world.required(employee, .employee, field: "employee")
        guard number.rawValue != state.employeeNumber else { return [] }
        try context.requireActive(Owner(employee: number), field: "employee")
        var bound = PrincipalBound()
        bound.employeeNumber = number.rawValue
        bound.employeeNumberBefore = state.employeeNumber
        return [.fact(.principalBound(bound))]
    }
}

extension AllowOnBehalfOf: DomainCommand {
    package typealias Target = PrincipalAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(principal, "principal")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&principal, .principal)
    }

    package var commandTarget: CommandTarget { .existing(principal) }

    package func decide(_ state: PrincipalState?, _ facts: Void, _ context: DecisionContext) throws(Refusal)
        -> [NewEvent]
    {
        let state = try Decided.state(state)
        if allowed { try context.requireOther() }
        guard allowed != state.onBehalfOfAllowed else { return [] }
        var event = OnBehalfOfAllowed()
        event.allowed = allowed
        return [.fact(.onBehalfOfAllowed(event))]
    }
}

extension DecisionContext {
    /// Refuses that somebody widens what he may do himself.
    ///
    /// - Throws: SELF_GRANT.
    func requireOther() throws(Refusal) {
        guard principal != target else {
            throw Refusal(.selfGrant, "Nobody can give a right to himself. Ask another administrator.")
        }
    }
}
