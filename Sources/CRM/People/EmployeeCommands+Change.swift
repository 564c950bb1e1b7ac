package import Schema

extension ChangeEmployee: DomainCommand {
    package typealias Target = EmployeeAggregate

    /// What of the employee's sealed data the command changes. Nothing in it is personal.
    package struct Prepared: Sendable {
        /// The part with what is replaced; nil where nothing is.
        var part: Int?
        var nameReplaced = false
        var hasName = false
        /// The contact points from now on, where they are replaced.
        var contactPoints: [EmployeeContactPoint]?
    }

    private static let clearable: Set<String> = ["name", "contact_points", "language"]

    package func validate() throws(Refusal) {
        try FormCheck.reference(employee, "employee")
        try EmployeeForm.check(name, contactPoints, language)
        try FormCheck.clear(clear, known: Self.clearable)
        let sent = [
            ("name", name.written.hasText), ("contact_points", !contactPoints.isEmpty), ("language", !language.isEmpty),
        ]
        for (field, isSent) in sent where isSent && clear.contains(field) {
            throw Refusal(.schemaInvalid, "\(field) is sent and emptied at once. Do one of them.", field: "clear")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&employee, .employee)
    }

    package var commandTarget: CommandTarget { .existing(employee) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        defer {
            clearName()
            contactPoints = []
        }
        guard let target = preparation.target,
            let state = try preparation.reader.state(EmployeeAggregate.self, of: target)
        else { return nil }
        var facts = Prepared(hasName: state.hasNamePart)
        var personal = EmployeeChangedPersonal()
        if let name = try changedName(state, preparation.reader) {
            facts.nameReplaced = true
            facts.hasName = name.hasText
            if name.hasText { personal.name = EmployeeNamePersonal(name) }
        }
        if let points = try changedContactPoints(state, preparation.reader) {
            facts.contactPoints = points.map(\.employeeEntry)
            personal.contactPoints = points.map(\.personal)
        }
        if facts.nameReplaced || facts.contactPoints != nil {
            facts.part = preparation.seal(PersonalData(.employeeChanged(personal)), for: .target)
        }
        return facts
    }

    /// The name from now on, or nil where it stays; it is opened only where the command says something about it.
    private func changedName(
        _ state: EmployeeState, _ reader: any PreparationReader
    ) throws(Refusal) -> PartyNamePersonal? {
        guard name.written.hasText || clear.contains("name") else { return nil }
        let before = try state.name(reader)
        let after = before.changed(by: name.written, clear: clear)
        return after.isIdentical(to: before) ? nil : after
    }

    /// The contact points from now on, or nil where they stay.
    private func changedContactPoints(
        _ state: EmployeeState, _ reader: any PreparationReader
    ) throws(Refusal) -> [KeptContactPoint]? {
        guard !contactPoints.isEmpty || clear.contains("contact_points") else { return nil }
        let before = try state.keptContactPoints(reader)
        let after = try contactPoints.kept()
        let isSame =
            before.count == after.count
            && zip(before, after).allSatisfy {
                $0.kind == $1.kind && $0.label.isIdentical(to: $1.label) && $0.personal.isIdentical(to: $1.personal)
            }
        return isSame ? nil : after
    }

    package func decide(
        _ state: EmployeeState?, _ facts: Prepared?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        let spoken = clear.contains("language") ? "" : language.isEmpty ? state.language : language
        guard facts.part != nil || !spoken.isIdentical(to: state.language) else { return [] }
        try EmployeeState.requireIdentity(hasName: facts.hasName, externalKeys: state.externalCount)
        var changed = EmployeeChanged()
        changed.nameReplaced = facts.nameReplaced
        changed.hasName_p = facts.hasName
        if let points = facts.contactPoints {
            changed.contactPointsReplaced = true
            changed.contactPoints = points
        }
        changed.language = spoken
        return [.fact(.employeeChanged(changed), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }
}

extension EmployeeState {
    /// The name in force; empty where there is none.
    ///
    /// - Throws: ERASED where it can no longer be opened.
    fileprivate func name(_ reader: any PreparationReader) throws(Refusal) -> PartyNamePersonal {
        guard hasNamePart else { return PartyNamePersonal() }
        switch try reader.open(namePart).data {
        case .employeeHired(let hired): return hired.name.written
        case .employeeChanged(let changed): return changed.name.written
        default: return PartyNamePersonal()
        }
    }

    /// The contact points in force.
    ///
    /// - Throws: ERASED where they can no longer be opened.
    fileprivate func keptContactPoints(_ reader: any PreparationReader) throws(Refusal) -> [KeptContactPoint] {
        guard hasContactPart else { return [] }
        let personal: [ContactPointPersonal] =
            switch try reader.open(contactPart).data {
            case .employeeHired(let hired): hired.contactPoints
            case .employeeChanged(let changed): changed.contactPoints
            default: []
            }
        return zip(contactPoints, personal).map { KeptContactPoint(kind: $0.kind, label: $0.label, personal: $1) }
    }
}
