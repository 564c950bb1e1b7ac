package import Schema
internal import SwiftProtobuf

// The commands that record what was said in a ticket.

extension RecordCustomerMessage: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketMessagePart

    package func validate() throws(Refusal) {
        if hasTicket {
            try FormCheck.reference(ticket, "ticket")
        } else if !message.hasEmail {
            throw Refusal(
                .schemaInvalid, "Name the ticket, or send the header of the e-mail that goes on with it.",
                field: "ticket")
        }
        try TicketForm.check(message, "message")
        try bodies.checkForm()
        try TicketForm.check(key: channel, "channel")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { if hasTicket { try visit(&ticket, .ticket) } }

    package var commandTarget: CommandTarget { hasTicket ? .existing(ticket) : .searched }

    package func search(in log: any LogReader) throws(Refusal) -> StreamNumber {
        if let number = try EmailConversation.ticket(of: message.email, log) { return number }
        throw Refusal(
            .conversationUnknown, "None of the messages that the e-mail answers is known. Open a ticket with it.",
            field: "message.email")
    }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketMessagePart {
        defer {
            clearMessage()
            bodies = []
        }
        return try preparation.seal(message, with: bodies, recorded: try preparation.existingTicket()) {
            .customerMessageReceived($0)
        }
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketMessagePart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.receive(facts, channel: channel, needsNoAnswer: needsNoAnswer)
        return draft.events
    }
}

extension RecordAgentReply: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketMessagePart

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try TicketForm.check(message, "message")
        try bodies.checkForm()
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

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketMessagePart {
        defer {
            clearMessage()
            bodies = []
        }
        return try preparation.seal(message, with: bodies, recorded: try preparation.existingTicket()) {
            .agentReplied($0)
        }
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketMessagePart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        let agent = try draft.agent(hasEmployee ? employee : nil)
        try draft.reply(facts, public: self.public, channel: channel, by: agent, handling: handlingSeconds)
        return draft.events
    }
}
