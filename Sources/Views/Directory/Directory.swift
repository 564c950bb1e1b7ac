package import Schema

/// The directory: every aggregate, by number, or in lists.
///
/// Tables:
/// - `rows`, `items`: the records; see `RecordTables`.
/// - `order`: the sort orders of lists; see `SortKey`. Its rows are empty.
package struct Directory: Projection {
    package static let name = "directory"
    package static let version: UInt32 = 5
    package static let tables = ["rows", "items", "order"]
    package static let kinds = Set(
        EventKind.allCases.filter { kind in
            switch kind {
            case .unspecified, .logOpened, .epochOpened: false
            default: true
            }
        })

    static let records = RecordTables(rows: TableID(0), items: TableID(1))
    static let order = TableID(2)

    package init() {}

    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        // The log's own events begin no record.
        if event.header.streamKind == .log { return }
        let change = try RecordFold(Directory.records).apply(event, to: &store)
        try Directory.sort(change, event.header.stream, in: &store)
    }

    private static func sort(
        _ change: RecordFold.Change, _ stream: StreamNumber, in store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let kind = change.after.kind
        for sort in SortKey.orders(of: kind) {
            if let before = change.before {
                // When a record was registered and when its first event occurred never changes.
                let isRenamed = sort == .label && !before.label.isIdentical(to: change.after.label)
                guard sort == .changed || isRenamed else { continue }
                try store.delete(order, SortKey.key(kind, sort, before, stream))
            }
            try store.put(order, SortKey.key(kind, sort, change.after, stream), [])
        }
    }
}

extension Directory {
    /// One record as it is now, or nil where there is none with this number.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package static func record(
        _ stream: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> SealedRecord? {
        let reading = RecordReading(records)
        guard let row = try reading.row(of: stream, in: reader) else { return nil }
        return try reading.record(of: stream, row, in: reader)
    }

    /// The UUID of an aggregate, or nil where there is none with this number.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package static func id(
        of stream: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Identifier? {
        try RecordReading(records).id(of: stream, in: reader)
    }
}
