internal import Crypto

/// Unwrapped keys that were used lately, bounded in number.
///
/// Two halves: what is used moves to the young one; when that is full it becomes the old one, and the old one's
/// remainder is forgotten. No order to keep, and a scan over millions of subjects costs no more memory.
struct KeyCache {
    private let halfCapacity: Int
    private var young: [Slot: SymmetricKey] = [:]
    private var old: [Slot: SymmetricKey] = [:]

    init(capacity: Int) {
        halfCapacity = max(1, capacity / 2)
    }

    /// The key of a slot, if it was used lately.
    mutating func key(_ slot: Slot) -> SymmetricKey? {
        if let key = young[slot] { return key }
        guard let key = old[slot] else { return nil }
        insert(key, slot: slot)
        return key
    }

    /// Remembers a key.
    mutating func insert(_ key: SymmetricKey, slot: Slot) {
        if young.count >= halfCapacity {
            old = young
            young = [:]
        }
        young[slot] = key
    }

    /// How many keys are held, at most twice half the capacity.
    var count: Int { young.count + old.count }
}
