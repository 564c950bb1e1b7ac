package import Schema
internal import SwiftProtobuf

extension ChangeAppointment: DomainCommand {
    package typealias Target = AppointmentAggregate

    private static let clearable: Set<String> = [
        "description", "place", "category", "channel", "parties", "reminder",
    ]

    package func validate() throws(Refusal) {
        try FormCheck.reference(appointment, "appointment")
        try personal.checkForm("personal")
        try FormCheck.text(category, "category", maximum: Limits.wordBytes)
        try FormCheck.text(channel, "channel", maximum: Limits.wordBytes)
        try employees.checkPeople("employees")
        try parties.checkPeople("parties")
        try addConcerns.checkForm("add_concerns")
        try removeConcerns.checkForm("remove_concerns")
        if hasReminder { try FormCheck.instant(reminder, "reminder") }
        try CompetitorForm.checkClear(
            clear, known: Self.clearable,
            set: [
                "description": !personal.description_p.isEmpty, "place": !personal.place.isEmpty,
                "category": !category.isEmpty, "channel": !channel.isEmpty, "parties": !parties.isEmpty,
                "reminder": hasReminder,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&appointment, .appointment)
        try employees.visit(.employee, visit)
        try parties.visit(.party, visit)
        try addConcerns.visitReferences(visit)
        try removeConcerns.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .existing(appointment) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> AppointmentText? {
        defer { clearPersonal() }
        let reader = preparation.reader
        guard let target = preparation.target,
            let state = try reader.state(AppointmentAggregate.self, of: target),
            let sent = try parties.parties(reader)
        else { return nil }
        let before = state.detail
        var text = AppointmentText()
        text.parties = clear.contains("parties") ? [] : before.partyNumbers.map { StreamNumber($0) }
        if !sent.isEmpty { text.parties = sent }
        if text.parties.isEmpty { text.concerned = try concerned(before, reader) }

        var detail = before
        detail.partyNumbers = text.parties.map(\.rawValue)
        detail.concernedNumber = text.concerned.rawValue
        let othersConcerned = detail.recipients != before.recipients
        let says = !personal.isEmpty || clear.contains("description") || clear.contains("place")
        guard othersConcerned || says else { return text }
        // What was sealed is not laid open where nobody is left for whom it can be sealed.
        let staysSealed = !detail.recipients.isEmpty || state.personal.isEmpty
        let old = staysSealed ? try state.texts(reader).text : AppointmentPersonal()
        let new = old.merging(personal, clear: clear)
        text.changed = othersConcerned || !new.isIdentical(to: old)
        if text.changed { text.keep(new, &preparation) { .appointmentChanged($0) } }
        return text
    }

    /// The party that the appointment concerns where none is to be there.
    private func concerned(_ before: AppointmentDetail, _ reader: any LogReader) throws(Refusal) -> StreamNumber {
        let removed = try reader.known(removeConcerns)
        let left = before.concerns.filter { !removed.contains($0) }
        return try reader.party(of: left + (try reader.known(addConcerns)))
    }

    package func decide(
        _ state: AppointmentState?, _ facts: AppointmentText?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let before = state.detail
        var detail = try changed(before, context)
        let text = try Decided.facts(facts)
        detail.concernedNumber = text.concerned.rawValue
        guard text.changed || !detail.isIdentical(to: before) else { return [] }
        try state.requireBooked()
        let newReminder = detail.hasReminder && detail.reminder != before.reminder
        try detail.checkTime(context, reminderIsNew: newReminder)
        if detail.employeeNumbers != before.employeeNumbers {
            try context.requireActive(employees: detail.employeeNumbers, before: before.employeeNumbers)
            try context.requireFreeTime(detail)
        }
        var changed = AppointmentChanged()
        changed.detail = detail
        changed.detailBefore = before
        changed.textChanged = text.changed
        changed.title = text.title
        changed.description_p = text.description
        changed.place = text.place
        changed.personalPart = !text.parts.isEmpty
        return [.fact(.appointmentChanged(changed), subjects: detail.subjects(parts: text.parts))]
    }

    /// The detail with what the command sets and empties.
    private func changed(_ before: AppointmentDetail, _ context: DecisionContext) throws(Refusal) -> AppointmentDetail {
        var detail = before
        if clear.contains("category") { detail.category = "" }
        if clear.contains("channel") { detail.channel = "" }
        if clear.contains("parties") { detail.partyNumbers = [] }
        if clear.contains("reminder") { detail.clearReminder() }
        if !category.isEmpty { detail.category = category }
        if !channel.isEmpty {
            try Channels.require(channel, context, field: "channel")
            detail.channel = channel
        }
        if !parties.isEmpty { detail.partyNumbers = try parties.people(.party, context, "parties") }
        if !employees.isEmpty { detail.employeeNumbers = try employees.people(.employee, context, "employees") }
        if hasReminder, let reminder = Instant(reminder) { detail.reminder = reminder.rawValue }
        detail.concerns = try detail.concerns.changed(
            adding: try addConcerns.resolved(context, "add_concerns"),
            removing: try removeConcerns.resolved(context, "remove_concerns"))
        return detail
    }
}

extension AppointmentState {
    /// Refuses a change of an appointment that is over.
    ///
    /// - Throws: TERMINAL_STATE.
    func requireBooked() throws(Refusal) {
        guard status != .booked else { return }
        throw Refusal(
            .terminalState, "The appointment was attended, missed or cancelled. Book another one.",
            field: "appointment")
    }
}
