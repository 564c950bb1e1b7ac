internal import Views

/// Rows that have changed since the last commit: what the store beneath does not know yet.
///
/// Changes are kept in the order in which they came, found through a hash table of indexes, and sorted only when
/// somebody scans or when they are written, because sorted batches are what LMDB takes fastest. A dictionary from key
/// to row would do the same; folding and writing a million events took it 1.5 times as long.
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

    struct Entry {
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

    func removeAll() {
        guard count > 0 else { return }
        for index in tables.indices { tables[index].removeAll() }
        count = 0
        byteCount = 0
    }
}

/// The changes of one table.
private struct ChangeTable {
    private(set) var entries: [Overlay.Entry] = []
    /// Indexes of the entries that were there at the last sorting, in the order of their keys.
    private(set) var order: [SortedChanges.Place] = []
    /// Open addressing: in the low half the index of an entry plus one, 0 where the slot is free; in the high half its
    /// hash, so that entries, which are large, are looked at only where it is the same. A power of two, at most half full.
    private var slots: [UInt64] = []

    /// A table larger than this is given back when it is emptied, so that it is not cleared again and again for little.
    private static let slotsKept = 1 << 17

    func change(_ key: RowKey) -> Overlay.Change? {
        guard !entries.isEmpty else { return nil }
        let slot = slots[find(key, key.quickHash)]
        return slot == 0 ? nil : entries[Self.index(slot)].change
    }

    /// Returns the earlier change of the key.
    mutating func set(_ key: RowKey, _ change: Overlay.Change) -> Overlay.Change? {
        if slots.count < 2 * (entries.count + 1) { grow() }
        let hash = key.quickHash
        let place = find(key, hash)
        guard slots[place] == 0 else {
            let index = Self.index(slots[place])
            let earlier = entries[index].change
            entries[index].change = change
            return earlier
        }
        slots[place] = Self.slot(entries.count, hash)
        entries.append(Overlay.Entry(key: key, hash: hash, change: change))
        return nil
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        order.removeAll(keepingCapacity: true)
        if slots.count > Self.slotsKept {
            slots = []
        } else {
            for index in slots.indices { slots[index] = 0 }
        }
    }

    /// Brings the entries that came since the last sorting into the order.
    mutating func sort() {
        let entries = entries
        guard order.count < entries.count else { return }
        var fresh = (order.count..<entries.count).map { SortedChanges.Place(entries[$0].key, $0) }
        fresh.sort { $0.precedes($1, entries) }
        guard let last = order.last, let first = fresh.first, first.precedes(last, entries) else {
            order.append(contentsOf: fresh)
            return
        }
        var merged: [SortedChanges.Place] = []
        merged.reserveCapacity(entries.count)
        var from = 0
        for place in fresh {
            while from < order.count, order[from].precedes(place, entries) {
                merged.append(order[from])
                from += 1
            }
            merged.append(place)
        }
        merged.append(contentsOf: order[from...])
        order = merged
    }

    /// The slot that holds the key's entry, or the free one where it belongs.
    private func find(_ key: RowKey, _ hash: UInt32) -> Int {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place] != 0 {
            if UInt32(truncatingIfNeeded: slots[place] >> 32) == hash, entries[Self.index(slots[place])].key == key {
                return place
            }
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: max(64, 2 * slots.count, 4 * entries.count.nextPowerOfTwo))
        let mask = slots.count - 1
        for (index, entry) in entries.enumerated() {
            var place = Int(entry.hash) & mask
            while slots[place] != 0 { place = (place + 1) & mask }
            slots[place] = Self.slot(index, entry.hash)
        }
    }

    private static func slot(_ index: Int, _ hash: UInt32) -> UInt64 { UInt64(hash) << 32 | UInt64(index + 1) }

    /// The entry that a slot in use names.
    private static func index(_ slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) - 1 }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}

/// Changes of one table in the order of their keys.
struct SortedChanges {
    /// An entry's index with the front of its key, which decides most comparisons without a look at the entry.
    struct Place {
        private let head: UInt64
        let index: UInt32

        init(_ key: RowKey, _ index: Int) {
            head = key.head
            self.index = UInt32(index)
        }

        func precedes(_ other: Place, _ entries: [Overlay.Entry]) -> Bool {
            guard head == other.head else { return head < other.head }
            return entries[Int(index)].key < entries[Int(other.index)].key
        }
    }

    fileprivate let entries: [Overlay.Entry]
    fileprivate let order: [Place]

    var count: Int { order.count }

    subscript(_ position: Int) -> Overlay.Entry { entries[Int(order[position].index)] }

    /// Position of the first key that is not below `key`, or, with `after`, that is above it.
    func position(notBelow key: RowKey, after: Bool = false) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let found = self[middle].key
            if found < key || (after && found == key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
