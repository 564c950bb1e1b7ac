internal import Schema
internal import SwiftProtobuf

/// Tickets, the service desk and queues for a person.
extension RecordText {
    // MARK: A ticket

    func add(_ ticket: TicketRecord, to fields: inout FieldList) {
        fields.add("ticket", String(ticket.sequence))
        fields.add("status", Labels.of(ticket.status))
        fields.add("subject", ticket.erased ? RecordName.erased : ticket.personal.subjectLine)
        fields.add("text", ticket.personal.text)
        fields.add("party", ticket.partyID)
        fields.add("requester", numbered(ticket.requesterNumber))
        fields.add("channel", ticket.channel)
        fields.add("type", ticket.type)
        fields.add("category", ticket.category)
        fields.add("customer class", ticket.customerClass)
        fields.add("priority", ticket.priority)
        fields.add("queue", numbered(ticket.queueNumber))
        fields.add("assignee", numbered(ticket.assigneeNumber))
        if ticket.level > 0 { fields.add("level", String(ticket.level)) }
        addCourse(ticket, to: &fields)
        addConversation(ticket, to: &fields)
        for link in ticket.links {
            fields.add("link", "\(Labels.of(link.kind)) \(Labels.of(link.targetKind)) #\(link.number)")
        }
        fields.add("merged into", numbered(ticket.mergedIntoNumber))
        for absorbed in ticket.absorbedNumbers { fields.add("absorbed", "#\(absorbed)") }
    }

    private func addCourse(_ ticket: TicketRecord, to fields: inout FieldList) {
        fields.add("opened", times.minute(ticket.openedAt) + (ticket.openedByUs ? ", by us" : ""))
        if ticket.hasPausedAt {
            let until = ticket.hasResumeAt ? " until \(times.minute(ticket.resumeAt))" : ""
            let third = ticket.waitsForNumber > 0 ? " #\(ticket.waitsForNumber)" : ""
            fields.add("waits for", "\(Labels.of(ticket.wait))\(third) since \(times.minute(ticket.pausedAt))\(until)")
        }
        if ticket.hasFirstResponseAt { fields.add("first response", times.minute(ticket.firstResponseAt)) }
        if ticket.hasFirstResolvedAt, ticket.firstResolvedAt != ticket.resolvedAt {
            fields.add("first resolved", times.minute(ticket.firstResolvedAt))
        }
        if ticket.hasResolvedAt { fields.add("resolved", times.minute(ticket.resolvedAt)) }
        fields.add("resolution", ticket.resolutionCode)
        fields.add("what solved it", ticket.resolution.text)
        if ticket.hasReopenUntil { fields.add("reopens until", times.minute(ticket.reopenUntil)) }
        if ticket.hasClosedAt { fields.add("closed", times.minute(ticket.closedAt)) }
        addCount("reopened after resolved", ticket.reopenedAfterResolved, to: &fields)
        addCount("reopened after closed", ticket.reopenedAfterClosed, to: &fields)
        addCount("transfers", ticket.transfers, to: &fields)
    }

    private func addConversation(_ ticket: TicketRecord, to fields: inout FieldList) {
        if ticket.hasWaitingSince { fields.add("customer waits since", times.minute(ticket.waitingSince)) }
        addCount("unanswered", ticket.unanswered, to: &fields)
        addCount("contacts", ticket.contacts, to: &fields)
        addCount("replies", ticket.replies, to: &fields)
        if ticket.handlingSeconds > 0 { fields.add("handling seconds", String(ticket.handlingSeconds)) }
        for clock in ticket.clocks {
            let due =
                clock.hasDueAt ? ", due \(times.minute(Instant(microseconds: clock.dueAt).timestamp))" : ""
            let breached = clock.breachedPosition > 0 ? ", breached" : ""
            fields.add("\(Labels.of(clock.kind)) clock", Labels.of(clock.status) + due + breached)
        }
    }

    private func addCount(_ name: String, _ count: UInt32, to fields: inout FieldList) {
        if count > 0 { fields.add(name, String(count)) }
    }

    private func numbered(_ number: UInt64) -> String { number == 0 ? "" : "#\(number)" }

    func table(_ ticket: TicketRecord) -> Table {
        var table = Table([("message", .right), ("time", .left), ("from", .left), ("channel", .left), ("text", .left)])
        for message in ticket.messages {
            let from = !message.fromUs ? "customer" : message.public ? "us" : "us, internal"
            let who = message.employeeNumber > 0 ? from + " #\(message.employeeNumber)" : from
            let moved = message.movedToNumber > 0 ? " (moved to #\(message.movedToNumber))" : ""
            table.add([
                String(message.number), times.minute(message.occurredAt), who, message.channel,
                (message.erased ? RecordName.erased : message.message.text) + moved,
            ])
        }
        return table
    }

    func cells(_ ticket: TicketRecord) -> [String] {
        [
            String(ticket.sequence), Labels.of(ticket.status), ticket.priority,
            ticket.erased ? RecordName.erased : ticket.personal.subjectLine, numbered(ticket.queueNumber),
            numbered(ticket.assigneeNumber), times.minute(ticket.openedAt),
        ]
    }

    // MARK: The service desk

    func add(_ desk: ServiceDeskRecord, to fields: inout FieldList) {
        let terms = desk.content.terms
        fields.add("version", String(desk.version))
        for priority in terms.priorities { fields.add("priority", "\(priority.rank) \(priority.key)") }
        fields.add("default priority", terms.defaultPriority)
        for group in terms.customerClasses { fields.add("customer class", "\(group.rank) \(group.key)") }
        for (name, kinds) in [("type", desk.content.types), ("category", desk.content.categories)] {
            for kind in kinds {
                let skills = kind.skills.isEmpty ? "" : ", needs \(kind.skills.joined(separator: ", "))"
                let queue = kind.queueNumber > 0 ? ", queue #\(kind.queueNumber)" : ""
                fields.add(name, kind.key + queue + skills)
            }
        }
        for code in terms.resolutionCodes {
            fields.add("resolution code", code.needsText ? code.key + ", with words" : code.key)
        }
        if terms.hasReopenWindowSeconds { fields.add("reopen window", "\(terms.reopenWindowSeconds) s") }
        if terms.hasCloseAfterSeconds { fields.add("closes after", "\(terms.closeAfterSeconds) s") }
        fields.add("first response", Labels.of(terms.firstResponse))
        if terms.anyoneMayWork { fields.add("anyone may work", "yes") }
    }

    // MARK: A queue

    func add(_ queue: QueueRecord, to fields: inout FieldList) {
        fields.add("label", queue.label)
        fields.add("version", String(queue.version))
        if queue.isDefault { fields.add("default", "yes") }
        if queue.retired { fields.add("retired", "yes") }
        fields.add("routing", Labels.of(queue.routing.method))
        fields.add("otherwise", Labels.of(queue.routing.otherwise))
        if queue.routing.mostOpen > 0 { fields.add("most open", String(queue.routing.mostOpen)) }
        for team in queue.teamNumbers { fields.add("team", "#\(team)") }
        for agent in queue.agents {
            let skills = agent.skills.isEmpty ? "" : "  \(agent.skills.joined(separator: ", "))"
            fields.add("agent", "#\(agent.employeeNumber)\(skills)")
        }
    }

    func cells(_ queue: QueueRecord) -> [String] {
        [
            queue.label, Labels.of(queue.routing.method), String(queue.agents.count), queue.isDefault ? "yes" : "",
            queue.retired ? "yes" : "",
        ]
    }
}
