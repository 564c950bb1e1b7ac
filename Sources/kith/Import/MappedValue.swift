internal import Schema

/// A decimal number: `unscaled` divided by 10^`scale`.
struct DecimalNumber: Equatable, Comparable, Sendable {
    /// The most decimals that the schema carries.
    static let maximumScale = 9

    var unscaled: Int64
    var scale: Int

    init(unscaled: Int64, scale: Int) {
        (self.unscaled, self.scale) = (unscaled, scale)
    }

    /// The number that a text stands for, digit by digit; nil where it is none, has more than nine decimals, or
    /// does not fit into 64 bits.
    init?(_ text: String, decimalPoint: Character = ".", thousands: Character? = nil) {
        var rest = text[...]
        let negative = rest.first == "-"
        if negative || rest.first == "+" { rest = rest.dropFirst() }
        var magnitude: UInt64 = 0
        var scale: Int?
        var digits = 0
        for character in rest {
            if character == decimalPoint, scale == nil {
                scale = 0
            } else if let thousands, character == thousands, scale == nil, digits > 0 {
                continue
            } else if let digit = character.asciiValue, (0x30...0x39).contains(digit) {
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(digit - 0x30))
                guard !overflow, !carry else { return nil }
                magnitude = sum
                digits += 1
                scale = scale.map { $0 + 1 }
            } else {
                return nil
            }
        }
        guard digits > 0, (scale ?? 0) <= Self.maximumScale, magnitude <= UInt64(Int64.max) else { return nil }
        self.init(unscaled: negative ? -Int64(magnitude) : Int64(magnitude), scale: scale ?? 0)
    }

    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        Int128(left.unscaled) * power(right.scale) < Int128(right.unscaled) * power(left.scale)
    }

    /// The integer that is this number times 10^`digits`; nil where it is none or does not fit.
    func scaled(to digits: Int) -> Int64? {
        if digits >= scale { return Int64(exactly: Int128(unscaled) * Self.power(digits - scale)) }
        let (quotient, remainder) = unscaled.quotientAndRemainder(dividingBy: Int64(Self.power(scale - digits)))
        return remainder == 0 ? quotient : nil
    }

    /// Exponents are at most 9 + 4.
    private static func power(_ exponent: Int) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }
}

/// What a value of a mapping is for a row or a group of rows.
enum MappedValue: Equatable, Sendable {
    /// The row says nothing.
    case none
    case text(String)
    case integer(Int64)
    case decimal(DecimalNumber)
    /// An amount in minor units.
    case minorUnits(Int64)
    case time(Instant)

    /// The value as a template puts it into a command; nil where there is none.
    var json: JSONValue? {
        switch self {
        case .none: nil
        case .text(let text): .string(text)
        // 64-bit integers stand as strings in protobuf's JSON mapping, which takes them for all integers.
        case .integer(let number), .minorUnits(let number): .string(String(number))
        case .decimal(let number):
            .members(("unscaled", .string(String(number.unscaled))), ("scale", .integer(number.scale)))
        case .time(let instant): .string(TimeText.iso(instant))
        }
    }

    /// The value as part of a text; nil where there is none.
    var text: String? {
        switch self {
        case .none: nil
        case .text(let text): text
        case .integer(let number), .minorUnits(let number): String(number)
        case .decimal(let number): MoneyText.decimal(number.unscaled, scale: number.scale)
        case .time(let instant): TimeText.iso(instant)
        }
    }

    /// The value as a number, for comparisons.
    var number: DecimalNumber? {
        switch self {
        case .none, .time: nil
        case .text(let text): DecimalNumber(text)
        case .integer(let number), .minorUnits(let number): DecimalNumber(unscaled: number, scale: 0)
        case .decimal(let number): number
        }
    }

    /// Whether this value comes before another of the same kind; what is empty comes last.
    func precedes(_ other: MappedValue) -> Bool {
        switch (self, other) {
        case (.none, _): false
        case (_, .none): true
        case (.time(let left), .time(let right)): left < right
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        default:
            if let left = number, let right = other.number { left < right } else { false }
        }
    }
}
