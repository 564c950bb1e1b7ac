package import Schema

extension LogInteraction: DomainCommand {
    package typealias Target = InteractionAggregate

    /// What preparing an interaction found out. Nothing in it is personal.
    package struct Sealed: Sendable {
        /// The sealed part of each party, in the order of the command; nil for those for whom nothing is sealed.
        var parts: [Int?] = []
        var bodies: [BodyReference] = []
        /// Nil where it is no e-mail.
        var email: EmailPlace?
        var isEmpty: Bool { parts.allSatisfy { $0 == nil } }
    }

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try ReservedSystem.check(external, .interaction)
        try detail.checkForm(needsChannel: true)
        try parties.checkForm("parties")
        try content.checkForm()
        try bodies.checkForm()
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
        defer {
            clearContent()
            bodies = []
        }
        let concerned = try concerned(preparation.reader)
        let isSealed = parties.contains { $0.role.recorded.isSealedFor }
        let found = try preparation.find(bodies, for: isSealed ? concerned.compactMap { $0 } : nil)
        var sealed = Sealed(bodies: found.references)
        guard !content.isEmpty || !found.titles.isEmpty else { return sealed }
        if content.hasEmail {
            content.email = content.email.kept
            sealed.email = try EmailConversation.place(of: content.email, on: .interaction, preparation.reader)
        }
        for (party, number) in zip(parties, concerned) {
            var personal = InteractionLoggedPersonal()
            personal.content = content
            personal.content.bodies = number.map { found.titles(of: $0) } ?? []
            let part =
                party.role.recorded.isSealedFor
                ? preparation.seal(PersonalData(.interactionLogged(personal)), for: .reference(party.party)) : nil
            sealed.parts.append(part)
        }
        return sealed
    }

    /// The streams of the parties for whom the text is sealed, in the order of the command; nil for others, and for those
    /// that do not exist yet.
    private func concerned(_ reader: any PreparationReader) throws(Refusal) -> [StreamNumber?] {
        var numbers: [StreamNumber?] = []
        for party in parties {
            let isSealedFor = party.role.recorded.isSealedFor
            numbers.append(isSealedFor ? try reader.resolve(party.party, .party) : nil)
        }
        return numbers
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
        try facts.email?.requireNew(context, field: "content.email.message_id")
        try context.requireFree(external, .interaction, field: "external")
        var logged = InteractionLogged()
        var unsaid = InteractionDetail()
        unsaid.start = context.occurredAt.rawValue
        logged.detail = try detail.detail(over: unsaid, context)
        logged.parties = try parties.resolved(context, "parties")
        logged.links = try links.resolved(context, "links")
        logged.hasContent_p = !facts.isEmpty
        logged.bodies = facts.bodies
        if let email = facts.email { logged.thread = email.thread(on: context.target) }
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
