package import Schema

extension Owner {
    /// A person who looks after something.
    package init(employee number: StreamNumber) {
        self.init()
        employeeNumber = number.rawValue
    }

    /// A team that looks after something.
    package init(team number: StreamNumber) {
        self.init()
        teamNumber = number.rawValue
    }

    /// Whether nobody is named.
    package var isNobody: Bool { owner == nil }
}

extension OwnerReference {
    /// Refuses a reference that names nobody.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func check(_ field: String) throws(Refusal) {
        switch owner {
        case .employee(let reference): try FormCheck.reference(reference, "\(field).employee")
        case .team(let reference): try FormCheck.reference(reference, "\(field).team")
        case nil:
            throw Refusal(.schemaInvalid, "\(field) names nobody. Send an employee or a team.", field: field)
        }
    }

    /// Shows the reference with the kind of what it names.
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
    /// Who an owner's reference names; nobody where it names nobody.
    ///
    /// - Throws: REFERENCE_MISSING with the field.
    func owner(_ reference: OwnerReference, field: String) throws(Refusal) -> Owner {
        switch reference.owner {
        case .employee(let employee):
            Owner(employee: try required(employee, .employee, field: "\(field).employee"))
        case .team(let team): Owner(team: try required(team, .team, field: "\(field).team"))
        case nil: Owner()
        }
    }
}
