internal import Schema
package import SwiftProtobuf

/// Rows that are messages of `kith.store.v1`.
extension ProjectionStore where Self: ~Copyable {
    /// The row under the key, or nil.
    ///
    /// - Throws: `ViewError` with `rowDamaged` where the row is no such message, or what the store throws.
    package func row<Row: SwiftProtobuf.Message>(
        _ type: Row.Type, _ table: TableID, _ key: [UInt8]
    ) throws(ViewError) -> Row? {
        guard let bytes = try get(table, key) else { return nil }
        return try decodedRow(type, bytes)
    }

    /// Writes a message as the row under the key.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the message cannot be encoded, or what the store throws.
    package mutating func put(_ table: TableID, _ key: [UInt8], _ row: some SwiftProtobuf.Message) throws(ViewError) {
        let bytes: [UInt8]
        do { bytes = try row.encoded() } catch {
            throw ViewError(.eventUnfit, "A row cannot be encoded: \(error)")
        }
        try put(table, key, bytes)
    }
}

extension ProjectionReader where Self: ~Copyable {
    /// The row under the key, or nil.
    ///
    /// - Throws: `ViewError` with `rowDamaged` where the row is no such message, or what the reader throws.
    package func row<Row: SwiftProtobuf.Message>(
        _ type: Row.Type, _ table: TableID, _ key: [UInt8]
    ) throws(ViewError) -> Row? {
        guard let bytes = try get(table, key) else { return nil }
        return try decodedRow(type, bytes)
    }
}

/// The message that a row holds.
///
/// - Throws: `ViewError` with `rowDamaged` where the row is no such message.
package func decodedRow<Row: SwiftProtobuf.Message>(_ type: Row.Type, _ bytes: [UInt8]) throws(ViewError) -> Row {
    do { return try Row(serializedBytes: bytes) } catch {
        throw ViewError(.rowDamaged, "A row is no \(Row.protoMessageName). Rebuild the projection.")
    }
}
