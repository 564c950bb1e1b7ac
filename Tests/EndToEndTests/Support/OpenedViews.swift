import KithClient
import SwiftProtobuf
import Testing

/// Everything that the views say, opened, under names that do not hang on the service: external references in the
/// place of ids, stream numbers and positions. Two logs with the same facts have equal ones.
struct OpenedViews: Equatable {
    /// Kind and name of a record, or of a customer's view, to its texts. Records without a name of their own share one.
    private(set) var entries: [String: [String]] = [:]

    /// Kinds whose records are facts of the owner; imports and principals are those of a log.
    private static let kinds: [AggregateKind] = [
        .party, .product, .priceBook, .order, .return, .organisation, .employee, .team, .territory, .offer, .coupon,
        .pipeline, .opportunity, .loyaltyProgramme, .loyaltyAccount, .reward, .redemption, .competitor, .market,
        .target, .training, .interaction, .field, .exchangeRates, .task, .appointment, .promise,
    ]

    init(_ daemon: Daemon, asOf: Google_Protobuf_Timestamp) async throws {
        let position = try await daemon.durablePosition()
        let (records, customers) = try await daemon.withClient { client in
            var records: [Record] = []
            for kind in OpenedViews.kinds { records += try await client.all(kind, atLeast: position) }
            let parties = records.filter { $0.kind == .party }.map { Reference(id: $0.id) }
            let customers = try await client.customers(parties, asOf: asOf, timeline: 10_000, atLeast: position)
            return (records, customers)
        }
        var names: [UInt64: String] = [:]
        for record in records { names[record.number] = OpenedViews.name(record) }
        for record in records {
            try add(OpenedRecord.text(of: record, names), as: "\(record.kind) \(OpenedViews.name(record))")
        }
        for customer in customers {
            try add(OpenedRecord.text(of: customer, names), as: "view \(OpenedViews.name(customer.party))")
        }
        entries = entries.mapValues { $0.sorted() }
    }

    private mutating func add(_ text: String, as name: String) {
        entries[name, default: []].append(text)
    }

    /// What differs, for a person: at most three entries.
    func differences(from other: OpenedViews) -> String {
        Set(entries.keys).union(other.entries.keys).sorted()
            .filter { entries[$0] != other.entries[$0] }
            .prefix(3)
            .map { "\($0):\n  \(entries[$0] ?? [])\n  \(other.entries[$0] ?? [])" }
            .joined(separator: "\n")
    }

    private static func name(_ record: Record) -> String {
        record.external.map { "\($0.system):\($0.key)" }.sorted().joined(separator: " ")
    }
}
