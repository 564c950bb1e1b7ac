/// The changes of one table.
struct ChangeTable: Sendable {
    private(set) var entries: [Overlay.Entry] = []
    /// Indexes of the entries that were there at the last sorting, in the order of their keys.
    private(set) var order: [SortedChanges.Place] = []
    /// Open addressing: in the low half the index of an entry plus one, 0 where the slot is free; in the high half its
    /// hash, so that entries, which are large, are looked at only where it is the same. A power of two, at most half full.
    private var slots: [UInt64] = []

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
struct SortedChanges: Sendable {
    /// An entry's index with the front of its key, which decides most comparisons without a look at the entry.
    struct Place: Sendable {
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

    let entries: [Overlay.Entry]
    let order: [Place]

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
