internal import Schema

extension ContactPointInput {
    /// The contact point as it is kept: as it was sent, with its normal form where it has one.
    ///
    /// E-mail addresses have one or are refused. Telephone numbers have one in international form; others are kept
    /// as they were given. What the sender set as the normal form is not looked at.
    ///
    /// - Throws: CONTACT_POINT_INVALID, SCHEMA_INVALID, LIMIT_EXCEEDED.
    func kept(_ field: String) throws(Refusal) -> ContactPointPersonal {
        try FormCheck.choice(kind, "\(field).kind", required: true)
        try FormCheck.text(label, "\(field).label", maximum: Limits.wordBytes)
        return kind == .postal ? try keptPostal("\(field).personal") : try keptValue("\(field).personal")
    }

    private func keptPostal(_ field: String) throws(Refusal) -> ContactPointPersonal {
        guard personal.value.isEmpty else {
            throw Refusal(
                .contactPointInvalid, "A postal address stands in postal, not in value.", field: "\(field).value")
        }
        try personal.postal.check("\(field).postal")
        var kept = ContactPointPersonal()
        kept.postal = personal.postal
        return kept
    }

    private func keptValue(_ field: String) throws(Refusal) -> ContactPointPersonal {
        guard !personal.hasPostal else {
            throw Refusal(
                .contactPointInvalid, "Only a contact point of the kind postal has a postal address.",
                field: "\(field).postal")
        }
        guard !personal.value.isEmpty else {
            throw Refusal(.contactPointInvalid, "A contact point needs a value. Send it.", field: "\(field).value")
        }
        try FormCheck.text(personal.value, "\(field).value")
        var kept = ContactPointPersonal()
        kept.value = personal.value
        switch kind {
        case .email:
            do throws(EmailProblem) {
                kept.normalised = try EmailAddress.normalise(personal.value)
            } catch {
                throw Refusal(.contactPointInvalid, error.description, field: "\(field).value")
            }
        case .mobile, .landline:
            if let phone = PhoneNumber.normaliseInternational(personal.value) {
                kept.normalised = phone.e164
                kept.extension = phone.extensionDigits ?? ""
            }
        default: break
        }
        return kept
    }

    /// Bytes of all personal texts.
    var textBytes: Int {
        let postal = personal.postal
        let lines = postal.lines.reduce(0) { $0 + $1.utf8.count }
        // A normal form can be as long as what was sent.
        return 2 * personal.value.utf8.count + lines + postal.locality.utf8.count + postal.region.utf8.count
            + postal.postalCode.utf8.count
    }
}

extension ContactPointPersonal {
    /// What makes two values of one kind the same: the normal form with the extension, else the value as it is.
    var identity: ContactPointPersonal {
        var identity = self
        if !normalised.isEmpty { identity.value = "" }
        return identity
    }
}

extension [ContactPointInput] {
    /// Refuses contact points that are not valid for their kind, or too many.
    ///
    /// - Throws: CONTACT_POINT_INVALID, SCHEMA_INVALID, LIMIT_EXCEEDED.
    func check() throws(Refusal) {
        try FormCheck.count(count, "contact_points", maximum: Limits.contactPoints)
        for (index, input) in enumerated() { _ = try input.kept("contact_points[\(index)]") }
    }

    /// The contact points as they are kept, each once.
    func kept() throws(Refusal) -> [KeptContactPoint] {
        var kept: [KeptContactPoint] = []
        for (index, input) in enumerated() {
            let point = KeptContactPoint(
                kind: input.kind, label: input.label, personal: try input.kept("contact_points[\(index)]"))
            if !kept.contains(where: { $0.isSame(as: point) }) { kept.append(point) }
        }
        return kept
    }
}

/// A contact point on its way into an event.
struct KeptContactPoint {
    var kind: ContactPointKind
    var label: String
    var personal: ContactPointPersonal

    func isSame(as other: KeptContactPoint) -> Bool {
        kind == other.kind && personal.identity.isIdentical(to: other.personal.identity)
    }

    /// What an event may say of it in the open.
    func entry(number: UInt32) -> ContactPointEntry {
        var entry = ContactPointEntry()
        entry.number = number
        entry.kind = kind
        entry.normalised = !personal.normalised.isEmpty
        entry.label = label
        return entry
    }
}

extension PostalAddress {
    /// Refuses what is no postal address.
    ///
    /// - Throws: CONTACT_POINT_INVALID, LIMIT_EXCEEDED.
    func check(_ field: String) throws(Refusal) {
        guard lines.contains(where: { !$0.isEmpty }) || !locality.isEmpty else {
            throw Refusal(.contactPointInvalid, "A postal address needs a line or a locality.", field: field)
        }
        guard country.isEmpty || CountryCode.isKnown(country) else {
            throw Refusal(
                .contactPointInvalid, "The country is not a code of two capitals (ISO 3166-1), for example CN.",
                field: "\(field).country")
        }
        guard districtCode.isEmpty || districtCode.utf8.count == 6 && districtCode.utf8.allSatisfy({ 48...57 ~= $0 })
        else {
            throw Refusal(
                .contactPointInvalid, "A district code has six digits (GB/T 2260).", field: "\(field).district_code")
        }
        try FormCheck.count(lines.count, "\(field).lines", maximum: Limits.postalLines)
        for (index, line) in lines.enumerated() { try FormCheck.text(line, "\(field).lines[\(index)]") }
        try FormCheck.text(locality, "\(field).locality")
        try FormCheck.text(region, "\(field).region")
        try FormCheck.text(postalCode, "\(field).postal_code", maximum: Limits.wordBytes)
    }
}
