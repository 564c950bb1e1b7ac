package import Schema
internal import SwiftProtobuf

// The commands that let a ticket wait, end it and bring it back.

extension AwaitCustomer: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        if hasResumeAt { _ = try Instant.required(resumeAt, "resume_at") }
        if hasEmployee { try FormCheck.reference(employee, "employee") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        if hasEmployee { try visit(&employee, .employee) }
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        let resumeAt = hasResumeAt ? try Instant.required(resumeAt, "resume_at") : nil
        try draft.pause(for: .customer, until: resumeAt, by: try draft.agent(hasEmployee ? employee : nil))
        return draft.events
    }
}

extension AwaitThirdParty: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        if hasResumeAt { _ = try Instant.required(resumeAt, "resume_at") }
        if hasEmployee { try FormCheck.reference(employee, "employee") }
        if hasParty { try FormCheck.reference(party, "party") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        if hasEmployee { try visit(&employee, .employee) }
        if hasParty { try visit(&party, .party) }
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        let resumeAt = hasResumeAt ? try Instant.required(resumeAt, "resume_at") : nil
        let third = hasParty ? try context.world.required(party, .party, field: "party") : .none
        try draft.pause(
            for: .thirdParty, until: resumeAt, party: third, by: try draft.agent(hasEmployee ? employee : nil))
        return draft.events
    }
}

extension ResumeTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        if hasEmployee { try FormCheck.reference(employee, "employee") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        if hasEmployee { try visit(&employee, .employee) }
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.resume(by: try draft.agent(hasEmployee ? employee : nil))
        return draft.events
    }
}

extension ResolveTicket: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketTextPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try TicketForm.check(key: code, "code")
        try FormCheck.text(resolution.text, "resolution.text")
        if hasEmployee { try FormCheck.reference(employee, "employee") }
        try TicketForm.check(handling: handlingSeconds)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        if hasEmployee { try visit(&employee, .employee) }
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketTextPart {
        defer { clearResolution() }
        let personal = TicketResolutionPersonal.with { $0.text = resolution.text }
        return try preparation.seal(
            resolution.text, as: PersonalData(.ticketResolved(personal)), recorded: try preparation.existingTicket())
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketTextPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.resolve(
            code: code, facts, by: try draft.agent(hasEmployee ? employee : nil), handling: handlingSeconds)
        return draft.events
    }
}

extension ReopenTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(ticket, "ticket") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&ticket, .ticket) }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.reopen(asNew: asNew)
        return draft.events
    }
}

extension CloseTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(ticket, "ticket") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&ticket, .ticket) }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.close()
        return draft.events
    }
}
