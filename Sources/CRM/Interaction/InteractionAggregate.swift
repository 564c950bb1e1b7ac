package import Schema

/// An interaction: one contact with parties on a channel.
package enum InteractionAggregate: Aggregate {
    package typealias State = InteractionState

    package static var kind: AggregateKind { .interaction }

    package static func evolve(_ state: inout InteractionState, _ event: StoredEvent) {
        switch event.payload {
        case .interactionLogged(let logged):
            state.detail = logged.detail
            state.parties = logged.parties
            state.links = logged.links
            state.occurredAt = event.occurredAt.rawValue
            if logged.hasContent_p { state.note(event, logged.parties) }
        case .interactionCorrected(let corrected):
            state.detail = corrected.detail
            state.parties = corrected.parties
            if corrected.contentReplaced { state.note(event, corrected.parties) }
            if corrected.contentCleared { state.content = [] }
        case .interactionLinked(let linked):
            state.links.removeAll { linked.removed.contains($0) }
            state.links += linked.added
            state.parties += linked.addedParties
        case .interactionRedacted:
            state.redacted = true
            state.content = []
        default: break
        }
    }
}

extension InteractionState {
    /// Remembers where the text stands: at the entries of the parties for whom it is sealed, which stand in the order
    /// of the event's parties.
    fileprivate mutating func note(_ event: StoredEvent, _ parties: [InteractionParty]) {
        content = parties.indices.filter { parties[$0].role.isSealedFor }.map { event.sealed(subject: $0) }
        contentPositions.append(event.position.rawValue)
    }
}

extension InteractionRole {
    /// Whether the text is sealed for a party in this role.
    var isSealedFor: Bool { self == .participant || self == .represented }

    /// The role as events say it.
    var recorded: InteractionRole { self == .unspecified ? .participant : self }

    /// In what capacity the party stands among the subjects of an event.
    var subjectRole: SubjectRole { isSealedFor ? .participant : .mentioned }
}

extension InteractionParty {
    /// The entry of an event that concerns the party.
    func subject(part: Int? = nil) -> NewSubject {
        NewSubject(.number(StreamNumber(partyNumber)), role.subjectRole, part: part)
    }
}
