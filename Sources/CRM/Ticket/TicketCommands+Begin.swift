package import Schema
internal import SwiftProtobuf

// The commands that open a ticket and say what it is about.

extension OpenTicket: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketParts

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try checkForm(prefix: "")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try self.visit(visit) }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketParts {
        try takePersonal(nil, cleared: [], &preparation)
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketParts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try TicketOpening(ticket: self, external: external, sourceVersion: nil, parts: facts, prefix: "")
            .events(context)
    }
}

extension UpsertTicket: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketParts

    /// The fields that can be emptied; the party in history only.
    private static let clearable: Set<String> = [
        "party", "requester", "type", "category", "customer_class", "assignee",
    ]

    package func validate() throws(Refusal) {
        try FormCheck.externalKey(key, "key")
        try ReservedSystem.check(key, .ticket)
        try FormCheck.newIdentifier(ticket.id)
        try ticket.checkForm(prefix: "ticket.")
        try OpportunityForm.check(
            clear, known: Self.clearable,
            sent: [
                "party": ticket.hasParty, "requester": ticket.hasRequester, "type": !ticket.type.isEmpty,
                "category": !ticket.category.isEmpty, "customer_class": !ticket.customerClass.isEmpty,
                "assignee": ticket.hasAssignee,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try ticket.visit(visit) }

    package var commandTarget: CommandTarget { .upsert(Reference(external: key), id: ticket.id) }

    /// A source may send what it knew before the last change.
    package var retroactive: Bool { true }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketParts {
        let recorded = try preparation.recordedTicket()
        return try ticket.takePersonal(recorded, cleared: Set(clear), &preparation)
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketParts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let version = hasSourceVersion ? SourceVersion(key.system, sourceVersion) : nil
        guard let state else {
            return try TicketOpening(
                ticket: ticket, external: ticket.external.including(key), sourceVersion: version, parts: facts,
                prefix: "ticket."
            ).events(context)
        }
        return try TicketUpdate(
            ticket: ticket, cleared: Set(clear), state: state, sourceVersion: version, parts: facts, prefix: "ticket."
        ).events(context)
    }
}

extension ChangeTicket: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketPart

    private static let clearable: Set<String> = ["party", "requester", "subject_line", "text", "channel"]

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        if hasParty { try FormCheck.reference(party, "party") }
        if hasRequester { try FormCheck.reference(requester, "requester") }
        try TicketForm.check(personal, "personal")
        try TicketForm.check(key: channel, "channel")
        try OpportunityForm.check(
            clear, known: Self.clearable,
            sent: [
                "party": hasParty, "requester": hasRequester, "subject_line": !personal.subjectLine.isEmpty,
                "text": !personal.text.isEmpty, "channel": !channel.isEmpty,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&ticket, .ticket)
        if hasParty { try visit(&party, .party) }
        if hasRequester { try visit(&requester, .party) }
    }

    package var commandTarget: CommandTarget { .existing(ticket) }

    private var concerned: TicketConcerned {
        TicketConcerned(
            party: hasParty ? party : nil, requester: hasRequester ? requester : nil, cleared: Set(clear))
    }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketPart {
        defer { clearPersonal() }
        return try TicketTexts(sent: personal, concerned: concerned).prepare(
            try preparation.existingTicket(), &preparation)
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.change(TicketHeadChange(concerned: concerned, channel: channel), facts)
        return draft.events
    }
}

extension CorrectTicket: DomainCommand {
    package typealias Target = TicketAggregate
    package typealias Facts = TicketTextPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        if hasOpenedAt { _ = try Instant.required(openedAt, "opened_at") }
        if hasResolvedAt { _ = try Instant.required(resolvedAt, "resolved_at") }
        if hasClosedAt { _ = try Instant.required(closedAt, "closed_at") }
        try TicketForm.check(key: resolutionCode, "resolution_code")
        try FormCheck.text(resolution.text, "resolution.text")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&ticket, .ticket) }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> TicketTextPart {
        defer { clearResolution() }
        return try preparation.seal(resolution, correction: true, recorded: try preparation.existingTicket())
    }

    package func decide(
        _ state: TicketState?, _ facts: TicketTextPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        var correction = TicketCorrection(code: resolutionCode, resolution: facts)
        if hasOpenedAt { correction.openedAt = try Instant.required(openedAt, "opened_at") }
        if hasResolvedAt { correction.resolvedAt = try Instant.required(resolvedAt, "resolved_at") }
        if hasClosedAt { correction.closedAt = try Instant.required(closedAt, "closed_at") }
        try draft.correct(correction)
        return draft.events
    }
}

extension ClassifyTicket: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try TicketForm.check(key: type, "type")
        try TicketForm.check(key: category, "category")
        try TicketForm.check(key: customerClass, "customer_class")
        try OpportunityForm.check(
            clear, known: ["type", "category", "customer_class"],
            sent: ["type": !type.isEmpty, "category": !category.isEmpty, "customer_class": !customerClass.isEmpty])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&ticket, .ticket) }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.classify(type: type, category: category, customerClass: customerClass, cleared: Set(clear))
        return draft.events
    }
}

extension SetPriority: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(ticket, "ticket")
        try FormCheck.required(priority, "priority", maximum: Limits.wordBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&ticket, .ticket) }

    package var commandTarget: CommandTarget { .existing(ticket) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        try draft.set(priority: priority)
        return draft.events
    }
}
