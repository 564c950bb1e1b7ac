#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Paths that are given to the service, which works in another directory.
enum FilePath {
    /// The path from the root on.
    ///
    /// - Throws: wrong use where the working directory is gone.
    static func absolute(_ path: String) throws(Failure) -> String {
        if path.hasPrefix("/") { return path }
        guard let directory = getcwd(nil, 0) else {
            throw .wrongUse("the working directory is not there; give an absolute path")
        }
        defer { free(directory) }
        return "\(String(cString: directory))/\(path)"
    }
}
