internal import Schema

/// The open fields of competitors, markets, targets and trainings.
extension RecordFields {
    static let competitor: [String: RecordField] = [
        "name": .text { $0.competitor.detail.name },
        "website": .text { $0.competitor.detail.website },
        "country": .text { $0.competitor.detail.country },
        "retired": .boolean { $0.competitor.retired },
    ]

    static let market: [String: RecordField] = [
        "name": .text { $0.market.detail.name },
        "categories": .texts { $0.market.detail.categories },
        "countries": .texts { $0.market.detail.countries },
        "retired": .boolean { $0.market.retired },
    ]

    static let target: [String: RecordField] = [
        "metric": .choice(.targetMetric) { $0.target.metric.rawValue },
        "firstDay": .text { $0.target.period.firstDay },
        "lastDay": .text { $0.target.period.lastDay },
        "employeeNumber": .number { _, row in number(row.target.owner.employeeNumber) },
        "teamNumber": .number { _, row in number(row.target.owner.teamNumber) },
        "programmeNumber": .number { _, row in number(row.target.programmeNumber) },
        "currency": .text { $0.target.currency },
        "withdrawn": .boolean { $0.target.withdrawn },
    ]

    static let training: [String: RecordField] = [
        "employeeNumber": .number { _, row in number(row.training.record.employeeNumber) },
        "course": .text { $0.training.record.detail.course },
        "provider": .text { $0.training.record.detail.provider },
        "result": .choice(.trainingResult) { $0.training.record.detail.result.rawValue },
        "firstDay": .text { $0.training.record.detail.days.firstDay },
        "lastDay": .text { $0.training.record.detail.days.lastDay },
        "validUntil": .text { $0.training.record.detail.validUntil },
        "withdrawn": .boolean { $0.training.record.withdrawn },
    ]
}
