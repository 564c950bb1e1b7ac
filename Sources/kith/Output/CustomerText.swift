internal import Schema
internal import SwiftProtobuf

/// The customer view for a person.
struct CustomerText {
    /// How times are written for the reader.
    var times: ZonedTimeText
    /// What opportunities and their owners are called.
    var names = NameBook()
    var layout = TextLayout.unlimited

    /// - Parameter agesAt: the instant to which ages are counted, where it was asked for and is not now.
    func lines(_ customer: Customer, agesAt: Google_Protobuf_Timestamp? = nil) -> [String] {
        var lines = RecordText(times: times).lines(customer.party)
        var fields = FieldList()
        fields.add("also known as", customer.aliases.joined(separator: ", "))
        if customer.hasKnownSince { fields.add("known since", times.minute(customer.knownSince)) }
        if let agesAt {
            fields.add("ages as of", "\(times.minute(agesAt)); everything else as it is known now")
        }
        lines += fields.lines
        for purchases in customer.purchases { lines += [""] + self.lines(purchases, agesAt) }
        let dealings = [contacts(customer.interactions), opportunities(customer)]
        let work = [tickets(customer)] + (customer.hasWork ? work(customer.work) : [])
        for block in dealings + work + points(customer.loyalty) where !block.isEmpty { lines += [""] + block }
        if !customer.timeline.isEmpty { lines += [""] + timeline(customer.timeline) }
        if customer.timelineCut, let last = customer.timeline.last {
            lines.append("… there are older events: repeat the command with --timeline-before \(last.position)")
        }
        return lines
    }

    private func lines(_ purchases: PurchaseHistory, _ agesAt: Google_Protobuf_Timestamp?) -> [String] {
        let currency = purchases.currency
        var fields = FieldList()
        fields.add("purchases in", currency)
        fields.add("orders", "\(purchases.orders), of them \(purchases.purchases) with a positive total")
        if purchases.hasFirstOrder { fields.add("first order", times.minute(purchases.firstOrder)) }
        if purchases.hasLastOrder {
            let age = agesAt.map { "days before \(times.minute($0))" } ?? "days ago"
            fields.add("last order", "\(times.minute(purchases.lastOrder)), \(purchases.daysSinceLastOrder) \(age)")
        }
        fields.add("gross", MoneyText.amount(purchases.gross, currency))
        fields.add("returned", "\(MoneyText.amount(purchases.returned, currency)) in \(purchases.returns) returns")
        fields.add("net", MoneyText.amount(purchases.net, currency))
        if purchases.hasAverageOrderValue {
            fields.add("average order", MoneyText.amount(purchases.averageOrderValue, currency))
        }
        if purchases.hasReturnRate { fields.add("return rate", "\(decimal(purchases.returnRate * 100)) %") }
        fields.add("margin", purchases.hasMargin ? MoneyText.amount(purchases.margin, currency) : "unknown")
        if purchases.hasMeanIntervalDays {
            let median = purchases.hasMedianIntervalDays ? ", median \(decimal(purchases.medianIntervalDays))" : ""
            fields.add("days between", "mean \(decimal(purchases.meanIntervalDays))\(median)")
        }
        return fields.lines + categories(purchases)
    }

    private func categories(_ purchases: PurchaseHistory) -> [String] {
        guard purchases.categories.contains(where: { !$0.category.isEmpty }) else { return [] }
        var table = Table([("category", .left), ("lines", .right), ("gross", .right)])
        for total in purchases.categories {
            let name = total.category.isEmpty ? "(none)" : total.category
            table.add([name, String(total.lines), MoneyText.amount(total.gross, purchases.currency)])
        }
        return [""] + table.lines
    }

    private func timeline(_ entries: [TimelineEntry]) -> [String] {
        var table = Table([("position", .right), ("occurred", .left), ("event", .left), ("of", .left)])
        for entry in entries {
            table.add([
                String(entry.position), times.minute(entry.occurredAt), Labels.of(entry.kind),
                Labels.of(entry.streamKind),
            ])
        }
        return table.lines
    }

    /// With one decimal.
    private func decimal(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        return MoneyText.decimal(Int64((value * 10).rounded()), scale: 1)
    }
}
