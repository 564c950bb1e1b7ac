internal import Schema

/// Opportunities as a table, for a person.
struct OpportunityText {
    var names = NameBook()
    var times: ZonedTimeText
    var layout = TextLayout.unlimited
    /// Whether it says whose opportunity each is; not where all are those of one party.
    var showsParty = true

    /// A page of the list.
    func lines(_ opportunities: [OpportunitySummary]) -> [String] {
        guard !opportunities.isEmpty else { return [] }
        var columns: [(title: String, alignment: Table.Alignment)] = [
            ("number", .right), ("opportunity", .left), ("owner", .left), ("stage", .left), ("days", .right),
            ("amount", .right), ("%", .right), ("weighted", .right), ("closes", .left), ("pushed", .right),
            ("next step", .left),
        ]
        let last = columns.count - 1
        if showsParty { columns.insert(("party", .left), at: 2) }
        let shift = showsParty ? 1 : 0
        var table = Table(
            columns, flexible: Set(1...3 + shift), dispensable: [last - 2 + shift, last - 1 + shift, last + shift])
        for opportunity in opportunities { table.add(cells(opportunity)) }
        return table.lines(in: layout)
    }

    private func cells(_ opportunity: OpportunitySummary) -> [String] {
        let currency = opportunity.amount.currency
        let open = opportunity.status == .open
        let stage = opportunity.stageLabel.isEmpty ? opportunity.stage : opportunity.stageLabel
        let days = opportunity.hasDaysInStage ? String(opportunity.daysInStage) : RatioText.unknown
        let closing = open || !opportunity.hasClosedAt ? opportunity.closeDate : times.minute(opportunity.closedAt)
        let party = showsParty ? [names.name(.party, opportunity.partyNumber)] : []
        return ["#\(opportunity.number)", names.name(.opportunity, opportunity.number)] + party + [
            names.name(opportunity.owner),
            open ? stage : Labels.of(opportunity.status), days + (opportunity.stalled ? "!" : ""),
            opportunity.hasAmount ? MoneyText.amount(opportunity.amount.minorUnits, currency) : RatioText.unknown,
            String(opportunity.probability) + (opportunity.probabilityOverridden ? "*" : ""),
            opportunity.hasWeighted ? MoneyText.amount(opportunity.weighted, currency) : RatioText.unknown,
            closing, String(opportunity.pushes), nextStep(opportunity),
        ]
    }

    private func nextStep(_ opportunity: OpportunitySummary) -> String {
        if !opportunity.hasNextStep_p { return "" }
        return opportunity.nextStepDue.isEmpty ? "no date" : opportunity.nextStepDue
    }

    /// Everything in a page that has a name.
    func entries(of opportunities: [OpportunitySummary]) -> [NameBook.Entry] {
        opportunities.flatMap { opportunity in
            [
                NameBook.Entry(kind: .opportunity, number: opportunity.number),
                showsParty ? NameBook.Entry(kind: .party, number: opportunity.partyNumber) : nil,
                NameBook.Entry(opportunity.owner),
            ].compactMap { $0 }
        }
    }
}
