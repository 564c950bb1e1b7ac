internal import Schema

/// What the pipeline earns per day: open ones × win rate × mean won amount / mean cycle of the won ones.
struct VelocityTally {
    private var open: [String: UInt64] = [:]
    private var cycles: [String: CycleTally] = [:]

    /// Counts an opportunity that is open or was closed in the period.
    mutating func add(_ standing: OpportunityStanding, _ calendar: PipelineCalendar) {
        guard standing.moment.hasAmount else { return }
        let currency = standing.moment.amount.currency
        if standing.isOpen, standing.moment.category != .omitted { open[currency, default: 0] += 1 }
        if standing.moment.status == .won { cycles[currency, default: CycleTally()].add(standing, calendar) }
    }

    /// One per currency in which something was won, in the order of the currency codes.
    ///
    /// - Parameter outcomes: of the same opportunities.
    func figures(_ outcomes: OutcomeTally) -> [PipelineVelocity] {
        outcomes.values.filter { $0.value.wonCount > 0 }.sorted { $0.key.isBefore($1.key) }.map { currency, values in
            var velocity = PipelineVelocity()
            velocity.currency = currency
            velocity.open = open[currency] ?? 0
            velocity.winRate = PipelineRatio(values.wonCount, of: values.wonCount + values.lostCount)
            if let meanWon = values.meanWon { velocity.meanWonValue = meanWon }
            guard let days = cycles[currency]?.meanDays else { return velocity }
            velocity.meanCycleDays = days
            guard days > 0 else { return velocity }
            // Not from the rounded mean: the figure is rounded nowhere.
            let meanWon = Double(values.won) / Double(values.wonCount)
            velocity.perDay = Double(velocity.open) * velocity.winRate.value * meanWon / days
            return velocity
        }
    }
}
