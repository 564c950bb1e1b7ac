internal import Schema

/// How the metrics of targets are counted, in words.
enum TargetDefinitions {
    /// Of these metrics, in the order of their numbers.
    static func of(_ metrics: Set<TargetMetric>) -> [TargetMetricDefinition] {
        metrics.sorted { $0.rawValue < $1.rawValue }.compactMap(definition)
    }

    private static let closing = "day on which the opportunity was closed"
    private static let ownerAtClosing = "whose the opportunity was when it was closed" + ofTeam
    private static let ownerAsOf = "whose the opportunity is as of the instant" + ofTeam
    private static let ofParty = "whose the party was at that time" + ofTeam
    private static let ofTeam =
        "; a team's are those of the team itself and of employees who were its members then, not of teams below it"

    private static func definition(_ metric: TargetMetric) -> TargetMetricDefinition? {
        switch metric {
        case .wonValue:
            make(
                metric, "Sum of the amounts of opportunities won, of the target's currency.", "minor units", closing,
                ownerAtClosing)
        case .wonCount: make(metric, "Opportunities won.", "count", closing, ownerAtClosing)
        case .winRate:
            make(
                metric,
                "Opportunities won / (won + lost), by count, rounded half to even to two decimals; abandoned ones do "
                    + "not count.", "percent", closing, ownerAtClosing)
        case .openedCount:
            make(
                metric, "Opportunities opened, whatever became of them; those of which nobody knows when do not count.",
                "count", "day on which the opportunity was opened", "whose the opportunity was first" + ofTeam)
        case .openPipeline:
            make(
                metric, "Sum of the amounts of opportunities that are open, of the target's currency.", "minor units",
                "expected close date", ownerAsOf)
        case .weightedPipeline:
            make(
                metric,
                "Sum of amount * probability / 100 of opportunities that are open, each rounded half to even, of the "
                    + "target's currency.", "minor units", "expected close date", ownerAsOf)
        case .netRevenue:
            make(
                metric,
                "Net of orders that are confirmed or later and not cancelled - net of returns, without tax, of the "
                    + "target's currency.", "minor units", "day on which the order was placed or the return registered",
                ofParty)
        case .orders:
            make(
                metric, "Orders that are confirmed or later and not cancelled.", "count",
                "day on which the order was placed", ofParty)
        case .newCustomers:
            make(
                metric,
                "Parties whose first order of all time that is confirmed or later and not cancelled is of the "
                    + "period.", "count", "day on which that order was placed", ofParty)
        case .interactions:
            make(
                metric, "Interactions, redacted ones included.", "count", "day on which the interaction began",
                "which of our employees took part" + ofTeam)
        case .pointsEarned:
            make(
                metric, "Points earned in loyalty programmes, before any reversal.", "count",
                "day on which the points were earned", "whose the member, a party, was at that time" + ofTeam)
        case .trainings:
            make(
                metric, "Trainings attended or passed and not withdrawn.", "count", "last day of the training",
                "which employee was trained" + ofTeam)
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    private static func make(
        _ metric: TargetMetric, _ definition: String, _ unit: String, _ dateBasis: String, _ ownerBasis: String
    ) -> TargetMetricDefinition {
        var made = TargetMetricDefinition()
        made.metric = metric
        made.definition = definition
        made.unit = unit
        made.dateBasis = dateBasis
        made.ownerBasis = ownerBasis
        return made
    }
}
