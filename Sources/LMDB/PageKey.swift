internal import CLMDB
internal import Glibc

/// A key in a page, or one that is searched. Valid as long as the bytes are where they are.
@safe struct PageKey {
    let start: UnsafeRawPointer
    let count: Int

    @unsafe init(start: UnsafeRawPointer, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    /// The bytes that LMDB is given for a key.
    @unsafe init(_ value: MDB_val) {
        let bytes = unsafe MappedBytes(value)
        unsafe self.init(start: bytes.start, count: bytes.count)
    }
}

/// What kind of keys a tree has, and how they sort.
enum KeyKind {
    /// 8 bytes that sort as a number.
    case integer
    /// 1 to 511 bytes that sort as bytes, a shorter key before a longer one that begins with it.
    case bytes

    /// Whether a key may have this many bytes.
    @inline(__always)
    func allows(_ count: Int) -> Bool {
        switch self {
        case .integer: count == MemoryLayout<UInt64>.size
        case .bytes: count >= 1 && count <= PageFormat.maxKey
        }
    }

    /// Below zero when `a` sorts before `b`, zero when they are equal. Both have a size that is allowed.
    @inline(__always)
    func compare(_ a: PageKey, _ b: PageKey) -> Int {
        switch self {
        case .integer:
            let a = unsafe a.start.loadUnaligned(as: UInt64.self)
            let b = unsafe b.start.loadUnaligned(as: UInt64.self)
            return a < b ? -1 : (a == b ? 0 : 1)
        case .bytes:
            let order = unsafe memcmp(a.start, b.start, min(a.count, b.count))
            return order != 0 ? Int(order) : a.count - b.count
        }
    }
}
