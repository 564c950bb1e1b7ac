internal import Glibc
package import Schema

/// The directory of one log: its lock, its FORMAT file and where its parts lie.
///
/// ```
/// FORMAT     text: format version and log id, read before LMDB is opened; FORMAT.new while the log is being made
/// LOCK       held by the process that serves the log
/// log/       LMDB environment of the records
/// index/     derived: deleted at will
/// views/     derived: one environment per projection
/// ballast    space that is given up when the disk is full
/// VERIFY     text: why the end of the log is to be verified at the next start
/// vault      the keys of the subjects
/// refusals/  LMDB environment of the journal of refusals: neither derived nor part of the log
/// bodies/    long texts, e-mails and files, with the table of their keys
/// ```
@safe package final class LogDirectory: Sendable {
    /// Path of the directory.
    package let path: String
    private let lock: Int32

    /// Takes the directory, making it where it is missing.
    ///
    /// - Throws: `notWritable`, or `locked` where another process serves it.
    package init(path: String) throws(EventLogError) {
        guard Self.makeDirectories(path) else {
            throw EventLogError(
                .notWritable,
                "The data directory \(path) cannot be made: \(Self.lastError()). Choose another one or change its rights."
            )
        }
        let lock = unsafe open("\(path)/LOCK", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw EventLogError(
                .notWritable,
                "The data directory \(path) cannot be written: \(Self.lastError()). Change its owner or its mode.")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw EventLogError(
                .locked, "Another process serves the data directory \(path). Stop it, or choose another directory.")
        }
        self.path = path
        self.lock = lock
    }

    deinit {
        // Closing alone is not enough: a process that is being started right now has the descriptor until it executes
        // its program, and would keep the lock.
        flock(lock, LOCK_UN)
        close(lock)
    }

    package var logPath: String { "\(path)/log" }
    package var indexPath: String { "\(path)/index" }
    package var viewsPath: String { "\(path)/views" }
    package var vaultPath: String { "\(path)/vault" }
    package var refusalsPath: String { "\(path)/refusals" }
    package var bodiesPath: String { "\(path)/bodies" }

    /// The log's id, from the FORMAT file; nil where the log is new.
    ///
    /// - Throws: `format` where the file is of another version or unreadable.
    package func readFormat() throws(EventLogError) -> Identifier? {
        try Self.logID(in: path)
    }

    /// The id of the log in a directory, from its FORMAT file, without taking the directory; nil where there is none.
    ///
    /// - Throws: `format` where the file is of another version or unreadable.
    package static func logID(in path: String) throws(EventLogError) -> Identifier? {
        try readFormat("\(path)/FORMAT", in: path)
    }

    /// The id of a log whose making was begun; nil where none was, or where it did not get as far as a whole file.
    ///
    /// - Throws: `notWritable` where the file is there and cannot be read.
    package func readBegunFormat() throws(EventLogError) -> Identifier? {
        do {
            return try Self.readFormat("\(path)/FORMAT.new", in: path)
        } catch  where error.code == .format {
            return nil
        }
    }

    /// The log's id from a file that names it; nil where there is none.
    static func readFormat(_ name: String, in path: String) throws(EventLogError) -> Identifier? {
        guard let text = try readFile(name) else { return nil }
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard words.count == 5, words[0] == "kith-log", words[1] == "version", let version = Int(words[2]),
            words[3] == "id", let id = Identifier(String(words[4]))
        else {
            throw EventLogError(
                .format, "The file \(name) is not one of a log. Restore it, or choose another directory.")
        }
        guard version == Int(RecordLayout.formatVersion) else {
            throw EventLogError(
                .format,
                "The log in \(path) has format version \(version); this program reads version \(RecordLayout.formatVersion). Use the program that wrote it, or a newer one."
            )
        }
        return id
    }

    /// Writes what becomes the FORMAT file of a new log, durably.
    ///
    /// It gets its name from `finishFormat` once the log holds records: so a FORMAT file without any says that they
    /// were lost, and no new log is begun in their place.
    package func beginFormat(id: Identifier) throws(EventLogError) {
        try writeFormat(id: id, to: "\(path)/FORMAT.new")
    }

    /// Writes the FORMAT file of a log whose records were restored, durably: from now on the directory counts as a log.
    package func writeFormat(id: Identifier) throws(EventLogError) {
        try writeFormat(id: id, to: "\(path)/FORMAT.restored")
        try nameFormat("\(path)/FORMAT.restored")
    }

    private func writeFormat(id: Identifier, to name: String) throws(EventLogError) {
        let text = "kith-log version \(RecordLayout.formatVersion) id \(id)\n"
        let file = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw EventLogError(.notWritable, "\(name) cannot be written: \(Self.lastError()).")
        }
        defer { close(file) }
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0, syncDirectory() else {
            throw EventLogError(.notWritable, "\(name) cannot be written: \(Self.lastError()).")
        }
    }

    /// Gives the FORMAT file its name, durably: the log holds its first records.
    package func finishFormat() throws(EventLogError) {
        try nameFormat("\(path)/FORMAT.new")
    }

    private func nameFormat(_ unfinished: String) throws(EventLogError) {
        guard unsafe rename(unfinished, "\(path)/FORMAT") == 0, syncDirectory() else {
            throw EventLogError(.notWritable, "\(path)/FORMAT cannot be written: \(Self.lastError()).")
        }
    }

    /// Makes the names of new files in the directory durable.
    func syncDirectory() -> Bool {
        let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return false }
        defer { close(directory) }
        return fsync(directory) == 0
    }

    /// The first bytes of a small text file; nil where there is none.
    static func readFile(_ name: String) throws(EventLogError) -> String? {
        let file = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw EventLogError(.notWritable, "\(name) cannot be read: \(lastError()).")
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw EventLogError(.notWritable, "\(name) cannot be read: \(lastError()).") }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Makes a directory and those above it; false with `errno` set where that fails.
    private static func makeDirectories(_ path: String) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return isDirectory(path) }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return false }
        guard makeDirectories(String(path[..<slash])) else { return false }
        return unsafe mkdir(path, 0o700) == 0 || errno == EEXIST
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            errno = ENOTDIR
            return false
        }
        return true
    }

    static func lastError() -> String { unsafe String(cString: strerror(errno)) }
}
