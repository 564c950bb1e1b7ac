internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of a ticket.
    func foldTicket(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if case .ticketOpened(let opened) = event.payload { row.link(opened.external) }
        row.ticket.apply(event)
        switch event.payload {
        case .customerMessageReceived(let received):
            var message = TicketMessageRecord()
            message.number = received.number
            message.public = true
            message.channel = received.channel
            if !received.text.isEmpty { message.message.text = received.text }
            if received.hasEmailThread { message.emailThread = received.emailThread }
            try put(message, event, &row, &store)
        case .agentReplied(let replied):
            var message = TicketMessageRecord()
            message.number = replied.number
            message.fromUs = true
            message.public = replied.public
            message.employeeNumber = replied.employeeNumber
            message.channel = replied.channel
            if !replied.text.isEmpty { message.message.text = replied.text }
            if replied.hasEmailThread { message.emailThread = replied.emailThread }
            try put(message, event, &row, &store)
        case .ticketSplit(let split): try move(split, event, &store)
        default: break
        }
    }

    private func put(
        _ message: TicketMessageRecord, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var message = message
        message.position = event.header.position.rawValue
        message.occurredAt = event.header.occurredAt.timestamp
        message.itemIds = event.payload.bodies.map(\.itemID)
        try put(event.item(.ticketMessage(message)), .ticketMessage, UInt64(message.number), of: event, &row, &store)
    }

    /// Says of messages that they went to another ticket.
    private func move(
        _ split: TicketSplit, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        for number in split.messages {
            let key = ItemKind.ticketMessage.key(of: event.header.stream, UInt64(number))
            guard var item = try store.row(ItemRow.self, tables.items, key),
                case .ticketMessage(var message)? = item.item
            else {
                throw ViewError(
                    .eventUnfit, "The event at \(event.header.position) moves a message that is not recorded.")
            }
            message.movedToNumber = split.newNumber
            item.item = .ticketMessage(message)
            try store.put(tables.items, key, item)
        }
    }
}

extension DirectoryRow {
    /// Folds an event of the service desk.
    mutating func foldServiceDesk(_ event: ViewEvent) {
        guard case .serviceDeskSet(let set) = event.payload else { return }
        serviceDesk.version = set.version
        serviceDesk.content = set.content
    }

    /// Folds an event of a queue.
    mutating func foldQueue(_ event: ViewEvent) {
        switch event.payload {
        case .queueDefined(let defined):
            link(defined.external)
            queue.label = defined.label
            queue.teamNumbers = defined.teamNumbers
            queue.agents = defined.agents
            queue.routing = defined.routing
            queue.version = defined.version
            queue.isDefault = defined.isDefault
        case .queueChanged(let changed):
            queue.label = changed.label
            queue.teamNumbers = changed.teamNumbers
            queue.agents = changed.agents
            queue.version = changed.version
            queue.isDefault = (queue.isDefault || changed.isDefault) && !changed.noLongerDefault
        case .routingSet(let set):
            queue.routing = set.routing
            queue.version = set.version
        case .queueRetired(let retired):
            queue.retired = true
            queue.isDefault = false
            queue.version = retired.version
        default: break
        }
    }
}
