/// A store in memory, for tests and for views that need not last. Two stores are equal when every row is.
///
/// Writing a key that is not the greatest of its table moves those behind it: meant for thousands of rows.
package struct MemoryStore: ProjectionStore, ProjectionReader, Sendable, Hashable {
    private struct Entry: Sendable, Hashable {
        var key: [UInt8]
        var row: [UInt8]
    }

    private var tables: [[Entry]]

    /// An empty store with this many tables.
    package init(tableCount: Int) {
        tables = Array(repeating: [], count: tableCount)
    }

    /// An empty store for a projection.
    package init(for projection: (some Projection).Type) {
        self.init(tableCount: projection.tables.count)
    }

    /// How many rows the table has.
    package func count(_ table: TableID) -> Int { tables[table.rawValue].count }

    package func get(_ table: TableID, _ key: [UInt8]) throws(ViewError) -> [UInt8]? {
        let entries = tables[table.rawValue]
        let index = MemoryStore.firstIndex(in: entries, notBefore: key)
        return index < entries.count && entries[index].key == key ? entries[index].row : nil
    }

    package mutating func put(_ table: TableID, _ key: [UInt8], _ row: [UInt8]) throws(ViewError) {
        guard (1...511).contains(key.count) else {
            throw ViewError(.eventUnfit, "A row's key would have \(key.count) bytes; it may have 1 to 511.")
        }
        let index = MemoryStore.firstIndex(in: tables[table.rawValue], notBefore: key)
        if index < tables[table.rawValue].count, tables[table.rawValue][index].key == key {
            tables[table.rawValue][index].row = row
        } else {
            tables[table.rawValue].insert(Entry(key: key, row: row), at: index)
        }
    }

    package mutating func delete(_ table: TableID, _ key: [UInt8]) throws(ViewError) {
        let index = MemoryStore.firstIndex(in: tables[table.rawValue], notBefore: key)
        guard index < tables[table.rawValue].count, tables[table.rawValue][index].key == key else { return }
        tables[table.rawValue].remove(at: index)
    }

    package func scan(
        _ table: TableID, prefix: [UInt8], after: [UInt8]?, descending: Bool,
        _ body: (_ key: [UInt8], _ row: [UInt8]) throws(ViewError) -> ScanStep
    ) throws(ViewError) {
        let entries = tables[table.rawValue]
        var index = MemoryStore.start(of: entries, prefix: prefix, after: after, descending: descending)
        while entries.indices.contains(index), entries[index].key.starts(with: prefix) {
            guard try body(entries[index].key, entries[index].row) == .next else { return }
            index += descending ? -1 : 1
        }
    }

    private static func start(of entries: [Entry], prefix: [UInt8], after: [UInt8]?, descending: Bool) -> Int {
        if descending {
            let end = entries.partition { $0.key.starts(with: prefix) || !prefix.lexicographicallyPrecedes($0.key) }
            guard let after else { return end - 1 }
            return min(end, firstIndex(in: entries, notBefore: after)) - 1
        }
        let begin = firstIndex(in: entries, notBefore: prefix)
        guard let after else { return begin }
        return max(begin, entries.partition { !after.lexicographicallyPrecedes($0.key) })
    }

    private static func firstIndex(in entries: [Entry], notBefore key: [UInt8]) -> Int {
        // Folds mostly append.
        if let last = entries.last, last.key.lexicographicallyPrecedes(key) { return entries.count }
        return entries.partition { $0.key.lexicographicallyPrecedes(key) }
    }
}

extension Array {
    /// Index of the first element for which `isBefore` no longer holds; it holds for a front part of the array.
    fileprivate func partition(_ isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
