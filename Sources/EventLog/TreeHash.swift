internal import Crypto

/// A SHA-256 hash: of a record (leaf) or of two subtrees (node) of the log's Merkle tree. 32 bytes.
package struct TreeHash: Hashable, Sendable {
    private var first: UInt64
    private var second: UInt64
    private var third: UInt64
    private var fourth: UInt64

    /// The hash with these 32 bytes, or nil where there are not exactly 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        unsafe self.init(bytes.span.bytes)
    }

    /// The hash in the first 32 bytes of a span.
    package init(_ span: RawSpan) {
        precondition(span.byteCount >= 32, "a hash has 32 bytes")
        first = unsafe span.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
        second = unsafe span.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = unsafe span.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = unsafe span.unsafeLoadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    private init(_ digest: SHA256.Digest) {
        self = unsafe digest.withUnsafeBytes { unsafe TreeHash(RawSpan(_unsafeBytes: $0)) }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(32)
        append(to: &result)
        return result
    }

    /// Appends the 32 bytes to `bytes`.
    package func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: self) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Hash of the empty tree (RFC 9162, 2.1.1).
    package static let emptyTree = TreeHash(SHA256.hash(data: [UInt8]()))

    /// Leaf hash of a record: SHA-256(0x00 || record) (RFC 9162, 2.1.1).
    package static func leaf(_ record: RawSpan) -> TreeHash {
        var hash = leafStart
        unsafe record.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        return TreeHash(hash.finalize())
    }

    /// Hash of a node: SHA-256(0x01 || left || right) (RFC 9162, 2.1.1).
    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hash = nodeStart
        unsafe withUnsafeBytes(of: (left, right)) { unsafe hash.update(bufferPointer: $0) }
        return TreeHash(hash.finalize())
    }

    // Hashes that have seen the prefix: there are two for every event.
    private static let leafStart = start(0)
    private static let nodeStart = start(1)

    private static func start(_ prefix: UInt8) -> SHA256 {
        var hash = SHA256()
        hash.update(data: [prefix])
        return hash
    }
}

/// The right edge of the Merkle tree: one hash per level at most, from which the root follows and to which leaves
/// are appended in amortised constant time.
package struct MerkleFrontier: Hashable, Sendable {
    /// Number of leaves.
    package private(set) var size: UInt64 = 0
    /// Hash of the perfect subtree of 2^level leaves at the right edge, where `size` has that bit set.
    private var levels: [TreeHash?] = []

    /// The frontier of the empty tree.
    package init() {}

    /// Adds the next leaf.
    package mutating func append(_ leaf: TreeHash) { append(subtree: leaf, level: 0) }

    /// Adds the leaves of another frontier, whose first one must come at a multiple of a power of two that is not
    /// smaller than its size: then its perfect subtrees are subtrees of the whole.
    mutating func append(_ stretch: MerkleFrontier) {
        for level in stretch.levels.indices.reversed() {
            if let hash = stretch.levels[level] { append(subtree: hash, level: level) }
        }
    }

    /// Adds a perfect subtree of 2^level leaves; the size must be a multiple of that.
    private mutating func append(subtree: TreeHash, level first: Int) {
        precondition(size & ((1 << UInt64(first)) - 1) == 0, "a subtree begins at a multiple of its size")
        var hash = subtree
        var level = first
        while levels.count < level { levels.append(nil) }
        while level < levels.count, let left = levels[level] {
            hash = TreeHash.node(left, hash)
            levels[level] = nil
            level += 1
        }
        if level == levels.count { levels.append(hash) } else { levels[level] = hash }
        size += 1 << UInt64(first)
    }

    /// What the frontier of the tree over the first `size` leaves has in common with this one: the perfect subtrees from
    /// the left up to the first in which they differ. Its size is at most `size`; leaves that are missing follow there.
    package func shared(with size: UInt64) -> MerkleFrontier {
        let difference = self.size ^ size
        guard difference != 0, size < self.size else { return self }
        let level = 63 - difference.leadingZeroBitCount
        var shared = self
        shared.size = (self.size >> UInt64(level + 1)) << UInt64(level + 1)
        for lower in 0...level where lower < levels.count { shared.levels[lower] = nil }
        return shared
    }

    /// The root of the tree over the leaves so far.
    package var root: TreeHash {
        var result: TreeHash?
        for hash in levels {
            guard let hash else { continue }
            result = result.map { TreeHash.node(hash, $0) } ?? hash
        }
        return result ?? .emptyTree
    }

    /// The frontier in bytes: its size, then the hashes of the levels that are occupied, lowest first.
    package var bytes: [UInt8] {
        var result = [UInt8]()
        unsafe withUnsafeBytes(of: size.littleEndian) { unsafe result.append(contentsOf: $0) }
        for hash in levels { hash?.append(to: &result) }
        return result
    }

    /// The frontier that `bytes` describes, or nil where the length does not fit the size.
    package init?(bytes: [UInt8]) {
        guard bytes.count >= 8 else { return nil }
        let size = UInt64(littleEndian: unsafe bytes.span.bytes.unsafeLoadUnaligned(as: UInt64.self))
        guard bytes.count == 8 + size.nonzeroBitCount * 32 else { return nil }
        self.size = size
        var offset = 8
        for level in 0..<(64 - size.leadingZeroBitCount) {
            guard size >> UInt64(level) & 1 == 1 else {
                levels.append(nil)
                continue
            }
            unsafe levels.append(TreeHash(bytes.span.bytes.extracting(offset..<(offset + 32))))
            offset += 32
        }
    }
}
