package import Schema

/// Customer 360: everything that is known of one party, answered at one position by this projection alone.
///
/// Tables:
/// - `parties`, `items`: the records of the parties and of the definitions of fields; see `RecordTables`.
/// - `known`: party → earliest valid time of any event about it, position of the last one.
/// - `documents`: party, order or return, time, number → `DocumentRow`; see `DocumentKey`. Documents without a party
///   stand under number 0, where no view looks, because a correction may give them one.
/// - `places`: number of the document → its key in `documents`.
/// - `lines`: number of the document, 0, 1, 2 … → `DocumentLinesRow`; one for each event that holds lines.
/// - `products`: product → `ProductFiguresRow`.
/// - `opportunities` and those behind it: see `PipelineTables`.
/// - `deals`: party, opportunity → nothing; those without a party have no place.
/// - those of `ContactTables`, `LoyaltyTables`, `WorkTables` and `TicketTables`.
///
/// The timeline is not kept: it is read from the log along the links of the subject.
package struct Customer360: Projection {
    package static let name = "customer360"
    package static let version: UInt32 = 6
    package static let tables =
        ["parties", "items", "known", "documents", "places", "lines", "products"] + PipelineTables.names + ["deals"]
        + ContactTables.names + LoyaltyTables.names + WorkTables.names + TicketTables.names
    package static let kinds = Set(
        EventKind.allCases.filter { kind in
            switch kind.rawValue {
            // Of every aggregate; of parties, all of them, because the fold of records misses none; of orders and returns.
            case 11...99, 100...199, 900...999, 3800...3899: true
            default:
                [
                    .productDefined, .productChanged, .externalLinked, .externalUnlinked, .territoryAssigned,
                    .relationshipReviewed, .bodyRedacted,
                ].contains(kind)
                    || PipelineTables.holds(kind) || ContactTables.kinds.contains(kind)
                    || LoyaltyTables.kinds.contains(kind) || WorkTables.holds(kind)
                    || QueuedTicketFold.holds(kind)
            }
        })

    static let records = RecordTables(rows: TableID(0), items: TableID(1))
    static let known = TableID(2)
    static let documents = TableID(3)
    static let places = TableID(4)
    static let lines = TableID(5)
    static let products = TableID(6)
    static let pipeline = PipelineTables(from: 7)
    static let deals = TableID(7 + PipelineTables.names.count)
    static let contacts = ContactTables(from: deals.rawValue + 1)
    static let loyalty = LoyaltyTables(from: deals.rawValue + 1 + ContactTables.names.count)
    static let work = WorkTables(
        from: deals.rawValue + 1 + ContactTables.names.count + LoyaltyTables.names.count)
    static let ticketTables = TicketTables(from: tables.count - TicketTables.names.count)

    package init() {}

    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.header.streamKind {
        // Definitions of fields say in which order a party's record shows them.
        case .party, .field: _ = try RecordFold(Customer360.records).apply(event, to: &store)
        case .order, .return: try DocumentFold().apply(event, to: &store)
        case .product: try foldProduct(event, &store)
        case .opportunity: try foldOpportunity(event, &store)
        case .pipeline: try PipelineVersionFold(Customer360.pipeline).apply(event, to: &store)
        case .organisation:
            try Customer360.pipeline.foldSettings(event, &store)
            try Customer360.contacts.settings.fold(event, to: &store)
        case .interaction: try ContactFold(Customer360.contacts).apply(event, to: &store)
        case .loyaltyAccount: _ = try LedgerFold(Customer360.loyalty).apply(event, to: &store)
        case .loyaltyProgramme: try ProgrammeFold(Customer360.loyalty).apply(event, to: &store)
        case .task, .appointment, .promise: try WorkFold(Customer360.work).apply(event, to: &store)
        case .ticket: try Customer360.ticketTables.fold(event, to: &store)
        default: break
        }
        try foldKnown(event, &store)
    }

    private func foldProduct(
        _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .productDefined(let defined): try put(defined.detail, event, &store)
        case .productChanged(let changed): try put(changed.detail, event, &store)
        default: break
        }
    }

    private func put(
        _ detail: ProductDetail, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var row = ProductFiguresRow()
        row.category = detail.category
        if detail.hasUnitCost {
            row.unitCost = detail.unitCost.unscaled
            row.costScale = detail.unitCost.scale
            row.costCurrency = detail.costCurrency
        }
        try store.put(Customer360.products, .key(event.header.stream.rawValue), row)
    }

    private func foldOpportunity(
        _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let change = try OpportunityFold(Customer360.pipeline).apply(event, to: &store)
        let number = event.header.stream
        if change.before == change.after { return }
        if change.before != .none { try store.delete(Customer360.deals, Customer360.deal(change.before, number)) }
        if change.after != .none { try store.put(Customer360.deals, Customer360.deal(change.after, number), []) }
    }

    private static func deal(_ party: StreamNumber, _ opportunity: StreamNumber) -> [UInt8] {
        var key = [UInt8].key(capacity: 16)
        key.append(bigEndian: party.rawValue)
        key.append(bigEndian: opportunity.rawValue)
        return key
    }

    /// Notes for each subject of the event when it was first and last heard of.
    private func foldKnown(
        _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        for (index, entry) in event.subjects.enumerated() {
            if event.subjects[..<index].contains(where: { $0.subject == entry.subject }) { continue }
            try KnownRow.note(event, about: entry.subject, in: &store)
        }
        // Every event of a party has it as a subject; one that an older version wrote without still counts.
        let stream = event.header.stream
        if event.header.streamKind == .party, !event.subjects.contains(where: { $0.subject == stream }) {
            try KnownRow.note(event, about: stream, in: &store)
        }
    }
}

/// When a party was first and last heard of, in 16 bytes: the earliest valid time, the last position.
struct KnownRow {
    var since: Instant
    var last: Position

    init(since: Instant, last: Position) {
        self.since = since
        self.last = last
    }

    init(_ bytes: [UInt8]) throws(ViewError) {
        var reader = KeyReader(bytes)
        since = try reader.instant()
        last = Position(try reader.integer(UInt64.self))
    }

    var bytes: [UInt8] {
        var bytes = [UInt8].key(capacity: 16)
        bytes.append(since)
        bytes.append(bigEndian: last.rawValue)
        return bytes
    }

    static func note(
        _ event: ViewEvent, about party: StreamNumber, in store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = [UInt8].key(party.rawValue)
        var row = KnownRow(since: event.header.occurredAt, last: event.header.position)
        if let before = try store.get(Customer360.known, key) { row.since = min(row.since, try KnownRow(before).since) }
        try store.put(Customer360.known, key, row.bytes)
    }
}
