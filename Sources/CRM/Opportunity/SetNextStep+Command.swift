package import Schema
internal import SwiftProtobuf

extension SetNextStep: DomainCommand {
    package typealias Target = OpportunityAggregate

    /// What became of the text while the command was prepared.
    package struct Facts: Sendable, Hashable {
        /// Index of the sealed part; nil where nothing is sealed.
        var part: Int?
        /// What stands open: only where the opportunity has no party.
        var text = ""
        /// Whether the text is the recorded one.
        var isRecorded = false
    }

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try DayForm.check(dueDate, "due_date")
        if clear {
            guard nextStep.text.isEmpty, dueDate.isEmpty else {
                throw Refusal(
                    .schemaInvalid, "The command both sets a next step and clears it. Do one of the two.",
                    field: "clear")
            }
        } else {
            try FormCheck.required(nextStep.text, "next_step.text", maximum: OpportunityLimits.textBytes)
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Facts {
        defer { clearNextStep() }
        guard !clear, let target = preparation.target,
            let state = try preparation.reader.state(OpportunityAggregate.self, of: target)
        else { return Facts() }
        var facts = Facts()
        facts.isRecorded =
            try state.nextStepText(preparation.reader)?.isIdentical(to: nextStep.text) ?? false
        guard state.party != .none else {
            facts.text = nextStep.text
            return facts
        }
        let personal = NextStepPersonal.with { $0.text = nextStep.text }
        facts.part = preparation.seal(PersonalData(.nextStepSet(personal)), for: .number(state.party))
        return facts
    }

    package func decide(
        _ state: OpportunityState?, _ facts: Facts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var draft = OpportunityDraft(state, context)
        try draft.requireOpen()
        var set = NextStepSet()
        if clear {
            guard state.hasNextStep else { return [] }
            set.cleared = true
        } else {
            if facts.isRecorded, dueDate.isIdentical(to: state.nextStep.dueDate) { return [] }
            set.text = facts.text
            set.personalPart = facts.part != nil
            set.dueDate = dueDate
        }
        draft.append(.nextStepSet(set), part: facts.part)
        return draft.events
    }
}

extension OpportunityState {
    /// What is to be done next, wherever it stands; nil where nothing is.
    fileprivate func nextStepText(_ reader: any PreparationReader) throws(Refusal) -> String? {
        guard hasNextStep else { return nil }
        guard nextStep.hasSealed else { return nextStep.text }
        guard case .nextStepSet(let personal)? = try reader.open(nextStep.sealed).data else { return nil }
        return personal.text
    }
}
