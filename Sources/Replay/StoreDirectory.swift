internal import Glibc
internal import Synchronization

/// Where the stores of one projection lie, and which of them is the one in use.
///
/// ```
/// views/directory.active   text: number of the store in use
/// views/directory-3/       that store
/// views/directory-4/       one that is being built; a leftover of an interrupted rebuild is removed at start
/// ```
final class StoreDirectory: Sendable {
    private let folder: String
    private let name: String
    private let active: Mutex<Int>
    /// The greatest number that was given; a number is not used again while the engine lives.
    private let greatest: Mutex<Int>

    /// Finds the store in use and removes all others of the projection.
    init(folder: String, name: String) throws(ReplayError) {
        self.folder = folder
        self.name = name
        let number = try Self.readPointer("\(folder)/\(name).active")
        let present = try Self.numbers(in: folder, of: name)
        for other in present where other != number { try Self.remove("\(folder)/\(name)-\(other)") }
        active = Mutex(number ?? 1)
        greatest = Mutex(number ?? 1)
        if number == nil {
            try Self.makeFolder(folder)
            try activate(1)
        }
    }

    /// Path of the store in use.
    var activePath: String { path(active.withLock { $0 }) }

    /// A number for a store that is to be built.
    func nextNumber() -> Int {
        greatest.withLock { greatest in
            greatest += 1
            return greatest
        }
    }

    /// Path of the store with this number.
    func path(_ number: Int) -> String { "\(folder)/\(name)-\(number)" }

    /// Makes a store, all of which is on stable storage, the one in use: before a crash the old one, after it the new.
    func activate(_ number: Int) throws(ReplayError) {
        let pointer = "\(folder)/\(name).active"
        let fresh = pointer + ".new"
        let file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("open", fresh) }
        let bytes = Array("\(number)\n".utf8)
        let written = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        guard close(file) == 0, written else { throw Self.failure("write", fresh) }
        guard rename(fresh, pointer) == 0 else { throw Self.failure("rename", pointer) }
        try Self.syncFolder(folder)
        active.withLock { $0 = number }
    }

    /// Removes a store with its files. Does nothing where there is none.
    static func remove(_ path: String) throws(ReplayError) {
        for entry in try entries(of: path) {
            guard unlink("\(path)/\(entry)") == 0 || errno == ENOENT else { throw failure("unlink", path) }
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw failure("rmdir", path) }
    }

    private static func readPointer(_ path: String) throws(ReplayError) -> Int? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw failure("read", path) }
        // One that says nothing useful is as good as none: the views are made from the log again.
        return Int(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    private static func numbers(in folder: String, of name: String) throws(ReplayError) -> [Int] {
        let prefix = "\(name)-"
        return try entries(of: folder).compactMap { entry in
            entry.hasPrefix(prefix) ? Int(entry.dropFirst(prefix.count)) : nil
        }
    }

    /// Names in a directory; none where it does not exist.
    private static func entries(of path: String) throws(ReplayError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure("opendir", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func makeFolder(_ path: String) throws(ReplayError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("mkdir", path)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
    }

    private static func syncFolder(_ path: String) throws(ReplayError) {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("open", path) }
        defer { close(directory) }
        guard fsync(directory) == 0 || errno == EINVAL else { throw failure("fsync", path) }
    }

    private static func failure(_ call: String, _ path: String) -> ReplayError {
        ReplayError(.storage, "\(call) of \(path) failed: \(String(cString: strerror(errno))). Check rights and space.")
    }
}
