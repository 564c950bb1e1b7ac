internal import CLMDB
internal import Synchronization

/// The pages of one commit, read by code of our own that believes none of them.
///
/// LMDB trusts its pages: one flipped bit in a branch page makes it read beyond the map or stop the program. So
/// everything that reads and does not write goes through here. What is guaranteed, whatever the file holds:
///
/// - No byte outside the file is read, every search ends, and nothing stops the program. The one exception is a device
///   that cannot read a page of the file, or a file that somebody cuts off while it is open: both end a process that
///   has mapped it.
/// - A page is used only when it is the page that the one above it named, of the kind that its level needs, its
///   entries fill exactly the space that it says is in use, and the keys of a leaf lie between those that led to it.
///   A scan visits keys in strictly rising or falling order. Otherwise ``LMDBError`` `.corrupted` names the page.
///
/// What is *not* noticed here is a change within the bytes of a key or a value that leaves the order of the keys as it
/// was: values are guarded by whoever wrote them.
///
/// An LMDB read transaction pins the pages: none of them is used again while it is open. Used by one thread at a time,
/// like the transaction.
@safe final class PageSnapshot {
    private let map: PageMap
    /// The state after the last commit that this sees.
    let meta: MetaPage
    /// The named tables that were looked for.
    private var tables: [(handle: UInt32, tree: TreeRecord)] = []

    init(map: PageMap, meta: MetaPage) {
        self.map = map
        self.meta = meta
    }

    /// The error that names a page of this file.
    func damage(_ page: UInt64, _ what: String) -> LMDBError { map.damage(page, what) }

    /// Adds the file's name to an error that a page threw.
    @inline(never)
    func located(_ error: LMDBError) -> LMDBError {
        guard let damage = error.damage, error.subject == nil else { return error }
        return map.damage(damage.page, damage.what)
    }
}

// MARK: - Pages

extension PageSnapshot {
    /// The branch or leaf page of this number, with its header and its entries checked.
    func treePage(_ number: UInt64, leaf: Bool) throws(LMDBError) -> TreePage {
        guard number >= PageFormat.firstPage, number <= meta.lastPage else {
            throw damage(number, "a page above names it, but the last page is \(meta.lastPage)")
        }
        do throws(LMDBError) {
            let page = try unsafe TreePage(map.pages(number), number: number, leaf: leaf, size: map.pageSize)
            try page.checkEntries()
            return page
        } catch {
            throw located(error)
        }
    }

    /// The value of an entry of the leaf `page`.
    func value(_ entry: PageEntry, of page: TreePage) throws(LMDBError) -> MappedBytes {
        guard entry.isOverflow else {
            guard entry.flags == 0 else { throw damage(page.number, "an entry is of a kind that is not in use here") }
            return unsafe MappedBytes(start: entry.value, count: entry.valueCount)
        }
        let number = entry.overflowPage
        let count = PageFormat.overflowPages(entry.valueCount, pageSize: map.pageSize)
        guard entry.flags == PageFormat.EntryFlags.overflow, number >= PageFormat.firstPage, number <= meta.lastPage,
            UInt64(count) <= meta.lastPage - number + 1
        else {
            throw damage(page.number, "a value in pages \(number) and \(count - 1) more is not in the file")
        }
        let start = try unsafe map.pages(number, count: count)
        let flags = unsafe start.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        guard unsafe start.loadUnaligned(as: UInt64.self) == number, flags == PageFormat.Flags.overflow else {
            throw damage(number, "it is not the page of a long value that it should be")
        }
        // A value that was made shorter in the transaction that wrote it keeps its pages.
        let own = UInt64(unsafe start.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        guard own >= UInt64(count), own <= meta.lastPage - number + 1 else {
            throw damage(number, "it says that its value takes \(own) pages, which is impossible")
        }
        return unsafe MappedBytes(start: start + PageFormat.pageHeader, count: entry.valueCount)
    }
}

extension PageSnapshot {
    /// The pages of a value that is on overflow pages and was found in order.
    func overflowPages(_ entry: PageEntry) throws(LMDBError) -> Range<UInt64> {
        let number = entry.overflowPage
        let count = try unsafe map.pages(number).loadUnaligned(fromByteOffset: 12, as: UInt32.self)
        return number..<number + UInt64(count)
    }
}

// MARK: - Trees

extension PageSnapshot {
    /// The tree of a table.
    ///
    /// - Throws: `.badTable` when the snapshot is older than the table.
    func tree(_ table: Table) throws(LMDBError) -> TreeRecord {
        guard let name = table.name else { return meta.main }
        for known in tables where known.handle == table.handle { return known.tree }
        guard let tree = try tree(named: name) else {
            throw LMDBError(rawCode: MDB_BAD_DBI, call: "mdb_cursor_open", subject: name)
        }
        guard tree.keyKind == table.flags.keyKind else {
            throw LMDBError(rawCode: MDB_INCOMPATIBLE, call: "mdb_cursor_open", subject: name)
        }
        tables.append((table.handle, tree))
        return tree
    }

    /// The tree of the table of this name; `nil` when there is none.
    func tree(named name: String) throws(LMDBError) -> TreeRecord? {
        try unsafe name.utf8.span.bytes.withUnsafeBytes { name throws(LMDBError) -> TreeRecord? in
            guard let start = name.baseAddress else { return nil }
            let key = unsafe PageKey(start: start, count: name.count)
            guard let found = try find(meta.main, key) else { return nil }
            return try tableRecord(found.entry, of: found.page)
        }
    }

