internal import Schema
internal import SwiftProtobuf

/// Limits of tickets. Lengths are bytes of UTF-8.
enum TicketLimits {
    static let links = 50
    static let absorbed = 50
    static let splitMessages = 200
    static let levels: UInt32 = 9
    /// A day.
    static let handlingSeconds: UInt32 = 86_400
    /// How far ahead of the clock an instant may lie that a command names: as far as its own.
    static let greatestLead: Int64 = 5 * 60 * 1_000_000
}

/// Checks of form that the commands about tickets share.
enum TicketForm {
    /// Subject line and text.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(_ personal: TicketPersonal, _ path: String, takesEmail: Bool = false) throws(Refusal) {
        try FormCheck.text(personal.subjectLine, path + ".subject_line")
        try FormCheck.text(personal.text, path + ".text")
        try BodyForm.requireNoTitles(personal.bodies, path + ".bodies")
        guard personal.hasEmail else { return }
        guard takesEmail else {
            throw Refusal(
                .schemaInvalid, "An e-mail comes with opening a ticket, or with a message.", field: path + ".email")
        }
        try personal.email.checkForm(path + ".email")
    }

    /// What was written or said.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(_ message: TicketMessagePersonal, _ path: String) throws(Refusal) {
        try FormCheck.text(message.text, path + ".text")
        try BodyForm.requireNoTitles(message.bodies, path + ".bodies")
        if message.hasEmail { try message.email.checkForm(path + ".email") }
    }

    /// A key of the service desk; empty is fine.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    static func check(key: String, _ path: String) throws(Refusal) {
        try FormCheck.text(key, path, maximum: Limits.wordBytes)
    }

    /// How long a piece of work took.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    static func check(handling seconds: UInt32) throws(Refusal) {
        guard seconds > TicketLimits.handlingSeconds else { return }
        throw Refusal(
            .limitExceeded, "One piece of work takes a day at most. Send fewer seconds.", field: "handling_seconds")
    }

    /// What a ticket has to do with something else.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(_ link: TicketLinkInput, _ path: String) throws(Refusal) {
        try FormCheck.choice(link.kind, path + ".kind", required: false)
        let kind = link.linkedKind
        guard AggregateRegistry.aggregate(of: kind) != nil, kind != .party else {
            throw Refusal(
                .schemaInvalid,
                "A ticket is linked to tickets, orders and the like. A party is its party or its requester.",
                field: path + ".target_kind")
        }
        guard kind == .ticket || link.kind == .unspecified || link.kind == .relatesTo else {
            throw Refusal(
                .schemaInvalid, "Only tickets have this to do with each other. Send relates-to.", field: path + ".kind")
        }
        try FormCheck.reference(link.target, path + ".target")
    }
}

extension TicketLinkInput {
    /// Of what kind the target is: a ticket where nothing is said.
    var linkedKind: AggregateKind { targetKind == .unspecified ? .ticket : targetKind }

    /// Shows the reference.
    mutating func visit(_ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void) throws(Refusal) {
        try visit(&target, linkedKind)
    }
}

extension OpenTicket {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm(prefix: String) throws(Refusal) {
        try TradeForm.checkExternal(external, prefix: prefix)
        try ReservedSystem.check(external, .ticket, field: prefix + "external")
        if hasParty { try FormCheck.reference(party, prefix + "party") }
        if hasRequester { try FormCheck.reference(requester, prefix + "requester") }
        if hasQueue { try FormCheck.reference(queue, prefix + "queue") }
        if hasAssignee { try FormCheck.reference(assignee, prefix + "assignee") }
        // Within another command a ticket brings no e-mail and no files.
        try TicketForm.check(personal, prefix + "personal", takesEmail: prefix.isEmpty)
        if prefix.isEmpty { try bodies.checkForm() } else { try bodies.requireNone(prefix + "bodies") }
        for (key, name) in [
            (channel, "channel"), (type, "type"), (category, "category"), (priority, "priority"),
            (customerClass, "customer_class"), (resolutionCode, "resolution_code"),
        ] {
            try TicketForm.check(key: key, prefix + name)
        }
        try FormCheck.count(links.count, prefix + "links", maximum: TicketLimits.links)
        for (index, link) in links.enumerated() { try TicketForm.check(link, "\(prefix)links[\(index)]") }
        try checkCourse(prefix: prefix)
    }

    /// That what is said of its course fits together.
    private func checkCourse(prefix: String) throws(Refusal) {
        try FormCheck.choice(reached, prefix + "reached", required: false)
        try FormCheck.choice(wait, prefix + "wait", required: false)
        try FormCheck.text(resolution.text, prefix + "resolution.text")
        guard wait == .unspecified || reached == .pending else {
            throw Refusal(.schemaInvalid, "Only a pending ticket waits for somebody.", field: prefix + "wait")
        }
        if hasResolvedAt { _ = try Instant.required(resolvedAt, prefix + "resolved_at") }
        if hasClosedAt { _ = try Instant.required(closedAt, prefix + "closed_at") }
        guard isOver || !(hasResolvedAt || !resolutionCode.isEmpty || !resolution.text.isEmpty) else {
            throw Refusal(
                .schemaInvalid, "The ticket is not resolved. Leave out what is said of its resolution.",
                field: prefix + "resolved_at")
        }
        guard reached != .resolved || hasResolvedAt else {
            throw Refusal(.schemaInvalid, "Say when the ticket was resolved.", field: prefix + "resolved_at")
        }
        guard hasClosedAt == (reached == .closed) else {
            throw Refusal(
                .schemaInvalid,
                reached == .closed ? "Say when the ticket was closed." : "The ticket is not closed. Leave it out.",
                field: prefix + "closed_at")
        }
    }

    /// Whether the ticket is said to be resolved or closed.
    var isOver: Bool { reached == .resolved || reached == .closed }

    /// Shows every reference.
    mutating func visit(_ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void) throws(Refusal) {
        if hasParty { try visit(&party, .party) }
        if hasRequester { try visit(&requester, .party) }
        if hasQueue { try visit(&queue, .queue) }
        if hasAssignee { try visit(&assignee, .employee) }
        for index in links.indices { try links[index].visit(visit) }
    }
}
