internal import Schema

/// Targets and figures for a person.
enum TargetText {
    /// A value with its unit: `1200.00 EUR`, `25`, `62.5 %`; empty where there is none.
    static func value(_ value: TargetValue) -> String {
        switch value.value {
        case .money(let money): MoneyText.amount(money.minorUnits, money.currency)
        case .count(let count): String(count)
        case .percent(let percent): "\(MoneyText.decimal(percent)) %"
        case nil: ""
        }
    }

    /// Whose something is, by number.
    static func owner(_ owner: Owner) -> String {
        switch owner.owner {
        case .employeeNumber(let number): "employee #\(number)"
        case .teamNumber(let number): "team #\(number)"
        case nil: "everybody"
        }
    }

    /// A figure of a review.
    static func figure(_ figure: ReviewFigure) -> String {
        switch figure.value {
        case .money(let money):
            "\(figure.figure) \(MoneyText.amount(money.minorUnits, money.currency))"
        case .count(let count): "\(figure.figure) \(count)"
        case .number(let number): "\(figure.figure) \(MoneyText.decimal(number))"
        case nil: figure.figure
        }
    }
}

/// Days for a person. They are the organisation's days, whatever the viewer's zone is.
enum PeriodText {
    /// `2026-07-01`, or `2026-07-01..2026-09-30`.
    static func text(_ days: DayRange) -> String {
        days.firstDay == days.lastDay ? days.firstDay : "\(days.firstDay)..\(days.lastDay)"
    }
}
