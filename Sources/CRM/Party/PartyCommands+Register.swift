package import Schema

extension RegisterParty: DomainCommand {
    package typealias Target = PartyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.choice(kind, "kind", required: true)
        try FormCheck.choice(status, "status", required: false)
        try FormCheck.externalKeys(external)
        try PartyForm.check(name, contactPoints, detail)
        try PartyState.requireIdentity(
            hasName: name.hasText, contactPoints: contactPoints.count, externalKeys: UInt32(external.count))
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> PartyRegistrationFacts {
        defer {
            clearName()
            contactPoints = []
            external = []
        }
        return try PartyRegistrationFacts(name: name, contactPoints: contactPoints, external: external, &preparation)
    }

    package func decide(
        _ state: PartyState?, _ facts: PartyRegistrationFacts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try PartyRegistration(kind: kind, status: status, detail: detail, allowDuplicate: allowDuplicate)
            .decide(facts, context)
    }
}

/// Checks of form that commands about a whole party share.
enum PartyForm {
    /// The fields of a party that a command can empty.
    static let clearable: Set<String> = ["name", "tax_number", "invoice_title", "country", "language", "roles"]

    static func check(
        _ name: PartyNamePersonal, _ contactPoints: [ContactPointInput], _ detail: PartyDetail
    ) throws(Refusal) {
        try name.check()
        try contactPoints.check()
        try detail.check()
        // The name can stand twice in a part: as it is and as it was.
        let bytes = contactPoints.reduce(2 * name.textBytes) { $0 + $1.textBytes }
        guard bytes <= Limits.personalBytes else {
            throw Refusal(
                .limitExceeded, "The texts of a party together have more than \(Limits.personalBytes) bytes.")
        }
    }

    /// Refuses to set and to empty the same field.
    static func checkClear(_ clear: [String], _ name: PartyNamePersonal, _ detail: PartyDetail) throws(Refusal) {
        try FormCheck.clear(clear, known: clearable)
        let sent: [(String, Bool)] = [
            ("name", name.hasText), ("tax_number", !name.taxNumber.isEmpty),
            ("invoice_title", !name.invoiceTitle.isEmpty), ("country", !detail.country.isEmpty),
            ("language", !detail.language.isEmpty), ("roles", !detail.roles.isEmpty),
        ]
        for (field, isSent) in sent where isSent && clear.contains(field) {
            throw Refusal(.schemaInvalid, "\(field) is sent and emptied at once. Do one of them.", field: "clear")
        }
    }
}
