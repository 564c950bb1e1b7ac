internal import Schema
internal import SwiftProtobuf

/// Adds up open opportunities, currency by currency.
struct OpenValueTally {
    private var sums: [String: (count: UInt64, amount: Int128, weighted: Int128)] = [:]
    private(set) var opportunities: UInt64 = 0
    /// Those of them whose amount is not known.
    private(set) var withoutAmount: UInt64 = 0

    mutating func add(_ standing: OpportunityStanding) {
        opportunities += 1
        guard standing.moment.hasAmount else {
            withoutAmount += 1
            return
        }
        var sum = sums[standing.moment.amount.currency] ?? (0, 0, 0)
        sum.count += 1
        sum.amount += Int128(standing.moment.amount.minorUnits)
        sum.weighted += Int128(standing.weighted ?? 0)
        sums[standing.moment.amount.currency] = sum
    }

    /// In the order of the currency codes.
    var values: [PipelineValue] {
        sums.sorted { $0.key.isBefore($1.key) }.map { currency, sum in
            var value = PipelineValue()
            value.currency = currency
            value.opportunities = sum.count
            value.amount = Int64(clamping: sum.amount)
            value.weighted = Int64(clamping: sum.weighted)
            return value
        }
    }
}
