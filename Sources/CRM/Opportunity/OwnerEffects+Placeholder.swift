package import Schema
internal import SwiftProtobuf

// Stands in for ownership until the aggregates of people are here.

package enum OwnerEffects {
    package static func opened(_ kind: AggregateKind, owner: Owner) -> [IndexEffect] { [] }
    package static func closed(_ kind: AggregateKind, owner: Owner) -> [IndexEffect] { [] }
}

extension OwnerReference {
    func check(_ field: String) throws(Refusal) {
        switch owner {
        case .employee(let reference): try FormCheck.reference(reference, "\(field).employee")
        case .team(let reference): try FormCheck.reference(reference, "\(field).team")
        case nil:
            throw Refusal(.schemaInvalid, "\(field) names nobody. Send an employee or a team.", field: field)
        }
    }

    mutating func visit(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        switch owner {
        case .employee(var reference):
            try visit(&reference, .employee)
            owner = .employee(reference)
        case .team(var reference):
            try visit(&reference, .team)
            owner = .team(reference)
        case nil: break
        }
    }
}

extension World {
    func owner(_ reference: OwnerReference, field: String) throws(Refusal) -> Owner {
        switch reference.owner {
        case .employee(let employee):
            let number = try required(employee, .employee, field: "\(field).employee")
            return Owner.with { $0.employeeNumber = number.rawValue }
        case .team(let team):
            let number = try required(team, .team, field: "\(field).team")
            return Owner.with { $0.teamNumber = number.rawValue }
        case nil: return Owner()
        }
    }
}

extension DecisionContext {
    func assignee(
        _ reference: OwnerReference, of kind: AggregateKind, before: Owner = Owner(), overCapacity: Bool = false,
        field: String = "owner"
    ) throws(Refusal) -> Owner {
        try world.owner(reference, field: field)
    }
}
