internal import Schema

/// Who is deactivated may do nothing any more: the callers that are bound to him lose their roles.
package enum DeactivationPolicy: Policy {
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var consequences: [NewEvent] = []
        for fact in facts {
            guard case .employeeDeactivated = fact.payload else { continue }
            for principal in try context.world.principals(of: fact.header.stream) {
                let grants = try context.world.state(PrincipalAggregate.self, of: principal)?.grants ?? []
                consequences += grants.map { revoked($0, of: principal, because: fact) }
            }
        }
        return consequences
    }

    private static func revoked(_ grant: HeldRole, of principal: StreamNumber, because fact: StoredEvent) -> NewEvent {
        var revoked = RoleRevoked()
        revoked.role = grant.role
        revoked.scope = grant.scope
        revoked.policyVersion = version
        revoked.causePositions = [fact.position.rawValue]
        return .consequence(
            .roleRevoked(revoked), on: .other(principal), cause: fact.position, occurredAt: fact.occurredAt)
    }
}
