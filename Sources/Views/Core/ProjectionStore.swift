/// Names a table of a projection: its index in `Projection.tables`.
package struct TableID: Hashable, Sendable, RawRepresentable {
    package var rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// The table with this index in `Projection.tables`.
    package init(_ index: Int) { rawValue = index }
}

/// Where a projection keeps its rows while it folds. Reads see the writes before them.
///
/// Folds read and write single rows only; there is no scan, so that a store may hold back its writes and sort them.
package protocol ProjectionStore: ~Copyable {
    /// The row under the key, or nil.
    ///
    /// - Throws: `ViewError` with `storageFailed`.
    func get(_ table: TableID, _ key: [UInt8]) throws(ViewError) -> [UInt8]?

    /// Writes the row under the key, in place of the one that is there. The row may be empty.
    ///
    /// - Parameter key: 1 to 511 bytes.
    /// - Throws: `ViewError` with `storageFailed`.
    mutating func put(_ table: TableID, _ key: [UInt8], _ row: [UInt8]) throws(ViewError)

    /// Removes the row under the key; does nothing where there is none.
    ///
    /// - Throws: `ViewError` with `storageFailed`.
    mutating func delete(_ table: TableID, _ key: [UInt8]) throws(ViewError)
}

/// The rows of a projection as they were at one position of the log; what it answers does not change while it lives.
package protocol ProjectionReader: ~Copyable {
    /// The row under the key, or nil.
    ///
    /// - Throws: `ViewError` with `storageFailed`.
    func get(_ table: TableID, _ key: [UInt8]) throws(ViewError) -> [UInt8]?

    /// Shows the rows whose keys begin with `prefix`, in the order of the keys' bytes, until `body` stops it.
    ///
    /// - Parameters:
    ///   - prefix: empty for the whole table.
    ///   - after: begin with the first key behind this one in the direction of the scan, whether or not there is a row
    ///     under it; nil: begin at the edge of the prefix.
    ///   - descending: from the greatest key down.
    ///   - body: is given key and row.
    /// - Throws: `ViewError` with `storageFailed`, or what `body` throws.
    func scan(
        _ table: TableID, prefix: [UInt8], after: [UInt8]?, descending: Bool,
        _ body: (_ key: [UInt8], _ row: [UInt8]) throws(ViewError) -> ScanStep
    ) throws(ViewError)
}

/// What a scan does after a row.
package enum ScanStep: Sendable {
    /// Goes on to the next row.
    case next
    /// Ends the scan.
    case stop
}

extension ProjectionReader where Self: ~Copyable {
    /// Shows all rows whose keys begin with `prefix`, upwards, until `body` stops it.
    ///
    /// - Throws: `ViewError` with `storageFailed`, or what `body` throws.
    package func scan(
        _ table: TableID, prefix: [UInt8],
        _ body: (_ key: [UInt8], _ row: [UInt8]) throws(ViewError) -> ScanStep
    ) throws(ViewError) {
        try scan(table, prefix: prefix, after: nil, descending: false, body)
    }
}
