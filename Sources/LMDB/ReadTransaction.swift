internal import CLMDB

/// A snapshot of the last commit, for reading, by code that no damaged page can harm: see ``PageSnapshot``.
///
/// Ends when it goes out of scope, or at ``end()``. It keeps its environment open, and the pages of its snapshot from
/// being used again. It may move to another thread, but only one may use it at a time, which the compiler sees to.
@safe package struct ReadTransaction: ~Copyable, TableReader {
    package let access: TransactionAccess
    // Unmanaged, because a type with a destructor of its own can only be discarded when its parts need none.
    private let environment: Unmanaged<Environment>

    init(pointer: OpaquePointer, pages: PageSnapshot, environment: Environment) {
        unsafe access = TransactionAccess(
            pointer: pointer, pages: .passRetained(pages), environment: environment.identity, openSpans: nil)
        unsafe self.environment = .passRetained(environment)
    }

    deinit {
        unsafe mdb_txn_abort(access.pointer)
        unsafe access.pages?.release()
        unsafe environment.takeUnretainedValue().leave()
        unsafe environment.release()
    }

    /// Ends the transaction now.
    package consuming func end() {
        // The destructor does it.
    }

    /// Ends the transaction and keeps the tables that were opened in it.
    consuming func commitHandles() throws(LMDBError) {
        let pointer = unsafe access.pointer
        let pages = unsafe access.pages
        let environment = unsafe self.environment
        discard self
        let result = unsafe mdb_txn_commit(pointer)
        unsafe pages?.release()
        unsafe environment.takeUnretainedValue().leave()
        unsafe environment.release()
        try LMDBError.check(result, "mdb_txn_commit")
    }
}
