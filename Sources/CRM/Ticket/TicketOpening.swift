internal import Schema
internal import SwiftProtobuf

/// The events of a new ticket.
struct TicketOpening {
    var ticket: OpenTicket
    /// The records of other systems that it stands for.
    var external: [ExternalKey]
    var sourceVersion: SourceVersion?
    var parts: TicketParts
    /// Path of the ticket within the body: empty, or with a point at its end.
    var prefix: String
    /// Messages of the ticket that it was split from.
    var messagePositions: [UInt64] = []

    /// What opening the ticket causes, and what has become of it since where that is said.
    ///
    /// - Throws: EMAIL_KNOWN, NO_PARTY, REFERENCE_MISSING, REFERENCE_TAKEN, ARCHIVED, CHANNEL_UNKNOWN, TICKET_KIND_UNKNOWN,
    ///   PRIORITY_UNKNOWN, QUEUE_RETIRED, ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED, and what the commands throw that lead to
    ///   where it is.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        try parts.email?.requireNew(context, field: prefix + "personal.email.message_id")
        try context.requireFree(external, .ticket, field: prefix + "external")
        var draft = try TicketDraft(TicketState(), context, sourceVersion: sourceVersion, prefix: prefix)
        draft.append(.ticketOpened(try opened(draft)), part: parts.head.index)
        try draft.reach(ticket, parts.resolution, at: draft.instant)
        return draft.events
    }

    private func opened(_ draft: TicketDraft) throws(Refusal) -> TicketOpened {
        let context = draft.context
        var opened = TicketOpened()
        opened.head = try head(context)
        opened.classification = classification
        opened.customerClassRank = try draft.requireKnown(classification, before: TicketClassification()) ?? 0
        opened.priority = try draft.desk.priority(ticket.priority, field: prefix + "priority")
        opened.assignment = try assignment(draft)
        opened.sequence = UInt64(clamping: try context.world.claim(.tickets)) + 1
        opened.status = opened.assignment.assigneeNumber == 0 ? .new : .open
        for (index, input) in ticket.links.enumerated() {
            let link = try context.link(input, field: "\(prefix)links[\(index)].target")
            if !opened.links.contains(link) { opened.links.append(link) }
        }
        opened.openedByUs = ticket.openedByUs
        opened.deskVersion = draft.desk.version
        opened.external = external
        if let sourceVersion { opened.sourceVersion = sourceVersion }
        opened.personalPart = parts.head.index != nil
        opened.messagePositions = messagePositions
        opened.bodies = parts.bodies
        if let email = parts.email { opened.emailThread = email.thread(on: context.target) }
        return opened
    }

    private var classification: TicketClassification {
        var classification = TicketClassification()
        classification.type = ticket.type
        classification.category = ticket.category
        classification.customerClass = ticket.customerClass
        return classification
    }

    private func head(_ context: DecisionContext) throws(Refusal) -> TicketHead {
        var head = TicketHead()
        if ticket.hasParty { head.partyNumber = try party(ticket.party, "party", context) }
        if ticket.hasRequester { head.requesterNumber = try party(ticket.requester, "requester", context) }
        guard head.subject != .none || context.historic else {
            throw Refusal(.noParty, "Say who asks: name the party.", field: prefix + "party")
        }
        if !ticket.channel.isEmpty { try Channels.require(ticket.channel, context, field: prefix + "channel") }
        head.channel = ticket.channel
        head.subjectLine = parts.head.open.subjectLine
        head.text = parts.head.open.text
        return head
    }

    private func party(_ reference: Reference, _ field: String, _ context: DecisionContext) throws(Refusal) -> UInt64 {
        let number = try context.world.required(reference, .party, field: prefix + field)
        try context.requireActive(number, field: prefix + field)
        return number.rawValue
    }

    private func assignment(_ draft: TicketDraft) throws(Refusal) -> TicketAssignment {
        var assignment = TicketAssignment()
        let queue =
            ticket.hasQueue
            ? try draft.context.queue(ticket.queue, field: prefix + "queue")
            : try draft.context.standardQueue(for: classification, draft.desk)
        assignment.queueNumber = queue.rawValue
        if ticket.hasAssignee {
            let agent = try draft.context.world.required(ticket.assignee, .employee, field: prefix + "assignee")
            try draft.requireFree(agent, field: "assignee")
            assignment.assigneeNumber = agent.rawValue
        }
        return assignment
    }
}

