/// What kind of keys a table has. Fixed when the table is created.
package struct TableFlags: OptionSet, Sendable, Equatable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Keys are `UInt64` in the machine's byte order and sort as numbers. Without it keys are bytes and sort as bytes.
    package static let integerKey = TableFlags(rawValue: 1)
}

/// A table that was opened in an environment by ``Environment/openTable(named:flags:)``.
///
/// LMDB crashes on a handle that belongs to another environment, so a table remembers its own, and every use checks
/// it.
@usableFromInline package struct Table: Sendable, Equatable {
    /// LMDB's handle.
    let handle: UInt32
    /// Its name; `nil` for the unnamed table.
    let name: String?
    /// Which environment it belongs to; see ``Environment/identity``.
    let environment: UInt64
    /// What kind of keys the table has.
    package let flags: TableFlags
}
