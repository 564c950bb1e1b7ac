internal import Schema

/// Limits and checks of form that commands about an employee share.
enum EmployeeForm {
    /// Contact points of one employee.
    static let contactPoints = 20
    /// Job roles of one employee.
    static let roles = 20
    /// Teams that one employee is in.
    static let teams = 20

    /// Name, contact points and language.
    ///
    /// - Throws: CONTACT_POINT_INVALID, SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(
        _ name: EmployeeNamePersonal, _ points: [ContactPointInput], _ language: String
    ) throws(Refusal) {
        try name.written.check()
        try FormCheck.count(points.count, "contact_points", maximum: contactPoints)
        try points.check()
        try FormCheck.language(language, "language")
        let bytes = points.reduce(name.written.textBytes) { $0 + $1.textBytes }
        guard bytes <= Limits.personalBytes else {
            throw Refusal(
                .limitExceeded, "The texts of an employee together have more than \(Limits.personalBytes) bytes.")
        }
    }

    /// A job role.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(role: String, _ field: String = "role") throws(Refusal) {
        try FormCheck.required(role, field, maximum: Limits.wordBytes)
    }
}

extension EmployeeNamePersonal {
    /// The name as names of persons are handled everywhere.
    var written: PartyNamePersonal {
        var name = PartyNamePersonal()
        name.parts = parts
        name.display = display
        return name
    }

    /// What an employee is called of a person's name.
    init(_ name: PartyNamePersonal) {
        self.init()
        parts = name.parts
        display = name.display
    }
}

extension KeptContactPoint {
    /// What an event of an employee may say of it in the open.
    var employeeEntry: EmployeeContactPoint {
        var entry = EmployeeContactPoint()
        entry.kind = kind
        entry.normalised = !personal.normalised.isEmpty
        entry.label = label
        return entry
    }
}

extension [String] {
    /// The texts in their order, each once, compared byte for byte.
    var once: [String] {
        var kept: [String] = []
        for text in self where !kept.contains(where: { $0.isIdentical(to: text) }) { kept.append(text) }
        return kept
    }
}

extension World {
    /// Teams that references name, each once.
    ///
    /// - Throws: REFERENCE_MISSING, and ASSIGNEE_INACTIVE where one is retired.
    func teams(_ references: [Reference], field: String, _ context: DecisionContext) throws(Refusal) -> [StreamNumber] {
        var numbers: [StreamNumber] = []
        for (index, reference) in references.enumerated() {
            let number = try required(reference, .team, field: "\(field)[\(index)]")
            try context.requireActive(Owner(team: number), field: "\(field)[\(index)]")
            if !numbers.contains(number) { numbers.append(number) }
        }
        return numbers
    }
}
