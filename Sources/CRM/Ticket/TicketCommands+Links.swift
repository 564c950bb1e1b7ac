package import Schema

// The commands that say what a ticket has to do with something else.

extension LinkTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try TicketForm.check(link, "link")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        try link.visit(visit)
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.link([link], path: "link")
        return draft.events
    }
}

extension UnlinkTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try TicketForm.check(link, "link")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        try link.visit(visit)
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.unlink(link)
        return draft.events
    }
}
