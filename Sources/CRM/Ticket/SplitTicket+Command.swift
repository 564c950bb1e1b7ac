package import Schema
internal import SwiftProtobuf

extension SplitTicket: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketParts

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try FormCheck.newIdentifier(newTicket.id)
        try newTicket.checkForm(prefix: "new_ticket.")
        guard !messages.isEmpty else {
            throw Refusal(.schemaInvalid, "Name the messages that go with the new ticket.", field: "messages")
        }
        try FormCheck.count(messages.count, "messages", maximum: TicketLimits.splitMessages)
        guard Set(messages).count == messages.count else {
            throw Refusal(.schemaInvalid, "A message stands twice. Name each once.", field: "messages")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        try newTicket.visit(visit)
    }

    package var commandTarget: CommandTarget { .new(id: newTicket.id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketParts {
        let source = try preparation.reader.resolve(ticket, .ticket).flatMap { (number) throws(Refusal) in
            try preparation.reader.state(TicketAggregate.self, of: number)
        }
        if let source { newTicket.inherit(from: source) }
        return try newTicket.takePersonal(nil, cleared: [], &preparation)
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketParts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let number = try context.world.required(ticket, .ticket, field: "ticket")
        let source = try Decided.state(try context.world.state(TicketAggregate.self, of: number))
        try context.requireItself(source)
        let moved = try moved(source)
        var opened = newTicket
        opened.openedByUs = opened.openedByUs || !moved.contains(where: \.ofCustomer)
        opened.links.append(
            .with {
                $0.kind = .splitFrom
                $0.target = Reference(number: number)
            })
        var split = TicketSplit()
        split.newNumber = context.target.rawValue
        split.messages = moved.map(\.number)
        split.messagePositions = moved.map(\.position)
        split.contacts = UInt32(moved.count { $0.ofCustomer })
        let left = source.messages.filter { $0.unanswered && !$0.moved && !messages.contains($0.number) }
        split.unanswered = UInt32(left.count)
        if let since = source.waitingSince(without: left) { split.waitingSince = since }
        let events = try TicketOpening(
            ticket: opened, external: opened.external, sourceVersion: nil, parts: facts, prefix: "new_ticket.",
            messagePositions: split.messagePositions
        ).events(context)
        return try events + [
            .fact(.ticketSplit(split), subjects: source.head.subjects(), stream: .other(number))
                .atOrAfter(lastFactOf: number, context)
        ]
    }

    private func moved(_ source: TicketState) throws(Refusal) -> [TicketMessageState] {
        var moved: [TicketMessageState] = []
        for (index, number) in messages.enumerated() {
            guard let message = source.messages.first(where: { $0.number == number }), !message.moved else {
                throw Refusal(
                    .messageUnknown, "The ticket has no message \(number), or it has gone to another ticket.",
                    field: "messages[\(index)]")
            }
            moved.append(message)
        }
        return moved.sorted { $0.number < $1.number }
    }
}

extension TicketState {
    /// Since when the customer waits where only these messages are left unanswered; nil: does not wait.
    fileprivate func waitingSince(without left: [TicketMessageState]) -> Int64? {
        guard hasWaitingSince else { return nil }
        // Nobody has answered since it was opened or reopened.
        let isOfMessage = messages.contains { $0.unanswered && $0.occurredAt == waitingSince }
        return isOfMessage ? left.map(\.occurredAt).min() : waitingSince
    }
}

extension OpenTicket {
    /// What is not said of a ticket that is split off is as in the ticket that it comes from.
    fileprivate mutating func inherit(from source: TicketState) {
        if !hasParty, !hasRequester {
            if source.head.partyNumber != 0 { party = Reference(number: StreamNumber(source.head.partyNumber)) }
            if source.head.requesterNumber != 0 {
                requester = Reference(number: StreamNumber(source.head.requesterNumber))
            }
        }
        if channel.isEmpty { channel = source.head.channel }
        if type.isEmpty { type = source.classification.type }
        if customerClass.isEmpty { customerClass = source.classification.customerClass }
        if priority.isEmpty { priority = source.priority.key }
    }
}

extension NewEvent {
    /// The event with the time of its command, or that of the last fact of its stream where the command names no time
    /// and that fact is dated a little ahead of the clock.
    func atOrAfter(lastFactOf stream: StreamNumber, _ context: DecisionContext) throws(Refusal) -> NewEvent {
        guard !context.occurredAtGiven, let last = try context.world.head(of: stream)?.lastFactAt,
            last > occurredAt ?? context.occurredAt
        else { return self }
        var event = self
        event.occurredAt = last
        return event
    }
}
