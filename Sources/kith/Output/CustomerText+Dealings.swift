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
            + TicketText(times: ZonedTimeText(clock: .utc), showsParty: false).entries(of: shownTickets(of: customer))
    }

    /// How many open tickets are shown.
    private static let ticketsShown = 10

    func tickets(_ customer: Customer) -> [String] {
        guard customer.hasTickets else { return [] }
        let tickets = customer.tickets
        var fields = FieldList()
        let breached = tickets.breachedTickets > 0 ? ", of them \(tickets.breachedTickets) breached" : ""
        fields.add("tickets", "\(tickets.tickets), of them \(tickets.openTickets) open\(breached)")
        fields.add(
            "last ticket",
            "\(tickets.last.sequence), opened \(times.minute(tickets.last.openedAt)), \(Labels.of(tickets.last.status))"
        )
        let text = TicketText(names: names, times: times, layout: layout, showsParty: false)
        let shown = Self.shownTickets(of: customer)
        let hidden = Int(clamping: tickets.openTickets) - shown.count
        let more = hidden > 0 ? ["… and \(hidden) more: kith tickets --party … has all"] : []
        return fields.lines + text.lines(shown) + more
    }

    private static func shownTickets(of customer: Customer) -> [TicketSummary] {
        Array(customer.tickets.open.prefix(ticketsShown))
    }

    func points(_ accounts: [LoyaltySummary]) -> [[String]] {
        let text = LoyaltyText(times: times)
        return accounts.map(text.short)
    }
}
