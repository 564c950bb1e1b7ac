package import Schema
internal import SwiftProtobuf

extension MakePromise: DomainCommand {
    package typealias Target = PromiseAggregate

    /// The part with the text; nil where there is none.
    package struct Prepared: Sendable {
        var part: Int?
    }

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try FormCheck.reference(party, "party")
        try FormCheck.text(personal.text, "personal.text", maximum: Limits.textBytes)
        try due.checkForm("due")
        if hasPromisor { try promisor.check("promisor") }
        try FormCheck.text(category, "category", maximum: Limits.wordBytes)
        try concerns.checkForm("concerns")
        if hasReminder { try FormCheck.instant(reminder, "reminder") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
        if hasPromisor { try promisor.visit(visit) }
        try concerns.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared {
        defer { clearPersonal() }
        guard !personal.text.isEmpty else { return Prepared() }
        let sealed = PromisePersonal.with { $0.text = personal.text }
        return Prepared(part: preparation.seal(PersonalData(.promiseMade(sealed)), for: .reference(party)))
    }

    package func decide(
        _ state: PromiseState?, _ facts: Prepared, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let party = try context.world.required(party, .party, field: "party")
        try context.requireActive(party, field: "party")
        guard context.historic || facts.part != nil else {
            throw Refusal(.schemaInvalid, "Say what was promised.", field: "personal.text")
        }
        guard context.historic || hasPromisor else {
            throw Refusal(.schemaInvalid, "Say who is to keep it.", field: "promisor")
        }
        try context.requireFree(external, .promise, field: "external")
        var made = PromiseMade()
        made.detail.partyNumber = party.rawValue
        made.detail.category = category
        made.detail.due = due.due(try context.world.organisationZone())
        try context.requireAhead(made.detail.due, field: "due")
        made.detail.concerns = try concerns.resolved(context, "concerns")
        if hasReminder, let reminder = Instant(reminder) {
            try context.requireAhead(reminder, field: "reminder")
            made.detail.reminder = reminder.rawValue
        }
        if hasPromisor { made.promisor = try context.assignee(promisor, of: .promise, field: "promisor") }
        made.personalPart = facts.part != nil
        made.external = external
        return [
            .fact(.promiseMade(made), subjects: [NewSubject(.number(party), .promisee, part: facts.part)])
        ]
    }
}

extension RenegotiatePromise: DomainCommand {
    package typealias Target = PromiseAggregate

    /// The part with what is promised from now on; nil where that stays.
    package struct Prepared: Sendable {
        var part: Int?
    }

    package func validate() throws(Refusal) {
        try FormCheck.reference(promise, "promise")
        if hasDue { try due.checkForm("due") }
        try FormCheck.text(personal.text, "personal.text", maximum: Limits.textBytes)
        if hasReminder { try FormCheck.instant(reminder, "reminder") }
        try CompetitorForm.checkClear(clear, known: ["reminder"], set: ["reminder": hasReminder])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&promise, .promise) }

    package var commandTarget: CommandTarget { .existing(promise) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        defer { clearPersonal() }
        guard let target = preparation.target,
            let state = try preparation.reader.state(PromiseAggregate.self, of: target)
        else { return nil }
        guard !personal.text.isEmpty, !(try state.text(preparation.reader).isIdentical(to: personal.text)) else {
            return Prepared()
        }
        let sealed = PromisePersonal.with { $0.text = personal.text }
        return Prepared(
            part: preparation.seal(PersonalData(.promiseRenegotiated(sealed)), for: .number(state.party)))
    }

    package func decide(
        _ state: PromiseState?, _ facts: Prepared?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        let detail = try changed(state.detail, context)
        if state.status == .open, facts.part == nil, detail.isIdentical(to: state.detail) { return [] }
        guard state.status == .open || state.status == .broken else {
            throw Refusal(.terminalState, "The promise was kept or released. Make another one.", field: "promise")
        }
        // A promise that is overdue may be put into other words; one that is made again needs a time that can be kept.
        if hasDue || state.status == .broken { try context.requireAhead(detail.due, field: "due") }
        if detail.hasReminder, detail.reminder != state.detail.reminder {
            try context.requireAhead(Instant(microseconds: detail.reminder), field: "reminder")
        }
        var renegotiated = PromiseRenegotiated()
        renegotiated.statusBefore = state.status
        renegotiated.detail = detail
        renegotiated.detailBefore = state.detail
        renegotiated.textChanged = facts.part != nil
        renegotiated.personalPart = facts.part != nil
        renegotiated.askedByParty = askedByParty
        // Nobody who is out of use gets work back.
        let keepsPromisor = state.status == .open ? true : try context.world.isActive(state.promisor)
        if !state.promisor.isNobody, keepsPromisor { renegotiated.promisor = state.promisor }
        return [.fact(.promiseRenegotiated(renegotiated), subjects: state.subjects(part: facts.part))]
    }

    private func changed(_ before: PromiseDetail, _ context: DecisionContext) throws(Refusal) -> PromiseDetail {
        var detail = before
        if clear.contains("reminder") { detail.clearReminder() }
        if hasDue { detail.due = due.due(try context.world.organisationZone()) }
        if hasReminder, let reminder = Instant(reminder) { detail.reminder = reminder.rawValue }
        return detail
    }
}

extension PromiseState {
    /// What is promised; empty where nothing was said.
    ///
    /// - Throws: ERASED where it is sealed under a key that was destroyed.
    fileprivate func text(_ reader: any PreparationReader) throws(Refusal) -> String {
        guard hasPersonal else { return "" }
        return switch try reader.open(personal).data {
        case .promiseMade(let part)?, .promiseRenegotiated(let part)?: part.text
        default: ""
        }
    }
}