extension DecisionContext {
    /// The queue for tickets of a kind: that of the type or category, else the default one; none where there is none. A
    /// retired one takes no more tickets.
    func standardQueue(
        for classification: TicketClassification, _ desk: ServiceDesk
    ) throws(Refusal) -> StreamNumber {
        let named = desk.queue(for: classification)
        if named != .none, try world.state(QueueAggregate.self, of: named)?.record.retired == false { return named }
        return try world.defaultQueue()
    }
}

extension TicketDraft {
    /// Brings the ticket to the state that a source says it has, step by step.
    ///
    /// - Parameter instant: when it got there, where the source does not say.
    /// - Throws: OCCURRED_OUT_OF_ORDER, FUTURE_OCCURRED_AT, and what the steps throw.
    mutating func reach(_ ticket: OpenTicket, _ resolution: TicketTextPart, at instant: Instant) throws(Refusal) {
        switch ticket.reached {
        case .new, .open:
            if !state.status.isOpen { try reopen(asNew: ticket.reached == .new) }
            if ticket.reached == .open { try goOn() }
        case .pending:
            if !state.status.isOpen { try reopen() }
            try pause(for: ticket.wait == .unspecified ? .customer : ticket.wait)
        case .resolved, .closed:
            try end(ticket, resolution)
        case .unspecified, .UNRECOGNIZED: break
        }
    }

    /// A ticket that nobody has begun is in hand, and one that waits goes on.
    private mutating func goOn() throws(Refusal) {
        switch state.status {
        case .pending: try resume()
        case .new: try takeInHand()
        default: break
        }
    }

    /// A source says that somebody is at it, and not who: the ticket leaves the state of new ones.
    private mutating func takeInHand() throws(Refusal) {
        var reassigned = TicketReassigned()
        reassigned.before = state.assignment
        reassigned.assignment = state.assignment
        reassigned.statusBefore = state.status
        reassigned.status = .open
        if let sourceVersion { reassigned.sourceVersion = sourceVersion }
        append(.ticketReassigned(reassigned))
    }

    private mutating func end(_ ticket: OpenTicket, _ resolution: TicketTextPart) throws(Refusal) {
        let begins = instant
        // Only history comes back from closed.
        if ticket.reached == .resolved, state.status == .closed { try reopen() }
        if ticket.hasResolvedAt, state.status.isOpen {
            let resolvedAt = try Instant.required(ticket.resolvedAt, prefix + "resolved_at")
            let isLate = try step(to: resolvedAt, "resolved_at")
            try resolve(code: ticket.resolutionCode, resolution, codeField: "resolution_code")
            if isLate { try correct(TicketCorrection(resolvedAt: resolvedAt)) }
        }
        if ticket.reached == .closed, state.status != .closed {
            let closedAt = try Instant.required(ticket.closedAt, prefix + "closed_at")
            let isLate = try step(to: closedAt, "closed_at")
            try close()
            if isLate { try correct(TicketCorrection(closedAt: closedAt)) }
        }
        instant = max(begins, instant)
    }

    /// Goes on to the instant of the next step.
    ///
    /// - Returns: whether the step was earlier than the last fact, which only history may say: it is then recorded as
    ///   a correction of when it was.
    private mutating func step(to next: Instant, _ field: String) throws(Refusal) -> Bool {
        try requirePast(next, field: field)
        if next >= instant {
            instant = next
            return false
        }
        guard context.historic else {
            throw Refusal(
                .occurredOutOfOrder, "\(field) lies before the last fact about the ticket. Send the times in order.",
                field: prefix + field)
        }
        return true
    }
}
