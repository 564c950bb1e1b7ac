internal import Analytics
internal import Schema

/// Adds up what the periods may bring, and what they brought. What was lost or abandoned brings nothing.
struct ForecastTally {
    /// Of one currency.
    struct Sums {
        var weighted: Int128 = 0
        var pipeline: Int128 = 0
        var bestCase: Int128 = 0
        var commit: Int128 = 0
        var closed: Int128 = 0
        var omitted: Int128 = 0
    }

    private struct Period {
        var opportunities: UInt64 = 0
        var withoutAmount: UInt64 = 0
        var sums: [String: Sums] = [:]
    }

    private let length: ForecastPeriod
    private var periods: [String: Period] = [:]

    init(_ length: ForecastPeriod) { self.length = length }

    /// Counts an open opportunity under its close date, or a won one under the day on which it was closed.
    mutating func add(_ standing: OpportunityStanding, closedOn: CivilDate?) {
        let moment = standing.moment
        switch moment.status {
        case .open:
            let key = CivilDate(moment.closeDate).map(text(of:)) ?? ""
            var period = periods[key] ?? Period()
            period.opportunities += 1
            if moment.hasAmount {
                period.sums[moment.amount.currency, default: Sums()].addOpen(standing)
            } else {
                period.withoutAmount += 1
            }
            periods[key] = period
        case .won:
            guard let closedOn, moment.hasAmount else { return }
            periods[text(of: closedOn), default: Period()].sums[moment.amount.currency, default: Sums()].closed +=
                Int128(moment.amount.minorUnits)
        case .lost, .abandoned, .unspecified, .UNRECOGNIZED: break
        }
    }

    private func text(of day: CivilDate) -> String {
        length == .quarter ? day.quarterText : day.monthText
    }

    /// In the order of the periods; what has no close date comes last.
    var figures: [ForecastFigures] {
        let keys = periods.keys.sorted { left, right in
            left.isEmpty || right.isEmpty ? !left.isEmpty && right.isEmpty : left.isBefore(right)
        }
        return keys.map { key in
            let period = periods[key] ?? Period()
            var figures = ForecastFigures()
            figures.period = key
            figures.opportunities = period.opportunities
            figures.withoutAmount = period.withoutAmount
            figures.values = period.sums.sorted { $0.key.isBefore($1.key) }.map { $0.value.figures(currency: $0.key) }
            return figures
        }
    }
}

extension ForecastTally.Sums {
    fileprivate mutating func addOpen(_ standing: OpportunityStanding) {
        let amount = Int128(standing.moment.amount.minorUnits)
        weighted += Int128(standing.weighted ?? 0)
        switch standing.moment.category {
        case .bestCase: bestCase += amount
        case .commit: commit += amount
        case .omitted: omitted += amount
        // Only what was won is closed; of an open one nothing more is known.
        case .pipeline, .closed, .unspecified, .UNRECOGNIZED: pipeline += amount
        }
    }

    fileprivate func figures(currency: String) -> ForecastValue {
        var figures = ForecastValue()
        figures.currency = currency
        figures.weighted = Int64(clamping: weighted)
        figures.pipeline = Int64(clamping: pipeline)
        figures.bestCase = Int64(clamping: bestCase)
        figures.commit = Int64(clamping: commit)
        figures.closed = Int64(clamping: closed)
        figures.omitted = Int64(clamping: omitted)
        return figures
    }
}
