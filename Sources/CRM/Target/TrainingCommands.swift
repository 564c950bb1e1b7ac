package import Schema
internal import SwiftProtobuf

extension RecordTraining: DomainCommand {
    package typealias Target = TrainingAggregate

    /// The employee, and the part with score and remark, which is there even where both are empty: a correction opens
    /// it.
    package struct Prepared: Sendable {
        var employee: StreamNumber
        var part: Int
    }

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.reference(employee, "employee")
        try TrainingForm.check(detail, personal, whole: true)
        try FormCheck.externalKeys(external)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&employee, .employee) }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        defer { clearPersonal() }
        guard let number = try preparation.reader.resolve(employee, .employee) else { return nil }
        var sealed = TrainingRecordedPersonal()
        sealed.training = personal
        let part = preparation.seal(PersonalData(.trainingRecorded(sealed)), for: .number(number))
        return Prepared(employee: number, part: part)
    }

    package func decide(
        _ state: TrainingState?, _ facts: Prepared?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        _ = try context.world.required(employee, .employee, field: "employee")
        let facts = try Decided.facts(facts)
        try context.requireFree(external, .training, field: "external")
        var recorded = TrainingRecorded()
        recorded.employeeNumber = facts.employee.rawValue
        recorded.detail = detail
        if !detail.hasDays {
            let day = try context.day(of: context.occurredAt)
            recorded.detail.days.firstDay = day
            recorded.detail.days.lastDay = day
        }
        try TrainingForm.checkDays(recorded.detail, context)
        recorded.external = external
        return [
            .fact(
                .trainingRecorded(recorded),
                subjects: [NewSubject(.number(facts.employee), .self_, part: facts.part)])
        ]
    }
}

extension CorrectTraining: DomainCommand {
    package typealias Target = TrainingAggregate

    /// The part with score and remark as they should have been; nil where they stay.
    package struct Prepared: Sendable {
        var part: Int?
    }

    package func validate() throws(Refusal) {
        try FormCheck.reference(training, "training")
        try TrainingForm.check(detail, personal, whole: false)
        try CompetitorForm.checkClear(
            clear, known: TrainingForm.clearable,
            set: [
                "provider": !detail.provider.isEmpty, "hours": detail.hasHours,
                "valid_until": !detail.validUntil.isEmpty, "score": !personal.score.isEmpty,
                "remark": !personal.remark.isEmpty,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&training, .training) }

    package var commandTarget: CommandTarget { .existing(training) }

    package var retroactive: Bool { true }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        defer { clearPersonal() }
        guard let target = preparation.target,
            let state = try preparation.reader.state(TrainingAggregate.self, of: target)
        else { return nil }
        let empties = clear.contains("score") || clear.contains("remark")
        let says = empties || !personal.score.isEmpty || !personal.remark.isEmpty
        guard says, !state.withdrawn else { return Prepared(part: nil) }
        let before = try preparation.reader.open(state.personal).training
        let merged = before.merging(personal, clear: clear)
        guard !merged.isIdentical(to: before) else { return Prepared(part: nil) }
        var sealed = TrainingRecordedPersonal()
        sealed.training = merged
        let subject = PartSubject.number(StreamNumber(state.employeeNumber))
        return Prepared(part: preparation.seal(PersonalData(.trainingCorrected(sealed)), for: subject))
    }

    package func decide(
        _ state: TrainingState?, _ facts: Prepared?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        guard !state.withdrawn else {
            throw Refusal(.terminalState, "The training was withdrawn. Record it anew.", field: "training")
        }
        let merged = state.detail.merging(detail, clear: clear)
        guard facts.part != nil || !merged.isSame(as: state.detail) else { return [] }
        try TrainingForm.checkDays(merged, context)
        var corrected = TrainingCorrected()
        corrected.employeeNumber = state.employeeNumber
        corrected.detail = merged
        corrected.personalReplaced = facts.part != nil
        return [
            .fact(
                .trainingCorrected(corrected),
                subjects: [NewSubject(.number(StreamNumber(state.employeeNumber)), .self_, part: facts.part)])
        ]
    }
}

extension PersonalData {
    /// Score and remark of a training; empty where the part holds something else.
    fileprivate var training: TrainingPersonal {
        switch data {
        case .trainingRecorded(let part), .trainingCorrected(let part): part.training
        default: TrainingPersonal()
        }
    }
}

extension WithdrawTraining: DomainCommand {
    package typealias Target = TrainingAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(training, "training") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&training, .training) }

    package var commandTarget: CommandTarget { .existing(training) }

    package func decide(
        _ state: TrainingState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !state.withdrawn else { return [] }
        try context.requireReason("Say why the training is taken back.")
        var withdrawn = TrainingWithdrawn()
        withdrawn.employeeNumber = state.employeeNumber
        return [
            .fact(
                .trainingWithdrawn(withdrawn),
                subjects: [NewSubject(.number(StreamNumber(state.employeeNumber)), .self_)])
        ]
    }
}
