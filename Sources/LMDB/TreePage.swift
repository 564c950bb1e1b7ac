/// A branch or leaf page whose header is in order.
///
/// Every access checks that what it reads lies within the page. Valid as long as its ``PageMap`` is kept and its
/// snapshot is pinned.
@safe struct TreePage {
    private let start: UnsafeRawPointer
    let number: UInt64
    /// Number of entries, at least 1.
    let count: Int
    let isLeaf: Bool
    private let size: Int
    /// Where the lowest entry begins.
    private let upper: Int

    /// Checks the header of the page at `start`.
    ///
    /// - Parameters:
    ///   - number: the number under which the page was found.
    ///   - leaf: whether it must be a leaf.
    ///   - size: bytes of the page.
    /// - Throws: `.corrupted`; the caller names the file.
    @unsafe init(_ start: UnsafeRawPointer, number: UInt64, leaf: Bool, size: Int) throws(LMDBError) {
        unsafe self.start = start
        self.number = number
        self.size = size
        isLeaf = leaf
        let own = unsafe start.loadUnaligned(as: UInt64.self)
        let flags = unsafe start.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        let lower = Int(unsafe start.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
        upper = Int(unsafe start.loadUnaligned(fromByteOffset: 14, as: UInt16.self))
        count = (lower - PageFormat.pageHeader) / 2
        guard own == number else { throw .damagedPage(number, "it says of itself that it is page \(own)") }
        guard flags == (leaf ? PageFormat.Flags.leaf : PageFormat.Flags.branch) else {
            throw .damagedPage(number, "it is not the \(leaf ? "leaf" : "branch") page that it should be")
        }
        guard lower > PageFormat.pageHeader, lower & 1 == 0, lower <= upper, upper < size, upper & 1 == 0 else {
            throw .damagedPage(number, "the bounds of its free space, \(lower) and \(upper), are impossible")
        }
    }

    /// Of its entries.
    var indices: Range<Int> { 0..<count }

    /// The entry at `index`, which is below `count`.
    @inline(__always)
    func entry(_ index: Int) throws(LMDBError) -> PageEntry {
        let place = Int(
            unsafe start.loadUnaligned(fromByteOffset: PageFormat.pageHeader + 2 * index, as: UInt16.self))
        guard place >= upper, place & 1 == 0, place + PageFormat.entryHeader <= size else {
            throw .damagedPage(number, "its entry \(index) lies outside the page")
        }
        let entry = unsafe PageEntry(start + place)
        guard place + (isLeaf ? entry.leafSize : entry.branchSize) <= size else {
            throw .damagedPage(number, "its entry \(index) reaches beyond the page")
        }
        return entry
    }

    /// The key at `index`, which is below `count`, and is not 0 on a branch page: there the first key stands before all
    /// others, whatever it is.
    @inline(__always)
    func key(_ index: Int, _ kind: KeyKind) throws(LMDBError) -> PageKey {
        let key = try entry(index).key
        guard kind.allows(key.count) else {
            throw .damagedPage(number, "the key of its entry \(index) has \(key.count) bytes")
        }
        return key
    }

    /// Checks that the entries fill what the page says is in use, no more and no less. A place that points elsewhere,
    /// a length that changed or an entry that was lost shows here.
    func checkEntries() throws(LMDBError) {
        guard let used = isLeaf ? usedBytes({ $0.leafSize }) : usedBytes({ $0.branchSize }) else {
            throw .damagedPage(number, "one of its entries lies outside the page")
        }
        guard used == size - upper else {
            throw .damagedPage(number, "its entries take \(used) bytes and not the \(size - upper) in use")
        }
    }

    /// Bytes that all entries take; `nil` when one begins outside the page. Runs once for every page that is read, so it
    /// looks at each entry's header and at nothing else.
    @inline(__always)
    private func usedBytes(_ bytes: (PageEntry) -> Int) -> Int? {
        var used = 0
        let last = size - PageFormat.entryHeader
        for index in 0..<count {
            let place = Int(
                unsafe start.loadUnaligned(fromByteOffset: PageFormat.pageHeader &+ 2 &* index, as: UInt16.self))
            guard place >= upper, place <= last else { return nil }
            let entry = unsafe PageEntry(start + place)
            used &+= (bytes(entry) &+ 1) & ~1
        }
        return used
    }

    /// Checks that the keys around a place are in order: of two places that point to the same entry, one has lost its own.
    func checkOrder(around index: Int, _ kind: KeyKind) throws(LMDBError) {
        // The first key of a branch page stands for nothing.
        for next in stride(from: max(isLeaf ? 1 : 2, index - 1), through: min(count - 1, index + 1), by: 1)
        where try kind.compare(key(next - 1, kind), key(next, kind)) >= 0 {
            throw .damagedPage(number, "the key of its entry \(next) is out of order")
        }
    }

    /// The first entry whose key is not less than `key`, from `first` on; `count` when all are less.
    @inline(__always)
    func search(_ key: PageKey, from first: Int, _ kind: KeyKind) throws(LMDBError) -> (index: Int, equal: Bool) {
        var low = first
        var high = count
        while low < high {
            let middle = (low + high) >> 1
            let order = try kind.compare(key, self.key(middle, kind))
            if order == 0 { return (middle, true) }
            if order > 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// The entry of a branch page below which `key` is, if it is anywhere.
    @inline(__always)
    func childIndex(_ key: PageKey, _ kind: KeyKind) throws(LMDBError) -> Int {
        let found = try search(key, from: 1, kind)
        return found.equal ? found.index : found.index - 1
    }
}

/// An entry of a branch or leaf page (`MDB_node`): 8 bytes of header, the key, and on a leaf page the value or the
/// number of the overflow page that holds it.
@safe struct PageEntry {
    private let start: UnsafeRawPointer
    private let header: UInt64

    /// - Parameter start: where at least the header lies within the page.
    @unsafe init(_ start: UnsafeRawPointer) {
        unsafe self.start = start
        unsafe header = start.loadUnaligned(as: UInt64.self)
    }

    private var keyCount: Int { Int(header >> 48) }
    var flags: UInt16 { UInt16(truncatingIfNeeded: header >> 32) }
    /// Bytes of the value, wherever it is.
    var valueCount: Int { Int(header & 0xFFFF_FFFF) }
    /// The page below an entry of a branch page; at most 2^48.
    var child: UInt64 { header & 0xFFFF_FFFF_FFFF }
    var isOverflow: Bool { flags & PageFormat.EntryFlags.overflow != 0 }

    // Of at most 16 and 32 bits: the sums do not overflow.
    var branchSize: Int { PageFormat.entryHeader &+ keyCount }
    var leafSize: Int {
        PageFormat.entryHeader &+ keyCount &+ (isOverflow ? PageFormat.pageNumber : valueCount)
    }

    var key: PageKey { unsafe PageKey(start: start + PageFormat.entryHeader, count: keyCount) }
    /// Where an entry of a leaf page has its value, or the number of its overflow page.
    var value: UnsafeRawPointer { unsafe start + PageFormat.entryHeader + keyCount }
    /// Number of the overflow page, where the value is on one.
    var overflowPage: UInt64 { unsafe value.loadUnaligned(as: UInt64.self) }
}
