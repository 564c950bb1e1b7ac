internal import Schema
internal import SwiftProtobuf

extension PackContent {
    /// The pack in English, for the United States: the dollar, the clock of New York, the federal holidays.
    static let english = PackContent(
        organisation: .with {
            $0.zone = "America/New_York"
            $0.currency = "USD"
            $0.locale = "en-US"
        },
        pipelineName: "Sales",
        stages: [
            ("lead", "Lead", 10), ("qualified", "Qualified", 25), ("proposal", "Proposal", 50),
            ("negotiation", "Negotiation", 75), ("won", "Won", 100), ("lost", "Lost", 0),
        ],
        lossReasons: [
            ("price", "Price"), ("competitor", "Chose a competitor"), ("no-budget", "No budget"),
            ("no-need", "No need"), ("timing", "Wrong time"), ("no-answer", "No answer any more"), ("other", "Other"),
        ],
        calendarLabel: "Office hours",
        holidays: federalHolidays,
        madeUpLabel: "Workday",
        serviceLevelLabel: "Standard",
        queueLabel: "Support",
        priorities: [("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
        resolutionCodes: [
            ("solved", "Solved"), ("workaround", "Worked around"), ("answered", "Question answered"),
            ("duplicate", "Duplicate"), ("not-reproducible", "Cannot be reproduced"), ("declined", "Declined"),
            ("withdrawn", "Withdrawn by the customer"),
        ],
        programmeLabel: "Loyalty programme",
        pointsLabel: "points",
        ruleLabel: "One point per dollar")

    /// The days on which federal offices are closed, as 5 U.S.C. 6103 and Executive Order 11582 place them: a holiday on
    /// a Saturday is observed on the Friday before, one on a Sunday on the Monday after.
    private static let federalHolidays = [
        FreeDays(label: "New Year's Day", days: ["2025-01-01", "2026-01-01", "2027-01-01", "2027-12-31"]),
        FreeDays(label: "Birthday of Martin Luther King, Jr.", days: ["2025-01-20", "2026-01-19", "2027-01-18"]),
        FreeDays(label: "Washington's Birthday", days: ["2025-02-17", "2026-02-16", "2027-02-15"]),
        FreeDays(label: "Memorial Day", days: ["2025-05-26", "2026-05-25", "2027-05-31"]),
        FreeDays(label: "Juneteenth", days: ["2025-06-19", "2026-06-19", "2027-06-18"]),
        FreeDays(label: "Independence Day", days: ["2025-07-04", "2026-07-03", "2027-07-05"]),
        FreeDays(label: "Labor Day", days: ["2025-09-01", "2026-09-07", "2027-09-06"]),
        FreeDays(label: "Columbus Day", days: ["2025-10-13", "2026-10-12", "2027-10-11"]),
        FreeDays(label: "Veterans Day", days: ["2025-11-11", "2026-11-11", "2027-11-11"]),
        FreeDays(label: "Thanksgiving Day", days: ["2025-11-27", "2026-11-26", "2027-11-25"]),
        FreeDays(label: "Christmas Day", days: ["2025-12-25", "2026-12-25", "2027-12-24"]),
    ]
}
