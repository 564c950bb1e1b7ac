internal import CLMDB
internal import Glibc

// The data file and the lock file of an environment, seen as files.
//
// Everything goes through LMDB's own descriptor: closing another one of the same file would drop LMDB's locks.

extension Environment {
    /// LMDB's descriptor of the data file. Never close it.
    package var fileDescriptor: Int32 {
        var descriptor: Int32 = -1
        _ = unsafe mdb_env_get_fd(handle.pointer, &descriptor)
        return descriptor
    }

    /// Flushes what has been committed to stable storage. In sync mode `.full` every commit has done so.
    ///
    /// - Parameter force: flush in sync mode `.none`, too.
    /// - Throws: `.io` when the device failed, `.permission` when the environment is read-only.
    package func sync(force: Bool) throws(LMDBError) {
        try unsafe LMDBError.check(mdb_env_sync(handle.pointer, force ? 1 : 0), "mdb_env_sync", subject: path)
    }

    /// Bytes of the data file, with what has been preallocated.
    package func fileSize() throws(LMDBError) -> Int {
        var status = stat()
        guard unsafe fstat(fileDescriptor, &status) == 0 else { throw .system("fstat", subject: path) }
        return Int(status.st_size)
    }

    /// Bytes that the data file can grow by: what its volume has left for this process, within the process's limit on
    /// the size of files.
    ///
    /// LMDB reports the first short write to a full disk as an I/O error: this tells the two apart.
    package func freeSpace() throws(LMDBError) -> Int {
        var status = statvfs()
        guard unsafe fstatvfs(fileDescriptor, &status) == 0 else { throw .system("fstatvfs", subject: path) }
        let (bytes, overflow) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
        return try min(overflow ? .max : bytes, distanceToLimit())
    }

    private func distanceToLimit() throws(LMDBError) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            throw .system("getrlimit", subject: path)
        }
        let size = try fileSize()
        return max(0, Int(clamping: limit.rlim_cur) - size)
    }

    /// Fills the data file with zeros so that it covers `from ..< from + bytes`, and flushes it.
    ///
    /// Commits into blocks that are already written need no allocation in the file system's journal, and a full disk
    /// is noticed here and not in a commit. Only bytes beyond the present end of the file are written, never beyond
    /// the map. Takes the write lock, so that no commit can extend the file in the meantime; therefore not to be
    /// called with a write transaction open on this thread, and better often and little than seldom and much.
    ///
    /// - Parameters:
    ///   - from: offset in the file, in bytes; usually ``EnvironmentInfo/usedBytes``.
    ///   - bytes: how far ahead of it the file is to be filled.
    /// - Throws: `.diskFull`; what was written until then stays and does no harm. `.io`: the flush failed, and the
    ///   device is not to be trusted.
    package func preallocate(from: Int, bytes: Int) throws(LMDBError) {
        precondition(from >= 0 && bytes >= 0, "offset and size are not negative")
        // No commit will come.
        guard damage == nil else { return }
        let transaction = try beginWrite()
        let end = min(from.addingReportingOverflow(bytes).overflow ? Int.max : from + bytes, try info().mapSize)
        var offset = try fileSize()
        guard offset < end else { return }
        let zeros = [UInt8](repeating: 0, count: min(1 << 20, end - offset))
        let descriptor = fileDescriptor
        while offset < end {
            let count = min(zeros.count, end - offset)
            let written = unsafe pwrite(descriptor, zeros, count, off_t(offset))
            guard written > 0 || (written < 0 && errno == EINTR) else {
                throw .system("pwrite", subject: path)
            }
            offset += max(written, 0)
        }
        // Under the lock, too: the kernel reports a failed write-back once per descriptor, and a commit that runs at
        // the same time must not have its failure reported here.
        guard options.sync == .none || fdatasync(descriptor) == 0 else { throw .system("fdatasync", subject: path) }
        transaction.abort()
    }

    /// The environment's sizes and readers at this moment.
    package func info() throws(LMDBError) -> EnvironmentInfo {
        var info = unsafe MDB_envinfo()
        try unsafe LMDBError.check(mdb_env_info(handle.pointer, &info), "mdb_env_info", subject: path)
        var status = MDB_stat()
        try unsafe LMDBError.check(mdb_env_stat(handle.pointer, &status), "mdb_env_stat", subject: path)
        let readers = try readers()
        return unsafe EnvironmentInfo(
            mapSize: Int(info.me_mapsize),
            lastPage: Int(info.me_last_pgno),
            pageSize: Int(status.ms_psize),
            lastTransaction: UInt64(info.me_last_txnid),
            readersInUse: readers.count,
            oldestSnapshot: readers.compactMap(\.snapshot).min(),
            maxReaders: Int(info.me_maxreaders))
    }
}
