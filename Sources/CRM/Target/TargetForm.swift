internal import Schema

/// What the value of a target can be.
enum TargetForm {
    private enum Measure { case money, count, percent }

    /// Checks that the value is of the kind that the metric asks for, and not negative.
    ///
    /// - Throws: SCHEMA_INVALID, TARGET_VALUE_MISMATCH, CURRENCY_MISMATCH, AMOUNT_INVALID.
    static func check(_ value: TargetValue, of metric: TargetMetric) throws(Refusal) {
        switch (value.value, measure(of: metric)) {
        case (.money(let money), .money):
            guard CurrencyCode.isKnown(money.currency) else {
                throw Refusal(
                    .currencyMismatch, "The currency is not known. Send an ISO 4217 code such as EUR.",
                    field: "value.money.currency")
            }
            guard money.minorUnits >= 0 else {
                throw Refusal(.amountInvalid, "The amount is below zero.", field: "value.money.minor_units")
            }
        case (.count, .count): break
        case (.percent(let percent), .percent):
            try Amounts.check(percent, field: "value.percent")
            let hundred = DecimalNumber(unscaled: 100, scale: 0)
            guard !DecimalArithmetic.isLess(hundred, DecimalNumber(percent)) else {
                throw Refusal(.amountInvalid, "The rate is more than 100 percent.", field: "value.percent")
            }
        case (nil, _): throw Refusal(.schemaInvalid, "The target has no value. Send it.", field: "value")
        case (_, .money): throw mismatch("money")
        case (_, .count): throw mismatch("a count")
        case (_, .percent): throw mismatch("percent")
        }
    }

    private static func mismatch(_ measure: String) -> Refusal {
        Refusal(.targetValueMismatch, "A target of this metric is \(measure). Send it so.", field: "value")
    }

    private static func measure(of metric: TargetMetric) -> Measure {
        switch metric {
        case .wonValue, .openPipeline, .weightedPipeline, .netRevenue: .money
        case .winRate: .percent
        case .wonCount, .openedCount, .orders, .newCustomers, .interactions, .pointsEarned, .trainings, .unspecified,
            .UNRECOGNIZED:
            .count
        }
    }
}

extension TargetValue {
    /// Whether both are the same value, whatever zeroes a rate ends with.
    func isSame(as other: TargetValue) -> Bool {
        switch (value, other.value) {
        case (.money(let left), .money(let right)): left == right
        case (.count(let left), .count(let right)): left == right
        case (.percent(let left), .percent(let right)): Amounts.isSame(left, right)
        case (nil, nil): true
        default: false
        }
    }
}
