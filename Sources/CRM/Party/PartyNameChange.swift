internal import Schema

/// What preparing a change of a party's name found out. Nothing in it is personal.
package struct PartyNameFacts: Sendable {
    /// The part with the name as it is and as it was; nil where it stays.
    var part: Int?
    /// Whether there is a name, and a tax number, after the change.
    var hasName: Bool
    var hasTaxNumber: Bool
    /// The tax number where it becomes another one, which no other party should have.
    var values: [BroughtValue] = []
}

/// A change of the name, by a correction, a change or an upsert.
struct PartyNameChange {
    var name: PartyNamePersonal
    var clear: [String]

    private var isEmpty: Bool {
        !name.hasText && name.taxNumber.isEmpty && name.invoiceTitle.isEmpty
            && !clear.contains { ["name", "tax_number", "invoice_title"].contains($0) }
    }

    /// Compares with the name in force, which is opened only where the command says something about it.
    ///
    /// - Parameter wrap: makes the part of the event that the change becomes.
    func prepare(
        _ state: PartyState, _ record: inout PartyRecord, _ preparation: inout Preparation,
        _ wrap: (PartyNameChangedPersonal) -> PersonalData.OneOf_Data
    ) throws(Refusal) -> PartyNameFacts {
        let unchanged = PartyNameFacts(part: nil, hasName: state.hasName_p, hasTaxNumber: state.hasTaxNumber_p)
        if isEmpty { return unchanged }
        var personal = PartyNameChangedPersonal()
        personal.before = try record.name()
        personal.name = personal.before.changed(by: name, clear: clear)
        if personal.name.isIdentical(to: personal.before) { return unchanged }
        let taxNumber = personal.name.taxNumber
        let isOther = LookupValue(taxNumber: taxNumber) != LookupValue(taxNumber: personal.before.taxNumber)
        let part = preparation.seal(PersonalData(wrap(personal)), for: .target)
        return PartyNameFacts(
            part: part, hasName: personal.name.hasText, hasTaxNumber: !taxNumber.isEmpty,
            values: isOther ? preparation.brought(taxNumber: taxNumber) : [])
    }
}

extension PartyState {
    /// Refuses a change of name that leaves nothing by which the party can be told.
    func requireIdentity(after facts: PartyNameFacts) throws(Refusal) {
        try PartyState.requireIdentity(
            hasName: facts.hasName, contactPoints: contactPoints.count, externalKeys: externalCount)
    }
}
