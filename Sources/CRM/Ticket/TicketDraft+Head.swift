internal import Schema
internal import SwiftProtobuf

/// What a command says of whom a ticket concerns and what it is about.
struct TicketHeadChange {
    var concerned: TicketConcerned
    var channel: String
}

extension TicketDraft {
    /// Changes whom the ticket concerns and what it is about; nothing where it is so.
    ///
    /// - Throws: REFERENCE_MISSING, ARCHIVED, NO_PARTY, CHANNEL_UNKNOWN.
    mutating func change(_ change: TicketHeadChange, _ part: TicketPart) throws(Refusal) {
        let cleared = change.concerned.cleared
        var head = TicketHead()
        head.partyNumber = try resolved(
            change.concerned.party, before: state.head.partyNumber, cleared: cleared.contains("party"), "party")
        head.requesterNumber = try resolved(
            change.concerned.requester, before: state.head.requesterNumber, cleared: cleared.contains("requester"),
            "requester")
        head.channel = cleared.contains("channel") ? "" : change.channel.isEmpty ? state.head.channel : change.channel
        if !change.channel.isEmpty, !change.channel.isIdentical(to: state.head.channel) {
            try Channels.require(change.channel, context, field: prefix + "channel")
        }
        if head.subject == .none {
            head.subjectLine = part.open.subjectLine
            head.text = part.open.text
            if state.head.subject != .none { try requireHistoric() }
        }
        let isSame =
            head.partyNumber == state.head.partyNumber && head.requesterNumber == state.head.requesterNumber
            && head.channel.isIdentical(to: state.head.channel)
        guard part.changed || !isSame else { return }
        appendChange(to: head, part)
    }

    private mutating func appendChange(to head: TicketHead, _ part: TicketPart) {
        let before = state.head
        var changed = TicketChanged()
        changed.head = head
        changed.partyNumberBefore = before.partyNumber
        changed.requesterNumberBefore = before.requesterNumber
        changed.personalPart = part.index != nil
        changed.personalCleared = part.cleared
        changed.open = state.isOpen
        if let sourceVersion { changed.sourceVersion = sourceVersion }
        // The histories of those whom it concerned say that it no longer does.
        append(.ticketChanged(changed), part: part.index, others: before.subjects())
    }

    private func resolved(
        _ reference: Reference?, before: UInt64, cleared: Bool, _ field: String
    ) throws(Refusal) -> UInt64 {
        guard !cleared else { return 0 }
        guard let reference else { return before }
        let number = try context.world.required(reference, .party, field: prefix + field)
        if number.rawValue != before { try context.requireActive(number, field: prefix + field) }
        return number.rawValue
    }

    private func requireHistoric() throws(Refusal) {
        guard !context.historic else { return }
        throw Refusal(
            .noParty, "A ticket concerns somebody. Name another party instead of none.", field: prefix + "clear")
    }

    // MARK: What kind of thing it is

    /// Says what kind of thing the ticket is; nothing where it is so.
    ///
    /// - Throws: TICKET_KIND_UNKNOWN.
    mutating func classify(
        type: String, category: String, customerClass: String, cleared: Set<String>
    ) throws(Refusal) {
        var classification = state.classification
        if !type.isEmpty { classification.type = type }
        if !category.isEmpty { classification.category = category }
        if !customerClass.isEmpty { classification.customerClass = customerClass }
        if cleared.contains("type") { classification.type = "" }
        if cleared.contains("category") { classification.category = "" }
        if cleared.contains("customer_class") { classification.customerClass = "" }
        guard !classification.isIdentical(to: state.classification) else { return }
        let rank = try requireKnown(classification, before: state.classification)
        var classified = TicketClassified()
        classified.before = state.classification
        classified.classification = classification
        classified.customerClassRank = rank ?? state.customerClassRank
        classified.deskVersion = desk.version
        if let sourceVersion { classified.sourceVersion = sourceVersion }
        append(.ticketClassified(classified))
    }

