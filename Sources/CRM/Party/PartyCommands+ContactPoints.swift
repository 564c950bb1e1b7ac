package import Schema

extension AddContactPoint: DomainCommand {
    package typealias Target = PartyAggregate

    /// The new contact point with its part, or nothing where the party has it already.
    package struct Prepared: Sendable {
        var new: NewContactPoint?
    }

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        _ = try contactPoint.kept("contact_point")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        defer { clearContactPoint() }
        guard let state = try preparation.party() else { return nil }
        let point = KeptContactPoint(
            kind: contactPoint.kind, label: contactPoint.label, personal: try contactPoint.kept("contact_point"))
        var record = PartyRecord(state, preparation.reader)
        if try record.contactPoints().contains(where: { $0.isSame(as: point) }) { return Prepared(new: nil) }
        var personal = ContactPointAddedPersonal()
        personal.contactPoint = point.personal
        let part = preparation.seal(PersonalData(.contactPointAdded(personal)), for: .target)
        return Prepared(
            new: NewContactPoint(
                entry: point.entry(number: 0), part: part,
                values: preparation.brought(point.personal, "contact_point.personal.value")))
    }

    package func decide(_ state: PartyState?, _ facts: Prepared?, _ context: DecisionContext) throws(Refusal)
        -> [NewEvent]
    {
        let state = try Decided.state(state)
        guard let new = try Decided.facts(facts).new else { return [] }
        try state.requireInUse()
        try FormCheck.count(state.contactPoints.count + 1, "contact_point", maximum: Limits.contactPoints)
        var added = ContactPointAdded()
        added.contactPoint = new.entry
        added.contactPoint.number = state.lastContactPoint + 1
        let overlooked = try OverlookedDuplicates(of: new.values, allowed: allowDuplicate, context)
        added.duplicateNumbers = overlooked.numbers(of: new.values)
        return [.fact(.contactPointAdded(added), subjects: [NewSubject(.target, .self_, part: new.part)])]
    }
}

/// A contact point that the party does not have yet. Nothing in it is personal.
struct NewContactPoint: Sendable {
    /// Its number comes with the decision.
    var entry: ContactPointEntry
    var part: Int
    /// Its e-mail address or telephone number, which no other party should have.
    var values: [BroughtValue]
}

extension VerifyContactPoint: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        try FormCheck.required(method, "method", maximum: Limits.wordBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package func decide(_ state: PartyState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard let point = try state.contactPoint(contactPoint) else {
            throw Refusal(
                .illegalTransition, "The contact point is retired. Add it again to verify it.", field: "contact_point")
        }
        guard !point.verifiedMethod.utf8.elementsEqual(method.utf8) else { return [] }
        try state.requireInUse()
        var verified = ContactPointVerified()
        verified.contactPoint = contactPoint
        verified.method = method
        return [.fact(.contactPointVerified(verified), subjects: [NewSubject(.target, .self_)])]
    }
}

extension RetireContactPoint: DomainCommand {
    package typealias Target = PartyAggregate

    /// The part with the value that is retired; none where it is not in use.
    package struct Prepared: Sendable {
        var part: Int?
    }

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        guard let state = try preparation.party() else { return nil }
        guard let point = state.contactPoints.first(where: { $0.number == contactPoint }) else {
            return Prepared(part: nil)
        }
        var record = PartyRecord(state, preparation.reader)
        var personal = ContactPointRetiredPersonal()
        personal.contactPoint = try record.value(of: point)
        // The party is still found by a normal form that another of its contact points has.
        if try isShared(personal.contactPoint, state, &record) { personal.contactPoint.normalised = "" }
        return Prepared(part: preparation.seal(PersonalData(.contactPointRetired(personal)), for: .target))
    }

    private func isShared(
        _ value: ContactPointPersonal, _ state: PartyState, _ record: inout PartyRecord
    ) throws(Refusal) -> Bool {
        guard let lookup = LookupValue(value) else { return false }
        for other in state.contactPoints where other.normalised && other.number != contactPoint {
            if LookupValue(try record.value(of: other)) == lookup { return true }
        }
        return false
    }

    package func decide(_ state: PartyState?, _ facts: Prepared?, _ context: DecisionContext) throws(Refusal)
        -> [NewEvent]
    {
        let state = try Decided.state(state)
        guard try state.contactPoint(contactPoint) != nil else { return [] }
        try state.requireInUse()
        try PartyState.requireIdentity(
            hasName: state.hasName_p, contactPoints: state.contactPoints.count - 1, externalKeys: state.externalCount)
        var retired = ContactPointRetired()
        retired.contactPoint = contactPoint
        let part = try Decided.facts(try Decided.facts(facts).part)
        return [.fact(.contactPointRetired(retired), subjects: [NewSubject(.target, .self_, part: part)])]
    }
}

extension PartyState {
    /// The contact point in use with this number; nil where it is retired.
    ///
    /// - Throws: NOT_FOUND where the party never had one with this number.
    fileprivate func contactPoint(_ number: UInt32) throws(Refusal) -> ContactPointState? {
        guard (1...max(lastContactPoint, 1)).contains(number), lastContactPoint > 0 else {
            throw Refusal(.notFound, "The party has no contact point \(number).", field: "contact_point")
        }
        return contactPoints.first { $0.number == number }
    }
}
