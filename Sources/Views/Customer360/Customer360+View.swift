package import Schema
internal import SwiftProtobuf

/// A customer view without its personal data and its timeline.
package struct SealedCustomer: Sendable, Hashable {
    /// Everything but personal data and timeline.
    package var customer: Customer
    /// What to open, in the order of the log; each fills places of `customer.party`.
    package var sealed: [SealedField]
    /// The tickets; nil where there are none.
    package var tickets: SealedTickets?

    package init(customer: Customer, sealed: [SealedField], tickets: SealedTickets?) {
        self.customer = customer
        self.sealed = sealed
        self.tickets = tickets
        if let tickets { self.customer.tickets = tickets.tickets }
    }
}

extension Customer360 {
    /// Everything that is known of a party, except its timeline, or nil where there is no party with this number.
    ///
    /// The figures of purchases are those of all documents that the store holds, and tickets stand as they do now; `asOf`
    /// says only what "days since" and ages are counted to. Opportunities and work stand as they stood then, contacts after it are left out. The time it takes
    /// grows with the party's documents, their lines, its opportunities, its contacts and its work.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package static func view(
        of party: StreamNumber, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> SealedCustomer? {
        let reading = RecordReading(records)
        guard let row = try reading.row(of: party, in: reader), row.row.kind == .party else { return nil }
        let record = try reading.record(of: party, row, in: reader)
        var customer = Customer()
        customer.party = record.record
        if let bytes = try reader.get(known, .key(party.rawValue)) {
            let row = try KnownRow(bytes)
            customer.knownSince = row.since.timestamp
            customer.lastChangedPosition = row.last.rawValue
        }
        customer.purchases = try purchases(of: party, asOf: asOf, in: reader)
        if let contacts = try interactions(of: party, asOf: asOf, in: reader) { customer.interactions = contacts }
        customer.loyalty = try loyaltySummaries(of: party, asOf: asOf, in: reader)
        customer.opportunities = try opportunities(of: party, asOf: asOf, in: reader)
        if let work = try work(of: party, asOf: asOf, in: reader) { customer.work = work }
        return SealedCustomer(
            customer: customer, sealed: record.sealed, tickets: try tickets(of: party, asOf: asOf, in: reader))
    }

    /// The purchase history of a party: one block per currency, in the order of the currency codes.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package static func purchases(
        of party: StreamNumber, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [PurchaseHistory] {
        var fold = PurchaseFold()
        try reader.scan(documents, prefix: .key(party.rawValue)) { (key, bytes) throws(ViewError) in
            try fold.add(try DocumentKey(key), try decodedRow(DocumentRow.self, bytes), in: reader)
            return .next
        }
        return fold.histories(asOf: asOf)
    }
}
