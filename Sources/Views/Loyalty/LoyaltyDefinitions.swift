internal import Schema

/// How the figures of the loyalty view are to be read.
enum LoyaltyDefinitions {
    /// Of accounts.
    static let account: [FigureDefinition] = [
        .init(
            "balance",
            "Points by what became of them. At every event earned + adjusted + transferred = active + locked + spent + "
                + "expired + reversed; a negative active is a debt.", "points"),
        .init(
            "tierValue",
            "What the programme compares with the thresholds of its tiers: active points, or earned - reversed, or "
                + "earned - reversed since the tier was last given or confirmed.", "points"),
        .init(
            "pointsToNextTier", "Threshold of the next higher tier - tierValue; 0 where that is reached already.",
            "points"),
        expiring(30), expiring(60), expiring(90), expiry,
        .init(
            "burnRate",
            "Points spent and not given back / points ever earned, over all time; reversed ones count as "
                + "earned.", "share"),
    ]

    /// Of programmes.
    static let programme: [FigureDefinition] = [
        .init("members", "Accounts that are not closed.", "accounts"),
        .init(
            "activeMembers", "Members, not closed by now, that earned or spent points in the period.", "accounts",
            "date of earning or spending"),
        .init("activeMemberRate", "activeMembers / members.", "share", "date of earning or spending"),
        .init("enrolled", "Accounts opened in the period, closed ones included.", "accounts", "date of enrolment"),
        .init(
            "enrolmentRate",
            "members / parties with at least one order that is confirmed or later and not cancelled.", "share"),
        .init("balance", "Sum over all accounts, closed ones included.", "points"),
        .init("debt", "Sum of the debts of all accounts, closed ones included.", "points"),
        .init("tiers", "Members by the tier that they have now; share = members of it / members.", "accounts"),
        .init("earnedInPeriod", "Points earned in the period, before any reversal.", "points", "date of earning"),
        .init(
            "spentInPeriod", "Points spent in the period - points of spendings given back in the period.", "points",
            "date of each movement"),
        .init(
            "expiredInPeriod", "Points expired in the period - expiries withdrawn in the period.", "points",
            "date of each movement"),
        .init(
            "reversedInPeriod", "Points taken back in the period - reversals withdrawn in the period.", "points",
            "date of each movement"),
        .init(
            "earnRates",
            "Points that orders earned / net of the lines that earned, in units of the currency; returns do not count, "
                + "and a line that was corrected counts each time it earned.", "points per unit of the currency",
            "date of earning"),
        .init("burnRate", "spentInPeriod / earnedInPeriod.", "share", "date of each movement"),
        .init("breakageToDate", "1 - spent / (spent + expired), over all time.", "share"),
        expiring(30), expiring(60), expiring(90), expiry,
        .init(
            "liability",
            "Outstanding points = active + locked of all accounts, debts not taken off; amount = outstanding * cost of a "
                + "point * expected redemption rate, rounded half to even.", "minor units"),
        .init(
            "rewards",
            "Quantity redeemed in the period and its points; redemptions cancelled at any time do not count.",
            "pieces", "date of redemption"),
        .init(
            "tierMovements", "Changes from one tier to another in the period; the same tier kept for longer is none.",
            "changes", "date of the change"),
    ]

    private static func expiring(_ days: Int) -> FigureDefinition {
        .init(
            "expiring\(days)Days",
            "Points left, locked ones included, that end later than as_of and not later than \(days) days of 24 hours "
                + "after it, if nobody spends them.", "points", "date of the end")
    }

    private static let expiry = FigureDefinition(
        "expiry", "Points left that end later than as_of, by day of the organisation's zone; at most 400 days.",
        "points", "date of the end")
}

extension FigureDefinition {
    fileprivate init(_ name: String, _ definition: String, _ unit: String, _ dateBasis: String = "") {
        self.init()
        self.name = name
        self.definition = definition
        self.unit = unit == "share" ? "share from 0 to 1" : unit
        self.dateBasis = dateBasis
    }
}
