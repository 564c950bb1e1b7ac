internal import Schema
internal import SwiftProtobuf

/// What the answers about the pipeline say of their figures. A name is the path of the field in the JSON form of the
/// answer; `cycles.mean` is the field `mean` of each element of `cycles`.
enum PipelineDefinitions {
    /// Of the figures of a `PipelineSummary`.
    static let summary: [FigureDefinition] =
        outcomes + values + stages + forecast + cycles + conversions + groups + open + velocity

    /// Of the figures of an `OpportunitySummary`.
    static let opportunities: [FigureDefinition] = [
        figure(
            "opportunities.daysInStage",
            "Days on the clock of the organisation's zone since the opportunity entered its stage, until it was closed "
                + "or as of the instant, whole days rounded down; absent where nobody knows since when.", .days),
        figure(
            "opportunities.daysOpen",
            "Days on the clock of the organisation's zone since the opportunity was opened, until it was closed or as "
                + "of the instant, whole days rounded down; absent where nobody knows when.", .days),
        figure(
            "opportunities.weighted",
            "Amount times probability / 100, rounded half to even; absent without an amount.", .minorUnits),
        figure("opportunities.pushes", "How often the expected close date moved to a later date.", .moves),
        figure(
            "opportunities.daysSinceActivity",
            "Whole days since the last event of the opportunity occurred; as of the past, since the last change of how "
                + "it stood.", .days),
        figure(
            "opportunities.stalled",
            "The opportunity is open, its stage allows a number of days, and it is longer in it.", .truth),
    ]

    private static let closing = "day of closing"
    private static let closeDate = "expected close date of open ones, day of closing of won ones"
    private static let closed = "Won, lost and abandoned ones are those closed in the period asked for."

    private static let outcomes: [FigureDefinition] = [
        figure("outcomes.opportunities", "Open + won + lost + abandoned ones. \(closed)", .opportunities, closing),
        figure("outcomes.open", "Opportunities that are open as of the instant.", .opportunities),
        figure("outcomes.won", "Opportunities won in the period.", .opportunities, closing),
        figure("outcomes.lost", "Opportunities lost in the period.", .opportunities, closing),
        figure(
            "outcomes.abandoned",
            "Opportunities no longer pursued since the period; they are neither won nor lost.", .opportunities,
            closing),
        figure(
            "outcomes.winRate", "Won / (won + lost), by count; absent where none was won or lost.", .share, closing),
        figure(
            "outcomes.withoutAmount", "Opportunities whose amount is not known; no value has them.", .opportunities,
            closing),
        figure("outcomes.withoutParty", "Opportunities that are with no party.", .opportunities, closing),
    ]

    private static let values: [FigureDefinition] = [
        figure("outcomes.values.openValue", "Sum of the amounts of the open ones, not weighted.", .minorUnits),
        figure(
            "outcomes.values.openWeighted",
            "Sum of amount times probability / 100 of the open ones, each rounded half to even.", .minorUnits),
        figure("outcomes.values.wonValue", "Sum of the amounts of the won ones.", .minorUnits, closing),
        figure(
            "outcomes.values.lostValue", "Sum of the amounts of the lost ones; it is in no forecast.", .minorUnits,
            closing),
        figure("outcomes.values.abandonedValue", "Sum of the amounts of the abandoned ones.", .minorUnits, closing),
        figure(
            "outcomes.values.winRate",
            "Won value / (won value + lost value); absent where both are 0.", .share, closing),
        figure(
            "outcomes.values.meanWonValue",
            "Won value / won ones of the currency, rounded half to even; absent where there are none.", .minorUnits,
            closing),
        figure("outcomes.values.won", "Won ones whose amount is in the currency.", .opportunities, closing),
    ]

    private static let stages: [FigureDefinition] = [
        figure("stages.opportunities", "Open opportunities that are in the stage, after mapping.", .opportunities),
        figure("stages.stalled", "Those of them that are longer in the stage than it allows.", .opportunities),
        figure("stages.withoutAmount", "Those of them whose amount is not known.", .opportunities),
        figure("stages.values.opportunities", "Those of them whose amount is in the currency.", .opportunities),
        figure("stages.values.amount", "Sum of their amounts, not weighted.", .minorUnits),
        figure(
            "stages.values.weighted", "Sum of amount times probability / 100, each rounded half to even.",
            .minorUnits),
    ]

