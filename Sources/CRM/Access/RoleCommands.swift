package import Schema

extension GrantRole: DomainCommand {
    package typealias Target = PrincipalAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(principal, "principal")
        try FormCheck.choice(role, "role", required: true)
        try FormCheck.text(scope, "scope", maximum: Limits.wordBytes)
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
        try context.requireOther()
        guard !state.has(role, scope: scope) else { return [] }
        var granted = RoleGranted()
        granted.role = role
        granted.scope = scope
        return [.fact(.roleGranted(granted))]
    }
}

extension RevokeRole: DomainCommand {
    package typealias Target = PrincipalAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(principal, "principal")
        try FormCheck.choice(role, "role", required: true)
        try FormCheck.text(scope, "scope", maximum: Limits.wordBytes)
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
        guard try Decided.state(state).has(role, scope: scope) else { return [] }
        if PrincipalEffects.isAdmin(role, scope) {
            guard try context.world.claim(.admins) > 1 else {
                throw Refusal(
                    .lastAdmin, "The last administrator cannot lose the role. Make another one first.", field: "role")
            }
        }
        var revoked = RoleRevoked()
        revoked.role = role
        revoked.scope = scope
        return [.fact(.roleRevoked(revoked))]
    }
}
