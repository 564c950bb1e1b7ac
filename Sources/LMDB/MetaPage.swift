/// What a meta page says: the state of the file after one commit.
///
/// Transaction N writes meta page N mod 2, in one write of less than a sector. So one of the two is the last commit,
/// and the other the one before.
@safe struct MetaPage: Equatable {
    /// Bytes of a meta page that are in use, with the header of the page.
    static let size = 152
    static let magic: UInt32 = 0xBEEF_C0DE
    static let version: UInt32 = 1
    /// Where the number of the transaction stands.
    static let transactionOffset = 144

    /// The page's own number.
    let number: UInt64
    let flags: UInt16
    let magic: UInt32
    let version: UInt32
    let mapSize: UInt64
    /// The tree of free pages, under the number of the transaction that freed them.
    let free: TreeRecord
    /// The unnamed table, which also holds the records of the named ones.
    let main: TreeRecord
    /// The greatest number of a page in use.
    let lastPage: UInt64
    /// The transaction that wrote it.
    let transaction: UInt64

    /// Reads the ``size`` bytes at `start`.
    @unsafe init(_ start: UnsafeRawPointer) {
        unsafe number = start.loadUnaligned(as: UInt64.self)
        unsafe flags = start.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        unsafe magic = start.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        unsafe version = start.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
        unsafe mapSize = start.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
        unsafe free = TreeRecord(start + 40)
        unsafe main = TreeRecord(start + 88)
        unsafe lastPage = start.loadUnaligned(fromByteOffset: 136, as: UInt64.self)
        unsafe transaction = start.loadUnaligned(fromByteOffset: Self.transactionOffset, as: UInt64.self)
    }

    /// The size of the file's pages, in bytes.
    var pageSize: Int { Int(free.pad) }

    /// What is wrong with the page by itself; `nil` when it can be as it says.
    ///
    /// - Parameter index: 0 or 1, which of the two it is.
    func contradiction(index: UInt64) -> String? {
        guard magic == Self.magic else { return "it does not begin like a meta page of LMDB" }
        guard version == Self.version else { return "it is of format version \(version)" }
        guard number == index else { return "it says of itself that it is page \(number)" }
        guard flags == PageFormat.Flags.meta else { return "it is not marked as a meta page" }
        guard PageFormat.pageSizes.contains(pageSize) else { return "a page size of \(pageSize) is impossible" }
        // The first commit of a file is number 1; until then both pages say 0.
        guard transaction == 0 || transaction & 1 == index else {
            return "transaction \(transaction) is not written here"
        }
        guard transaction < UInt64(1) << 62 else { return "transaction \(transaction) is impossible" }
        guard lastPage >= 1, lastPage < UInt64(1) << 40 else { return "a last page of \(lastPage) is impossible" }
        guard free.flags == PageFormat.integerKey else { return "the keys of the free pages are no numbers" }
        return free.contradiction(lastPage: lastPage) ?? main.contradiction(lastPage: lastPage)
    }
}

extension PageFormat {
    /// The sizes that a page can have.
    static let pageSizes = [4_096, 8_192, 16_384, 32_768, 65_536, 2_048, 1_024, 512]
}