    /// Refuses keys that the service desk does not know; what the ticket has already may stay, whatever has become of
    /// it.
    ///
    /// - Returns: the rank of the customer's class; nil where that is the one before.
    /// - Throws: TICKET_KIND_UNKNOWN.
    func requireKnown(
        _ classification: TicketClassification, before: TicketClassification
    ) throws(Refusal) -> UInt32? {
        if !classification.type.isIdentical(to: before.type) {
            try desk.requireType(classification.type, field: prefix + "type")
        }
        if !classification.category.isIdentical(to: before.category) {
            try desk.requireCategory(classification.category, field: prefix + "category")
        }
        guard !classification.customerClass.isIdentical(to: before.customerClass) else { return nil }
        return try desk.rank(ofClass: classification.customerClass, field: prefix + "customer_class")
    }

    /// Says how urgent the ticket is; nothing where it is so.
    ///
    /// - Throws: PRIORITY_UNKNOWN.
    mutating func set(priority key: String) throws(Refusal) {
        let priority = try desk.priority(key, field: prefix + "priority")
        guard !priority.isIdentical(to: state.priority) else { return }
        var set = PrioritySet()
        set.before = state.priority
        set.priority = priority
        set.deskVersion = desk.version
        if let sourceVersion { set.sourceVersion = sourceVersion }
        append(.prioritySet(set))
    }

    // MARK: Links

    /// Links the ticket to something else; nothing where it is so.
    ///
    /// - Throws: REFERENCE_MISSING, CYCLE, LIMIT_EXCEEDED.
    mutating func link(_ inputs: [TicketLinkInput], path: String) throws(Refusal) {
        var added: [TicketLink] = []
        for (index, input) in inputs.enumerated() {
            let field = inputs.count == 1 && path == "link" ? "link.target" : "\(path)[\(index)].target"
            let link = try context.link(input, field: prefix + field)
            if !state.links.contains(link), !added.contains(link) { added.append(link) }
        }
        guard !added.isEmpty else { return }
        try FormCheck.count(state.links.count + added.count, prefix + path, maximum: TicketLimits.links)
        var linked = TicketLinked()
        linked.added = added
        if let sourceVersion { linked.sourceVersion = sourceVersion }
        append(.ticketLinked(linked))
    }

    /// Takes a link away; nothing where there is none.
    ///
    /// - Throws: REFERENCE_MISSING.
    mutating func unlink(_ input: TicketLinkInput) throws(Refusal) {
        let number = try context.world.required(input.target, input.linkedKind, field: "link.target")
        let removed = state.links.filter { link in
            link.number == number.rawValue && (input.kind == .unspecified || input.kind == link.kind)
        }
        guard !removed.isEmpty else { return }
        var unlinked = TicketUnlinked()
        unlinked.removed = removed
        append(.ticketUnlinked(unlinked))
    }
}

extension DecisionContext {
    /// A link as events name it.
    ///
    /// - Throws: REFERENCE_MISSING, CYCLE where it leads back to the ticket.
    func link(_ input: TicketLinkInput, field: String) throws(Refusal) -> TicketLink {
        var link = TicketLink()
        link.kind = input.kind == .unspecified ? .relatesTo : input.kind
        link.targetKind = input.linkedKind
        link.number = try world.required(input.target, input.linkedKind, field: field).rawValue
        guard try !leadsBack(link) else {
            throw Refusal(.cycle, "The link would lead back to the ticket. Name another one.", field: field)
        }
        return link
    }

    /// Whether somebody who follows links of one kind comes back to the ticket. What merely relates may do so.
    private func leadsBack(_ link: TicketLink) throws(Refusal) -> Bool {
        guard link.targetKind == .ticket else { return false }
        guard link.number != target.rawValue else { return true }
        guard link.kind != .relatesTo else { return false }
        var seen: Set<UInt64> = []
        var open = [link.number]
        while let number = open.popLast() {
            guard seen.insert(number).inserted else { continue }
            let links = try world.state(TicketAggregate.self, of: StreamNumber(number))?.links ?? []
            for next in links where next.targetKind == .ticket && next.kind == link.kind {
                if next.number == target.rawValue { return true }
                open.append(next.number)
            }
        }
        return false
    }
}
