internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Standard output, collected into large writes, and standard error.
///
/// Whoever reads the output may stop early (`kith list … | head`): then the process ends quietly, as a reader that
/// has seen enough is no failure.
final class Console: Sendable {
    static let standard = Console(descriptor: STDOUT_FILENO)

    private static let flushThreshold = 64 * 1024
    private let descriptor: Int32
    private let buffer = Mutex<[UInt8]>([])

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Whether standard error is a terminal.
    static var complainsToTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a line of text.
    func line(_ text: String) throws(Failure) {
        try line(utf8: Array(text.utf8))
    }

    /// Writes a line that is already UTF-8.
    func line(utf8 bytes: some Sequence<UInt8>) throws(Failure) {
        try buffer.withLock { (pending) throws(Failure) in
            pending.append(contentsOf: bytes)
            pending.append(UInt8(ascii: "\n"))
            if pending.count >= Self.flushThreshold { try Self.drain(&pending, to: descriptor) }
        }
    }

    /// Writes bytes as they are.
    func bytes(_ bytes: [UInt8]) throws(Failure) {
        try buffer.withLock { (pending) throws(Failure) in
            pending += bytes
            if pending.count >= Self.flushThreshold { try Self.drain(&pending, to: descriptor) }
        }
    }

    /// Hands everything to the system.
    func flush() throws(Failure) {
        try buffer.withLock { (pending) throws(Failure) in try Self.drain(&pending, to: descriptor) }
    }

    /// Writes a line at the end of the process, when an error can no longer be reported.
    func writeNow(_ text: String) {
        try? line(text)
        try? flush()
    }

    /// Writes a line to standard error.
    static func complain(_ text: String) {
        writeToStandardError(Array("\(text)\n".utf8))
    }

    /// Writes to standard error without a line break: progress.
    static func writeToStandardError(_ bytes: [UInt8]) {
        // Nothing better can be done where even standard error fails.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Ends the process.
    static func exit(_ code: Int32) -> Never {
        #if canImport(Glibc)
            Glibc.exit(code)
        #else
            Darwin.exit(code)
        #endif
    }

    private static func drain(_ pending: inout [UInt8], to descriptor: Int32) throws(Failure) {
        var done = 0
        while done < pending.count {
            let written = pending.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                return write(descriptor, rest.baseAddress, rest.count)
            }
            if written >= 0 {
                done += written
            } else if errno == EPIPE {
                exit(0)
            } else if errno != EINTR {
                let reason = String(cString: strerror(errno))
                pending.removeAll()
                throw .wrongUse("standard output cannot be written: \(reason)")
            }
        }
        pending.removeAll(keepingCapacity: true)
    }
}
