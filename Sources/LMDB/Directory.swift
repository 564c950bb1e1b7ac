internal import Glibc

/// Creates directories so that they survive a power cut.
enum Directory {
    /// Creates the directory and those above it that are missing. Succeeds when it exists.
    ///
    /// - Parameter fileMode: mode of the files to come; who may read gets the right to search as well.
    static func create(_ path: String, fileMode: UInt32) throws(LMDBError) {
        let mode = fileMode | ((fileMode & 0o444) >> 2)
        if unsafe mkdir(path, mode) == 0 {
            try flush(parent(of: path))
            return
        }
        switch errno {
        case EEXIST:
            return
        case ENOENT where parent(of: path) != path:
            try create(parent(of: path), fileMode: fileMode)
            guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else {
                throw .system("mkdir", subject: path)
            }
            try flush(parent(of: path))
        default:
            throw .system("mkdir", subject: path)
        }
    }

    /// Makes the entries of the directory durable.
    static func flush(_ path: String) throws(LMDBError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", subject: path) }
        defer { _ = close(descriptor) }
        // Some file systems cannot flush a directory and say so with EINVAL; they have nothing to flush.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .system("fsync", subject: path)
        }
    }

    /// The directory that holds `path`, which may be relative and may end in slashes.
    static func parent(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.hasSuffix("/") { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return rest == "." ? rest.description : "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }
}
