package import Schema
internal import SwiftProtobuf

extension ChangeTask: DomainCommand {
    package typealias Target = TaskAggregate

    private static let clearable: Set<String> = ["description", "category", "due", "reminder"]

    package func validate() throws(Refusal) {
        try FormCheck.reference(task, "task")
        try personal.checkForm("personal")
        try FormCheck.text(category, "category", maximum: Limits.wordBytes)
        try FormCheck.choice(priority, "priority", required: false)
        if hasDue { try due.checkForm("due") }
        if hasReminder { try FormCheck.instant(reminder, "reminder") }
        try addConcerns.checkForm("add_concerns")
        try removeConcerns.checkForm("remove_concerns")
        try CompetitorForm.checkClear(
            clear, known: Self.clearable,
            set: [
                "description": !personal.description_p.isEmpty, "category": !category.isEmpty, "due": hasDue,
                "reminder": hasReminder,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&task, .task)
        try addConcerns.visitReferences(visit)
        try removeConcerns.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .existing(task) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TaskText? {
        defer { clearPersonal() }
        guard let target = preparation.target,
            let state = try preparation.reader.state(TaskAggregate.self, of: target)
        else { return nil }
        var text = TaskText(party: state.party)
        guard !personal.isEmpty || clear.contains("description") else { return text }
        let before = try state.texts(preparation.reader)
        var after = before.text
        if clear.contains("description") { after.description_p = "" }
        if !personal.title.isEmpty { after.title = personal.title }
        if !personal.description_p.isEmpty { after.description_p = personal.description_p }
        text.changed =
            !after.title.isIdentical(to: before.title) || !after.description_p.isIdentical(to: before.description_p)
        guard text.changed else { return text }
        if state.party == .none {
            text.title = after.title
            text.description = after.description_p
        } else {
            text.part = preparation.seal(PersonalData(.taskChanged(after)), for: .number(state.party))
        }
        return text
    }

    package func decide(
        _ state: TaskState?, _ facts: TaskText?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let text = try Decided.facts(facts)
        let detail = try changed(state.detail, context)
        guard text.changed || !detail.isIdentical(to: state.detail) else { return [] }
        try state.requireOpen()
        if detail.hasDue, detail.due != state.detail.due { try context.requireAhead(detail.due, field: "due") }
        if detail.hasReminder, detail.reminder != state.detail.reminder {
            try context.requireAhead(Instant(microseconds: detail.reminder), field: "reminder")
        }
        var changed = TaskChanged()
        changed.detail = detail
        changed.detailBefore = state.detail
        changed.textChanged = text.changed
        changed.title = text.title
        changed.description_p = text.description
        changed.personalPart = text.part != nil
        return [.fact(.taskChanged(changed), subjects: text.subjects)]
    }

    /// The detail with what the command sets and empties.
    private func changed(_ before: TaskDetail, _ context: DecisionContext) throws(Refusal) -> TaskDetail {
        var detail = before
        if clear.contains("category") { detail.category = "" }
        if clear.contains("due") { detail.clearDue() }
        if clear.contains("reminder") { detail.clearReminder() }
        if !category.isEmpty { detail.category = category }
        if priority != .unspecified { detail.priority = priority }
        if hasDue { detail.due = due.due(try context.world.organisationZone()) }
        if hasReminder, let reminder = Instant(reminder) { detail.reminder = reminder.rawValue }
        detail.concerns = try detail.concerns.changed(
            adding: try addConcerns.resolved(context, "add_concerns"),
            removing: try removeConcerns.resolved(context, "remove_concerns"))
        return detail
    }
}
