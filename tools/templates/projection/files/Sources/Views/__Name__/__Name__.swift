package import Schema

/// The __words__: how many orders came by which channel.
package struct __Name__: Projection {
    package static let name = "__name_flat__"
    package static let version: UInt32 = 1
    package static let tables = ["channels"]
    package static let kinds: Set<EventKind> = [.orderPlaced]

    /// Channel → `__Name__Row`.
    private static let channels = TableID(0)

    package init() {}

    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        guard case .orderPlaced(let placed) = event.payload else { return }
        let key = Self.key(placed.channel)
        var row = try store.row(__Name__Row.self, Self.channels, key) ?? __Name__Row()
        row.orders += 1
        try store.put(Self.channels, key, row)
    }

    /// How many orders came by a channel.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package func orders(
        by channel: String, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> UInt64 {
        try reader.row(__Name__Row.self, Self.channels, Self.key(channel))?.orders ?? 0
    }

    private static func key(_ channel: String) -> [UInt8] {
        var key = [UInt8].key()
        key.append(sortable: channel)
        return key
    }
}
