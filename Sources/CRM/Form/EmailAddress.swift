/// E-mail addresses: which are taken, and the one form in which each is kept and compared.
///
/// Taken is what can be delivered over the Internet: a dot-atom before the @-sign, a host name with a public top-level
/// domain after it, in any script. Not taken are quoted local parts, comments, display names, literal addresses and
/// special-use domains, though RFC 5322 knows them.
package enum EmailAddress {
    /// Bytes of a whole address (RFC 5321, 4.5.3.1.3, less the angle brackets).
    package static let bytesMaximum = 254
    /// Characters before the @-sign (RFC 5321, 4.5.3.1.1).
    package static let localPartMaximum = 64

    /// The address in its normal form: NFC, the domain in lower case and Unicode, the role mailboxes of RFC 2142 in
    /// lower case. The case of other local parts is the receiver's business and stays. Nothing is trimmed.
    package static func normalise(_ text: String) throws(EmailProblem) -> String {
        let scalars = text.unicodeScalars
        guard let at = scalars.firstIndex(of: "@") else { throw .atSignMissing }
        let originalLocal = String(scalars[..<at])
        let originalDomain = String(scalars[scalars.index(after: at)...])

        try checkLocalPart(originalLocal)
        var local = originalLocal.composed
        try checkLocalPart(local)
        if roleMailboxes.contains(local.lowercased()) { local = local.lowercased() }

        let domain = try DomainName.normalise(originalDomain)
        let normalised = local + "@" + domain.unicode
        let longest = max(text.utf8.count, normalised.utf8.count, local.utf8.count + 1 + domain.ascii.utf8.count)
        guard longest <= bytesMaximum else { throw .tooLong }
        return normalised
    }

    /// A dot-atom of RFC 5322, 3.2.3, with the further characters of RFC 6531.
    private static func checkLocalPart(_ local: String) throws(EmailProblem) {
        let scalars = local.unicodeScalars
        guard !scalars.isEmpty else { throw .localPartMissing }
        guard scalars.count <= localPartMaximum else { throw .localPartTooLong }
        guard scalars.allSatisfy({ $0 == "." || isAtomText($0) }), scalars.first?.isMark == false else {
            throw .localPartInvalid
        }
        guard scalars.first != ".", scalars.last != ".", !local.utf8.hasEmptyLabel else { throw .dotMisplaced }
    }

    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        case "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`", "{", "|", "}", "~": true
        default: !scalar.isASCII && scalar.isSafeInAddress
        }
    }

    /// Mailboxes whose case does not matter (RFC 2142, sections 3 to 5).
    private static let roleMailboxes: Set<String> = [
        "info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster", "usenet",
        "news", "webmaster", "www", "uucp", "ftp",
    ]
}

/// Why an e-mail address is refused, as a sentence about its form that does not repeat it.
package enum EmailProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case atSignMissing, localPartMissing, localPartTooLong, localPartInvalid, dotMisplaced
    case domainMissing, domainInvalid, domainTooLong, domainNotPublic, tooLong

    package var description: String {
        switch self {
        case .atSignMissing: "An e-mail address needs an @-sign."
        case .localPartMissing: "There is nothing before the @-sign."
        case .localPartTooLong: "There are more than 64 characters before the @-sign."
        case .localPartInvalid: "A character before the @-sign is not allowed there."
        case .dotMisplaced: "A dot stands at an end or beside another dot."
        case .domainMissing: "There is nothing after the @-sign."
        case .domainInvalid: "What follows the @-sign is not a host name."
        case .domainTooLong: "What follows the @-sign is longer than a host name may be."
        case .domainNotPublic: "What follows the @-sign is not in a public top-level domain."
        case .tooLong: "The address is longer than 254 bytes."
        }
    }
}

extension Unicode.Scalar {
    /// Whether it combines with the character before it.
    var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Letters, marks, numbers, punctuation and symbols. Spaces, controls, invisible formatting, private use and
    /// unassigned characters could make one address look like another.
    var isSafeInAddress: Bool {
        switch properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }
}

extension String {
    /// The text in Unicode's composed form (NFC).
    ///
    /// The standard library compares strings in this form and gives it under an underscored name only; Foundation's
    /// would bring ICU into the service.
    var composed: String {
        utf8.allSatisfy { $0 < 0x80 } ? self : String(decoding: _nfcCodeUnits, as: UTF8.self)
    }
}

extension String.UTF8View {
    /// Whether two dots stand side by side.
    var hasEmptyLabel: Bool {
        zip(self, dropFirst()).contains { $0 == UInt8(ascii: ".") && $1 == UInt8(ascii: ".") }
    }
}
