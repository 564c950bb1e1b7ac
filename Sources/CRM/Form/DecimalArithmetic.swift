/// A decimal number: unit prices, quantities and rates. Its value is `unscaled` × 10^−`scale`.
package struct DecimalNumber: Hashable, Sendable, CustomStringConvertible {
    /// All its digits, without the point.
    package var unscaled: Int64
    /// How many of them stand after the point.
    package var scale: UInt32

    package init(unscaled: Int64, scale: UInt32) {
        self.unscaled = unscaled
        self.scale = scale
    }

    /// The value's shortest form: without zeroes at the end of its fraction.
    package var reduced: DecimalNumber {
        guard unscaled != 0 else { return DecimalNumber(unscaled: 0, scale: 0) }
        var number = self
        while number.scale > 0, number.unscaled % 10 == 0 {
            number.unscaled /= 10
            number.scale -= 1
        }
        return number
    }

    /// The number as text with a point, as `DecimalArithmetic.parse` reads it, in its shortest form.
    package var description: String {
        let number = reduced
        var digits = String(number.unscaled.magnitude)
        // A scale that no text could hold is shown as a power of ten.
        guard number.scale <= 100 else { return "\(number.unscaled)e-\(number.scale)" }
        let scale = Int(number.scale)
        if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
        if scale > 0 { digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale)) }
        return (number.unscaled < 0 ? "-" : "") + digits
    }
}

/// Exact arithmetic on decimals. No result is ever a near one, except where the name says that it is rounded.
package enum DecimalArithmetic {
    /// The product; nil where it has more digits than a decimal can hold.
    package static func multiply(_ left: DecimalNumber, _ right: DecimalNumber) -> DecimalNumber? {
        let left = left.reduced
        let right = right.reduced
        let scale = UInt64(left.scale) + UInt64(right.scale)
        return narrowed(Int128(left.unscaled) * Int128(right.unscaled), scale: scale)
    }

    /// The sum; nil where it has more digits than a decimal can hold.
    package static func add(_ left: DecimalNumber, _ right: DecimalNumber) -> DecimalNumber? {
        let left = left.reduced
        let right = right.reduced
        if left.unscaled == 0 { return right }
        if right.unscaled == 0 { return left }
        let scale = max(left.scale, right.scale)
        guard let leftUnits = units(left, scale: scale), let rightUnits = units(right, scale: scale) else { return nil }
        return narrowed(leftUnits + rightUnits, scale: UInt64(scale))
    }

    /// Whether the first value is smaller. Exact for all values.
    package static func isLess(_ left: DecimalNumber, _ right: DecimalNumber) -> Bool {
        compare(left, right) < 0
    }

    /// −1, 0 or 1 as the first value is smaller, equal or greater. Exact for all values.
    package static func compare(_ left: DecimalNumber, _ right: DecimalNumber) -> Int {
        let left = left.reduced
        let right = right.reduced
        let scale = max(left.scale, right.scale)
        // Only the value of smaller scale grows, and only beyond anything the other can be: its sign then decides.
        guard let leftUnits = units(left, scale: scale) else { return Int(left.unscaled.signum()) }
        guard let rightUnits = units(right, scale: scale) else { return -Int(right.unscaled.signum()) }
        return leftUnits < rightUnits ? -1 : leftUnits > rightUnits ? 1 : 0
    }

    /// The number in units of 10^−`digits` (minor units of a currency), rounded half-even; nil on overflow.
    package static func rounded(_ number: DecimalNumber, digits: Int) -> Int64? {
        rounded(Int128(number.unscaled), scale: UInt64(number.scale), digits: digits)
    }

    /// A line's net in minor units: unit price × quantity − discount, rounded half-even once; nil on overflow.
    ///
    /// - Parameter discount: in minor units.
    package static func lineNet(
        unitPrice: DecimalNumber, quantity: DecimalNumber, discount: Int64 = 0, minorDigits: Int
    ) -> Int64? {
        let product = Int128(unitPrice.unscaled) * Int128(quantity.unscaled)
        let scale = UInt64(unitPrice.scale) + UInt64(quantity.scale)
        guard discount != 0 else { return rounded(product, scale: scale, digits: minorDigits) }
        // The discount is taken off first: a half that is rounded to even before may differ by one after.
        let exponent = Int64(clamping: scale) - Int64(minorDigits)
        guard exponent >= 0 else {
            guard let gross = rounded(product, scale: scale, digits: minorDigits) else { return nil }
            let (net, overflow) = gross.subtractingReportingOverflow(discount)
            return overflow ? nil : net
        }
        guard exponent <= 18 else { return nil }
        return rounded(
            product - Int128(discount) * powerOfTen(UInt64(exponent)), scale: scale, digits: minorDigits)
    }

    /// Reads `12.345`, `-3`, `.5`: ASCII digits, at most one point with digits after it, no exponent, no blanks.
    /// The scale is the number of digits after the point. Nil for anything else, and for more digits than fit.
    package static func parse(_ text: String) -> DecimalNumber? {
        var rest = Substring(text).utf8
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        var unscaled: Int64 = 0
        var scale: UInt32?
        var hasDigit = false
        for byte in rest {
            if byte == UInt8(ascii: "."), scale == nil {
                scale = 0
                hasDigit = false
                continue
            }
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            // Counted downwards, because the least number has no positive counterpart.
            let (tenfold, overflow) = unscaled.multipliedReportingOverflow(by: 10)
            let (next, underflow) = tenfold.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !underflow else { return nil }
            unscaled = next
            hasDigit = true
            scale = scale.map { $0 + 1 }
        }
        guard hasDigit, isNegative || unscaled != .min else { return nil }
        return DecimalNumber(unscaled: isNegative ? unscaled : -unscaled, scale: scale ?? 0)
    }
}

