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

/// The lists of a record, in the order of their keys. What numbers the items of each stands beside it. Those that most
/// records have come first, because rows count the entries of each in this order.
enum ItemKind: UInt8, CaseIterable {
    /// Position of the event.
    case note = 1
    /// 0, 1, 2 … for the events that hold the lines.
    case lines = 2
    /// Number of the line.
    case fulfilled = 3
    /// Number of the contact point.
    case contactPoint = 4
    /// Number of the contact point. Apart from those in use, so that a record shows these however many were retired.
    case retiredContactPoint = 5
    /// Position of the event.
    case need = 6
    /// Position of the event.
    case preference = 7
    /// Position of the event. Only for parties and employees, whose external keys are sealed.
    case external = 8
    /// Position of the event.
    case variant = 9
    /// Position of the event.
    case related = 10
    /// Position of the event.
    case price = 11
    /// The day as a number, for example 20240229.
    case exchangeRate = 12
    /// Number of the line.
    case opportunityLine = 13
    /// 0, 1, 2 … for the stages that an opportunity was in.
    case stageVisit = 14
    /// Position of the event times 64, and the place among its bodies.
    case body = 15
    /// Position of the event.
    case competitorMove = 16
    /// A hash of period, currency and origin.
    case marketSize = 17
    /// Position of the event.
    case renegotiation = 18
    /// Number of the message.
    case ticketMessage = 20

    /// Key of an item.
    func key(of stream: StreamNumber, _ item: UInt64) -> [UInt8] {
        var key = prefix(of: stream)
        key.append(bigEndian: item)
        return key
    }

    /// What the keys of all items of one list begin with.
    func prefix(of stream: StreamNumber) -> [UInt8] {
        var key = [UInt8].key(capacity: 17)
        key.append(bigEndian: stream.rawValue)
        key.append(rawValue)
        return key
    }
}

extension DirectoryRow {
    /// How many entries a list has.
    func count(_ kind: ItemKind) -> Int {
        let index = Int(kind.rawValue) - 1
        return itemCounts.indices.contains(index) ? Int(itemCounts[index]) : 0
    }

    /// Says how many entries a list has.
    mutating func setCount(_ kind: ItemKind, _ count: Int) {
        let index = Int(kind.rawValue) - 1
        while itemCounts.count <= index { itemCounts.append(0) }
        itemCounts[index] = UInt32(clamping: count)
        while itemCounts.last == 0 { itemCounts.removeLast() }
    }
}
