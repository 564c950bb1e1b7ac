internal import Glibc
internal import Schema

// What is done about a log whose writer has stopped because the device failed it.
//
// A flush that failed may have lost pages that the system still shows from its cache. So the log is doubted until its
// end has been read again from the device.

extension LogDirectory {
    private var doubtPath: String { "\(path)/VERIFY" }

    /// Why the end of the log is to be verified before it is served; nil where nothing gives rise to doubt.
    ///
    /// - Throws: `notWritable` where the file that says so cannot be read.
    package func doubt() throws(EventLogError) -> String? { try Self.readFile(doubtPath) }

    /// Writes down, durably if the device still can, that the end of the log is to be verified at the next start.
    ///
    /// - Throws: `store` where it cannot be written.
    package func noteDoubt(_ reason: String) throws(EventLogError) {
        let file = unsafe open(doubtPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unwritten() }
        defer { close(file) }
        let bytes = Array("\(reason)\n".utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0, syncDirectory() else { throw unwritten() }
    }

    /// The end of the log has been verified.
    ///
    /// - Throws: `store` where that cannot be written down.
    package func settleDoubt() throws(EventLogError) {
        guard unsafe unlink(doubtPath) == 0 || errno == ENOENT, syncDirectory() else { throw unwritten() }
    }

    /// Lets the system forget what it has cached of the log's and the index's files, so that they are read from the
    /// device again. Called before LMDB opens them: closing a descriptor of theirs later would drop its locks.
    package func dropCachedPages() {
        for name in ["\(logPath)/data.mdb", "\(indexPath)/data.mdb"] {
            let file = unsafe open(name, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { continue }
            posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
            close(file)
        }
    }

    private func unwritten() -> EventLogError {
        EventLogError(.store, "\(doubtPath) cannot be written: \(Self.lastError()).")
    }
}

extension EventLog {
    /// Records at the end of a doubted log that are verified: far more than were ever under way at once.
    package static let doubtedRecords: UInt64 = 100_000

    /// Checks the last records of a log against their hashes, and that none is missing between them.
    ///
    /// - Throws: `damaged` with the first bad position.
    package static func verifyEnd(
        of storage: some LogStorage, records: UInt64 = doubtedRecords
    ) throws(EventLogError) {
        let last = try storage.lastPosition()
        var expected = Position(last.rawValue > records ? last.rawValue - records + 1 : 1)
        try storage.scan(from: expected) { position, value throws(EventLogError) in
            guard position == expected else {
                throw EventLogError(
                    .damaged, "The record at position \(expected) is missing.", position: expected)
            }
            _ = try checked(value, at: position)
            expected = position.advanced(by: 1)
            return true
        }
    }
}
