internal import CLMDB

/// What is wrong with a page of a data file.
///
/// LMDB 0.9 keeps no checksums: this is what the pages themselves contradict. See ``PageSnapshot`` for what is noticed.
package struct PageDamage: Sendable, Hashable {
    /// Number of the page; 0 and 1 are the meta pages.
    package let page: UInt64
    /// What is wrong with it, in words for an operator.
    package let what: String
}

extension LMDBError {
    /// A page of the data file contradicts itself or the page that led to it.
    ///
    /// - Parameters:
    ///   - page: its number.
    ///   - what: what is wrong, as a clause: `its flags are not those of a leaf page`.
    ///   - path: the data file, where it is known.
    @inline(never)
    static func damagedPage(_ page: UInt64, _ what: String, path: String? = nil) -> LMDBError {
        LMDBError(
            rawCode: MDB_CORRUPTED, call: "page \(page)", subject: path, damage: PageDamage(page: page, what: what))
    }
}
