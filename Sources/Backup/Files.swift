internal import Glibc

/// Directories and names, as the system has them.
enum Files {
    /// Makes a directory of mode 0700 and those above it, durably; succeeds where it is there.
    static func makeDirectory(_ path: String) throws(BackupError) {
        if mkdir(path, 0o700) == 0 { return try sync(directory: parent(of: path)) }
        switch errno {
        case EEXIST: return
        case ENOENT where parent(of: path) != path:
            try makeDirectory(parent(of: path))
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw BackupError.system("mkdir", path) }
            try sync(directory: parent(of: path))
        default: throw BackupError.system("mkdir", path)
        }
    }

    /// The names in a directory, sorted; nil where there is none.
    static func names(in path: String) throws(BackupError) -> [String]? {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return nil }
            throw BackupError.system("opendir", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                guard errno == 0 else { throw BackupError.system("readdir", path) }
                return names.sorted()
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Removes a file; succeeds where it is gone.
    static func remove(_ path: String) throws(BackupError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw BackupError.system("unlink", path) }
    }

    /// Makes the names in a directory durable.
    static func sync(directory: String) throws(BackupError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError.system("open", directory) }
        defer { close(descriptor) }
        // Some file systems cannot flush a directory and say so with EINVAL; they have nothing to flush.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw BackupError.system("fsync", directory) }
    }

    private static func parent(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.hasSuffix("/") { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return rest == "." ? String(rest) : "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }
}
