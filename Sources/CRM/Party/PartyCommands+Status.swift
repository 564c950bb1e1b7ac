package import Schema

extension ChangePartyStatus: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        try FormCheck.choice(status, "status", required: true)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package func decide(_ state: PartyState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard status != state.status else { return [] }
        try state.requireInUse()
        return [try PartyStatusChanged.fact(from: state.status, to: status)]
    }
}

extension PartyStatusChanged {
    /// A change that somebody commanded.
    ///
    /// - Throws: ILLEGAL_TRANSITION where it is neither a step forward nor the win-back of a former customer.
    static func fact(
        from: PartyStatus, to: PartyStatus, sourceVersion: SourceVersion? = nil
    ) throws(Refusal) -> NewEvent {
        guard to.rawValue > from.rawValue || (from == .former && to == .customer) else {
            throw Refusal(
                .illegalTransition,
                "A party goes from suspect to prospect, customer and former, and from former back to customer.",
                field: "status")
        }
        var changed = PartyStatusChanged()
        changed.from = from
        changed.to = to
        if let sourceVersion { changed.sourceVersion = sourceVersion }
        return .fact(.partyStatusChanged(changed), subjects: [NewSubject(.target, .self_)])
    }
}

extension ArchiveParty: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package func decide(_ state: PartyState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !state.archived else { return [] }
        guard context.hasReason || context.historic else {
            throw Refusal(
                .reasonRequired, "Archiving a party needs a reason. Send it with the command.", field: "reason")
        }
        return [.fact(.partyArchived(PartyArchived()), subjects: [NewSubject(.target, .self_)])]
    }
}

extension RestoreParty: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package func decide(_ state: PartyState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.archived else { return [] }
        return [.fact(.partyRestored(PartyRestored()), subjects: [NewSubject(.target, .self_)])]
    }
}
