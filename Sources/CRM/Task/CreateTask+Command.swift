package import Schema
internal import SwiftProtobuf

extension CreateTask: DomainCommand {
    package typealias Target = TaskAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try personal.checkForm("personal")
        try FormCheck.text(category, "category", maximum: Limits.wordBytes)
        try FormCheck.choice(priority, "priority", required: false)
        if hasDue { try due.checkForm("due") }
        if hasReminder { try FormCheck.instant(reminder, "reminder") }
        if hasParty { try FormCheck.reference(party, "party") }
        try concerns.checkForm("concerns")
        if hasAssignee { try assignee.check("assignee") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasParty { try visit(&party, .party) }
        try concerns.visitReferences(visit)
        if hasAssignee { try assignee.visit(visit) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TaskText? {
        defer { clearPersonal() }
        let named = try preparation.reader.party(named: hasParty ? party : nil, concerns: concerns)
        guard let number = named else { return nil }
        var text = TaskText(party: number, changed: !personal.title.isEmpty)
        if number == .none {
            text.title = personal.title
            text.description = personal.description_p
        } else if !personal.isEmpty {
            text.part = preparation.seal(PersonalData(.taskCreated(personal.text)), for: .number(number))
        }
        return text
    }

    package func decide(
        _ state: TaskState?, _ facts: TaskText?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if hasParty {
            try context.requireActive(try context.world.required(party, .party, field: "party"), field: "party")
        }
        var created = TaskCreated()
        created.detail.concerns = try concerns.resolved(context, "concerns")
        let text = try Decided.facts(facts)
        guard context.historic || text.changed else {
            throw Refusal(.schemaInvalid, "Say what is to be done.", field: "personal.title")
        }
        try context.requireFree(external, .task, field: "external")
        created.detail.category = category
        created.detail.priority = priority == .unspecified ? .normal : priority
        created.detail.partyNumber = text.party.rawValue
        if hasDue {
            let due = due.due(try context.world.organisationZone())
            try context.requireAhead(due, field: "due")
            created.detail.due = due
        }
        if hasReminder, let reminder = Instant(reminder) {
            try context.requireAhead(reminder, field: "reminder")
            created.detail.reminder = reminder.rawValue
        }
        if hasAssignee { created.assignee = try context.assignee(assignee, of: .task, field: "assignee") }
        created.title = text.title
        created.description_p = text.description
        created.personalPart = text.part != nil
        created.external = external
        return [.fact(.taskCreated(created), subjects: text.subjects)]
    }
}
