internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Folds an event of an import or a principal.
    mutating func foldSettings(_ event: ViewEvent) {
        switch event.payload {
        case .importStarted(let started):
            importJob.fileHash = started.fileHash
            importJob.mapping = started.mapping
            importJob.mappingHash = started.mappingHash
            importJob.mode = started.mode
        case .importCommitted(let committed):
            importJob.committed = true
            importJob.rowsRead = committed.rowsRead
            importJob.rowsRejected = committed.rowsRejected
        case .principalRegistered(let registered): principal.begin(registered)
        case .roleGranted(let granted):
            principal.remove(granted.role, granted.scope)
            var grant = RoleGrant()
            grant.role = granted.role
            grant.scope = granted.scope
            principal.roles.append(grant)
        case .roleRevoked(let revoked): principal.remove(revoked.role, revoked.scope)
        case .principalBound(let bound): principal.employeeNumber = bound.employeeNumber
        case .onBehalfOfAllowed(let allowed): principal.onBehalfOfAllowed = allowed.allowed
        default: break
        }
    }
}

extension PrincipalRecord {
    fileprivate mutating func begin(_ registered: PrincipalRegistered) {
        label = registered.label
        switch registered.identity {
        case .uid(let number): uid = number
        case .socket(let name): socket = name
        case .token(let name): token = name
        case nil: break
        }
    }

    fileprivate mutating func remove(_ role: Role, _ scope: String) {
        roles.removeAll { $0.role == role && $0.scope.isIdentical(to: scope) }
    }
}
