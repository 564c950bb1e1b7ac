internal import Views

/// Rows that have changed since the last commit: what the store beneath does not know yet.
///
/// Keys are collected as they come and sorted only when somebody scans or when they are written, because sorted
/// batches are what LMDB takes fastest.
final class Overlay {
    enum Change {
        case row([UInt8])
        case deleted

        var byteCount: Int {
            switch self {
            case .row(let row): row.count
            case .deleted: 0
            }
        }
    }

    private struct Table {
        var changes: [RowKey: Change] = [:]
        /// Keys of `changes`: the sorted ones, and those that came since they were sorted.
        var sorted: [RowKey] = []
        var unsorted: [RowKey] = []
    }

    private var tables: [Table]
    /// Number of keys.
    private(set) var count = 0
    /// About how much memory they take.
    private(set) var byteCount = 0

    /// Memory of a key and its row beside their bytes: two array headers, an entry of the dictionary, one of the list.
    private static let overhead = 144

    init(tableCount: Int) {
        tables = Array(repeating: Table(), count: tableCount)
    }

    var isEmpty: Bool { count == 0 }

    /// What became of the row since the last commit; nil where nothing did.
    func change(_ table: Int, _ key: RowKey) -> Change? {
        tables[table].changes[key]
    }

    /// Keeps a change, in place of an earlier one of the same key.
    func set(_ table: Int, _ key: RowKey, _ change: Change) {
        if let earlier = tables[table].changes.updateValue(change, forKey: key) {
            byteCount += change.byteCount - earlier.byteCount
        } else {
            tables[table].unsorted.append(key)
            count += 1
            byteCount += key.bytes.count + change.byteCount + Self.overhead
        }
    }

    /// The changed keys of a table in their order.
    func sortedKeys(_ table: Int) -> [RowKey] {
        guard !tables[table].unsorted.isEmpty else { return tables[table].sorted }
        tables[table].unsorted.sort()
        tables[table].sorted = Self.merge(tables[table].sorted, tables[table].unsorted)
        tables[table].unsorted.removeAll(keepingCapacity: true)
        return tables[table].sorted
    }

    func removeAll() {
        guard count > 0 else { return }
        for index in tables.indices {
            tables[index].changes.removeAll(keepingCapacity: true)
            tables[index].sorted.removeAll(keepingCapacity: true)
            tables[index].unsorted.removeAll(keepingCapacity: true)
        }
        count = 0
        byteCount = 0
    }

    private static func merge(_ left: [RowKey], _ right: [RowKey]) -> [RowKey] {
        guard let last = left.last, let first = right.first else { return left + right }
        guard first < last else { return left + right }
        var result: [RowKey] = []
        result.reserveCapacity(left.count + right.count)
        var from = 0
        for key in right {
            while from < left.count, left[from] < key {
                result.append(left[from])
                from += 1
            }
            result.append(key)
        }
        result.append(contentsOf: left[from...])
        return result
    }
}

extension [RowKey] {
    /// Index of the first key that is not below `key`, or, with `after`, that is above it.
    func index(notBelow key: RowKey, after: Bool = false) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < key || (after && self[middle] == key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
