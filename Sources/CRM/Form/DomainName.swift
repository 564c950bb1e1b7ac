/// A host name as mail uses it, in its two forms.
struct DomainName: Hashable {
    /// As it is shown and compared: lower case, Unicode.
    let unicode: String
    /// As it is looked up: labels in other scripts as `xn--…` (RFC 5890).
    let ascii: String

    /// Bytes of a name, and of one label (RFC 1035, 2.3.4).
    static let bytesMaximum = 253
    static let labelMaximum = 63

    /// Names that are never the public Internet's (RFC 6761 and others).
    private static let specialUse: Set<String> = ["arpa", "invalid", "local", "localhost", "onion", "test"]

    /// Maps, checks and converts a name as IDNA 2008 with the mapping of UTS 46 does it.
    ///
    /// Of the mapping the parts that people type are done: case, full-width forms, the other full stops, invisible
    /// variation selectors. Characters that would map to something else (ligatures, circled letters, presentation
    /// forms) are refused.
    static func normalise(_ text: String) throws(EmailProblem) -> DomainName {
        guard !text.isEmpty else { throw .domainMissing }
        guard text.unicodeScalars.count <= bytesMaximum else { throw .domainTooLong }
        let mapped = try map(text)
        try checkDotsAndHyphens(mapped)

        var labels: [IDNALabel] = []
        for label in mapped.split(separator: ".") { labels.append(try IDNALabel(label)) }
        guard !labels.contains(where: \.isRightToLeft) || labels.allSatisfy(\.followsBidiRule) else {
            throw .domainInvalid
        }

        let name = DomainName(
            unicode: labels.map(\.unicode).joined(separator: "."), ascii: labels.map(\.ascii).joined(separator: "."))
        guard name.ascii.utf8.count <= bytesMaximum, labels.allSatisfy({ $0.ascii.utf8.count <= labelMaximum }) else {
            throw .domainTooLong
        }
        try checkIsPublic(labels)
        return name
    }

    private static func map(_ text: String) throws(EmailProblem) -> String {
        guard text.unicodeScalars.first?.isMark == false else { throw .domainInvalid }
        var mapped = ""
        for scalar in text.unicodeScalars {
            guard scalar.isASCII ? isHostText(scalar) : scalar.isSafeInAddress else { throw .domainInvalid }
            if scalar.properties.isDefaultIgnorableCodePoint { continue }
            mapped += foldedWidth(scalar).properties.lowercaseMapping
        }
        mapped = mapped.composed
        // Composition and full-width forms can bring in other ASCII characters.
        guard mapped.unicodeScalars.allSatisfy({ !$0.isASCII || isHostText($0) }) else { throw .domainInvalid }
        return mapped
    }

    private static func isHostText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".": true
        default: false
        }
    }

    /// Full-width letters, digits and signs, and the full stops of East Asian text, as ASCII.
    private static func foldedWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
        case 0x3002, 0xFF61: "."
        default: scalar
        }
    }

    private static func checkDotsAndHyphens(_ name: String) throws(EmailProblem) {
        guard name.first != ".", name.last != ".", !name.utf8.hasEmptyLabel, !name.isEmpty else { throw .dotMisplaced }
        for label in name.split(separator: ".") {
            guard label.utf8.first != UInt8(ascii: "-"), label.utf8.last != UInt8(ascii: "-") else {
                throw .domainInvalid
            }
        }
    }

    private static func checkIsPublic(_ labels: [IDNALabel]) throws(EmailProblem) {
        guard labels.count > 1, let top = labels.last?.ascii else { throw .domainNotPublic }
        let endsInLetter = top.utf8.last.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } ?? false
        guard endsInLetter, !specialUse.contains(top) else { throw .domainNotPublic }
    }
}