    /// The record that an entry of the unnamed table holds of a named one.
    func tableRecord(_ entry: PageEntry, of page: TreePage) throws(LMDBError) -> TreeRecord {
        guard entry.flags == PageFormat.EntryFlags.table, entry.valueCount == TreeRecord.size else {
            throw damage(page.number, "what it holds under a table's name is no table")
        }
        let tree = unsafe TreeRecord(entry.value)
        if let contradiction = tree.contradiction(lastPage: meta.lastPage) {
            throw damage(page.number, contradiction)
        }
        return tree
    }

    /// The entry of a key; `nil` when there is none.
    func find(_ tree: TreeRecord, _ key: PageKey) throws(LMDBError) -> (page: TreePage, entry: PageEntry)? {
        guard let place = try place(tree, key), place.equal else { return nil }
        do throws(LMDBError) { return (place.page, try place.page.entry(place.index)) } catch { throw located(error) }
    }

    /// The leaf in which a key is, and its index there or that of the next greater one; `nil` for an empty tree.
    private func place(
        _ tree: TreeRecord, _ key: PageKey
    ) throws(LMDBError) -> (page: TreePage, index: Int, equal: Bool)? {
        let kind = tree.keyKind
        guard key.count > 0 else { throw LMDBError(rawCode: MDB_BAD_VALSIZE, call: "mdb_get") }
        guard !tree.isEmpty else { return nil }
        do throws(LMDBError) {
            var bounds = KeyBounds()
            var page = try treePage(tree.root, leaf: tree.depth == 1)
            for level in 1..<tree.depth {
                let index = try page.childIndex(key, kind)
                try bounds.narrow(page, index, kind)
                page = try treePage(page.entry(index).child, leaf: level + 1 == tree.depth)
            }
            try bounds.check(page, kind)
            let found = try page.search(key, from: 0, kind)
            return (page, found.index, found.equal)
        } catch {
            throw located(error)
        }
    }

    /// The value of a key; `nil` when there is none.
    func value(_ table: Table, _ key: PageKey) throws(LMDBError) -> MappedBytes? {
        let tree = try tree(table)
        guard let place = try place(tree, key) else { return nil }
        do throws(LMDBError) {
            if place.equal { return try unsafe value(at: place.index, of: place.page, key, table.checksumSeed) }
            if table.checksumSeed != nil { try checkBeside(place.index, of: place.page, key, tree, table.checksumSeed) }
            return nil
        } catch {
            throw located(error)
        }
    }

    /// A search has found nothing. A key that was damaged can have led past the one that is searched: in the leaf, it lies
    /// beside the place then; above it, the place is at an edge of the leaf, and the next leaf on that side does not fit.
    private func checkBeside(
        _ index: Int, of page: TreePage, _ key: PageKey, _ tree: TreeRecord, _ seed: UInt64?
    ) throws(LMDBError) {
        try page.checkOrder(around: index, tree.keyKind)
        if index > 0, index < page.count {
            for beside in [index - 1, index] {
                _ = try unsafe value(at: beside, of: page, page.key(beside, tree.keyKind), seed)
            }
        } else {
            _ = try unsafe PageCursor(self, tree, checksumSeed: seed).go(.seek, key)
        }
    }

    /// The value at an index of a leaf, without its checksum where there is one.
    ///
    /// - Parameters:
    ///   - key: the key there.
    ///   - seed: with what the checksums of the table begin.
    func value(
        at index: Int, of page: TreePage, _ key: PageKey, _ seed: UInt64?
    ) throws(LMDBError) -> MappedBytes {
        let stored = try unsafe value(page.entry(index), of: page)
        guard let seed else { return unsafe stored }
        guard let checked = unsafe EntryChecksum.checked(seed, key: key, stored) else {
            throw damage(page.number, "its entry \(index) does not have the checksum that it was written with")
        }
        return unsafe checked
    }
}

/// Between which keys of the branch pages above a leaf must lie.
struct KeyBounds {
    /// The least key that the leaf may hold.
    private var low: PageKey?
    /// All its keys are less than this one.
    private var high: PageKey?

    /// Takes in what the entry at `index` of a branch page says about the pages below it.
    @inline(__always)
    mutating func narrow(_ page: TreePage, _ index: Int, _ kind: KeyKind) throws(LMDBError) {
        if index > 0 { low = try page.key(index, kind) }
        if index + 1 < page.count { high = try page.key(index + 1, kind) }
    }

    /// Checks the first and the last key of a leaf.
    @inline(__always)
    func check(_ leaf: TreePage, _ kind: KeyKind) throws(LMDBError) {
        if let low, try kind.compare(leaf.key(0, kind), low) < 0 {
            throw .damagedPage(leaf.number, "its first key is less than the page above says")
        }
        if let high, try kind.compare(leaf.key(leaf.count - 1, kind), high) >= 0 {
            throw .damagedPage(leaf.number, "its last key is greater than the page above says")
        }
    }
}

extension TableFlags {
    /// How keys of such a table sort.
    var keyKind: KeyKind { contains(.integerKey) ? .integer : .bytes }
}
