internal import Schema

/// A normalised personal value by which parties are found, before it is hashed.
struct LookupValue: Hashable {
    /// "email", "phone" or "tax".
    var domain: String
    var bytes: [UInt8]

    /// The value of a contact point, or nil where it has no normal form.
    init?(_ contactPoint: ContactPointPersonal) {
        let normalised = contactPoint.normalised
        guard !normalised.isEmpty else { return nil }
        // Every normalised e-mail address has an @-sign, no E.164 number has one.
        domain = normalised.utf8.contains(UInt8(ascii: "@")) ? "email" : "phone"
        bytes = Array(normalised.utf8)
    }

    /// The value of a tax number, or nil where there is none. Case and blanks around it do not matter.
    init?(taxNumber: String) {
        let trimmed = taxNumber.drop(while: \.isWhitespace)
        guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        domain = "tax"
        bytes = Array(trimmed[...last].uppercased().utf8)
    }

    var added: IndexEffect { .addToken(domain: domain, value: bytes) }
    var removed: IndexEffect { .removeToken(domain: domain, value: bytes) }
}
