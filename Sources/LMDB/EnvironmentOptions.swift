/// How an environment is opened.
package struct EnvironmentOptions: Sendable, Equatable {
    /// When a commit is on stable storage.
    package enum SyncMode: Sendable, Equatable {
        /// Every commit is flushed before it returns: what has been committed survives a power cut.
        case full
        /// Nothing is flushed until ``Environment/sync(force:)``. A power cut may leave a file with torn pages, so
        /// this is for a fresh environment that is being built and is thrown away when the building is interrupted.
        case none
    }

    /// Size of the map, and so the largest of the data file, in bytes. Costs address space, neither memory nor disk.
    package var mapSize: Int
    /// How far the map grows by itself when it is full, in bytes; nil: not at all.
    package var largestMapSize: Int?
    /// Number of named tables that can be opened.
    package var maxTables: UInt32
    /// Number of reader slots, over all processes. Whoever creates the lock file decides.
    package var maxReaders: UInt32
    /// When a commit is on stable storage.
    package var sync: SyncMode
    /// Opens without the right to write; nothing is created.
    package var readOnly: Bool
    /// Tells the system not to read ahead: for random reads of a file larger than memory.
    package var noReadAhead: Bool
    /// A file that has up to this many bytes in use is examined as a whole when it is opened for writing; of a larger
    /// one the list of free pages, the tables' names and the way to the first and the last entry of each table.
    package var examinedBytes: Int
    /// The same for a file that was closed in order; see ``Environment/examineRest(while:)``.
    package var examinedBytesInOrder: Int
    /// Mode of files that are created. Directories get the same with the search bits that go with it.
    package var fileMode: UInt32

    package init(
        mapSize: Int = 64 << 30,
        largestMapSize: Int? = nil,
        maxTables: UInt32 = 16,
        maxReaders: UInt32 = 2048,
        sync: SyncMode = .full,
        readOnly: Bool = false,
        noReadAhead: Bool = false,
        examinedBytes: Int = 256 << 20,
        examinedBytesInOrder: Int = 16 << 20,
        fileMode: UInt32 = 0o600
    ) {
        self.mapSize = mapSize
        self.largestMapSize = largestMapSize
        self.maxTables = maxTables
        self.maxReaders = maxReaders
        self.sync = sync
        self.readOnly = readOnly
        self.noReadAhead = noReadAhead
        self.examinedBytes = examinedBytes
        self.examinedBytesInOrder = examinedBytesInOrder
        self.fileMode = fileMode
    }
}

extension EnvironmentOptions {
    /// As large as a map can become where a process has 47 bits of address space, with room for others.
    package static let largestMap = 1 << 45
}

/// The state of an environment at one moment.
package struct EnvironmentInfo: Sendable, Equatable {
    /// Largest size of the data file, in bytes.
    package let mapSize: Int
    /// Number of the last page in use; the file holds `(lastPage + 1) * pageSize` bytes of data.
    package let lastPage: Int
    /// Bytes of a page, fixed when the file was created.
    package let pageSize: Int
    /// Number of the last committed write transaction.
    package let lastTransaction: UInt64
    /// Read transactions that are open, over all processes.
    package let readersInUse: Int
    /// The oldest committed transaction that an open read transaction still sees; `nil` without readers. Pages that
    /// were freed later cannot be used again before that reader ends.
    package let oldestSnapshot: UInt64?
    /// Number of reader slots.
    package let maxReaders: Int

    /// Bytes of the map that are in use.
    package var usedBytes: Int { (lastPage + 1) * pageSize }
}
