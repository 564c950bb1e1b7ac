internal import Schema

/// The tables in which a projection keeps records of aggregates.
///
/// - `rows`: stream number → `DirectoryRow`.
/// - `items`: stream number, `ItemKind`, number of the item → `ItemRow`. Lists stand here item by item, so that an
///   event never rewrites a long row.
package struct RecordTables: Sendable {
    package var rows: TableID
    package var items: TableID

    package init(rows: TableID, items: TableID) {
        self.rows = rows
        self.items = items
    }
}

/// The lists of a record, in the order of their keys. What numbers the items of each stands beside it.
enum ItemKind: UInt8 {
    /// Position of the event.
    case note = 1
    /// Position of the event.
    case need = 2
    /// Position of the event.
    case preference = 3
    /// Position of the event. Only for parties, whose external keys are sealed.
    case external = 4
    /// Number of the contact point.
    case contactPoint = 5
    /// Position of the event.
    case variant = 6
    /// Position of the event.
    case related = 7
    /// Position of the event.
    case price = 8
    /// 0, 1, 2 … for the events that hold the lines.
    case lines = 9
    /// Number of the line.
    case fulfilled = 10

    /// Key of an item.
    func key(of stream: StreamNumber, _ item: UInt64) -> [UInt8] {
        var key = [UInt8].key(17)
        key.append(bigEndian: stream.rawValue)
        key.append(rawValue)
        key.append(bigEndian: item)
        return key
    }
}
