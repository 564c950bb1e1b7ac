package import Schema

/// Takes the first ticket that waits. Which one that is, is found in the command's turn, so that of many who ask at once
/// each gets another one.
extension ClaimNextTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        if hasQueue { try FormCheck.reference(queue, "queue") }
        if hasEmployee { try FormCheck.reference(employee, "employee") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasQueue { try visit(&queue, .queue) }
        if hasEmployee { try visit(&employee, .employee) }
    }

    package var commandTarget: CommandTarget { .located(id: "") }

    package func locate(in world: any World, for principal: StreamNumber) throws(Refusal) -> StreamNumber? {
        var first: PooledTicket?
        for queue in try queues(in: world, for: try agent(in: world, for: principal)) {
            guard let next = try world.nextTicket(in: queue) else { continue }
            first = first.map { min($0, next) } ?? next
        }
        guard let first else {
            throw Refusal(
                .noTicketWaiting, "No ticket waits on which nobody works. Ask again later, or name another queue.",
                field: "queue")
        }
        return first.ticket
    }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.claim(try agent(in: context.world, for: context.principal))
        return draft.events
    }

    private func agent(in world: any World, for principal: StreamNumber) throws(Refusal) -> StreamNumber {
        if hasEmployee { return try world.required(employee, .employee, field: "employee") }
        let agent = try world.employee(behind: principal)
        guard agent != .none else {
            throw Refusal(.referenceMissing, "Say who takes the ticket: name the employee.", field: "employee")
        }
        return agent
    }

    /// The queue that is named; else those for which the agent works, and what is in no queue.
    private func queues(in world: any World, for agent: StreamNumber) throws(Refusal) -> [StreamNumber] {
        if hasQueue { return [try world.required(queue, .queue, field: "queue")] }
        var queues = [StreamNumber.none]
        for queue in try world.queues() {
            guard let record = try world.state(QueueAggregate.self, of: queue)?.record,
                try world.works(agent, for: record)
            else { continue }
            queues.append(queue)
        }
        return queues
    }
}
