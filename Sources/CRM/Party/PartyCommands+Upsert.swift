package import Schema

/// What preparing an upsert found out.
package enum PartyUpsertFacts: Sendable {
    /// The key names no party yet.
    case new(PartyRegistrationFacts)
    /// The key names a party.
    case known(PartyChangeFacts)
}

/// What of a known party an upsert would change. Nothing in it is personal.
package struct PartyChangeFacts: Sendable {
    var name: PartyNameFacts
    /// The contact points that the party does not have.
    var missing: [NewContactPoint]

    /// All that no other party should have.
    var values: [BroughtValue] { name.values + missing.flatMap(\.values) }
}

extension UpsertParty: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.externalKey(key, "key")
        try FormCheck.newIdentifier(id)
        try FormCheck.choice(kind, "kind", required: false)
        try FormCheck.choice(status, "status", required: false)
        try PartyForm.check(name, contactPoints, detail)
        try PartyForm.checkClear(clear, name, detail)
    }

    package var commandTarget: CommandTarget { .upsert(Reference(external: key), id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> PartyUpsertFacts {
        defer {
            // The system's name stays: it says whose version of the record this is.
            key.key = ""
            clearName()
            contactPoints = []
        }
        guard let state = try preparation.party() else {
            let facts = try PartyRegistrationFacts(
                name: name, contactPoints: contactPoints, external: [key], &preparation)
            return .new(facts)
        }
        var record = PartyRecord(state, preparation.reader)
        let name = try PartyNameChange(name: name, clear: clear)
            .prepare(state, &record, &preparation) { .partyDetailChanged($0) }
        return .known(PartyChangeFacts(name: name, missing: try missing(in: &record, &preparation)))
    }

    private func missing(
        in record: inout PartyRecord, _ preparation: inout Preparation
    ) throws(Refusal) -> [NewContactPoint] {
        guard !contactPoints.isEmpty else { return [] }
        let present = try record.contactPoints()
        var missing: [NewContactPoint] = []
        for point in try contactPoints.kept() where !present.contains(where: { $0.isSame(as: point) }) {
            var personal = ContactPointAddedPersonal()
            personal.contactPoint = point.personal
            let part = preparation.seal(PersonalData(.contactPointAdded(personal)), for: .target)
            missing.append(
                NewContactPoint(
                    entry: point.entry(number: 0), part: part,
                    values: preparation.brought(point.personal, "contact_points")))
        }
        return missing
    }

    package func decide(
        _ state: PartyState?, _ facts: PartyUpsertFacts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        switch facts {
        case .new(let facts):
            let registration = PartyRegistration(
                kind: kind, status: status, detail: detail, allowDuplicate: allowDuplicate, sourceVersion: version)
            return try registration.decide(facts, context)
        case .known(let facts): return try change(try Decided.state(state), facts, context)
        }
    }

    /// Which version of which system's record this is.
    private var version: SourceVersion? { hasSourceVersion ? SourceVersion(key.system, sourceVersion) : nil }

    private func change(
        _ state: PartyState, _ facts: PartyChangeFacts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireNewest(version, recorded: state.sourceVersions)
        // Values that the party does not have change it, so that an archived one is refused before they are looked up.
        if !facts.values.isEmpty { try state.requireInUse() }
        let overlooked = try OverlookedDuplicates(of: facts.values, allowed: allowDuplicate, context)
        let events =
            correctionOfKind(state) + changeOfDetail(state, facts.name, overlooked)
            + additions(state, facts.missing, overlooked) + (try changeOfStatus(state))
        guard !events.isEmpty else { return [] }
        try state.requireInUse()
        try FormCheck.count(
            state.contactPoints.count + facts.missing.count, "contact_points", maximum: Limits.contactPoints)
        return events
    }

    /// A party does not turn from a person into an organisation: what was recorded was wrong from the start.
    private func correctionOfKind(_ state: PartyState) -> [NewEvent] {
        guard kind != .unspecified && kind != state.kind else { return [] }
        let facts = PartyNameFacts(part: nil, hasName: state.hasName_p, hasTaxNumber: state.hasTaxNumber_p)
        var corrected = PartyCorrected(facts, validFrom: Instant(microseconds: state.registeredAt))
        corrected.kind = kind
        if let version { corrected.sourceVersion = version }
        return [.fact(.partyCorrected(corrected), subjects: [NewSubject(.target, .self_)])]
    }

    private func changeOfDetail(
        _ state: PartyState, _ facts: PartyNameFacts, _ overlooked: OverlookedDuplicates
    ) -> [NewEvent] {
        guard var changed = PartyDetailChanged(state, detail, clear: clear, facts) else { return [] }
        changed.duplicateNumbers = overlooked.numbers(of: facts.values)
        if let version { changed.sourceVersion = version }
        return [.fact(.partyDetailChanged(changed), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }

    private func additions(
        _ state: PartyState, _ missing: [NewContactPoint], _ overlooked: OverlookedDuplicates
    ) -> [NewEvent] {
        missing.enumerated().map { index, point in
            var added = ContactPointAdded()
            added.contactPoint = point.entry
            added.contactPoint.number = state.lastContactPoint + UInt32(index) + 1
            added.duplicateNumbers = overlooked.numbers(of: point.values)
            if let version { added.sourceVersion = version }
            return .fact(.contactPointAdded(added), subjects: [NewSubject(.target, .self_, part: point.part)])
        }
    }

    private func changeOfStatus(_ state: PartyState) throws(Refusal) -> [NewEvent] {
        guard status != .unspecified && status != state.status else { return [] }
        return [try PartyStatusChanged.fact(from: state.status, to: status, sourceVersion: version)]
    }
}
