internal import Schema

extension Customer360 {
    /// The contacts with a party up to `asOf`; nil where there was none. The time it takes grows with their number.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    static func interactions(
        of party: StreamNumber, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> InteractionHistory? {
        var figures = ContactFigures(asOf: asOf, try contacts.settings.clock(in: reader))
        try reader.scan(contacts.contacts, prefix: .key(party.rawValue)) { (_, bytes) throws(ViewError) in
            let row = try decodedRow(ContactRow.self, bytes)
            guard row.start <= asOf.rawValue else { return .stop }
            figures.add(row)
            return .next
        }
        return figures.result
    }

    /// The loyalty accounts of a party, by the time of enrolment.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    static func loyaltySummaries(
        of party: StreamNumber, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [LoyaltySummary] {
        var summaries = LoyaltySummaries(loyalty, asOf: asOf)
        return try summaries.summaries(of: party, in: reader)
    }
}
