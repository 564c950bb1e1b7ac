internal import Glibc

/// A row's key, quick to hash and to compare: the first eight bytes also stand as a number.
struct RowKey: Equatable, Comparable {
    let head: UInt64
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        head = bytes.withUnsafeBytes { buffer in
            if buffer.count >= 8 { return UInt64(bigEndian: buffer.loadUnaligned(as: UInt64.self)) }
            var head: UInt64 = 0
            for index in 0..<buffer.count { head |= UInt64(buffer[index]) << UInt64(56 - 8 * index) }
            return head
        }
    }

    static func == (left: RowKey, right: RowKey) -> Bool {
        left.head == right.head && left.bytes.count == right.bytes.count && left.order(right) == 0
    }

    static func < (left: RowKey, right: RowKey) -> Bool {
        guard left.head == right.head else { return left.head < right.head }
        return left.order(right) < 0
    }

    /// A hash for tables in memory. Its seed is another one in each process, so nobody can choose keys that collide.
    var quickHash: UInt32 {
        var hash = (head ^ Self.seed) &* Self.multiplier
        hash ^= hash >> 32
        if bytes.count > 8 { bytes.withUnsafeBytes { Self.mix($0, into: &hash) } }
        hash = (hash ^ UInt64(bytes.count)) &* Self.multiplier
        return UInt32(truncatingIfNeeded: hash >> 32)
    }

    private static let seed = UInt64.random(in: 0 ... .max)
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Mixes in what stands behind the first eight bytes.
    private static func mix(_ bytes: UnsafeRawBufferPointer, into hash: inout UInt64) {
        var offset = 8
        while offset + 8 <= bytes.count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* multiplier
            hash ^= hash >> 32
            offset += 8
        }
        while offset < bytes.count {
            hash = (hash ^ UInt64(bytes[offset])) &* multiplier
            offset += 1
        }
        hash ^= hash >> 32
    }

    /// Order of keys whose first eight bytes, padded with zeros, are equal: below, above or equal to zero.
    private func order(_ other: RowKey) -> Int {
        guard bytes.count > 8, other.bytes.count > 8 else { return bytes.count - other.bytes.count }
        let common = min(bytes.count, other.bytes.count) - 8
        let result = bytes.withUnsafeBytes { left in
            other.bytes.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return Int32(0) }
                return memcmp(left + 8, right + 8, common)
            }
        }
        return result != 0 ? Int(result) : bytes.count - other.bytes.count
    }
}
