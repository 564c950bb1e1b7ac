internal import Glibc

/// A file of a backup, read at any place.
final class InputFile: Sendable {
    let path: String
    private let descriptor: Int32
    /// Bytes of the file.
    let size: Int

    /// Opens a file.
    init(path: String) throws(BackupError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError.system("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw BackupError.system("fstat", path)
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// The bytes in a range of the file.
    ///
    /// - Throws: `damaged` where the file ends before.
    func read(_ range: Range<Int>) throws(BackupError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= size else { throw cutOff }
        var bytes = [UInt8](repeating: 0, count: range.count)
        var done = 0
        while done < bytes.count {
            let got = bytes[done...].withUnsafeMutableBytes { rest in
                pread(descriptor, rest.baseAddress, rest.count, range.lowerBound + done)
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw BackupError.system("pread", path)
            }
            guard got > 0 else { throw cutOff }
            done += got
        }
        return bytes
    }

    private var cutOff: BackupError { damaged("it is cut off") }

    /// The file is not what was written.
    func damaged(_ what: String) -> BackupError {
        BackupError(.damaged, "The backup \(path) is damaged: \(what). Use another copy of it.")
    }
}
