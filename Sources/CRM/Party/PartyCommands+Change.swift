package import Schema

extension ChangePartyDetail: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        try PartyForm.check(name, [], detail)
        try PartyForm.checkClear(clear, name, detail)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> PartyNameFacts? {
        defer { clearName() }
        guard let state = try preparation.party() else { return nil }
        var record = PartyRecord(state, preparation.reader)
        return try PartyNameChange(name: name, clear: clear)
            .prepare(state, &record, &preparation) { .partyDetailChanged($0) }
    }

    package func decide(
        _ state: PartyState?, _ facts: PartyNameFacts?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        guard var changed = PartyDetailChanged(state, detail, clear: clear, facts) else { return [] }
        try state.requireInUse()
        try state.requireIdentity(after: facts)
        let overlooked = try OverlookedDuplicates(of: facts.values, allowed: allowDuplicate, context)
        changed.duplicateNumbers = overlooked.numbers(of: facts.values)
        return [.fact(.partyDetailChanged(changed), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }
}

extension PartyDetailChanged {
    /// The change of name and detail, or nil where both stay.
    init?(_ state: PartyState, _ change: PartyDetail, clear: [String], _ facts: PartyNameFacts) {
        let detail = state.detail.changed(by: change, clear: clear)
        let isChanged = !detail.isIdentical(to: state.detail)
        guard isChanged || facts.part != nil else { return nil }
        self.init()
        if isChanged { self.detail = detail }
        nameReplaced = facts.part != nil
        hasName_p = facts.hasName
        hasTaxNumber_p = facts.hasTaxNumber
    }
}

extension CorrectParty: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        try FormCheck.choice(kind, "kind", required: false)
        try PartyForm.check(name, [], detail)
        try PartyForm.checkClear(clear, name, detail)
        if hasValidFrom && Instant(validFrom) == nil {
            throw Refusal(.schemaInvalid, "valid_from lies outside the years 1 to 9999.", field: "valid_from")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> PartyNameFacts? {
        defer { clearName() }
        guard let state = try preparation.party() else { return nil }
        var record = PartyRecord(state, preparation.reader)
        return try PartyNameChange(name: name, clear: clear)
            .prepare(state, &record, &preparation) { .partyCorrected($0) }
    }

    package func decide(
        _ state: PartyState?, _ facts: PartyNameFacts?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        let isOther = kind != .unspecified && kind != state.kind
        let corrected = state.detail.changed(by: detail, clear: clear)
        let isDetailOther = !corrected.isIdentical(to: state.detail)
        guard isOther || isDetailOther || facts.part != nil else { return [] }
        try state.requireInUse()
        try state.requireIdentity(after: facts)

        var event = PartyCorrected(facts, validFrom: try validFrom(state, context))
        if isOther { event.kind = kind }
        if isDetailOther { event.detail = corrected }
        let overlooked = try OverlookedDuplicates(of: facts.values, allowed: allowDuplicate, context)
        event.duplicateNumbers = overlooked.numbers(of: facts.values)
        return [.fact(.partyCorrected(event), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }

    /// From when on the correction holds: as sent, else since the party's first event.
    private func validFrom(_ state: PartyState, _ context: DecisionContext) throws(Refusal) -> Instant {
        guard hasValidFrom, let instant = Instant(validFrom) else { return Instant(microseconds: state.registeredAt) }
        guard instant <= context.occurredAt else {
            throw Refusal(
                .schemaInvalid, "A correction holds from its own time at the latest; a later change is a change.",
                field: "valid_from")
        }
        return instant
    }
}

extension PartyCorrected {
    /// A correction that leaves kind and detail alone.
    init(_ facts: PartyNameFacts, validFrom: Instant) {
        self.init()
        nameReplaced = facts.part != nil
        self.validFrom = validFrom.rawValue
        hasName_p = facts.hasName
        hasTaxNumber_p = facts.hasTaxNumber
    }
}

extension Preparation {
    /// The state of the party that the command is about, where it exists.
    func party() throws(Refusal) -> PartyState? {
        guard let target else { return nil }
        return try reader.state(PartyAggregate.self, of: target)
    }
}
