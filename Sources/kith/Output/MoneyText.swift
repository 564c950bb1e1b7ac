internal import Schema

/// Amounts and decimals as text, digit by digit.
enum MoneyText {
    /// Minor units as a decimal number with the currency's decimals, for example `-69270.10 GBP`.
    static func amount(_ minorUnits: Int64, _ currency: String) -> String {
        let number = decimal(minorUnits, scale: CurrencyCode.shownDigits(currency))
        return currency.isEmpty ? number : "\(number) \(currency)"
    }

    /// A decimal number, for example `2.55`.
    static func decimal(_ value: DecimalValue) -> String {
        // The service refuses greater scales; an answer that holds one is shown with its exponent.
        value.scale <= 18 ? decimal(value.unscaled, scale: Int(value.scale)) : "\(value.unscaled)e-\(value.scale)"
    }

    /// `unscaled` divided by 10^`scale`.
    static func decimal(_ unscaled: Int64, scale: Int) -> String {
        var digits = String(unscaled.magnitude)
        if scale > 0 {
            if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        return unscaled < 0 ? "-" + digits : digits
    }
}
