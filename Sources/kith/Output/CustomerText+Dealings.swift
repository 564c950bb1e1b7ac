internal import Schema
internal import SwiftProtobuf

/// What goes on with a customer, beside purchases: contacts, opportunities, points.
extension CustomerText {
    /// How many opportunities are shown.
    static let opportunitiesShown = 10
    /// How many the service sends at most.
    private static let opportunitiesSent = 100

    static func contacts(_ history: InteractionHistory) -> [String] {
        guard history.interactions > 0 else { return [] }
        var fields = FieldList()
        let spans = "\(history.last30Days) in 30 days, \(history.last90Days) in 90, \(history.last365Days) in 365"
        fields.add("contacts", "\(history.interactions), of them \(spans)")
        if history.hasLastInbound { fields.add("last inbound", TimeText.iso(history.lastInbound)) }
        if history.hasLastOutbound { fields.add("last outbound", TimeText.iso(history.lastOutbound)) }
        let hour = history.hasPreferredHour ? ", in the hour from \(history.preferredHour):00" : ""
        fields.add("usual channel", history.preferredChannel.isEmpty ? "" : history.preferredChannel + hour)
        if history.sentiment.hasMean {
            let rated = "of \(history.sentiment.rated) that were judged, from -2 to 2"
            fields.add("mood", "\(RatioText.decimal(history.sentiment.mean)) on the average \(rated)")
        }
        return fields.lines
    }

    static func opportunities(_ customer: Customer, _ names: NameBook, _ layout: TextLayout) -> [String] {
        let all = customer.opportunities
        guard !all.isEmpty else { return [] }
        let text = opportunityText(names, layout)
        let hidden = all.count - opportunitiesShown
        guard hidden > 0 else { return text.lines(all) }
        let count = all.count < opportunitiesSent ? "\(hidden)" : "at least \(hidden)"
        let more = "… and \(count) more, older ones: kith opportunities --party … --status … has all"
        return text.lines(shownOpportunities(of: customer)) + [more]
    }

    static func shownOpportunities(of customer: Customer) -> [OpportunitySummary] {
        Array(customer.opportunities.prefix(opportunitiesShown))
    }

    /// What the shown opportunities name.
    static func entries(of customer: Customer) -> [NameBook.Entry] {
        opportunityText(NameBook(), .unlimited).entries(of: shownOpportunities(of: customer))
    }

    private static func opportunityText(_ names: NameBook, _ layout: TextLayout) -> OpportunityText {
        OpportunityText(names: names, times: ZonedTimeText(clock: .utc), layout: layout, showsParty: false)
    }

    static func points(_ accounts: [LoyaltySummary]) -> [[String]] {
        let text = LoyaltyText(times: ZonedTimeText(clock: .utc))
        return accounts.map(text.short)
    }
}
