/// One label of a host name, checked by the rules of IDNA 2008 (RFC 5891 to 5893).
struct IDNALabel: Hashable {
    /// The label in Unicode, lower case, composed.
    let unicode: String
    /// The label as it is looked up.
    let ascii: String

    private static let prefix = "xn--"

    /// Checks a label that has been mapped (lower case, composed), in either form.
    init(_ label: Substring) throws(EmailProblem) {
        if label.hasPrefix(Self.prefix) {
            let encoded = label.dropFirst(Self.prefix.count)
            // A second spelling of the same name must not pass for another name: it has to encode back the same.
            guard !encoded.isEmpty, let decoded = Punycode.decode(encoded), let again = Punycode.encode(decoded),
                again == encoded
            else {
                throw .domainInvalid
            }
            unicode = decoded
            ascii = String(label)
        } else if label.utf8.allSatisfy({ $0 < 0x80 }) {
            unicode = String(label)
            ascii = unicode
        } else {
            unicode = String(label)
            guard let encoded = Punycode.encode(unicode) else { throw .domainInvalid }
            ascii = Self.prefix + encoded
        }
        try check()
    }

    private func check() throws(EmailProblem) {
        let scalars = Array(unicode.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last, first != "-", last != "-", !first.isMark,
            scalars.count < 4 || scalars[2] != "-" || scalars[3] != "-",
            unicode.utf8.elementsEqual(unicode.composed.utf8),
            scalars.indices.allSatisfy({ Self.isAllowed(at: $0, in: scalars) }),
            !isRightToLeft || followsBidiRule
        else {
            throw .domainInvalid
        }
    }
}

// MARK: - Characters (RFC 5892)

extension IDNALabel {
    private static func isAllowed(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let scalar = scalars[index]
        switch scalar.value {
        case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007: return true
        case 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x30FB, 0x0660...0x0669, 0x06F0...0x06F9:
            return isAllowedInContext(at: index, in: scalars)
        default: return isLetterDigit(scalar) && !isExcluded(scalar.value)
        }
    }

    /// Letters, digits and marks that no folding of case or width changes.
    private static func isLetterDigit(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "-" { return true }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber:
            return !properties.changesWhenNFKCCaseFolded
        default: return false
        }
    }

    /// Letters that RFC 5892 excludes one by one, old Hangul syllable parts, and marks of musical notation.
    private static func isExcluded(_ value: UInt32) -> Bool {
        switch value {
        case 0x0640, 0x07FA, 0x1100...0x11FF, 0x20D0...0x20F0, 0x302E...0x302F, 0x3031...0x3035, 0x303B,
            0xA960...0xA97C, 0xD7B0...0xD7FB, 0x1D165...0x1D1AD, 0x1D242...0x1D244:
            true
        default: false
        }
    }

    /// RFC 5892, appendix A.3 to A.9.
    private static func isAllowedInContext(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let before = index > 0 ? scalars[index - 1] : nil
        let after = index + 1 < scalars.count ? scalars[index + 1] : nil
        switch scalars[index].value {
        case 0x00B7: return before == "l" && after == "l"
        case 0x0375: return after.map(isGreek) ?? false
        case 0x05F3, 0x05F4: return before.map(isHebrew) ?? false
        case 0x30FB: return scalars.contains(where: isJapanese)
        case 0x0660...0x0669: return !scalars.contains { 0x06F0...0x06F9 ~= $0.value }
        default: return !scalars.contains { 0x0660...0x0669 ~= $0.value }
        }
    }

    private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
        0x0370...0x03FF ~= scalar.value || 0x1F00...0x1FFF ~= scalar.value
    }

    private static func isHebrew(_ scalar: Unicode.Scalar) -> Bool {
        0x0591...0x05F4 ~= scalar.value
    }

    private static func isJapanese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3041...0x309F, 0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF: true
        default: scalar.properties.isIdeographic
        }
    }
}

// MARK: - Direction (RFC 5893)

extension IDNALabel {
    private enum Direction {
        case left, right, europeanNumber, arabicNumber, mark, neutral

        /// The class of a character that a label may hold.
        init(_ scalar: Unicode.Scalar) {
            if scalar.properties.generalCategory == .nonspacingMark {
                self = .mark
                return
            }
            switch scalar.value {
            case 0x30...0x39, 0x06F0...0x06F9: self = .europeanNumber
            case 0x0660...0x0669, 0x10D30...0x10D39: self = .arabicNumber
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: self = .right
            case 0x2D, 0x00B7, 0x02B9...0x02BA, 0x02C6...0x02CF, 0x02EC, 0x0375, 0x30FB, 0xA67F, 0xA717...0xA71F,
                0xA788:
                self = .neutral
            default: self = .left
            }
        }
    }

    /// Whether the label has a character that makes its name a right-to-left one.
    var isRightToLeft: Bool {
        unicode.unicodeScalars.contains {
            switch Direction($0) {
            case .right, .arabicNumber: true
            default: false
            }
        }
    }

    /// The six rules of RFC 5893, section 2. They hold for every label of a name that has a right-to-left one.
    var followsBidiRule: Bool {
        let directions = unicode.unicodeScalars.map(Direction.init)
        let end = directions.last { $0 != .mark }
        switch directions.first {
        case .right:
            guard !directions.contains(.left),
                !(directions.contains(.europeanNumber) && directions.contains(.arabicNumber))
            else { return false }
            return end == .right || end == .europeanNumber || end == .arabicNumber
        case .left:
            guard !directions.contains(.right), !directions.contains(.arabicNumber) else { return false }
            return end == .left || end == .europeanNumber
        default: return false
        }
    }
}
