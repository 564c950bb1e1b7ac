package import Schema
internal import SwiftProtobuf

/// Makes records out of rows; shared by the projections that show records.
package struct RecordReading: Sendable {
    let tables: RecordTables

    package init(_ tables: RecordTables) { self.tables = tables }

    /// The row of an aggregate, or nil where there is none with this number.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package func row(
        of stream: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> StoredRow? {
        guard let bytes = try reader.get(tables.rows, .key(stream.rawValue)) else { return nil }
        return StoredRow(row: try decodedRow(DirectoryRow.self, bytes), size: bytes.count)
    }

    /// The UUID of an aggregate, or nil where there is none with this number.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package func id(
        of stream: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Identifier? {
        try row(of: stream, in: reader)?.row.identifier
    }

    /// The record that the row and its items say. Of long lists it holds the newest entries, and no others are read;
    /// `omitted` says how many are left out.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package func record(
        of stream: StreamNumber, _ stored: StoredRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> SealedRecord {
        var builder = RecordBuilder(stream, stored)
        if !stored.row.fields.isEmpty { builder.add(try fields(of: stored.row, in: reader)) }
        for kind in ItemKind.allCases where stored.row.count(kind) > 0 {
            builder.add(try newest(kind, of: stream, in: reader), kind, of: stored.row.count(kind))
        }
        let party = builder.party
        let partyID = party == .none ? nil : try id(of: party, in: reader)
        return builder.finish(partyID: partyID?.description ?? "")
    }

    private func newest(
        _ kind: ItemKind, of stream: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> NewestItems {
        var newest = NewestItems(kind)
        try reader.scan(tables.items, prefix: kind.prefix(of: stream), after: nil, descending: true) {
            (key, bytes) throws(ViewError) in
            newest.take(try NumberedItem(key, bytes)) ? .next : .stop
        }
        return newest
    }
}

/// A row as it was read.
package struct StoredRow: Sendable {
    package var row: DirectoryRow
    /// How many bytes it takes.
    package var size: Int
}

extension DirectoryRow {
    /// The aggregate's UUID.
    package var identifier: Identifier { Identifier(high: idHigh, low: idLow) }
}
