internal import Schema
internal import SwiftProtobuf

/// Exact sums of money and decimals. What is too great for a field stays at the field's limit: deciders refuse such
/// amounts, and a view must not stop at one.
enum Decimals {
    /// The sum of two decimals, in the greater of their scales.
    static func sum(_ left: DecimalValue, _ right: DecimalValue) -> DecimalValue {
        let scale = max(left.scale, right.scale)
        var sum = DecimalValue()
        sum.scale = scale
        sum.unscaled = Int64(clamping: units(left, scale: scale) + units(right, scale: scale))
        return sum
    }

    /// Minor units of a currency in unit price × quantity, rounded half to even.
    ///
    /// - Parameter digits: how many decimals the currency has.
    static func amount(
        unscaled price: Int64, scale: UInt32, quantity: Int64, quantityScale: UInt32, digits: Int
    ) -> Int128 {
        let product = Int128(price) * Int128(quantity)
        let exponent = Int(min(scale, exponentMaximum) + min(quantityScale, exponentMaximum)) - digits
        // At most 4 decimals are missing: the product of two 64-bit numbers may leave no room for them.
        guard exponent > 0 else { return multiplied(product, powerOfTen(-exponent)) }
        return halfEven(product, dividedBy: powerOfTen(exponent))
    }

    /// The value in units of 10^-9; what deciders take has no more decimals.
    static func billionths(of value: DecimalValue) -> Int128 { units(value, scale: 9) }

    /// The number that a text such as -12.5 names, in units of 10^-9; nil where it is none, or has more than 18 digits
    /// before the point or 9 behind it.
    static func billionths(text: String) -> Int128? {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ part in
                !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            }), parts[0].count <= 18, let whole = Int128(parts[0])
        else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard fraction.count <= 9, let rest = Int128(fraction + String(repeating: "0", count: 9 - fraction.count))
        else { return nil }
        let number = whole * powerOfTen(9) + rest
        return isNegative ? -number : number
    }

    /// The quotient, rounded half to even. The divisor is positive.
    static func halfEven(_ value: Int128, dividedBy divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let distance = Int128(remainder.magnitude)
        // Compared with what is missing to the divisor, because twice the remainder might not fit.
        let missing = divisor - distance
        guard distance > missing || (distance == missing && quotient % 2 != 0) else { return quotient }
        return quotient + (value < 0 ? -1 : 1)
    }

    /// Scales beyond this do not come from deciders; they are cut so that every power of ten fits into 128 bits.
    private static let exponentMaximum: UInt32 = 18

    private static func units(_ value: DecimalValue, scale: UInt32) -> Int128 {
        let exponent = min(scale, exponentMaximum) - min(value.scale, exponentMaximum)
        return Int128(value.unscaled) * powerOfTen(Int(exponent))
    }

    private static func multiplied(_ value: Int128, _ factor: Int128) -> Int128 {
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? (value < 0 ? .min : .max) : product
    }

    private static func powerOfTen(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
    }
}
