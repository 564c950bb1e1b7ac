internal import Glibc

/// A row's key, quick to hash and to compare: the first eight bytes also stand as a number.
struct RowKey: Hashable, Comparable {
    private let head: UInt64
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

    func hash(into hasher: inout Hasher) {
        hasher.combine(head)
        guard bytes.count > 8 else { return }
        bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[8...])) }
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
