package import Schema
internal import SwiftProtobuf

// The commands that record what was said in a ticket.

extension RecordCustomerMessage: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketTextPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try FormCheck.text(message.text, "message.text")
        try TicketForm.check(key: channel, "channel")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&ticket, .ticket) }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketTextPart {
        defer { clearMessage() }
        let personal = TicketMessagePersonal.with { $0.text = message.text }
        return try preparation.seal(
            message.text, as: PersonalData(.customerMessageReceived(personal)),
            recorded: try preparation.existingTicket())
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketTextPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.receive(facts, channel: channel, needsNoAnswer: needsNoAnswer)
        return draft.events
    }
}

extension RecordAgentReply: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketTextPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try FormCheck.text(message.text, "message.text")
        try TicketForm.check(key: channel, "channel")
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
        defer { clearMessage() }
        let personal = TicketMessagePersonal.with { $0.text = message.text }
        return try preparation.seal(
            message.text, as: PersonalData(.agentReplied(personal)), recorded: try preparation.existingTicket())
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketTextPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        let agent = try draft.agent(hasEmployee ? employee : nil)
        try draft.reply(facts, public: self.public, channel: channel, by: agent, handling: handlingSeconds)
        return draft.events
    }
}
