internal import Schema

/// What making a party known takes; `RegisterParty` and an `UpsertParty` of a new one do the same.
struct PartyRegistration {
    var kind: PartyKind
    var status: PartyStatus
    var detail: PartyDetail
    var allowDuplicate: Bool
    var sourceVersion: SourceVersion?
}

/// What preparing a registration found out. Nothing in it is personal.
package struct PartyRegistrationFacts: Sendable {
    var part: Int
    var contactPoints: [ContactPointEntry]
    var externalCount: UInt32
    var hasName: Bool
    var hasTaxNumber: Bool
    /// E-mail addresses, telephones and the tax number, which no other party should have.
    var values: [BroughtValue]
    /// The first external key that already names a party: its place in the command, and the party.
    var taken: (index: Int, holder: StreamNumber)?
}

extension PartyRegistrationFacts {
    /// Hands the personal data of a new party over to be sealed.
    init(
        name: PartyNamePersonal, contactPoints: [ContactPointInput], external: [ExternalKey],
        _ preparation: inout Preparation
    ) throws(Refusal) {
        let points = try contactPoints.kept()
        var personal = PartyRegisteredPersonal()
        personal.name = name.displayed
        personal.contactPoints = points.map(\.personal)
        for key in external where !personal.external.contains(where: { $0.isIdentical(to: key) }) {
            personal.external.append(key)
        }
        taken = nil
        for (index, key) in external.enumerated() where taken == nil {
            if let holder = try preparation.reader.resolve(Reference(external: key), .party) { taken = (index, holder) }
        }
        values = points.flatMap { preparation.brought($0.personal, "contact_points") }
        values += preparation.brought(taxNumber: name.taxNumber)
        self.contactPoints = points.enumerated().map { $1.entry(number: UInt32($0 + 1)) }
        externalCount = UInt32(personal.external.count)
        hasName = personal.name.hasText
        hasTaxNumber = !name.taxNumber.isEmpty
        part = preparation.seal(PersonalData(.partyRegistered(personal)), for: .target)
    }
}

extension PartyRegistration {
    /// The events that make the party known.
    ///
    /// - Throws: REFERENCE_TAKEN, DUPLICATE_EXACT, REASON_REQUIRED, IDENTITY_REQUIRED, SCHEMA_INVALID.
    func decide(_ facts: PartyRegistrationFacts, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        // An upsert may leave the kind out, but not that of a new party.
        try FormCheck.choice(kind, "kind", required: true)
        try PartyState.requireIdentity(
            hasName: facts.hasName, contactPoints: facts.contactPoints.count, externalKeys: facts.externalCount)
        if let taken = facts.taken { throw try Refusal.taken(taken.holder, field: "external[\(taken.index)]", context) }

        var registered = PartyRegistered()
        registered.kind = kind
        registered.status = status == .unspecified ? .suspect : status
        registered.detail = detail
        registered.contactPoints = facts.contactPoints
        registered.externalCount = facts.externalCount
        let overlooked = try OverlookedDuplicates(of: facts.values, allowed: allowDuplicate, context)
        registered.duplicateNumbers = overlooked.numbers(of: facts.values)
        if let sourceVersion { registered.sourceVersion = sourceVersion }
        registered.hasName_p = facts.hasName
        registered.hasTaxNumber_p = facts.hasTaxNumber
        return [.fact(.partyRegistered(registered), subjects: [NewSubject(.target, .self_, part: facts.part)])]
    }
}

extension Refusal {
    /// REFERENCE_TAKEN with the id of the aggregate that has the key.
    static func taken(
        _ holder: StreamNumber, field: String, _ context: DecisionContext
    ) throws(Refusal) -> Refusal {
        let refusal = Refusal(
            .referenceTaken, "The external key already names another aggregate. Use that one, or another key.",
            field: field)
        guard let head = try context.world.head(of: holder) else { return refusal }
        return refusal.related(to: [head.id])
    }
}
