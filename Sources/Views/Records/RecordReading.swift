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
    ) throws(ViewError) -> DirectoryRow? {
        try reader.row(DirectoryRow.self, tables.rows, .key(stream.rawValue))
    }

    /// The UUID of an aggregate, or nil where there is none with this number.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package func id(
        of stream: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Identifier? {
        try row(of: stream, in: reader)?.identifier
    }

    /// The record that the row and its items say.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package func record(
        of stream: StreamNumber, _ row: DirectoryRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> SealedRecord {
        var builder = RecordBuilder(stream, row)
        if row.hasItems_p {
            try reader.scan(tables.items, prefix: .key(stream.rawValue)) { (key, bytes) throws(ViewError) in
                try builder.add(key, bytes)
                return .next
            }
        }
        let party = builder.party
        let partyID = party == .none ? nil : try id(of: party, in: reader)
        return builder.finish(partyID: partyID?.description ?? "")
    }
}

extension DirectoryRow {
    /// The aggregate's UUID.
    package var identifier: Identifier { Identifier(high: idHigh, low: idLow) }
}
