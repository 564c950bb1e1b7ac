internal import Schema

/// What a command says of whom and what an opportunity is about.
struct HeadChange {
    /// Nil: it names none.
    var party: Reference?
    var partner: Reference?
    var channel: String
    var leadSource: String
    /// The names of the fields that it empties.
    var cleared: Set<String>
}

extension OpportunityDraft {
    /// Changes what the opportunity is about; nothing where it is so.
    ///
    /// - Throws: REFERENCE_MISSING, ARCHIVED.
    mutating func change(_ change: HeadChange, _ part: OpportunityPart) throws(Refusal) {
        var head = OpportunityHead()
        head.partyNumber = try resolved(
            change.party, before: state.head.partyNumber, cleared: change.cleared.contains("party"), field: "party")
        head.partnerNumber = try resolved(
            change.partner, before: state.head.partnerNumber, cleared: change.cleared.contains("partner"),
            field: "partner")
        head.channel = change.channel.isEmpty ? state.head.channel : change.channel
        head.leadSource = change.leadSource.isEmpty ? state.head.leadSource : change.leadSource
        if change.cleared.contains("channel") { head.channel = "" }
        if change.cleared.contains("lead_source") { head.leadSource = "" }
        if head.partyNumber == 0 {
            head.name = part.open.name
            head.description_p = part.open.description_p
        }
        guard part.changed || differs(head) else { return }
        if head.partyNumber == 0, state.head.partyNumber != 0 { try requireHistoric() }
        appendChange(to: head, part)
    }

    private func differs(_ head: OpportunityHead) -> Bool {
        head.partyNumber != state.head.partyNumber || head.partnerNumber != state.head.partnerNumber
            || !head.channel.isIdentical(to: state.head.channel)
            || !head.leadSource.isIdentical(to: state.head.leadSource)
    }

    private mutating func appendChange(to head: OpportunityHead, _ part: OpportunityPart) {
        let before = state.head
        var changed = OpportunityChanged()
        changed.head = head
        changed.partyNumberBefore = before.partyNumber
        changed.partnerNumberBefore = before.partnerNumber
        if let sourceVersion { changed.sourceVersion = sourceVersion }
        changed.personalPart = part.index != nil
        changed.personalCleared = part.cleared
        changed.open = state.status == .open
        changed.owner = state.owner
        // The histories of those who had a part in it say that they no longer have.
        var others: [NewSubject] = []
        if before.partyNumber != 0 { others.append(NewSubject(.number(StreamNumber(before.partyNumber)), .prospect)) }
        if before.partnerNumber != 0 {
            others.append(NewSubject(.number(StreamNumber(before.partnerNumber)), .partner))
        }
        append(.opportunityChanged(changed), part: part.index, others: others)
    }

    private func resolved(
        _ reference: Reference?, before: UInt64, cleared: Bool, field: String
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
            .referenceMissing, "An opportunity is with somebody. Name another party instead of none.", field: "clear")
    }

    /// Gives an open opportunity another owner; nothing where it is his.
    ///
    /// - Throws: ILLEGAL_TRANSITION, REFERENCE_MISSING, ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED.
    mutating func assign(_ reference: OwnerReference) throws(Refusal) {
        let owner = try context.world.owner(reference, field: prefix + "owner")
        guard owner != state.owner else { return }
        try requireOpen()
        var assigned = OwnerAssigned()
        assigned.owner = try context.assignee(
            reference, of: .opportunity, before: state.owner, field: prefix + "owner")
        assigned.ownerBefore = state.owner
        append(.ownerAssigned(assigned))
    }

    // MARK: Competitors and buying roles

    /// Records that a competitor is after the same opportunity; nothing where that is recorded.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    mutating func add(competitor: StreamNumber) throws(Refusal) {
        guard !state.competitorNumbers.contains(competitor.rawValue) else { return }
        try FormCheck.count(
            state.competitorNumbers.count + 1, prefix + "competitor", maximum: OpportunityLimits.competitors)
        var added = CompetitorAdded()
        added.competitorNumber = competitor.rawValue
        if let sourceVersion { added.sourceVersion = sourceVersion }
        append(.competitorAdded(added))
    }

    /// Records that a competitor is out; nothing where it is not in.
    mutating func remove(competitor: StreamNumber) {
        guard state.competitorNumbers.contains(competitor.rawValue) else { return }
        var removed = CompetitorRemoved()
        removed.competitorNumber = competitor.rawValue
        if let sourceVersion { removed.sourceVersion = sourceVersion }
        append(.competitorRemoved(removed))
    }

    /// Makes the competitors these.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    mutating func replaceCompetitors(by competitors: [StreamNumber]) throws(Refusal) {
        for number in state.competitorNumbers where !competitors.contains(StreamNumber(number)) {
            remove(competitor: StreamNumber(number))
        }
        for competitor in competitors { try add(competitor: competitor) }
    }
}

extension DecisionContext {
    /// The competitors that references name, each once.
    ///
    /// - Parameters:
    ///   - known: those that the opportunity has already, which may be retired since.
    ///   - path: of the list, for refusals.
    /// - Throws: REFERENCE_MISSING, COMPETITOR_RETIRED.
    func competitors(_ references: [Reference], known: [UInt64] = [], path: String) throws(Refusal) -> [StreamNumber] {
        var numbers: [StreamNumber] = []
        for (index, reference) in references.enumerated() {
            let number = try competitor(reference, known: known, field: "\(path)[\(index)]")
            if !numbers.contains(number) { numbers.append(number) }
        }
        return numbers
    }

    /// The competitor that a reference names. A retired one is refused, except for history, and where the opportunity
    /// has it already.
    ///
    /// - Throws: REFERENCE_MISSING, COMPETITOR_RETIRED.
    func competitor(_ reference: Reference, known: [UInt64] = [], field: String) throws(Refusal) -> StreamNumber {
        let number = try world.required(reference, .competitor, field: field)
        guard !historic, !known.contains(number.rawValue),
            try world.state(CompetitorAggregate.self, of: number)?.retired ?? false
        else { return number }
        throw Refusal(
            .competitorRetired, "The competitor is retired. Restore it first, or name another one.", field: field)
    }
}
