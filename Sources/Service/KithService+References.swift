internal import CRM
internal import Schema
internal import SwiftProtobuf

extension KithService {
    /// What a reference of a query names.
    ///
    /// - Parameter field: where it stands in the request, for the refusal.
    func named(
        _ reference: Reference, _ kind: AggregateKind, _ field: String
    ) async throws(Refusal) -> StreamNumber {
        do throws(Refusal) { return try await resolve(reference, kind) } catch {
            var refusal = error
            refusal.detail.field = field
            throw refusal
        }
    }

    /// The employee or the team that a query names.
    ///
    /// - Parameter field: where it stands in the request, for the refusal.
    func named(_ reference: OwnerReference, _ field: String) async throws(Refusal) -> Owner {
        var owner = Owner()
        switch reference.owner {
        case .employee(let employee):
            owner.employeeNumber = try await named(employee, .employee, "\(field).employee").rawValue
        case .team(let team): owner.teamNumber = try await named(team, .team, "\(field).team").rawValue
        case nil: throw Refusal(.schemaInvalid, "Name an employee or a team.", field: field)
        }
        return owner
    }
}
