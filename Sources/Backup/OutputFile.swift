internal import Glibc

/// A file on its way to becoming a backup: it has a name that says so until everything in it is on stable storage.
///
/// Used by one thread. What is not finished is taken away with the last reference.
final class OutputFile {
    /// Begins the names of files that are being written; what a kill leaves of them is removed by the next backup.
    static let unfinishedPrefix = ".unfinished-"
    private static let bufferSize = 1 << 20

    private let directory: String
    private let name: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Bytes that were handed over, buffered ones among them.
    private(set) var size = 0
    private var isNamed = false

    /// Path of the file while it is being written.
    var unfinishedPath: String { "\(directory)/\(Self.unfinishedPrefix)\(name)" }

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - directory: where it will be.
    ///   - name: which name it gets by `finish`.
    init(directory: String, name: String) throws(BackupError) {
        self.directory = directory
        self.name = name
        let path = "\(directory)/\(Self.unfinishedPrefix)\(name)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        guard descriptor >= 0 else { throw BackupError.system("open", path) }
        buffer.reserveCapacity(Self.bufferSize + 70_000)
    }

    deinit {
        close(descriptor)
        // Nothing more can be done where even that fails: the name says what it is.
        if !isNamed { unlink(unfinishedPath) }
    }

    /// Appends bytes.
    func append(_ bytes: some Sequence<UInt8>) throws(BackupError) {
        let before = buffer.count
        buffer.append(contentsOf: bytes)
        try appended(buffer.count - before)
    }

    /// Appends bytes where they lie.
    func append(_ span: RawSpan) throws(BackupError) {
        span.withUnsafeBytes { buffer.append(contentsOf: $0) }
        try appended(span.byteCount)
    }

    private func appended(_ count: Int) throws(BackupError) {
        size += count
        if buffer.count >= Self.bufferSize { try flush() }
    }

    private func flush() throws(BackupError) {
        var done = 0
        while done < buffer.count {
            let put = buffer[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if put < 0 {
                if errno == EINTR { continue }
                throw BackupError.system("write", unfinishedPath)
            }
            done += put
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Puts everything on stable storage, and out of the system's cache where it can, so that it is read back from the
    /// disk.
    func sync() throws(BackupError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw BackupError.system("fsync", unfinishedPath) }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Gives the file its name, durably; what had that name before is replaced.
    func finish() throws(BackupError) {
        guard rename(unfinishedPath, "\(directory)/\(name)") == 0 else {
            throw BackupError.system("rename", unfinishedPath)
        }
        isNamed = true
        try Files.sync(directory: directory)
    }
}
