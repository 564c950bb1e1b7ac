/// What kind of keys a table has, and whether its values are checked. Fixed when the table is created.
package struct TableFlags: OptionSet, Sendable, Equatable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Keys are `UInt64` in the machine's byte order and sort as numbers. Without it keys are bytes and sort as bytes.
    package static let integerKey = TableFlags(rawValue: 1)

    /// Each value is stored with a checksum over table, key and value, and given out only where that holds; a search that
    /// finds nothing checks what lies beside the place. LMDB knows nothing of it: a table must always be opened the same
    /// way.
    package static let checked = TableFlags(rawValue: 2)
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
    /// What kind of keys the table has, and whether its values are checked.
    package let flags: TableFlags
    /// With what the checksums of its entries begin; `nil` where there are none.
    let checksumSeed: UInt64?

    init(handle: UInt32, name: String?, environment: UInt64, flags: TableFlags) {
        self.handle = handle
        self.name = name
        self.environment = environment
        self.flags = flags
        checksumSeed = flags.contains(.checked) ? EntryChecksum.seed(name) : nil
    }
}
