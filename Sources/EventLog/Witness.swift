internal import Glibc
package import Schema
internal import Synchronization

/// What was last known of a log, in a file outside of its directory: so a log that was rolled back, cut off or swapped
/// is noticed at the next start, also where its own files agree with each other.
///
/// ```
/// kith-witness 1 log 0199…-…  epoch 1 size 1042 root 5f0c…
/// ```
///
/// One line of text for each time that something was written down, the newest at the end; a line that a crash cut off
/// does not count. It is not signed: it helps against accidents, and against those who can write in the data directory
/// only.
@safe package final class Witness: Sendable {
    /// What a line says: how large the log was, and the root of the tree over it.
    package struct Statement: Sendable, Hashable {
        package var log: Identifier
        package var epoch: UInt32
        package var size: UInt64
        package var root: TreeHash

        package init(log: Identifier, epoch: UInt32, size: UInt64, root: TreeHash) {
            self.log = log
            self.epoch = epoch
            self.size = size
            self.root = root
        }
    }

    /// Path of the file.
    package let path: String
    private let state: Mutex<State>

    private struct State {
        var last: Statement?
        var bytes: Int
    }

    /// Beyond this the file is begun anew with its newest line.
    private static let greatestSize = 1 << 20

    /// Reads a witness; a file that is missing is made with the first statement.
    ///
    /// - Throws: `notWritable` where it cannot be read, `format` where it is not one.
    package init(path: String) throws(EventLogError) {
        self.path = path
        let bytes = try Self.read(path)
        let last = bytes.isEmpty ? nil : try Self.newest(in: bytes, path)
        state = Mutex(State(last: last, bytes: bytes.count))
    }

    /// The newest statement; nil where there is none yet.
    package var last: Statement? { state.withLock { $0.last } }

    /// Writes a statement down, durably, where it says more than the newest one.
    ///
    /// - Throws: `store`, or `diskFull`.
    package func note(_ statement: Statement) throws(EventLogError) {
        try state.withLock { state throws(EventLogError) in
            guard statement != state.last else { return }
            let line = Self.line(statement)
            if state.bytes + line.utf8.count > Self.greatestSize || state.bytes == 0 {
                try replace(with: line)
                state.bytes = line.utf8.count
            } else {
                try append(line)
                state.bytes += line.utf8.count
            }
            state.last = statement
        }
    }

    /// Puts the file aside as `PATH.old`: what it says holds no longer, on purpose.
    ///
    /// - Throws: `notWritable`.
    package func setAside() throws(EventLogError) {
        try state.withLock { state throws(EventLogError) in
            guard unsafe rename(path, path + ".old") == 0 || errno == ENOENT else { throw unwritten(.notWritable) }
            state = State(last: nil, bytes: 0)
        }
    }

    // MARK: The file

    private func append(_ line: String) throws(EventLogError) {
        let file = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard file >= 0 else { throw unwritten() }
        defer { close(file) }
        try write(line, to: file)
    }

    /// Puts a file with one line in the place of the present one.
    private func replace(with line: String) throws(EventLogError) {
        let fresh = path + ".new"
        let file = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unwritten() }
        defer { close(file) }
        try write(line, to: file)
        guard unsafe rename(fresh, path) == 0 else { throw unwritten() }
        let folder = unsafe open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw unwritten() }
        defer { close(folder) }
        guard fsync(folder) == 0 || errno == EINVAL else { throw unwritten() }
    }

    private func write(_ line: String, to file: Int32) throws(EventLogError) {
        let bytes = Array(line.utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fdatasync(file) == 0 else { throw unwritten() }
    }

    private func unwritten(_ code: EventLogError.Code? = nil) -> EventLogError {
        let number = errno
        let isFull = number == ENOSPC || number == EDQUOT
        return EventLogError(
            code ?? (isFull ? .diskFull : .store),
            "The witness \(path) cannot be written: \(unsafe String(cString: strerror(number))).")
    }

    /// The directory that holds a file.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func read(_ path: String) throws(EventLogError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return [] }
            throw EventLogError(
                .notWritable, "The witness \(path) cannot be read: \(unsafe String(cString: strerror(errno))).")
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 2 * greatestSize)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count)
            }
            guard got > 0 else { break }
            count += got
        }
        return Array(bytes.prefix(count))
    }

    // MARK: Lines

    private static func line(_ statement: Statement) -> String {
        let root = statement.root.bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        return
            "kith-witness 1 log \(statement.log) epoch \(statement.epoch) size \(statement.size) root \(root)\n"
    }

    /// The newest whole line.
    private static func newest(in bytes: [UInt8], _ path: String) throws(EventLogError) -> Statement {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What follows the last line feed was cut off.
        lines.removeLast()
        if let newest = lines.reversed().lazy.compactMap({ Self.statement(in: $0) }).first { return newest }
        throw EventLogError(
            .format, "The file \(path) is not the witness of a log. Name another one, or move it away.")
    }

    private static func statement(in line: ArraySlice<UInt8>) -> Statement? {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count == 10, words[0] == "kith-witness", words[1] == "1", words[2] == "log",
            let log = Identifier(String(words[3])), words[4] == "epoch", let epoch = UInt32(words[5]),
            words[6] == "size", let size = UInt64(words[7]), words[8] == "root",
            let root = TreeHash(hexadecimal: words[9])
        else { return nil }
        return Statement(log: log, epoch: epoch, size: size, root: root)
    }
}

extension TreeHash {
    /// The hash in 64 hexadecimal digits.
    init?(hexadecimal text: Substring) {
        guard text.utf8.count == 64 else { return nil }
        var bytes: [UInt8] = []
        var rest = text
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        self.init(bytes: bytes)
    }
}
