#if !_endian(little)
    #error("The pages of a data file are read as little-endian numbers.")
#endif

/// Sizes and offsets of LMDB's data file, format version 1 on a 64-bit machine (liblmdb 0.9, `mdb.c`, *Page layout*).
///
/// A page begins with its number (8 bytes), 2 bytes of padding, its flags (2 bytes) and either the two bounds of the
/// free space in it (2 bytes each) or, on an overflow page, how many pages the value takes (4 bytes). From there on
/// come the places of the entries, 2 bytes each and in the order of their keys; the entries themselves fill the page
/// from its end downwards without gaps.
enum PageFormat {
    /// Bytes before the first place of a page, and before the value on an overflow page.
    static let pageHeader = 16
    /// Bytes of an entry before its key.
    static let entryHeader = 8
    /// Bytes of a number that names a page.
    static let pageNumber = 8
    /// Levels that LMDB's cursors can hold.
    static let maxDepth = 32
    /// Longest key that liblmdb writes as it is usually built.
    static let maxKey = 511
    /// The root of a tree without entries.
    static let noPage = UInt64.max
    /// The first page that is not a meta page.
    static let firstPage: UInt64 = 2

    /// What kind of page it is; exactly one of these on disk.
    enum Flags {
        static let branch: UInt16 = 0x01
        static let leaf: UInt16 = 0x02
        static let overflow: UInt16 = 0x04
        static let meta: UInt16 = 0x08
    }

    /// What the value of an entry of a leaf is.
    enum EntryFlags {
        /// The number of the overflow page that holds it.
        static let overflow: UInt16 = 0x01
        /// The record of a named table.
        static let table: UInt16 = 0x02
    }

    /// Flag of a tree whose keys are integers.
    static let integerKey: UInt16 = 0x08

    /// Pages that a value of `count` bytes takes beyond its leaf.
    static func overflowPages(_ count: Int, pageSize: Int) -> Int {
        (pageHeader - 1 + count) / pageSize + 1
    }
}

/// LMDB's record of one tree (`MDB_db`).
struct TreeRecord: Equatable {
    /// Bytes of the record.
    static let size = 48

    /// In the record of the free pages, the page size of the file.
    var pad: UInt32
    var flags: UInt16
    var depth: UInt16
    var branchPages: UInt64
    var leafPages: UInt64
    var overflowPages: UInt64
    var entries: UInt64
    var root: UInt64

    /// Reads the 48 bytes at `start`.
    @unsafe init(_ start: UnsafeRawPointer) {
        unsafe pad = start.loadUnaligned(as: UInt32.self)
        unsafe flags = start.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
        unsafe depth = start.loadUnaligned(fromByteOffset: 6, as: UInt16.self)
        unsafe branchPages = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        unsafe leafPages = start.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        unsafe overflowPages = start.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        unsafe entries = start.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
        unsafe root = start.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
    }

    /// What is wrong with the record itself; `nil` when a tree can be as it says.
    ///
    /// - Parameter lastPage: the greatest page number of the file.
    func contradiction(lastPage: UInt64) -> String? {
        guard flags & ~PageFormat.integerKey == 0 else { return "a table's flags are none that are in use here" }
        guard root != PageFormat.noPage else {
            return depth == 0 && entries == 0 ? nil : "a table without pages is said to have entries"
        }
        guard root >= PageFormat.firstPage, root <= lastPage else {
            return "the root of a table, page \(root), is not in the file"
        }
        guard 1...PageFormat.maxDepth ~= Int(depth) else { return "a table's depth of \(depth) is impossible" }
        guard entries > 0 else { return "a table with pages is said to have no entries" }
        return nil
    }

    var isEmpty: Bool { root == PageFormat.noPage }
    var keyKind: KeyKind { flags & PageFormat.integerKey == 0 ? .bytes : .integer }
}
