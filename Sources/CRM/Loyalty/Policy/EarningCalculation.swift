internal import Schema
internal import SwiftProtobuf

/// What the lines of an order earn by the rules of a programme.
struct EarningCalculation {
    var programme: ProgrammeState
    /// Key of the member's tier.
    var tier: String
    var order: OrderState
    /// When the order was confirmed.
    var confirmedAt: Instant

    /// The lines that earn, each with its lots; lots are numbered from 1 by line, in all.
    ///
    /// - Parameter isMeant: which lines are asked for.
    func lines(
        _ world: any World, where isMeant: (OrderLine) -> Bool = { _ in true }
    ) throws(Refusal) -> [(line: EarnedLine, lots: [EarnedLot])] {
        let rules = programme.rules.filter(isInForce)
        guard !rules.isEmpty, let digits = CurrencyCode.minorDigits(order.currency) else { return [] }
        let needsCategory = rules.contains { !$0.condition.categories.isEmpty }
        var earning: [(line: EarnedLine, lots: [EarnedLot])] = []
        var left = LoyaltyLimits.points
        // A line that gives nothing away for money earns nothing.
        for line in order.lines where line.net > 0 && isMeant(line) {
            let category = needsCategory ? try self.category(of: line, world) : ""
            let lots = lots(of: line, rules, category: category, digits: digits, upTo: left)
            guard !lots.isEmpty else { continue }
            let earned = EarnedLine.with {
                $0.orderLine = line.line
                $0.productNumber = line.productNumber
                $0.quantity = line.quantity
                $0.net = line.net
                $0.points = lots.reduce(0) { $0 + $1.points }
            }
            left -= earned.points
            earning.append((earned, lots))
        }
        return earning
    }

    private func isInForce(_ rule: EarningRule) -> Bool {
        (!rule.hasFrom || rule.from <= confirmedAt.rawValue) && (!rule.hasTo || confirmedAt.rawValue < rule.to)
            && (rule.currency.isEmpty || rule.currency == order.currency)
            && (rule.condition.channels.isEmpty
                || rule.condition.channels.contains { $0.isIdentical(to: order.channel) })
            && (rule.condition.tiers.isEmpty || rule.condition.tiers.contains { $0.isIdentical(to: tier) })
    }

    private func category(of line: OrderLine, _ world: any World) throws(Refusal) -> String {
        guard line.productNumber != 0 else { return "" }
        return try world.state(ProductAggregate.self, of: StreamNumber(line.productNumber))?.detail.category ?? ""
    }

    /// One lot per rule that gives the line points.
    private func lots(
        of line: OrderLine, _ rules: [EarningRule], category: String, digits: Int, upTo limit: Int64
    ) -> [EarnedLot] {
        var lots: [EarnedLot] = []
        var sum: Int64 = 0
        for rule in rules where rule.condition.isFor(line, category: category) {
            let points = min(rule.points(for: line, soFar: sum, digits: digits), limit - sum)
            if points > 0 {
                sum += points
                lots.append(
                    EarnedLot.with {
                        $0.orderLine = line.line
                        $0.rule = rule.key
                        $0.ruleVersion = rule.version
                        $0.points = points
                    })
            }
            if rule.stop { break }
        }
        return lots
    }
}

extension EarningCondition {
    fileprivate func isFor(_ line: OrderLine, category: String) -> Bool {
        (productNumbers.isEmpty || productNumbers.contains(line.productNumber))
            && (categories.isEmpty || categories.contains { Category.contains($0, category) })
    }
}

extension EarningRule {
    /// What the rule gives a line.
    ///
    /// - Parameters:
    ///   - points: what the rules before have given it.
    ///   - digits: decimals of the currency's minor unit.
    func points(for line: OrderLine, soFar points: Int64, digits: Int) -> Int64 {
        switch kind {
        case .perAmount: rounded(Int128(rate.unscaled) * Int128(line.net), scale: rate.scale + UInt32(digits))
        case .perUnit:
            rounded(
                Int128(rate.unscaled) * Int128(line.quantity.unscaled), scale: rate.scale + line.quantity.scale)
        case .multiplier: rounded(Int128(rate.unscaled) * Int128(points), scale: rate.scale) - points
        case .unspecified, .UNRECOGNIZED: 0
        }
    }

    /// A decimal as a whole number of points, never below 0.
    private func rounded(_ value: Int128, scale: UInt32) -> Int64 {
        guard value > 0, scale <= 36 else { return 0 }
        let divisor = (0..<scale).reduce(Int128(1)) { power, _ in power * 10 }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let isUp =
            switch rounding {
            case .up: remainder > 0
            case .halfEven: remainder * 2 > divisor || (remainder * 2 == divisor && quotient % 2 == 1)
            case .down, .unspecified, .UNRECOGNIZED: false
            }
        return Int64(clamping: quotient + (isUp ? 1 : 0))
    }
}
