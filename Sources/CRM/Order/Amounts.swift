internal import Schema
internal import SwiftProtobuf

extension DecimalNumber {
    /// The number that a message holds.
    init(_ value: DecimalValue) {
        self.init(unscaled: value.unscaled, scale: value.scale)
    }
}

/// Checks of unit prices, rates and quantities, and the sums that are made of them.
enum Amounts {
    /// How many decimals a unit price, cost or rate may have.
    static let scaleMaximum: UInt32 = 9
    /// How many decimals a quantity may have: what came back is counted in millionths of a unit.
    static let quantityScaleMaximum: UInt32 = 6

    /// A price, cost or rate: at most nine decimals and not below zero.
    ///
    /// - Throws: AMOUNT_INVALID.
    static func check(_ value: DecimalValue, field: @autoclosure () -> String) throws(Refusal) {
        guard value.scale <= scaleMaximum else {
            throw Refusal(.amountInvalid, "The number has more than \(scaleMaximum) decimals.", field: field())
        }
        guard value.unscaled >= 0 else {
            throw Refusal(.amountInvalid, "The number is below zero.", field: field())
        }
    }

    /// A quantity in millionths of a unit.
    ///
    /// - Throws: AMOUNT_INVALID where it has more than six decimals, or more digits than 64 bits hold.
    static func millionths(
        of quantity: DecimalValue, field: @autoclosure () -> String
    ) throws(Refusal) -> Int64 {
        guard quantity.scale <= scaleMaximum, let count = millionths(of: quantity) else {
            throw Refusal(
                .amountInvalid, "A quantity has at most six decimals and lies within plus or minus 9,223,372,036,854.",
                field: field())
        }
        return count
    }

    /// A quantity in millionths of a unit; nil where it is none of them or too great.
    static func millionths(of quantity: DecimalValue) -> Int64? {
        var scale = quantity.scale
        var unscaled = quantity.unscaled
        while scale > quantityScaleMaximum, unscaled % 10 == 0, unscaled != 0 {
            unscaled /= 10
            scale -= 1
        }
        guard unscaled != 0 else { return 0 }
        guard scale <= quantityScaleMaximum else { return nil }
        let (count, overflow) = unscaled.multipliedReportingOverflow(by: factors[Int(quantityScaleMaximum - scale)])
        return overflow ? nil : count
    }

    /// A quantity out of millionths of a unit, in its shortest form.
    static func quantity(ofMillionths count: Int64) -> DecimalValue {
        let number = DecimalNumber(unscaled: count, scale: quantityScaleMaximum).reduced
        return DecimalValue.with {
            $0.unscaled = number.unscaled
            $0.scale = number.scale
        }
    }

    /// Whether two numbers have the same value, whatever zeroes they end with; or are both absent.
    static func isSame(_ left: DecimalValue?, _ right: DecimalValue?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        if left.unscaled == right.unscaled, left.scale == right.scale { return true }
        return DecimalArithmetic.compare(DecimalNumber(left), DecimalNumber(right)) == 0
    }

    /// The sum of net amounts so far and one more.
    ///
    /// - Throws: AMOUNT_INVALID where it overflows.
    static func add(_ net: Int64, to sum: inout Int64, field: @autoclosure () -> String) throws(Refusal) {
        let (total, overflow) = sum.addingReportingOverflow(net)
        guard !overflow else {
            throw Refusal(.amountInvalid, "The sum of the lines is too great.", field: field())
        }
        sum = total
    }

    /// A sum over several documents, each of which holds: at the limit of 64 bits where it would go beyond.
    static func clampedSum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? (right < 0 ? .min : .max) : sum
    }

    private static let factors: [Int64] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
}

/// The currency of a document.
struct DocumentCurrency {
    var code: String
    /// Decimals of its minor unit.
    var minorDigits: Int

    /// The currency with this code.
    ///
    /// - Throws: CURRENCY_MISMATCH where it is empty or not known.
    init(_ code: String, field: @autoclosure () -> String) throws(Refusal) {
        guard let digits = CurrencyCode.minorDigits(code) else {
            throw Refusal(
                .currencyMismatch,
                code.isEmpty
                    ? "No currency is named and the organisation has none. Send an ISO 4217 code such as EUR."
                    : "The currency is not known. Send an ISO 4217 code such as EUR.",
                field: field())
        }
        self.code = code
        minorDigits = digits
    }
}
