internal import Schema
internal import SwiftProtobuf

/// What goes on with a customer, beside purchases: contacts, opportunities, points.
extension CustomerText {
    /// How many opportunities are shown.
    static let opportunitiesShown = 10
    /// How many the service sends at most.
    private static let opportunitiesSent = 100

    func contacts(_ history: InteractionHistory) -> [String] {
        guard history.interactions > 0 else { return [] }
        var fields = FieldList()
        let spans = "\(history.last30Days) in 30 days, \(history.last90Days) in 90, \(history.last365Days) in 365"
        fields.add("contacts", "\(history.interactions), of them \(spans)")
        if history.hasLastInbound { fields.add("last inbound", times.minute(history.lastInbound)) }
        if history.hasLastOutbound { fields.add("last outbound", times.minute(history.lastOutbound)) }
        let hour = history.hasPreferredHour ? ", in the hour from \(history.preferredHour):00" : ""
        fields.add("usual channel", history.preferredChannel.isEmpty ? "" : history.preferredChannel + hour)
        if history.sentiment.hasMean {
            let rated = "of \(history.sentiment.rated) that were judged, from -2 to 2"
            fields.add("mood", "\(RatioText.decimal(history.sentiment.mean)) on the average \(rated)")
        }
        return fields.lines
    }

    func opportunities(_ customer: Customer) -> [String] {
        let all = customer.opportunities
        guard !all.isEmpty else { return [] }
        let text = OpportunityText(names: names, times: times, layout: layout, showsParty: false)
        let hidden = all.count - Self.opportunitiesShown
        guard hidden > 0 else { return text.lines(all) }
        let count = all.count < Self.opportunitiesSent ? "\(hidden)" : "at least \(hidden)"
        let more = "… and \(count) more, older ones: kith opportunities --party … --status … has all"
        return text.lines(Self.shownOpportunities(of: customer)) + [more]
    }

    static func shownOpportunities(of customer: Customer) -> [OpportunitySummary] {
        Array(customer.opportunities.prefix(opportunitiesShown))
    }

    /// What the shown opportunities name.
    static func entries(of customer: Customer) -> [NameBook.Entry] {
        OpportunityText(times: ZonedTimeText(clock: .utc), showsParty: false)
            .entries(of: shownOpportunities(of: customer))
    }

    func points(_ accounts: [LoyaltySummary]) -> [[String]] {
        let text = LoyaltyText(times: times)
        return accounts.map(text.short)
    }
}
