internal import Schema
internal import SwiftProtobuf

/// The figures of the pipeline for a person.
struct PipelineText {
    var summary: PipelineSummary
    var names = NameBook()
    var times: ZonedTimeText
    var layout = TextLayout.unlimited
    /// Whether conversions are shown, which are many.
    var conversions = false
    /// Whether every figure is explained.
    var definitions = false

    var lines: [String] {
        var blocks = [head, values, stages, forecast, cycles, ageing, velocity, openOn]
        if conversions { blocks.append(conversion) }
        blocks += groups
        if definitions { blocks.append(DefinitionText.lines(summary.definitions)) }
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    // MARK: All together

    private var head: [String] {
        var fields = FieldList()
        let outcomes = summary.outcomes
        fields.add("as of", "\(times.minute(summary.asOf)); days are those of \(summary.zone)")
        fields.add("opportunities", Self.counts(outcomes))
        fields.add("win rate", RatioText.counts(outcomes.winRate))
        let times = summary.pushes == 1 ? "time" : "times"
        fields.add("pushed", "\(RatioText.counts(summary.pushRate)), \(summary.pushes) \(times)")
        if outcomes.withoutAmount > 0 { fields.add("without amount", String(outcomes.withoutAmount)) }
        if outcomes.withoutParty > 0 { fields.add("without party", String(outcomes.withoutParty)) }
        return fields.lines
    }

    private static func counts(_ outcomes: OutcomeFigures) -> String {
        "\(outcomes.opportunities): \(outcomes.open) open, \(outcomes.won) won, \(outcomes.lost) lost, "
            + "\(outcomes.abandoned) abandoned"
    }

    private var values: [String] {
        var table = Table(
            [
                ("currency", .left), ("open", .right), ("weighted", .right), ("won", .right), ("lost", .right),
                ("abandoned", .right), ("won of value", .right), ("mean won", .right),
            ], dispensable: [4, 5])
        for value in summary.outcomes.values {
            let currency = value.currency
            table.add([
                currency, amount(value.openValue, currency), amount(value.openWeighted, currency),
                amount(value.wonValue, currency), amount(value.lostValue, currency),
                amount(value.abandonedValue, currency),
                RatioText.percent(value.winRate.hasValue ? value.winRate.value : nil),
                value.hasMeanWonValue ? amount(value.meanWonValue, currency) : RatioText.unknown,
            ])
        }
        return text(table)
    }

    // MARK: Open ones

    private var stages: [String] {
        var table = Table(
            [
                ("pipeline", .left), ("stage", .left), ("open", .right), ("stalled", .right), ("currency", .left),
                ("amount", .right), ("weighted", .right), ("without amount", .right),
            ], flexible: [0, 1], dispensable: [3, 7])
        for stage in summary.stages {
            let head = [
                names.name(.pipeline, stage.pipelineNumber), stage.label.isEmpty ? stage.stage : stage.label,
                String(stage.opportunities), String(stage.stalled),
            ]
            rows(head, stage.values, behind: [String(stage.withoutAmount)], into: &table)
        }
        return text(table)
    }

    private var ageing: [String] {
        var table = Table([
            ("days open", .left), ("open", .right), ("currency", .left), ("amount", .right), ("weighted", .right),
        ])
        for bucket in summary.ageing {
            let days = bucket.hasToDays ? "\(bucket.fromDays)–\(bucket.toDays)" : "\(bucket.fromDays) and more"
            rows([days, String(bucket.opportunities)], bucket.values, behind: [], into: &table)
        }
        if summary.ageUnknown > 0 { table.add(["unknown", String(summary.ageUnknown)]) }
        return text(table)
    }

    /// A row per currency; what is not said per currency stands in the first one only.
    private func rows(_ head: [String], _ values: [PipelineValue], behind: [String], into table: inout Table) {
        guard !values.isEmpty else {
            table.add(head + ["", "", ""] + behind)
            return
        }
        for (index, value) in values.enumerated() {
            let own = [value.currency, amount(value.amount, value.currency), amount(value.weighted, value.currency)]
            let first = index == 0
            table.add((first ? head : head.map { _ in "" }) + own + (first ? behind : behind.map { _ in "" }))
        }
    }

    private var forecast: [String] {
        var table = Table(
            [
                ("closing in", .left), ("open", .right), ("currency", .left), ("closed", .right), ("commit", .right),
                ("best case", .right), ("pipeline", .right), ("omitted", .right), ("weighted", .right),
            ], dispensable: [3, 4, 5, 6, 7])
        for period in summary.forecast {
            let head = [period.period.isEmpty ? "no date" : period.period, String(period.opportunities)]
            if period.values.isEmpty { table.add(head) }
            for (index, value) in period.values.enumerated() {
                let amounts = [
                    value.closed, value.commit, value.bestCase, value.pipeline, value.omitted, value.weighted,
                ]
                table.add(
                    (index == 0 ? head : ["", ""]) + [value.currency] + amounts.map { amount($0, value.currency) })
            }
        }
        return text(table)
    }

    private var openOn: [String] {
        var table = Table([("open at the end of", .left), ("open", .right), ("opening unknown", .right)])
        for day in summary.openOn { table.add([day.day, String(day.opportunities), String(day.unknown)]) }
        return text(table)
    }

    // MARK: Closed ones

    private var cycles: [String] {
        var table = Table([
            ("days to", .left), ("closed", .right), ("mean", .right), ("median", .right), ("p90", .right),
            ("min", .right), ("max", .right), ("opening unknown", .right),
        ])
        for cycle in summary.cycles {
            let figures = [
                cycle.hasMean ? cycle.mean : nil, cycle.hasMedian ? cycle.median : nil, cycle.hasP90 ? cycle.p90 : nil,
                cycle.hasMin ? cycle.min : nil, cycle.hasMax ? cycle.max : nil,
            ]
            table.add(
                [Labels.of(cycle.outcome), String(cycle.n)] + figures.map { RatioText.decimal($0) }
                    + [String(cycle.unknown)])
        }
        return text(table)
    }

    private var velocity: [String] {
        var table = Table([
            ("currency", .left), ("earned per day", .right), ("open", .right), ("win rate", .right),
            ("mean won", .right), ("mean days", .right),
        ])
        for value in summary.velocity {
            let perDay = value.hasPerDay ? Int64(exactly: value.perDay.rounded()) : nil
            table.add([
                value.currency, perDay.map { amount($0, value.currency) } ?? RatioText.unknown, String(value.open),
                RatioText.counts(value.winRate),
                value.hasMeanWonValue ? amount(value.meanWonValue, value.currency) : RatioText.unknown,
                RatioText.decimal(value.hasMeanCycleDays ? value.meanCycleDays : nil),
            ])
        }
        return text(table)
    }

    private var conversion: [String] {
        var table = Table([("pipeline", .left), ("from", .left), ("to", .left), ("came there", .right)], flexible: [0])
        for conversion in summary.conversions {
            table.add([
                names.name(.pipeline, conversion.pipelineNumber), conversion.from, conversion.to,
                RatioText.counts(conversion.rate),
            ])
        }
        return text(table)
    }

    // MARK: Groups

    /// A table per dimension, in the order of the answer.
    private var groups: [[String]] {
        var dimensions: [PipelineDimension] = []
        for group in summary.groups where !dimensions.contains(group.dimension) { dimensions.append(group.dimension) }
        return dimensions.map { dimension in table(of: summary.groups.filter { $0.dimension == dimension }, dimension) }
    }

    private func table(of groups: [PipelineGroup], _ dimension: PipelineDimension) -> [String] {
        var table = Table(
            [
                (Labels.of(dimension), .left), ("open", .right), ("won", .right), ("lost", .right),
                ("win rate", .right), ("currency", .left), ("open value", .right), ("won value", .right),
            ], flexible: [0])
        for group in groups {
            let outcomes = group.outcomes
            let head = [
                label(of: group), String(outcomes.open), String(outcomes.won), String(outcomes.lost),
                RatioText.percent(outcomes.winRate.hasValue ? outcomes.winRate.value : nil),
            ]
            if outcomes.values.isEmpty { table.add(head) }
            for (index, value) in outcomes.values.enumerated() {
                let own = [
                    value.currency, amount(value.openValue, value.currency), amount(value.wonValue, value.currency),
                ]
                table.add((index == 0 ? head : head.map { _ in "" }) + own)
            }
        }
        return text(table)
    }

    private func label(of group: PipelineGroup) -> String {
        var label = group.key
        if let entry = Self.entry(of: group) { label = names.name(entry.kind, entry.number) }
        return label.isEmpty ? "(none)" : label
    }

    /// What the group is of, where it is a thing with a name.
    static func entry(of group: PipelineGroup) -> NameBook.Entry? {
        switch group.dimension {
        case .owner: NameBook.Entry(group.owner)
        case .product: NameBook.Entry(kind: .product, number: group.number)
        case .party, .partner: NameBook.Entry(kind: .party, number: group.number)
        case .competitor: NameBook.Entry(kind: .competitor, number: group.number)
        case .pipeline: NameBook.Entry(kind: .pipeline, number: group.number)
        case .unspecified, .leadSource, .channel, .closeQuarter, .closeMonth, .lossReason, .UNRECOGNIZED: nil
        }
    }

    /// Everything in a summary that has a name.
    static func entries(of summary: PipelineSummary) -> [NameBook.Entry] {
        summary.groups.compactMap { entry(of: $0) }
            + summary.stages.map { NameBook.Entry(kind: .pipeline, number: $0.pipelineNumber) }
    }

    private func text(_ table: Table) -> [String] { table.isEmpty ? [] : table.lines(in: layout) }

    /// Without the currency, which has a column of its own.
    private func amount(_ minorUnits: Int64, _ currency: String) -> String {
        MoneyText.decimal(minorUnits, scale: CurrencyCode.shownDigits(currency))
    }
}

/// What figures mean, for a person.
enum DefinitionText {
    /// A paragraph per figure.
    static func lines(_ definitions: [FigureDefinition]) -> [String] {
        definitions.map { definition in
            var text = "\(definition.name) (\(definition.unit)): \(definition.definition)"
            if !definition.dateBasis.isEmpty { text += " By \(definition.dateBasis)." }
            return Table.printable(text)
        }
    }
}
