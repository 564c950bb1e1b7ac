package import Schema
internal import SwiftProtobuf

extension CompleteTask: DomainCommand {
    package typealias Target = TaskAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(task, "task")
        try FormCheck.text(closing.outcome, "closing.outcome", maximum: Limits.textBytes)
        try FormCheck.text(outcomeCode, "outcome_code", maximum: Limits.wordBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&task, .task) }

    package var commandTarget: CommandTarget { .existing(task) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TaskText? {
        defer { clearClosing() }
        guard let target = preparation.target,
            let state = try preparation.reader.state(TaskAggregate.self, of: target)
        else { return nil }
        var text = TaskText(party: state.party)
        guard !closing.outcome.isEmpty else { return text }
        let isRecorded = try state.outcome(preparation.reader).isIdentical(to: closing.outcome)
        text.changed = state.status != .completed || !isRecorded
        if state.party == .none {
            text.outcome = closing.outcome
        } else {
            let sealed = TaskClosingPersonal.with { $0.outcome = closing.outcome }
            text.part = preparation.seal(PersonalData(.taskCompleted(sealed)), for: .number(state.party))
        }
        return text
    }

    package func decide(
        _ state: TaskState?, _ facts: TaskText?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let text = try Decided.facts(facts)
        let isSame = outcomeCode.isEmpty || outcomeCode.isIdentical(to: state.outcomeCode)
        if state.status == .completed, !text.changed, isSame { return [] }
        try state.requireOpen()
        var completed = TaskCompleted()
        completed.statusBefore = state.status
        if !state.assignee.isNobody { completed.assignee = state.assignee }
        if state.detail.hasDue { completed.due = state.detail.due }
        completed.outcomeCode = outcomeCode
        completed.outcome = text.outcome
        completed.personalPart = text.part != nil
        return [.fact(.taskCompleted(completed), subjects: text.subjects)]
    }
}

extension CancelTask: DomainCommand {
    package typealias Target = TaskAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(task, "task") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&task, .task) }

    package var commandTarget: CommandTarget { .existing(task) }

    package func decide(
        _ state: TaskState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .cancelled else { return [] }
        try state.requireOpen()
        try context.requireReason("Say why the task need not be done any more.")
        var cancelled = TaskCancelled()
        cancelled.statusBefore = state.status
        if !state.assignee.isNobody { cancelled.assignee = state.assignee }
        return [.fact(.taskCancelled(cancelled), subjects: TaskText.subjects(state.party))]
    }
}

extension ReopenTask: DomainCommand {
    package typealias Target = TaskAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(task, "task") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&task, .task) }

    package var commandTarget: CommandTarget { .existing(task) }

    package func decide(
        _ state: TaskState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !state.isOpen else { return [] }
        var reopened = TaskReopened()
        reopened.statusBefore = state.status
        // Nobody who is out of use gets work back.
        if !state.assignee.isNobody, try context.world.isActive(state.assignee) { reopened.assignee = state.assignee }
        return [.fact(.taskReopened(reopened), subjects: TaskText.subjects(state.party))]
    }
}
