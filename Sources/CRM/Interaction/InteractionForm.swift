internal import Schema
internal import SwiftProtobuf

/// Limits of interactions.
enum InteractionLimits {
    static let parties = 20
    static let links = 50
}

extension InteractionInput {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm(needsChannel: Bool) throws(Refusal) {
        if needsChannel { try FormCheck.required(channel, "detail.channel", maximum: Limits.wordBytes) }
        try FormCheck.text(channel, "detail.channel", maximum: Limits.wordBytes)
        try FormCheck.choice(direction, "detail.direction", required: false)
        try FormCheck.choice(sentiment, "detail.sentiment", required: false)
        try FormCheck.choice(purpose, "detail.purpose", required: false)
        try FormCheck.choice(outcome, "detail.outcome", required: false)
        for (isThere, time, name) in [(hasStart, start, "start"), (hasEnd, end, "end")]
        where isThere && Instant(time) == nil {
            throw Refusal(.schemaInvalid, "The time lies outside the years 1 to 9999.", field: "detail.\(name)")
        }
        if hasEmployee { try FormCheck.reference(employee, "detail.employee") }
    }

    /// The detail with what the command says put over what is recorded.
    ///
    /// - Throws: REFERENCE_MISSING, END_BEFORE_START, FUTURE_OCCURRED_AT.
    func detail(
        over recorded: InteractionDetail, clearing: [String] = [], _ context: DecisionContext
    ) throws(Refusal) -> InteractionDetail {
        var detail = recorded
        for name in clearing { detail.clear(name) }
        if !channel.isEmpty { detail.channel = channel }
        if direction != .unspecified { detail.direction = direction }
        if sentiment != .unspecified { detail.sentiment = sentiment }
        if purpose != .unspecified { detail.purpose = purpose }
        if outcome != .unspecified { detail.outcome = outcome }
        if hasStart, let start = Instant(start) { detail.start = start.rawValue }
        if hasEnd, let end = Instant(end) { detail.end = end.rawValue }
        if hasEmployee {
            detail.employeeNumber =
                try context.world.required(employee, .employee, field: "detail.employee").rawValue
        }
        guard !detail.hasEnd || detail.end >= detail.start else {
            throw Refusal(.endBeforeStart, "The end lies before the start. Correct one of them.", field: "detail.end")
        }
        let latest = context.recordedAt.rawValue + Self.greatestLead
        guard detail.start <= latest else { throw Self.future("detail.start") }
        guard !detail.hasEnd || detail.end <= latest else { throw Self.future("detail.end") }
        return detail
    }

    /// How far ahead of the service's clock a time may lie: five minutes in microseconds, as for facts.
    private static let greatestLead: Int64 = 5 * 60 * 1_000_000

    private static func future(_ field: String) -> Refusal {
        Refusal(
            .futureOccurredAt, "An interaction is recorded when it took place; the time lies ahead of the clock.",
            field: field)
    }
}

extension InteractionDetail {
    fileprivate mutating func clear(_ name: String) {
        switch name {
        case "direction": direction = .unspecified
        case "end": clearEnd()
        case "sentiment": sentiment = .unspecified
        case "purpose": purpose = .unspecified
        case "outcome": outcome = .unspecified
        case "employee": employeeNumber = 0
        default: break
        }
    }
}

extension InteractionPersonal {
    /// Whether nothing was said.
    var isEmpty: Bool { subjectLine.isEmpty && text.isEmpty && !hasEmail }

    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm() throws(Refusal) {
        try FormCheck.text(subjectLine, "content.subject_line")
        try FormCheck.text(text, "content.text")
        if hasEmail { try email.checkForm("content.email") }
        try BodyForm.requireNoTitles(bodies, "content.bodies")
    }
}

extension [InteractionPartyInput] {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm(_ field: String) throws(Refusal) {
        try FormCheck.count(count, field, maximum: InteractionLimits.parties)
        for (index, party) in enumerated() {
            try FormCheck.reference(party.party, "\(field)[\(index)].party")
            try FormCheck.choice(party.role, "\(field)[\(index)].role", required: false)
        }
    }

    mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in indices { try visit(&self[index].party, .party) }
    }

    /// The parties as events name them, in the same order.
    ///
    /// - Throws: REFERENCE_MISSING, SCHEMA_INVALID where one stands twice.
    func resolved(_ context: DecisionContext, _ field: String) throws(Refusal) -> [InteractionParty] {
        var parties: [InteractionParty] = []
        for (index, input) in enumerated() {
            let path = "\(field)[\(index)].party"
            var party = InteractionParty()
            party.partyNumber = try context.world.required(input.party, .party, field: path).rawValue
            party.role = input.role.recorded
            guard !parties.contains(where: { $0.partyNumber == party.partyNumber }) else {
                throw Refusal(.schemaInvalid, "The party stands twice. Name each once.", field: path)
            }
            parties.append(party)
        }
        return parties
    }
}

extension [InteractionLinkInput] {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm(_ field: String) throws(Refusal) {
        try FormCheck.count(count, field, maximum: InteractionLimits.links)
        for (index, link) in enumerated() {
            guard AggregateRegistry.aggregate(of: link.kind) != nil else {
                throw Refusal(
                    .schemaInvalid, "kind does not say of which aggregate target is.", field: "\(field)[\(index)].kind")
            }
            guard link.kind != .party else {
                throw Refusal(
                    .schemaInvalid, "A party is named among the parties, with its role.",
                    field: "\(field)[\(index)].kind"
                )
            }
            try FormCheck.reference(link.target, "\(field)[\(index)].target")
        }
    }

    mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in indices { try visit(&self[index].target, self[index].kind) }
    }

    /// The links as events name them, each once.
    ///
    /// - Throws: REFERENCE_MISSING, SCHEMA_INVALID for a link to the interaction itself.
    func resolved(_ context: DecisionContext, _ field: String) throws(Refusal) -> [InteractionLink] {
        var links: [InteractionLink] = []
        for (index, input) in enumerated() {
            let path = "\(field)[\(index)].target"
            var link = InteractionLink()
            link.kind = input.kind
            link.number = try context.world.required(input.target, input.kind, field: path).rawValue
            guard link.number != context.target.rawValue else {
                throw Refusal(.schemaInvalid, "An interaction is not about itself.", field: path)
            }
            if !links.contains(link) { links.append(link) }
        }
        return links
    }
}
