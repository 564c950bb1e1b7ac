/// Values that were used lately, bounded by their weight.
///
/// The policy is CLOCK (Corbató, "A paging experiment with the Multics system", 1968), which comes near to
/// least-recently-used: each entry has a mark that is set when it is used; a hand goes round, takes the marks of those
/// that have one, and drops the first that has none. One goes for each one that comes, so nobody ever waits while many
/// are dropped at once.
package struct ClockCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let key: Key
        var value: Value
        var weight: Int
        var isUsed = false
    }

    /// Nil where an entry was dropped.
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var places: [Key: Int] = [:]
    private var hand = 0
    private var weight = 0
    private let capacity: Int

    /// - Parameter capacity: weight that is kept at most; a single entry may have more.
    package init(capacity: Int) { self.capacity = capacity }

    /// Number of entries.
    package var count: Int { places.count }

    /// The value of a key, where it is here.
    package mutating func value(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        entries[place]?.isUsed = true
        return entries[place]?.value
    }

    /// Puts in a value, in place of an earlier one of the same key.
    package mutating func put(_ value: Value, _ key: Key, weight: Int = 1) {
        if let place = places[key] {
            self.weight += weight - (entries[place]?.weight ?? 0)
            entries[place] = Entry(key: key, value: value, weight: weight, isUsed: true)
            makeRoom(for: 0)
            return
        }
        makeRoom(for: weight)
        self.weight += weight
        let entry = Entry(key: key, value: value, weight: weight)
        if let place = free.popLast() {
            entries[place] = entry
            places[key] = place
        } else {
            places[key] = entries.count
            entries.append(entry)
        }
    }

    /// Changes the value of a key where it is here, which does not count as a use.
    package mutating func change(_ value: Value, _ key: Key) {
        guard let place = places[key] else { return }
        entries[place]?.value = value
    }

    private mutating func makeRoom(for more: Int) {
        while weight + more > capacity, places.count > (more > 0 ? 0 : 1) {
            hand = hand + 1 < entries.count ? hand + 1 : 0
            guard let entry = entries[hand] else { continue }
            if entry.isUsed {
                entries[hand]?.isUsed = false
            } else {
                weight -= entry.weight
                places[entry.key] = nil
                entries[hand] = nil
                free.append(hand)
            }
        }
    }
}
