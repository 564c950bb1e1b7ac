internal import Schema
internal import SwiftProtobuf

/// The tables in which a projection keeps opportunities and what is needed to read them.
///
/// - `opportunities`: stream number → `PipelineOpportunityRow`, with the newest moments.
/// - `earlier`: stream number, 0, 1, 2 … → `PipelineOpportunityRow` with nothing but older moments; see `MomentLog`.
/// - `pipelines`: stream number → `PipelineVersionsRow` with the version in force.
/// - `versions`: stream number, revision that ended it → `PipelineVersionRow`.
/// - `settings`: 0 → name of the organisation's zone.
struct PipelineTables: Sendable {
    var opportunities: TableID
    var earlier: TableID
    var pipelines: TableID
    var versions: TableID
    var settings: TableID

    /// The tables that follow each other from this index on.
    init(from first: Int) {
        opportunities = TableID(first)
        earlier = TableID(first + 1)
        pipelines = TableID(first + 2)
        versions = TableID(first + 3)
        settings = TableID(first + 4)
    }

    /// Their names, in this order.
    static let names = ["opportunities", "earlier", "pipelines", "versions", "settings"]

    /// Key of the only row of `settings`.
    static let zoneKey = [UInt8].key(0)

    /// Whether an event is of interest to these tables.
    static func holds(_ kind: EventKind) -> Bool {
        switch kind.rawValue {
        // Of every aggregate, for what happened last; of pipelines; of opportunities.
        case 11...15, 500...599, 600...699: true
        default: [.externalLinked, .externalUnlinked, .organisationSet].contains(kind)
        }
    }

    /// Keeps the zone in which the organisation counts its days.
    func foldSettings(_ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        guard case .organisationSet(let settings) = event.payload else { return }
        try store.put(self.settings, PipelineTables.zoneKey, Array(settings.zone.utf8))
    }

    /// The organisation's calendar; in UTC where nobody has said which zone holds.
    ///
    /// - Throws: what the reader throws.
    func calendar(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) -> PipelineCalendar {
        let zone = try reader.get(settings, PipelineTables.zoneKey) ?? []
        return PipelineCalendar(zone: String(decoding: zone, as: UTF8.self))
    }
}
