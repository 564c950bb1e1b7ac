package import Schema

/// What events of principals do to the index: by which identity they are found, and how many administer everything.
package enum PrincipalEffects {
    /// The effects of an event on a principal's stream.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .principalRegistered(let registered):
            ExternalKey.identity(registered.identity).map { [.link(.principal, $0)] } ?? []
        case .roleGranted(let granted) where isAdmin(granted.role, granted.scope): [.claim(.admins, 1)]
        case .roleRevoked(let revoked) where isAdmin(revoked.role, revoked.scope): [.claim(.admins, -1)]
        case .principalBound(let bound):
            tokens(bound.employeeNumberBefore).map { .removeToken(domain: employeeDomain, value: $0) }
                + tokens(bound.employeeNumber).map { .addToken(domain: employeeDomain, value: $0) }
        default: []
        }
    }

    /// The domain of the tokens by which the callers of an employee are found.
    static let employeeDomain = "principal of employee"

    private static func tokens(_ employee: UInt64) -> [[UInt8]] {
        employee == 0 ? [] : [ClaimKey.bigEndian(employee)]
    }

    /// Whether a grant makes an administrator of everything.
    static func isAdmin(_ role: Role, _ scope: String) -> Bool { role == .admin && scope.isEmpty }
}

extension World {
    /// The callers that are bound to an employee, by ascending number.
    func principals(of employee: StreamNumber) throws(Refusal) -> [StreamNumber] {
        let value = ClaimKey.bigEndian(employee.rawValue)
        return try holders(of: lookupKey(domain: PrincipalEffects.employeeDomain, value: value))
    }
}

extension ExternalKey {
    /// The key under which the principal with this user id is found.
    package static func principal(uid: UInt32) -> ExternalKey {
        ExternalKey(system: ReservedSystem.uid, key: String(uid))
    }

    /// The key under which the principal that a socket is bound to is found.
    package static func principal(socket: String) -> ExternalKey {
        ExternalKey(system: ReservedSystem.socket, key: socket)
    }

    /// The key under which the principal with this bearer token's name is found.
    package static func principal(token: String) -> ExternalKey {
        ExternalKey(system: ReservedSystem.token, key: token)
    }

    static func identity(_ identity: PrincipalRegistered.OneOf_Identity?) -> ExternalKey? {
        switch identity {
        case .uid(let uid): .principal(uid: uid)
        case .socket(let name): .principal(socket: name)
        case .token(let name): .principal(token: name)
        case nil: nil
        }
    }
}
