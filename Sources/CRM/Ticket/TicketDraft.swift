internal import Schema
internal import SwiftProtobuf

/// A ticket while a command is decided: every event that is appended also moves the state on, so that the next step of
/// the command meets the ticket as the one before left it.
struct TicketDraft {
    private(set) var state: TicketState
    private(set) var events: [NewEvent] = []
    let context: DecisionContext
    let desk: ServiceDesk
    /// When what is appended next occurs.
    var instant: Instant
    /// The version of the source's record that says so.
    var sourceVersion: SourceVersion?
    /// Path of the ticket within the body: empty, or with a point at its end.
    var prefix: String

    /// A draft of a ticket; of a new one where the state is empty.
    ///
    /// - Throws: MERGED_AWAY where the ticket lives on in another one.
    init(
        _ state: TicketState, _ context: DecisionContext, sourceVersion: SourceVersion? = nil, prefix: String = ""
    ) throws(Refusal) {
        self.state = state
        self.context = context
        self.sourceVersion = sourceVersion
        self.prefix = prefix
        instant = context.occurredAt
        desk = try context.world.serviceDesk()
        try context.requireItself(state)
    }

    /// Appends an event, which holds from `instant` on.
    ///
    /// - Parameters:
    ///   - part: the sealed part about whom the ticket concerns.
    ///   - others: further subjects; those that the ticket has already are left out.
    mutating func append(
        _ payload: EventPayload.OneOf_Event, part: Int? = nil, others: [NewSubject] = []
    ) {
        state.apply(payload, Moment(undecidedAt: instant))
        var subjects = state.head.subjects(part: part)
        for other in others where !subjects.contains(where: { $0.who == other.who }) { subjects.append(other) }
        var event = NewEvent.fact(payload, subjects: subjects)
        event.occurredAt = instant
        events.append(event)
    }

    /// Appends an event of another ticket.
    mutating func append(
        _ payload: EventPayload.OneOf_Event, on ticket: StreamNumber, subjects: [NewSubject]
    ) throws(Refusal) {
        var event = NewEvent.fact(payload, subjects: subjects, stream: .other(ticket))
        event.occurredAt = instant
        events.append(try event.atOrAfter(lastFactOf: ticket, context))
    }

    /// The employee who does something: the one who is named, else the one behind the principal; none where nobody is.
    ///
    /// - Throws: REFERENCE_MISSING.
    func agent(_ reference: Reference?, field: String = "employee") throws(Refusal) -> StreamNumber {
        if let reference { return try context.world.required(reference, .employee, field: prefix + field) }
        return try context.world.employee(behind: context.principal)
    }

    /// Refuses that somebody works on a ticket that another one has, where the service desk does not allow it. Whoever
    /// is not known as an employee may.
    ///
    /// - Throws: NOT_ASSIGNEE.
    func requireMayWork(_ agent: StreamNumber) throws(Refusal) {
        let assignee = StreamNumber(state.assignment.assigneeNumber)
        guard !context.historic, !desk.terms.anyoneMayWork, agent != .none, assignee != .none, agent != assignee else {
            return
        }
        throw Refusal(
            .notAssignee, "Somebody else works on the ticket. Have it reassigned first.", field: prefix + "employee")
    }

    /// Refuses to do with a ticket that is resolved or closed what only an open one takes.
    ///
    /// - Throws: ILLEGAL_TRANSITION.
    func requireOpen(_ field: String = "") throws(Refusal) {
        guard !state.status.isOpen else { return }
        throw Refusal(
            .illegalTransition, "The ticket is \(state.status == .closed ? "closed" : "resolved"). Reopen it first.",
            field: field.isEmpty ? "" : prefix + field)
    }

    /// Refuses an instant that lies ahead.
    ///
    /// - Throws: FUTURE_OCCURRED_AT.
    func requirePast(_ instant: Instant, field: String) throws(Refusal) {
        guard instant.rawValue > context.recordedAt.rawValue + TicketLimits.greatestLead else { return }
        throw Refusal(
            .futureOccurredAt, "\(field) lies more than five minutes ahead of the service's clock.",
            field: prefix + field)
    }
}

extension World {
    /// The employee who sends commands as a principal; none where that is not known.
    func employee(behind principal: StreamNumber) throws(Refusal) -> StreamNumber {
        guard principal != .none else { return .none }
        return StreamNumber(try state(PrincipalAggregate.self, of: principal)?.employeeNumber ?? 0)
    }
}

extension DecisionContext {
    /// Refuses to change a ticket that lives on in another one.
    ///
    /// - Throws: MERGED_AWAY with the id of the survivor.
    func requireItself(_ state: TicketState) throws(Refusal) {
        guard state.mergedIntoNumber != 0 else { return }
        // A survivor may have been absorbed in turn.
        var survivor = StreamNumber(state.mergedIntoNumber)
        while let next = try world.state(TicketAggregate.self, of: survivor)?.mergedIntoNumber, next != 0 {
            survivor = StreamNumber(next)
        }
        let ids = try world.head(of: survivor).map { [$0.id] } ?? []
        throw Refusal(.mergedAway, "The ticket lives on in another one. Use that one.").related(to: ids)
    }
}

extension TicketHead {
    /// The subjects of every event of the ticket, the one first for whom texts are sealed.
    ///
    /// - Parameter part: the sealed part.
    func subjects(part: Int? = nil) -> [NewSubject] {
        guard subject != .none else { return [] }
        let party = StreamNumber(partyNumber)
        let asking = NewSubject(.number(subject), .requester, part: part)
        return party == .none || party == subject ? [asking] : [asking, NewSubject(.number(party), .served)]
    }
}
