internal import Synchronization
internal import Views

/// Rows that have changed since the last commit was begun: what the store beneath does not know yet.
///
/// Changes are kept in the order in which they came, found through a hash table of indexes, and sorted only when
/// somebody scans or when they are written, because sorted batches are what LMDB takes fastest. A dictionary from key
/// to row would do the same; folding and writing a million events took it 1.5 times as long.
final class Overlay {
    enum Change: Sendable {
        case row([UInt8])
        case deleted

        var byteCount: Int {
            switch self {
            case .row(let row): row.count
            case .deleted: 0
            }
        }
    }

    struct Entry: Sendable {
        let key: RowKey
        let hash: UInt32
        var change: Change
    }

    private var tables: [ChangeTable]
    /// Number of keys.
    private(set) var count = 0
    /// About how much memory they take.
    private(set) var byteCount = 0

    /// Memory of a key and its row beside their bytes: two array headers, the entry, its places in two lists.
    private static let overhead = 128

    init(tableCount: Int) {
        tables = Array(repeating: ChangeTable(), count: tableCount)
    }

    var isEmpty: Bool { count == 0 }

    /// What became of the row since the last commit; nil where nothing did.
    func change(_ table: Int, _ key: RowKey) -> Change? {
        tables[table].change(key)
    }

    /// Keeps a change, in place of an earlier one of the same key.
    func set(_ table: Int, _ key: RowKey, _ change: Change) {
        if let earlier = tables[table].set(key, change) {
            byteCount += change.byteCount - earlier.byteCount
        } else {
            count += 1
            byteCount += key.bytes.count + change.byteCount + Self.overhead
        }
    }

    /// Whether the table has changes.
    func hasChanges(_ table: Int) -> Bool { !tables[table].entries.isEmpty }

    /// The changes of a table in the order of their keys.
    func sorted(_ table: Int) -> SortedChanges {
        tables[table].sort()
        return SortedChanges(entries: tables[table].entries, order: tables[table].order)
    }

    /// Gives the changes away, and is empty.
    func freeze() -> FrozenChanges {
        defer { removeAll() }
        return FrozenChanges(tables: tables)
    }

    func removeAll() {
        tables = Array(repeating: ChangeTable(), count: tables.count)
        count = 0
        byteCount = 0
    }
}

/// Changes that are being written: they stay as they are.
final class FrozenChanges: Sendable {
    private let tables: [ChangeTable]
    /// The same in order, each table by the first who needs it so: that may be who writes, or who reads meanwhile.
    private let sorted: Mutex<[SortedChanges?]>

    fileprivate init(tables: [ChangeTable]) {
        self.tables = tables
        sorted = Mutex(Array(repeating: nil, count: tables.count))
    }

    /// What became of the row; nil where nothing did.
    func change(_ table: Int, _ key: RowKey) -> Overlay.Change? {
        tables[table].change(key)
    }

    /// Whether the table has changes.
    func hasChanges(_ table: Int) -> Bool { !tables[table].entries.isEmpty }

    /// The changes of a table in the order of their keys.
    func sorted(_ table: Int) -> SortedChanges {
        sorted.withLock { sorted in
            if let changes = sorted[table] { return changes }
            var copy = tables[table]
            copy.sort()
            let changes = SortedChanges(entries: copy.entries, order: copy.order)
            sorted[table] = changes
            return changes
        }
    }
}
