internal import Crypto

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file or standard input, read in pieces.
final class InputFile {
    /// What the file is called in messages.
    let name: String
    /// Length in bytes; nil where it is not known (pipes, terminals).
    let length: Int?
    /// Bytes read so far.
    private(set) var bytesRead = 0
    private var hash = SHA256()
    private var piece: [UInt8] = []
    private let descriptor: Int32
    private let owned: Bool

    /// Opens a file; `-` is standard input.
    init(path: String) throws(Failure) {
        if path == "-" {
            name = "standard input"
            descriptor = STDIN_FILENO
            owned = false
        } else {
            name = path
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            owned = true
            guard descriptor >= 0 else {
                throw .wrongUse("\(path) cannot be opened: \(String(cString: strerror(errno)))")
            }
        }
        var information = stat()
        let known = fstat(descriptor, &information) == 0
        if known, information.st_mode & S_IFMT == S_IFDIR {
            if owned { close(descriptor) }
            throw .wrongUse("\(path) is a directory, not a file")
        }
        length = known && information.st_mode & S_IFMT == S_IFREG ? Int(information.st_size) : nil
    }

    deinit {
        if owned { close(descriptor) }
    }

    /// SHA-256 of what was read so far.
    var digest: [UInt8] { Array(hash.finalize()) }

    /// Whether a read would wait for somebody to write.
    var wouldWait: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) == 0
    }

    /// Appends up to `count` bytes to `bytes`.
    ///
    /// - Returns: false at the end of the file.
    func read(_ count: Int, into bytes: inout [UInt8]) throws(Failure) -> Bool {
        if piece.count < count { piece = Array(repeating: 0, count: count) }
        while true {
            let got = piece.withUnsafeMutableBytes { systemRead(descriptor, $0, count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .wrongUse("\(name) cannot be read: \(String(cString: strerror(errno)))") }
            bytesRead += got
            piece.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<got])) }
            bytes.append(contentsOf: piece[..<got])
            return got > 0
        }
    }

    /// The whole file, where it is no longer than `limit` bytes.
    static func contents(of path: String, limit: Int) throws(Failure) -> [UInt8] {
        let file = try InputFile(path: path)
        var bytes = [UInt8]()
        while try file.read(64 * 1024, into: &bytes) {
            guard bytes.count <= limit else { throw .wrongUse("\(path) is longer than \(limit) bytes") }
        }
        return bytes
    }
}

/// The method of the same name hides the system's function.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ count: Int) -> Int {
    read(descriptor, buffer.baseAddress, count)
}