// MARK: - Powers of ten

extension DecimalArithmetic {
    /// The greatest power of ten that 128 bits with sign can hold is 10^38.
    private static let exponentMaximum: UInt64 = 38

    private static func powerOfTen(_ exponent: UInt64) -> Int128 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// The number in units of 10^−`scale`, where `scale` is at least its own; nil where it passes 64 bits by far.
    private static func units(_ number: DecimalNumber, scale: UInt32) -> Int128? {
        if number.unscaled == 0 { return 0 }
        let exponent = UInt64(scale - number.scale)
        guard exponent <= 19 else { return nil }
        return Int128(number.unscaled) * powerOfTen(exponent)
    }

    private static func narrowed(_ value: Int128, scale: UInt64) -> DecimalNumber? {
        var value = value
        var scale = value == 0 ? 0 : scale
        while scale > 0, value % 10 == 0 {
            value /= 10
            scale -= 1
        }
        guard let unscaled = Int64(exactly: value), let narrow = UInt32(exactly: scale) else { return nil }
        return DecimalNumber(unscaled: unscaled, scale: narrow)
    }

    private static func rounded(_ value: Int128, scale: UInt64, digits: Int) -> Int64? {
        precondition(digits >= 0, "a currency has no negative number of decimals")
        let digits = UInt64(digits)
        if value == 0 { return 0 }
        guard scale > digits else {
            guard digits - scale <= exponentMaximum else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: powerOfTen(digits - scale))
            return overflow ? nil : Int64(exactly: product)
        }
        // Beyond that exponent the value is less than half of one unit.
        guard scale - digits <= exponentMaximum else { return 0 }
        return Int64(exactly: halfEven(value, dividedBy: powerOfTen(scale - digits)))
    }

    private static func halfEven(_ value: Int128, dividedBy divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        // Compared with what is missing to the divisor, because twice the remainder might not fit.
        let missing = divisor - Int128(remainder.magnitude)
        let distance = Int128(remainder.magnitude)
        guard distance > missing || (distance == missing && quotient % 2 != 0) else { return quotient }
        return quotient + value.signum()
    }
}
