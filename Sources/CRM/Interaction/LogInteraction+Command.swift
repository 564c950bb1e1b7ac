package import Schema

extension LogInteraction: DomainCommand {
    package typealias Target = InteractionAggregate

    /// The sealed part of each party, in the order of the command; nil for those for whom nothing is sealed.
    package struct Sealed: Sendable {
        var parts: [Int?] = []
        var isEmpty: Bool { parts.allSatisfy { $0 == nil } }
    }

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try detail.checkForm(needsChannel: true)
        try parties.checkForm("parties")
        try content.checkForm()
        try FormCheck.noBodies(bodies.count, "bodies")
        try links.checkForm("links")
        guard content.isEmpty || parties.contains(where: { $0.role.recorded.isSealedFor }) else {
            throw Refusal(
                .noParty, "The text belongs to somebody who took part or was represented. Name the party.",
                field: "parties")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if detail.hasEmployee { try visit(&detail.employee, .employee) }
        try parties.visitReferences(visit)
        try links.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Sealed {
        defer { clearContent() }
        guard !content.isEmpty else { return Sealed() }
        var personal = InteractionLoggedPersonal()
        personal.content = content
        var sealed = Sealed()
        for party in parties {
            let part =
                party.role.recorded.isSealedFor
                ? preparation.seal(PersonalData(.interactionLogged(personal)), for: .reference(party.party)) : nil
            sealed.parts.append(part)
        }
        return sealed
    }

    package func decide(
        _ state: InteractionState?, _ facts: Sealed, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Channels.require(detail.channel, context, field: "detail.channel")
        if !context.historic {
            guard detail.direction != .unspecified else {
                throw Refusal(.schemaInvalid, "Say who sought the contact.", field: "detail.direction")
            }
            guard !parties.isEmpty else {
                throw Refusal(.noParty, "The interaction names nobody. Name the party.", field: "parties")
            }
        }
        try context.requireFree(external, .interaction, field: "external")
        var logged = InteractionLogged()
        var unsaid = InteractionDetail()
        unsaid.start = context.occurredAt.rawValue
        logged.detail = try detail.detail(over: unsaid, context)
        logged.parties = try parties.resolved(context, "parties")
        logged.links = try links.resolved(context, "links")
        logged.hasContent_p = !facts.isEmpty
        var event = NewEvent.fact(
            .interactionLogged(logged),
            subjects: logged.parties.enumerated().map { index, party in
                party.subject(part: facts.isEmpty ? nil : facts.parts[index])
            })
        event.occurredAt = Instant(microseconds: logged.detail.start)
        return [event] + linked(logged, event.occurredAt)
    }

    private func linked(_ logged: InteractionLogged, _ occurredAt: Instant?) -> [NewEvent] {
        external.map { key in
            var linked = ExternalLinked()
            linked.key = key
            let subjects = Annotation.subject(of: logged.parties).map { [$0] } ?? []
            var event = NewEvent.fact(.externalLinked(linked), subjects: subjects)
            event.occurredAt = occurredAt
            return event
        }
    }
}

extension Annotation {
    /// The person whom a note or the like on an interaction concerns: the first party that took part or was
    /// represented, else the first party.
    static func subject(of parties: [InteractionParty]) -> NewSubject? {
        (parties.first { $0.role.isSealedFor } ?? parties.first)?.subject()
    }
}
