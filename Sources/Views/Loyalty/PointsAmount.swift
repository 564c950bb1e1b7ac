internal import Schema

extension Decimals {
    /// Minor units of a currency in points × cost × share, rounded half to even once, at the end.
    ///
    /// What does not fit into 128 bits on the way stays at their limit.
    ///
    /// - Parameter digits: how many decimals the currency has.
    static func amount(points: Int64, cost: DecimalValue, share: DecimalValue, digits: Int) -> Int128 {
        let price = normal(cost)
        let part = normal(share)
        let (product, overflow) = (Int128(points) * Int128(price.unscaled))
            .multipliedReportingOverflow(by: Int128(part.unscaled))
        guard !overflow else { return .max }
        let exponent = Int(price.scale) + Int(part.scale) - digits
        if exponent <= 0 {
            let (amount, overflow) = product.multipliedReportingOverflow(by: power(-exponent))
            return overflow ? .max : amount
        }
        return halfEven(product, dividedBy: power(min(exponent, 38)))
    }

    /// 10 to the power of so many, which are 0 to 38.
    static func power(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
    }

    /// The same value without zeros at its end.
    private static func normal(_ value: DecimalValue) -> DecimalValue {
        var value = value
        while value.scale > 0, value.unscaled % 10 == 0 {
            value.unscaled /= 10
            value.scale -= 1
            if value.unscaled == 0 { value.scale = 0 }
        }
        return value
    }
}
