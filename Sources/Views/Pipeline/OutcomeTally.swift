internal import Schema
internal import SwiftProtobuf

/// Counts how opportunities ended, or did not, and what they are worth. Sums are exact; one that its field cannot hold
/// stays at the field's limit.
struct OutcomeTally {
    /// What is counted of one currency.
    struct Values {
        var open: Int128 = 0
        var openWeighted: Int128 = 0
        var won: Int128 = 0
        var lost: Int128 = 0
        var abandoned: Int128 = 0
        var wonCount: UInt64 = 0
        var lostCount: UInt64 = 0
    }

    private var open: UInt64 = 0
    private var won: UInt64 = 0
    private var lost: UInt64 = 0
    private var abandoned: UInt64 = 0
    private var withoutAmount: UInt64 = 0
    private var withoutParty: UInt64 = 0
    private(set) var values: [String: Values] = [:]

    /// Counts an opportunity that is open or was closed in the period.
    mutating func add(_ standing: OpportunityStanding) {
        switch standing.moment.status {
        case .open: open += 1
        case .won: won += 1
        case .lost: lost += 1
        case .abandoned: abandoned += 1
        case .unspecified, .UNRECOGNIZED: return
        }
        if standing.row.partyNumber == 0 { withoutParty += 1 }
        guard standing.moment.hasAmount else {
            withoutAmount += 1
            return
        }
        values[standing.moment.amount.currency, default: Values()].add(standing)
    }

    var figures: OutcomeFigures {
        var figures = OutcomeFigures()
        figures.opportunities = open + won + lost + abandoned
        figures.open = open
        figures.won = won
        figures.lost = lost
        figures.abandoned = abandoned
        figures.winRate = PipelineRatio(won, of: won + lost)
        figures.values = values.sorted { $0.key.isBefore($1.key) }.map { $0.value.figures(currency: $0.key) }
        figures.withoutAmount = withoutAmount
        figures.withoutParty = withoutParty
        return figures
    }
}

extension OutcomeTally.Values {
    fileprivate mutating func add(_ standing: OpportunityStanding) {
        let amount = Int128(standing.moment.amount.minorUnits)
        switch standing.moment.status {
        case .open:
            open += amount
            openWeighted += Int128(standing.weighted ?? 0)
        case .won:
            won += amount
            wonCount += 1
        case .lost:
            lost += amount
            lostCount += 1
        case .abandoned: abandoned += amount
        case .unspecified, .UNRECOGNIZED: break
        }
    }

    /// Won value / won ones, rounded half to even; nil where there are none.
    var meanWon: Int64? {
        wonCount == 0 ? nil : Int64(clamping: Decimals.halfEven(won, dividedBy: Int128(wonCount)))
    }

    fileprivate func figures(currency: String) -> OutcomeValue {
        var figures = OutcomeValue()
        figures.currency = currency
        figures.openValue = Int64(clamping: open)
        figures.openWeighted = Int64(clamping: openWeighted)
        figures.wonValue = Int64(clamping: won)
        figures.lostValue = Int64(clamping: lost)
        figures.abandonedValue = Int64(clamping: abandoned)
        figures.winRate = PipelineRatio(won, of: won + lost)
        if let meanWon { figures.meanWonValue = meanWon }
        figures.won = wonCount
        return figures
    }
}
