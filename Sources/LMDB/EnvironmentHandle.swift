internal import CLMDB
internal import Glibc
internal import Synchronization

/// The sole owner of an open LMDB environment: closes it when it goes.
///
/// LMDB locks with `fcntl`, whose locks vanish when *any* descriptor of the file is closed in the process. Two
/// environments on one file would silently unlock each other, so the second is refused. Files are told apart by
/// device and inode, not by name: a directory may be renamed, linked or reached through a symbolic link.
@safe struct EnvironmentHandle: ~Copyable, @unchecked Sendable {
    // LMDB allows any thread to use the environment itself, and this value is never copied.
    let pointer: OpaquePointer
    /// What was mended before the environment was opened.
    let repair: MetaRepair?
    private let files: Set<FileIdentity>
    /// A descriptor of the lock file, through which its blocks were allocated; -1 where there is none. Closed only
    /// after the environment, because that drops the locks.
    private let lockFile: Int32

    /// Opens the environment of the directory `path`, and creates directory and files unless read-only.
    init(path: String, options: EnvironmentOptions) throws(LMDBError) {
        let opened = try Self.openPatiently(path: path, options: options)
        unsafe self.pointer = opened.pointer
        self.repair = opened.repair
        self.files = opened.files
        self.lockFile = opened.lockFile
    }

    deinit {
        OpenFiles.registry.withLock { open in
            unsafe mdb_env_close(pointer)
            if lockFile >= 0 { close(lockFile) }
            open.subtract(files)
        }
    }

    /// How often an environment that this process still has open is tried again, and the microseconds between: whoever
    /// only lists the open ones (``Environment/open(below:)``) may have kept it a moment longer than its owner.
    private static let attempts = 100
    private static let pause: UInt32 = 2_000

    private static func openPatiently(path: String, options: EnvironmentOptions) throws(LMDBError) -> OpenedFiles {
        var attempt = 1
        while true {
            do throws(LMDBError) {
                return try OpenFiles.registry.withLock { (open: inout Set<FileIdentity>) throws(LMDBError) in
                    try Self.open(path: path, options: options, known: &open)
                }
            } catch {
                guard error.code == .alreadyOpen, attempt < attempts else { throw error }
                attempt += 1
                usleep(pause)
            }
        }
    }

    private static func open(
        path: String, options: EnvironmentOptions, known: inout Set<FileIdentity>
    ) throws(LMDBError) -> OpenedFiles {
        let names = [path + "/data.mdb", path + "/lock.mdb"]
        let present = names.compactMap { FileIdentity(path: $0) }
        guard known.isDisjoint(with: present) else {
            throw LMDBError(rawCode: EBUSY, call: "mdb_env_open", subject: path, code: .alreadyOpen)
        }
        if !options.readOnly {
            try Directory.create(path, fileMode: options.fileMode)
        }
        let repair = try MetaPair.mend(path: path, readOnly: options.readOnly)
        let pointer = try unsafe openEnvironment(path: path, options: options)
        let lockFile = options.readOnly ? -1 : allocateLockFile(names[1])
        if present.count < names.count, !options.readOnly {
            do throws(LMDBError) {
                // LMDB flushes the file, not the directory entry that leads to it.
                try Directory.flush(path)
            } catch {
                unsafe mdb_env_close(pointer)
                if lockFile >= 0 { close(lockFile) }
                throw error
            }
        }
        let files = Set(names.compactMap { FileIdentity(path: $0) })
        known.formUnion(files)
        return unsafe OpenedFiles(pointer: pointer, repair: repair, files: files, lockFile: lockFile)
    }

    /// Gives the whole lock file its blocks. LMDB leaves holes in it, and a reader that comes to one on a full disk
    /// would end the process by SIGBUS. Where the file system cannot do it, nothing is lost but that.
    private static func allocateLockFile(_ path: String) -> Int32 {
        let file = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return -1 }
        var status = stat()
        if unsafe fstat(file, &status) == 0 { _ = fallocate(file, 0, 0, status.st_size) }
        return file
    }

    /// Everything between `mdb_env_create` and a usable environment; closes it again when a step fails.
    private static func openEnvironment(
        path: String, options: EnvironmentOptions
    ) throws(LMDBError) -> OpaquePointer {
        var created: OpaquePointer?
        try unsafe LMDBError.check(mdb_env_create(&created), "mdb_env_create", subject: path)
        guard let pointer = unsafe created else {
            throw LMDBError(rawCode: ENOMEM, call: "mdb_env_create", subject: path)
        }
        do throws(LMDBError) {
            try unsafe LMDBError.check(
                mdb_env_set_mapsize(pointer, options.mapSize), "mdb_env_set_mapsize", subject: path)
            try unsafe LMDBError.check(
                mdb_env_set_maxdbs(pointer, options.maxTables), "mdb_env_set_maxdbs", subject: path)
            try unsafe LMDBError.check(
                mdb_env_set_maxreaders(pointer, options.maxReaders), "mdb_env_set_maxreaders", subject: path)
            try unsafe LMDBError.check(
                mdb_env_open(pointer, path, options.environmentFlags, options.fileMode), "mdb_env_open",
                subject: path)
            // Slots of processes that were killed keep old pages from being used again.
            var stale: Int32 = 0
            try unsafe LMDBError.check(mdb_reader_check(pointer, &stale), "mdb_reader_check", subject: path)
        } catch {
            unsafe mdb_env_close(pointer)
            throw error
        }
        return unsafe pointer
    }
}

/// An environment and the files that it holds open.
@safe private struct OpenedFiles {
    let pointer: OpaquePointer
    let repair: MetaRepair?
    let files: Set<FileIdentity>
    let lockFile: Int32
}

/// The files of all open environments of this process. The lock is also held while an environment is opened or
/// closed.
private enum OpenFiles {
    static let registry = Mutex<Set<FileIdentity>>([])
}

/// What makes two names the same file. The inode of an open file is not given to another one.
private struct FileIdentity: Hashable {
    let device: UInt
    let inode: UInt

    /// `nil` when there is no such file. Uses `stat`: opening and closing the file would drop LMDB's locks.
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}

extension EnvironmentOptions {
    /// LMDB's flags. Readers are never bound to threads, since tasks change threads; the map is never writable, since
    /// a stray write would reach the file and a full disk would kill the process.
    fileprivate var environmentFlags: UInt32 {
        var flags = MDB_NOTLS
        if readOnly { flags |= MDB_RDONLY }
        if noReadAhead { flags |= MDB_NORDAHEAD }
        if sync == .none { flags |= MDB_NOSYNC }
        return UInt32(flags)
    }
}
