#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file that is written line by line.
final class OutputFile {
    private let console: Console
    private let descriptor: Int32

    /// Creates the file, or empties it. Only its owner may read it: it may hold what an input file held.
    init(path: String) throws(Failure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .wrongUse("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        console = Console(descriptor: descriptor)
    }

    deinit {
        close(descriptor)
    }

    /// Writes a line that is already UTF-8.
    func line(utf8 bytes: some Sequence<UInt8>) throws(Failure) {
        try console.line(utf8: bytes)
    }

    /// Hands everything to the system.
    func flush() throws(Failure) {
        try console.flush()
    }
}
