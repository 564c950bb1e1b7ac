internal import Glibc

/// A file descriptor: whole reads and writes at an offset, and syncs.
final class BodyFile: Sendable {
    private let descriptor: Int32
    let path: String

    /// How a file is opened.
    enum Mode {
        /// Reads and writes a file that exists.
        case existing
        /// Reads a file that exists.
        case reading
        /// Makes a file, for this process's user alone; there must be none of that name.
        case new
    }

    /// Opens a file; nil where there is none.
    init?(path: String, _ mode: Mode) throws(BodyStoreError) {
        let flags: Int32 =
            switch mode {
            case .existing: O_RDWR
            case .reading: O_RDONLY
            case .new: O_RDWR | O_CREAT | O_EXCL
            }
        let descriptor = open(path, flags | O_CLOEXEC, mode_t(0o600))
        guard descriptor >= 0 else {
            if errno == ENOENT, mode != .new { return nil }
            throw BodyStoreError.system("open", path)
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset` on; fewer only where the file ends.
    func read(count: Int, at offset: Int) throws(BodyStoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes[done...].withUnsafeMutableBytes { rest in
                pread(descriptor, rest.baseAddress, rest.count, offset + done)
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw BodyStoreError.system("pread", path)
            }
            if got == 0 { break }
            done += got
        }
        if done < count { bytes.removeLast(count - done) }
        return bytes
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: [UInt8], at offset: Int) throws(BodyStoreError) {
        var done = 0
        while done < bytes.count {
            let put = bytes[done...].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset + done) }
            if put < 0 {
                if errno == EINTR { continue }
                throw BodyStoreError.system("pwrite", path)
            }
            done += put
        }
    }

    /// The file's length in bytes.
    func length() throws(BodyStoreError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw BodyStoreError.system("fstat", path) }
        return Int(status.st_size)
    }

    /// Returns when what was written is on stable storage.
    func sync() throws(BodyStoreError) {
        guard fsync(descriptor) == 0 else { throw BodyStoreError.system("fsync", path) }
    }
}

/// The directories of the store.
enum BodyDirectory {
    /// Makes a directory where there is none, for this process's user alone.
    static func make(_ path: String) throws(BodyStoreError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw BodyStoreError.system("mkdir", path) }
    }

    /// Makes the names in a directory durable.
    static func sync(_ path: String) throws(BodyStoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BodyStoreError.system("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw BodyStoreError.system("fsync", path) }
    }

    /// Gives a file its name, durably.
    static func move(_ from: String, to name: String, in directory: String) throws(BodyStoreError) {
        guard rename(from, "\(directory)/\(name)") == 0 else { throw BodyStoreError.system("rename", from) }
        try sync(directory)
    }

    /// Takes a file away; fine where there is none.
    static func remove(_ path: String) throws(BodyStoreError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw BodyStoreError.system("unlink", path) }
    }

    /// The names in a directory but `.` and `..`.
    static func names(in path: String) throws(BodyStoreError) -> [String] {
        guard let directory = opendir(path) else { throw BodyStoreError.system("opendir", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