    private static let forecast: [FigureDefinition] = [
        figure(
            "forecast.opportunities", "Open opportunities whose expected close date lies in the period.",
            .opportunities, closeDate),
        figure("forecast.withoutAmount", "Those of them whose amount is not known.", .opportunities, closeDate),
        figure(
            "forecast.values.weighted",
            "Sum of amount times probability / 100 of the open ones of the period, omitted ones included, each "
                + "rounded half to even. What was lost or abandoned brings nothing.", .minorUnits, closeDate),
        category("pipeline", "pipeline"),
        category("bestCase", "best case"),
        category("commit", "commit"),
        figure(
            "forecast.values.closed", "Sum of the amounts of those won in the period.", .minorUnits, closing),
        category("omitted", "omitted"),
    ]

    private static let cycles: [FigureDefinition] =
        [
            figure(
                "cycles.n",
                "Opportunities of the outcome closed in the period, of which it is known when they were "
                    + "opened.", .opportunities, closing),
            figure(
                "cycles.unknown",
                "Opportunities of the outcome closed in the period, of which nobody knows when they were opened; they "
                    + "are in none of the other figures.", .opportunities, closing),
        ]
        + [
            ("mean", "Mean"), ("median", "Median"),
            ("p90", "90th percentile by linear interpolation between closest ranks, rank (n - 1) * 0.9 from 0,"),
            ("min", "Smallest"), ("max", "Greatest"),
        ].map { name, title in
            figure(
                "cycles.\(name)",
                "\(title) of the days from opening to closing on the clock of the organisation's zone, with "
                    + "fractions; absent where there is none.", .days, closing)
        }

    private static let conversions: [FigureDefinition] = [
        figure(
            "conversions.rate",
            "Opportunities that entered the later stage after the earlier one / opportunities that ever entered the "
                + "earlier one; lost ones count like all others.", .share, "day of opening")
    ]

    private static let groups: [FigureDefinition] = [
        figure(
            "groups.outcomes",
            "The figures of outcomes, of the opportunities with one value of the dimension; one with several products "
                + "or competitors counts once under each. Owner, outcome and amount are those as of the instant, "
                + "everything else is as it is now.", .opportunities, closing)
    ]

    private static let open: [FigureDefinition] = [
        figure(
            "ageing.opportunities",
            "Open opportunities by whole days since they were opened; both limits of a bucket are in it.",
            .opportunities),
        figure("ageing.values.opportunities", "Those of them whose amount is in the currency.", .opportunities),
        figure("ageing.values.amount", "Sum of their amounts, not weighted.", .minorUnits),
        figure(
            "ageing.values.weighted", "Sum of amount times probability / 100, each rounded half to even.",
            .minorUnits),
        figure("ageUnknown", "Open opportunities of which nobody knows when they were opened.", .opportunities),
        figure(
            "pushRate",
            "Open opportunities with a close date that moved to a later date at least once / open opportunities with "
                + "a close date; absent where there are none.", .share),
        figure("pushes", "Moves of a close date to a later date, of all open opportunities.", .moves),
        figure(
            "openOn.opportunities",
            "Opportunities opened at the end of the day or before and not closed then.", .opportunities,
            "end of the day"),
        figure(
            "openOn.unknown",
            "Opportunities not closed at the end of the day of which nobody knows when they were opened; not counted.",
            .opportunities, "end of the day"),
    ]

    private static let velocity: [FigureDefinition] = [
        figure(
            "velocity.perDay",
            "Open ones * win rate * mean won amount / mean cycle of the won ones; absent where one of them is unknown "
                + "or the cycle is 0.", .minorUnitsPerDay, closing),
        figure(
            "velocity.open", "Open opportunities of the currency that are not omitted from the forecast.",
            .opportunities),
        figure("velocity.winRate", "Won / (won + lost) of the currency, by count.", .share, closing),
        figure(
            "velocity.meanWonValue", "Won value / won ones of the currency, rounded half to even.", .minorUnits,
            closing),
        figure(
            "velocity.meanCycleDays",
            "Mean days from opening to closing of the won ones of the currency; absent where nobody knows when any "
                + "of them was opened.", .days, closing),
    ]

    /// What figures count.
    private enum Unit: String {
        case opportunities
        case minorUnits = "minor units"
        case minorUnitsPerDay = "minor units per day"
        case share = "share from 0 to 1"
        case days
        case moves
        case truth = "true or false"
    }

    private static func category(_ name: String, _ title: String) -> FigureDefinition {
        figure(
            "forecast.values.\(name)",
            "Sum of the amounts of the open ones of the period in the category \(title), not weighted.", .minorUnits,
            closeDate)
    }

    private static func figure(
        _ name: String, _ definition: String, _ unit: Unit, _ dateBasis: String = ""
    ) -> FigureDefinition {
        var figure = FigureDefinition()
        figure.name = name
        figure.definition = definition
        figure.unit = unit.rawValue
        figure.dateBasis = dateBasis
        return figure
    }
}
