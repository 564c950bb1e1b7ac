internal import CLMDB

/// The eight bytes behind the value of a table whose values are checked: they follow from the table's name, the key and
/// the value, so that a flipped bit in either, and an entry of another table or under another key, is found.
///
/// Each step multiplies by an odd number and folds the upper half into the lower one, which no two inputs share: entries
/// of the same lengths that differ within one word of eight bytes never have the same sum; others have it by chance once
/// in 2^64. The steps are those of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
/// It is against accidents; whoever can write in the file can write the sum as well.
@safe struct EntryChecksum {
    /// Bytes that it takes.
    static let size = MemoryLayout<UInt64>.size

    private var state: UInt64

    /// - Parameter seed: what the table's name comes to.
    @unsafe private init(seed: UInt64, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        state = seed
        add(UInt64(truncatingIfNeeded: key.count) << 32 | UInt64(truncatingIfNeeded: value.count))
        unsafe add(key)
        unsafe add(value)
    }

    /// The sum of an entry.
    @unsafe static func sum(
        _ seed: UInt64, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> UInt64 {
        let state = unsafe EntryChecksum(seed: seed, key: key, value: value).state
        return (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
    }

    /// What a table's name comes to.
    static func seed(_ name: String?) -> UInt64 {
        (name ?? "").utf8.reduce(0x9E37_79B9_7F4A_7C15) { ($0 ^ UInt64($1)) &* 0xBF58_476D_1CE4_E5B9 }
    }

    /// The stored value without its sum; `nil` where the sum is another one.
    @unsafe static func checked(_ seed: UInt64, key: PageKey, _ stored: MappedBytes) -> MappedBytes? {
        let count = unsafe stored.count - size
        guard count >= 0 else { return nil }
        let own = unsafe stored.start.loadUnaligned(fromByteOffset: count, as: UInt64.self)
        let right = unsafe sum(
            seed, UnsafeRawBufferPointer(start: key.start, count: key.count),
            UnsafeRawBufferPointer(start: stored.start, count: count))
        return unsafe own == right.littleEndian ? MappedBytes(start: stored.start, count: count) : nil
    }

    private mutating func add(_ word: UInt64) {
        state = (state ^ word) &* 0xBF58_476D_1CE4_E5B9
        state ^= state >> 32
    }

    @unsafe private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset + 8 <= bytes.count {
            add(UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var rest: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            rest |= UInt64(unsafe bytes[offset]) << shift
            shift += 8
            offset += 1
        }
        if shift > 0 { add(rest) }
    }
}
