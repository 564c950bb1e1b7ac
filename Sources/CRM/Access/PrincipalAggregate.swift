package import Schema

/// A caller: how it is recognised, and what it may do.
package enum PrincipalAggregate: Aggregate {
    package typealias State = PrincipalState

    package static var kind: AggregateKind { .principal }

    package static func evolve(_ state: inout PrincipalState, _ event: StoredEvent) {
        switch event.payload {
        case .principalRegistered(let registered): state.identity = registered
        case .roleGranted(let granted): state.grants.append(HeldRole(granted.role, scope: granted.scope))
        case .roleRevoked(let revoked):
            let grant = HeldRole(revoked.role, scope: revoked.scope)
            state.grants.removeAll { $0.isIdentical(to: grant) }
        case .principalBound(let bound): state.employeeNumber = bound.employeeNumber
        case .onBehalfOfAllowed(let allowed): state.onBehalfOfAllowed = allowed.allowed
        default: break
        }
    }
}

extension HeldRole {
    /// A role within a scope; the empty scope is everything.
    init(_ role: Role, scope: String) {
        self.init()
        self.role = role
        self.scope = scope
    }
}

extension PrincipalState {
    /// Whether the principal has exactly this grant.
    func has(_ role: Role, scope: String) -> Bool {
        let grant = HeldRole(role, scope: scope)
        return grants.contains { $0.isIdentical(to: grant) }
    }
}
