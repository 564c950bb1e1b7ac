/// A phone number in the form in which it is compared and dialled from anywhere.
package struct NormalisedPhone: Hashable, Sendable {
    /// `+`, country calling code and national number (ITU-T E.164).
    package let e164: String
    /// The digits to dial once connected; nil where the number has no extension.
    package let extensionDigits: String?

    package init(e164: String, extensionDigits: String?) {
        self.e164 = e164
        self.extensionDigits = extensionDigits
    }
}

/// Phone numbers as people and systems write them.
package enum PhoneNumber {
    /// Digits of a number with its country calling code: E.164 sets the upper bound, the shortest plans the lower.
    package static let digitsAllowed = 7...15
    /// Digits of an extension.
    package static let extensionDigitsMaximum = 20

    /// Reads a number in international form: a plus sign (also full-width), a country calling code that exists,
    /// digits of any script, the usual separators, `tel:` of RFC 3966, an extension.
    ///
    /// Nil for everything else, national forms among it: the caller keeps those as they were given.
    package static func normaliseInternational(_ text: String) -> NormalisedPhone? {
        let scalars = trimmed(withoutScheme(Array(text.unicodeScalars)[...]))
        guard let first = scalars.first, first == "+" || first == "\u{FF0B}" else {
            return localNumberInContext(scalars)
        }
        return read(scalars.dropFirst())
    }

    /// Reads what follows the plus sign.
    private static func read(_ scalars: ArraySlice<Unicode.Scalar>) -> NormalisedPhone? {
        let (digits, rest) = number(in: scalars)
        guard let code = CallingCode(leading: digits) else { return nil }
        let national = code.withoutTrunkPrefix(digits.dropFirst(code.digitCount))
        let count = code.digitCount + national.count
        guard digitsAllowed.contains(count), let extensionDigits = extensionDigits(in: rest) else { return nil }
        let e164 = "+" + String(decoding: digits.prefix(code.digitCount) + national, as: UTF8.self)
        return NormalisedPhone(e164: e164, extensionDigits: extensionDigits.isEmpty ? nil : extensionDigits)
    }

    /// `tel:2079460958;phone-context=+44` (RFC 3966, 5.1.5).
    private static func localNumberInContext(_ scalars: ArraySlice<Unicode.Scalar>) -> NormalisedPhone? {
        let marker = Array(";phone-context=+".unicodeScalars)
        guard let semicolon = scalars.firstIndex(of: ";"), scalars[semicolon...].starts(with: marker) else {
            return nil
        }
        let context = scalars[semicolon...].dropFirst(marker.count)
        let contextEnd = context.firstIndex(of: ";") ?? context.endIndex
        return read(context[..<contextEnd] + scalars[..<semicolon] + context[contextEnd...])
    }
}

// MARK: - Parts of the text

extension PhoneNumber {
    private static func withoutScheme(_ scalars: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        let text = trimmed(scalars)
        let isTel = zip(text, "tel:".unicodeScalars).allSatisfy { $0.properties.lowercaseMapping == String($1) }
        return text.count > 4 && isTel ? text.dropFirst(4) : text
    }

    private static func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        let text = scalars.drop(while: isBlank)
        guard let last = text.lastIndex(where: { !isBlank($0) }) else { return [] }
        return text[...last]
    }

    /// Spaces, and the invisible direction marks that address books put around numbers.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
    }

    /// The digits up to the first thing that is neither digit nor separator, as ASCII, and what follows them.
    private static func number(
        in scalars: ArraySlice<Unicode.Scalar>
    ) -> (digits: [UInt8], rest: ArraySlice<Unicode.Scalar>) {
        var digits: [UInt8] = []
        var rest = scalars
        while let scalar = rest.first {
            if let digit = digit(scalar) {
                digits.append(digit)
            } else if !isSeparator(scalar) {
                break
            }
            rest = rest.dropFirst()
        }
        return (digits, rest)
    }

    /// A decimal digit of any script, as ASCII.
    private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else { return nil }
        return UInt8(ascii: "0") + UInt8(value)
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "/", "(", ")", "[", "]", "\u{FF0E}", "\u{FF0F}", "\u{FF08}", "\u{FF09}", "\u{2212}", "\u{30FC}": true
        default: scalar.properties.generalCategory == .dashPunctuation || isBlank(scalar)
        }
    }

    /// What announces an extension, longest first where one begins another.
    private static let extensionLabels = [
        ";ext=", "extension", "extn", "ext", "доб", "anexo", "int", "分机", "分機", "内線", "內線", "转", "轉", "x", "#",
    ].map { Array($0.unicodeScalars) }

    /// The extension's digits, empty where there is none; nil where the text goes on in any other way.
    private static func extensionDigits(in rest: ArraySlice<Unicode.Scalar>) -> String? {
        if rest.isEmpty || rest.starts(with: ";isub=".unicodeScalars) { return "" }
        let folded = Array(String(String.UnicodeScalarView(rest)).lowercased().unicodeScalars)
        guard let label = extensionLabels.first(where: { folded.starts(with: $0) }) else { return nil }
        let text = folded.dropFirst(label.count).drop { $0 == "." || $0 == ":" || $0 == "\u{FF1A}" || isBlank($0) }
        let digits = text.compactMap(digit)
        guard digits.count == text.count, 1...extensionDigitsMaximum ~= digits.count else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }
}
