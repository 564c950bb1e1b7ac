internal import Schema

/// What was reached of targets, for a person.
struct AttainmentText {
    var names = NameBook()
    var layout = TextLayout.unlimited

    /// A page of targets.
    func lines(_ targets: [TargetAttainment]) -> [String] {
        guard !targets.isEmpty else { return [] }
        var table = Table(
            [
                ("period", .left), ("metric", .left), ("owner", .left), ("target", .right), ("actual", .right),
                ("reached", .right), ("elapsed", .right), ("counted", .right), ("coverage", .right),
            ], flexible: [2])
        for target in targets {
            table.add([
                PeriodText.text(target.period), metric(target), owner(target), TargetText.value(target.target),
                target.hasActual ? TargetText.value(target.actual) : RatioText.unknown,
                RatioText.percent(target.hasAttainment ? target.attainment : nil), RatioText.percent(target.elapsed),
                String(target.counted), target.hasCoverage ? RatioText.decimal(target.coverage) : "",
            ])
        }
        return table.lines(in: layout)
    }

    private func owner(_ target: TargetAttainment) -> String {
        target.owner.owner == nil ? "everybody" : names.name(target.owner)
    }

    private func metric(_ target: TargetAttainment) -> String {
        let metric = Labels.of(target.metric)
        let programme = names.name(.loyaltyProgramme, target.programmeNumber)
        return programme.isEmpty ? metric : "\(metric) (\(programme))"
    }

    /// Our share of the markets.
    func lines(_ markets: [MarketShare]) -> [String] {
        guard !markets.isEmpty else { return [] }
        var table = Table(
            [
                ("period", .left), ("market", .left), ("size", .right), ("ours", .right), ("share", .right),
                ("a year before", .right), ("origin", .left),
            ], flexible: [1, 6])
        for market in markets {
            table.add([
                PeriodText.text(market.period), names.name(.market, market.number),
                MoneyText.amount(market.size.minorUnits, market.size.currency),
                MoneyText.amount(market.ours.minorUnits, market.ours.currency), RatioText.percent(market.share),
                RatioText.percent(market.hasShareAYearBefore ? market.shareAYearBefore : nil),
                market.origin + (market.forecast ? " (expected)" : ""),
            ])
        }
        return table.lines(in: layout)
    }

    /// How the metrics are counted.
    static func definitions(_ definitions: [TargetMetricDefinition]) -> [String] {
        definitions.map { definition in
            Table.printable(
                "\(Labels.of(definition.metric)) (\(definition.unit)): \(definition.definition) "
                    + "Period: \(definition.dateBasis). Owner: \(definition.ownerBasis).")
        }
    }

    /// Everything in a page that has a name.
    static func entries(of page: TargetsResponse) -> [NameBook.Entry] {
        page.targets.compactMap { NameBook.Entry($0.owner) }
            + page.targets.map { NameBook.Entry(kind: .loyaltyProgramme, number: $0.programmeNumber) }
            + page.markets.map { NameBook.Entry(kind: .market, number: $0.number) }
    }
}
