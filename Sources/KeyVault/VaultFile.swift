internal import Glibc

/// The vault's file descriptor: whole reads and writes at an offset, and syncs.
final class VaultFile: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Opens an existing file, for reading and writing unless it is said otherwise; nil when there is none.
    init?(path: String, readOnly: Bool = false) throws(VaultError) {
        let descriptor = open(path, (readOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw VaultError.system("open", path: path)
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Up to `count` bytes from `offset` on; fewer only where the file ends.
    func read(count: Int, at offset: Int) throws(VaultError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes[done...].withUnsafeMutableBytes { rest in
                pread(descriptor, rest.baseAddress, rest.count, offset + done)
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw VaultError.system("pread", path: path)
            }
            if got == 0 { break }
            done += got
        }
        return Array(bytes.prefix(done))
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: [UInt8], at offset: Int) throws(VaultError) {
        var done = 0
        while done < bytes.count {
            let put = bytes[done...].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset + done) }
            if put < 0 {
                if errno == EINTR { continue }
                throw VaultError.system("pwrite", path: path)
            }
            done += put
        }
    }

    /// Makes sure that so many bytes from `offset` on have space on the disk, where the file system can do that.
    func allocate(_ count: Int, at offset: Int) throws(VaultError) {
        let number = posix_fallocate(descriptor, offset, count)
        guard number == ENOSPC || number == EDQUOT else { return }
        errno = number
        throw VaultError.system("posix_fallocate", path: path)
    }

    /// The file's length in bytes.
    func length() throws(VaultError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw VaultError.system("fstat", path: path) }
        return Int(status.st_size)
    }

    /// Returns when what was written is on stable storage.
    func sync() throws(VaultError) {
        guard fsync(descriptor) == 0 else { throw VaultError.system("fsync", path: path) }
    }
}

extension VaultFile {
    /// Makes a file of mode 0600 that is either there with all of `bytes`, on stable storage, or not there.
    ///
    /// Written under another name and linked into place, so that a crash leaves no half of a key; an existing
    /// file is never replaced.
    static func create(path: String, bytes: [UInt8]) throws(VaultError) {
        let unfinished = path + ".new"
        if unlink(unfinished) != 0, errno != ENOENT { throw VaultError.system("unlink", path: unfinished) }
        let descriptor = open(unfinished, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode_t(0o600))
        guard descriptor >= 0 else { throw VaultError.system("open", path: unfinished) }
        close(descriptor)
        guard let file = try VaultFile(path: unfinished) else {
            throw VaultError(.io, "\(unfinished) has gone while it was being written.")
        }
        try file.write(bytes, at: 0)
        try file.sync()
        guard link(unfinished, path) == 0 else { throw VaultError.system("link", path: path) }
        guard unlink(unfinished) == 0 else { throw VaultError.system("unlink", path: unfinished) }
        try syncDirectory(of: path)
    }

    private static func syncDirectory(of path: String) throws(VaultError) {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw VaultError.system("open", path: directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw VaultError.system("fsync", path: directory) }
    }
}

extension VaultError {
    /// Wraps the present `errno` of a refused call.
    static func system(
        _ call: String, path: String, fileID: String = #fileID, line: Int = #line
    ) -> VaultError {
        let number = errno
        let reason = String(cString: strerror(number))
        let full = number == ENOSPC || number == EDQUOT
        return VaultError(
            full ? .full : .io,
            full
                ? "\(call) \(path): \(reason). Make room on that disk and try again."
                : "\(call) \(path): \(reason).",
            systemError: number, fileID: fileID, line: line)
    }
}
