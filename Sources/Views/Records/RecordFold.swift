package import Schema
internal import SwiftProtobuf

/// Folds the events of aggregates into their records; shared by the projections that show records. A projection that
/// keeps the records of an aggregate consumes every kind of event that its streams can hold: the fold counts revisions,
/// so that a lost event is noticed.
package struct RecordFold: Sendable {
    let tables: RecordTables

    package init(_ tables: RecordTables) { self.tables = tables }

    /// The row of an aggregate before and after an event.
    package struct Change: Sendable {
        /// Nil for the first event of a stream.
        package var before: DirectoryRow?
        package var after: DirectoryRow
    }

    /// Folds one event into the record of its stream: one read and one write of a short row, and a write for each
    /// item of a list that the event holds.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the stream has not begun, or has begun already.
    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> Change {
        let key = [UInt8].key(event.header.stream.rawValue)
        let before = try store.row(DirectoryRow.self, tables.rows, key)
        var row: DirectoryRow
        if let before { row = before } else { row = try event.newRow() }
        guard row.revision + 1 == event.header.revision.rawValue else {
            throw ViewError(
                .eventUnfit,
                "The event at \(event.header.position) has revision \(event.header.revision); "
                    + "its record is at revision \(row.revision).")
        }
        row.revision = event.header.revision.rawValue
        row.lastPosition = event.header.position.rawValue
        row.changedAt = event.header.occurredAt.rawValue
        try fold(event, into: &row, &store)
        try store.put(tables.rows, key, row)
        return Change(before: before, after: row)
    }

    private func fold(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try foldBodies(event, into: &row, &store)
        if try foldAnnotation(event, into: &row, &store) { return }
        switch event.header.streamKind {
        case .party: try foldParty(event, into: &row, &store)
        case .product, .priceBook: try foldProduct(event, into: &row, &store)
        case .order: try foldOrder(event, into: &row, &store)
        case .return: try foldReturn(event, into: &row, &store)
        case .import, .principal: row.foldSettings(event)
        case .organisation: row.foldOrganisation(event)
        case .exchangeRates: try foldExchangeRates(event, into: &row, &store)
        case .interaction: row.foldInteraction(event)
        case .employee: try foldEmployee(event, into: &row, &store)
        case .team, .territory: row.foldTeam(event)
        case .offer: row.foldOffer(event)
        case .coupon: try foldCoupon(event, into: &row, &store)
        case .field: row.foldField(event)
        case .pipeline: row.foldPipeline(event)
        case .opportunity: try foldOpportunity(event, into: &row, &store)
        case .loyaltyProgramme, .loyaltyAccount, .reward, .redemption:
            try foldLoyalty(event, into: &row, &store)
        case .competitor: try foldCompetitor(event, into: &row, &store)
        case .market: try foldMarket(event, into: &row, &store)
        case .target: row.foldTarget(event)
        case .training: row.foldTraining(event)
        case .task: row.foldTask(event)
        case .appointment: row.foldAppointment(event)
        case .promise: try foldPromise(event, into: &row, &store)
        case .ticket: try foldTicket(event, into: &row, &store)
        case .serviceDesk: row.foldServiceDesk(event)
        case .queue: row.foldQueue(event)
        case .calendar: row.foldCalendar(event)
        case .slaPolicy: row.foldSlaPolicy(event)
        case .unspecified, .log, .UNRECOGNIZED: break
        }
    }

    /// Writes an item of a list.
    ///
    /// - Parameter entries: how many entries the list gains by it.
    func put(
        _ item: ItemRow, _ kind: ItemKind, _ number: UInt64, entries: Int = 1, of event: ViewEvent,
        _ row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if entries > 0 { row.setCount(kind, row.count(kind) + entries) }
        try store.put(tables.items, kind.key(of: event.header.stream, number), item)
    }
}

extension ViewEvent {
    fileprivate func newRow() throws(ViewError) -> DirectoryRow {
        guard let streamID else {
            throw ViewError(.eventUnfit, "The event at \(header.position) belongs to a stream that has not begun.")
        }
        var row = DirectoryRow()
        row.idHigh = streamID.high
        row.idLow = streamID.low
        row.kind = header.streamKind
        row.occurredAt = header.occurredAt.rawValue
        row.importNumber = header.importNumber.rawValue
        return row
    }

    /// An item that keeps when the event occurred and, where it is sealed, where its personal data stand.
    func item(_ content: ItemRow.OneOf_Item) -> ItemRow {
        var item = ItemRow()
        item.item = content
        item.occurredAt = header.occurredAt.rawValue
        if let sealedPart {
            item.sealed = sealedPart
            item.sealedLength = sealedLength
        }
        return item
    }
}
