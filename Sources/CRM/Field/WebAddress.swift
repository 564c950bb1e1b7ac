/// The form of web addresses.
enum WebAddress {
    /// The schemes where nobody names others.
    static let schemes = ["http", "https"]

    /// Whether it is a scheme as addresses begin with it: small letters, digits, +, - and ., a letter first.
    static func isScheme(_ text: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        guard let first = text.utf8.first, letters.contains(first), text.utf8.count <= FieldLimits.schemeBytes else {
            return false
        }
        return text.utf8.allSatisfy {
            letters.contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.".utf8.contains($0)
        }
    }

    /// Whether it is an address of one of these schemes that names a host, without blanks or control characters. The
    /// scheme may be written in capitals.
    static func isFormed(_ text: String, schemes: [String]) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            schemes.contains(where: { text[..<colon].lowercased() == $0 }), text[colon...].hasPrefix("://")
        else { return false }
        let rest = text.utf8[text.utf8.index(colon, offsetBy: 3)...]
        let ends = Set("/?#".utf8)
        let host = rest.prefix { !ends.contains($0) }
        let hasHost =
            host.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last
            .map { !$0.isEmpty && $0.first != UInt8(ascii: ":") } ?? false
        return hasHost
            && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.value > 32 && $0.value != 127 }
    }
}
