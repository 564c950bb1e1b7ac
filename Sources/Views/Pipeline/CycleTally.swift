internal import Schema

/// Collects how long opportunities took from opening to closing.
struct CycleTally {
    /// In microseconds on the clock of the organisation's zone.
    private var cycles: [Int] = []
    private var unknown: UInt64 = 0

    /// Counts an opportunity that was closed.
    mutating func add(_ standing: OpportunityStanding, _ calendar: PipelineCalendar) {
        guard let openedAt = standing.history.openedAt, let closedAt = standing.closedAt else {
            unknown += 1
            return
        }
        cycles.append(max(0, calendar.microseconds(from: openedAt, to: closedAt)))
    }

    /// The mean in days, with fractions; nil where there is none.
    var meanDays: Double? {
        guard !cycles.isEmpty else { return nil }
        let sum = cycles.reduce(Int128(0)) { $0 + Int128($1) }
        return Double(sum) / Double(cycles.count) / CycleTally.day
    }

    func figures(_ outcome: OpportunityStatus) -> CycleFigures {
        var figures = CycleFigures()
        figures.outcome = outcome
        figures.n = UInt64(cycles.count)
        figures.unknown = unknown
        let sorted = cycles.sorted()
        guard let first = sorted.first, let last = sorted.last, let meanDays else { return figures }
        figures.mean = meanDays
        figures.median = Percentile.value(50, of: sorted) / CycleTally.day
        figures.p90 = Percentile.value(90, of: sorted) / CycleTally.day
        figures.min = Double(first) / CycleTally.day
        figures.max = Double(last) / CycleTally.day
        return figures
    }

    private static let day = Double(PipelineCalendar.microsecondsPerDay)
}
