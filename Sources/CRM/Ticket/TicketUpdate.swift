internal import Schema
internal import SwiftProtobuf

/// The events of a ticket that is recorded and should be otherwise, or further on.
struct TicketUpdate {
    var ticket: OpenTicket
    /// The names of the fields that are emptied.
    var cleared: Set<String>
    var state: TicketState
    var sourceVersion: SourceVersion?
    var parts: TicketParts
    /// Path of the ticket within the body, with a point at its end.
    var prefix: String

    /// What bringing the ticket up to date causes; nothing where it is as the command says.
    ///
    /// - Throws: STALE_SOURCE, MERGED_AWAY, and what the commands throw that make the same changes.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        try context.requireNewest(sourceVersion, recorded: state.sourceVersions)
        var draft = try TicketDraft(state, context, sourceVersion: sourceVersion, prefix: prefix)
        // What the source sends with the end was so at the end, or before.
        let known = try knownAt(context.occurredAt)
        draft.instant = max(known, context.head?.lastFactAt ?? known)
        try draft.change(
            TicketHeadChange(concerned: ticket.concerned(cleared), channel: ticket.channel), parts.head)
        try draft.classify(
            type: ticket.type, category: ticket.category, customerClass: ticket.customerClass, cleared: cleared)
        if !ticket.priority.isEmpty { try draft.set(priority: ticket.priority) }
        if ticket.hasQueue {
            let queue = try context.world.required(ticket.queue, .queue, field: prefix + "queue")
            if queue.rawValue != state.assignment.queueNumber {
                if !context.historic { try context.world.requireInUse(queue: queue, field: prefix + "queue") }
                try draft.route(to: queue)
            }
        }
        try assign(&draft)
        try draft.link(ticket.links, path: "links")
        let wasOver = state.status == ticket.reached && ticket.isOver
        try draft.reach(ticket, parts.resolution, at: draft.instant)
        if wasOver { try correct(&draft) }
        return draft.events
    }

    /// When what the source says was so at the latest.
    private func knownAt(_ occurredAt: Instant) throws(Refusal) -> Instant {
        guard ticket.reached != state.status else { return occurredAt }
        var known = occurredAt
        if ticket.hasResolvedAt { known = min(known, try Instant.required(ticket.resolvedAt, prefix + "resolved_at")) }
        if ticket.hasClosedAt { known = min(known, try Instant.required(ticket.closedAt, prefix + "closed_at")) }
        return known
    }

    private func assign(_ draft: inout TicketDraft) throws(Refusal) {
        if cleared.contains("assignee") {
            try draft.reassign(to: .none, field: "assignee")
        } else if ticket.hasAssignee {
            let agent = try draft.context.world.required(ticket.assignee, .employee, field: prefix + "assignee")
            try draft.reassign(to: agent, field: "assignee")
        }
    }

    /// The source says of an end that is recorded that it was otherwise.
    private func correct(_ draft: inout TicketDraft) throws(Refusal) {
        var correction = TicketCorrection(code: ticket.resolutionCode, resolution: parts.resolution)
        if ticket.hasResolvedAt {
            correction.resolvedAt = try Instant.required(ticket.resolvedAt, prefix + "resolved_at")
        }
        if ticket.hasClosedAt { correction.closedAt = try Instant.required(ticket.closedAt, prefix + "closed_at") }
        try draft.correct(correction)
    }
}

extension OpenTicket {
    /// Whom it names.
    func concerned(_ cleared: Set<String> = []) -> TicketConcerned {
        TicketConcerned(
            party: hasParty ? party : nil, requester: hasRequester ? requester : nil, cleared: cleared)
    }

    /// Takes out subject line, text and the words of the resolution, the header of the e-mail and the bodies.
    ///
    /// - Parameters:
    ///   - recorded: the ticket; nil where it is new.
    ///   - cleared: the names of the fields that the command empties.
    mutating func takePersonal(
        _ recorded: TicketState?, cleared: Set<String>, _ preparation: inout Preparation
    ) throws(Refusal) -> TicketParts {
        defer {
            clearPersonal()
            clearResolution()
            bodies = []
        }
        var parts = TicketParts()
        let concerned = concerned(cleared)
        var sent = personal
        if personal.hasEmail {
            sent.email = personal.email.kept
            parts.email = try preparation.place(of: sent.email, for: concerned, recorded, field: "personal.email")
        }
        if !bodies.isEmpty {
            let key = try concerned.subject(recorded?.head, preparation.reader).key
            let subject = try key.flatMap { (key) throws(Refusal) in try preparation.number(of: key) }
            let found = try preparation.find(bodies, for: key == nil ? nil : [subject].compactMap { $0 })
            sent.bodies = found.titles
            parts.bodies = found.references
        }
        parts.head = try TicketTexts(sent: sent, concerned: concerned).prepare(recorded, &preparation)
        parts.resolution = try preparation.seal(
            resolution, correction: recorded.map { $0.status == reached } ?? false, for: concerned, recorded: recorded)
        return parts
    }
}
