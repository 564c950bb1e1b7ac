package import Schema

// The commands by which a ticket finds somebody who works on it.

extension RouteTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        if hasQueue { try FormCheck.reference(queue, "queue") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        if hasQueue { try visit(&queue, .queue) }
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        let queue =
            hasQueue
            ? try context.queue(queue, field: "queue")
            : try context.standardQueue(for: draft.state.classification, draft.desk)
        guard queue != .none else {
            throw Refusal(.referenceMissing, "There is no default queue. Name the queue.", field: "queue")
        }
        try draft.route(to: queue, assign: assign)
        return draft.events
    }
}

extension ClaimTicket: DomainCommand {
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
        let agent = try draft.agent(hasEmployee ? employee : nil)
        guard agent != .none else {
            throw Refusal(.referenceMissing, "Say who takes the ticket: name the employee.", field: "employee")
        }
        try draft.claim(agent)
        return draft.events
    }
}

extension ReassignTicket: DomainCommand {
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
        let agent = hasEmployee ? try context.world.required(employee, .employee, field: "employee") : .none
        try draft.reassign(to: agent)
        return draft.events
    }
}

extension EscalateTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        if hasAssignee { try FormCheck.reference(assignee, "assignee") }
        if hasQueue { try FormCheck.reference(queue, "queue") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        if hasAssignee { try visit(&assignee, .employee) }
        if hasQueue { try visit(&queue, .queue) }
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let agent = hasAssignee ? try context.world.required(assignee, .employee, field: "assignee") : nil
        let queue = hasQueue ? try context.queue(queue, field: "queue") : nil
        if level != 0, level == state.level, isWhere(state, agent, queue) { return [] }
        var draft = try TicketDraft(state, context)
        try draft.escalate(to: level, agent: agent, queue: queue)
        return draft.events
    }

    private func isWhere(_ state: TicketState, _ agent: StreamNumber?, _ queue: StreamNumber?) -> Bool {
        (agent.map { $0.rawValue == state.assignment.assigneeNumber } ?? true)
            && (queue.map { $0.rawValue == state.assignment.queueNumber } ?? true)
    }
}
