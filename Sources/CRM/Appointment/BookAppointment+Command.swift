internal import Analytics
package import Schema
internal import SwiftProtobuf

extension BookAppointment: DomainCommand {
    package typealias Target = AppointmentAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try personal.checkForm("personal")
        try FormCheck.text(category, "category", maximum: Limits.wordBytes)
        try FormCheck.text(channel, "channel", maximum: Limits.wordBytes)
        guard hasStart, hasEnd else {
            throw Refusal(.schemaInvalid, "Say from when to when.", field: hasStart ? "end" : "start")
        }
        try FormCheck.instant(start, "start")
        try FormCheck.instant(end, "end")
        try employees.checkPeople("employees")
        try parties.checkPeople("parties")
        try concerns.checkForm("concerns")
        if hasReminder { try FormCheck.instant(reminder, "reminder") }
        if hasCalendar { try FormCheck.reference(calendar, "calendar") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try employees.visit(.employee, visit)
        try parties.visit(.party, visit)
        try concerns.visitReferences(visit)
        if hasCalendar { try visit(&calendar, .calendar) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> AppointmentText? {
        defer { clearPersonal() }
        let reader = preparation.reader
        guard let parties = try parties.parties(reader) else { return nil }
        var text = AppointmentText(parties: parties)
        if parties.isEmpty { text.concerned = try reader.party(of: try reader.known(concerns)) }
        text.keep(personal, &preparation) { .appointmentBooked($0) }
        return text
    }

    package func decide(
        _ state: AppointmentState?, _ facts: AppointmentText?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var detail = AppointmentDetail()
        detail.partyNumbers = try parties.people(.party, context, "parties")
        detail.concerns = try concerns.resolved(context, "concerns")
        detail.employeeNumbers = try employees.people(.employee, context, "employees")
        let text = try Decided.facts(facts)
        detail.concernedNumber = text.concerned.rawValue
        if !context.historic {
            guard text.hasTitle else {
                throw Refusal(.schemaInvalid, "Say what the appointment is for.", field: "personal.title")
            }
            guard !employees.isEmpty else {
                throw Refusal(.schemaInvalid, "Say who of us is to be there.", field: "employees")
            }
        }
        try context.requireFree(external, .appointment, field: "external")
        detail.category = category
        if !channel.isEmpty { try Channels.require(channel, context, field: "channel") }
        detail.channel = channel
        detail.start = Instant(start)?.rawValue ?? 0
        detail.end = Instant(end)?.rawValue ?? 0
        if hasReminder { detail.reminder = Instant(reminder)?.rawValue ?? 0 }
        try detail.checkTime(context, reminderIsNew: true)
        if hasCalendar {
            detail.calendarNumber = try context.calendar(calendar, field: "calendar").rawValue
            try detail.keepHours(context)
        }
        try context.requireActive(employees: detail.employeeNumbers)
        try context.requireFreeTime(detail)
        var booked = AppointmentBooked()
        booked.detail = detail
        booked.title = text.title
        booked.description_p = text.description
        booked.place = text.place
        booked.personalPart = !text.parts.isEmpty
        booked.external = external
        return [.fact(.appointmentBooked(booked), subjects: detail.subjects(parts: text.parts))]
    }
}

extension AppointmentDetail {
    /// Refuses a time that is none: it ends before it begins, takes too long, or is remembered too late.
    ///
    /// - Throws: END_BEFORE_START, LIMIT_EXCEEDED, SCHEMA_INVALID, DUE_IN_PAST.
    func checkTime(_ context: DecisionContext, reminderIsNew: Bool) throws(Refusal) {
        guard end > start else {
            throw Refusal(.endBeforeStart, "The end is not after the start. Correct one of them.", field: "end")
        }
        guard end - start <= WorkLimits.longestAppointment else {
            throw Refusal(.limitExceeded, "An appointment takes at most 31 days.", field: "end")
        }
        guard hasReminder, reminderIsNew else { return }
        guard reminder < start else {
            throw Refusal(.schemaInvalid, "The reminder is not before the start.", field: "reminder")
        }
        try context.requireAhead(Instant(microseconds: reminder), field: "reminder")
    }
}

extension AppointmentDetail {
    /// Keeps to the hours of the calendar that is named, as they are now; nothing where none is.
    ///
    /// - Throws: OUTSIDE_HOURS, but in history.
    mutating func keepHours(_ context: DecisionContext) throws(Refusal) {
        guard calendarNumber != 0 else { return }
        let calendar = try context.world.state(CalendarAggregate.self, of: StreamNumber(calendarNumber))
        calendarVersion = calendar?.version ?? 0
        guard !context.historic, let calendar else { return }
        let open = try calendar.content.businessCalendar().elapsed(
            from: Instant(microseconds: start), to: Instant(microseconds: end))
        guard open < end - start else { return }
        throw Refusal(
            .outsideHours, "The appointment is not wholly within the hours of its calendar. Choose another time.",
            field: "start")
    }
}

extension DecisionContext {
    /// Refuses people of us who are no longer in use, except for history.
    ///
    /// - Parameter before: those who had the appointment already; they may keep it.
    /// - Throws: ASSIGNEE_INACTIVE.
    func requireActive(employees: [UInt64], before: [UInt64] = []) throws(Refusal) {
        for (index, number) in employees.enumerated() where !before.contains(number) {
            try requireActive(Owner(employee: StreamNumber(number)), field: "employees[\(index)]")
        }
    }
}
