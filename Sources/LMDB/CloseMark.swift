internal import Glibc

/// A file beside a data file, which says that whoever wrote to it last closed it in order, and after which commit.
///
/// It saves the next opening the look at every page. It is gone while the file is open, so there is none after a kill;
/// one that is older than the file names another commit.
enum CloseMark {
    /// Leaves the mark. Where it cannot be written there is none.
    static func leave(at path: String, transaction: UInt64) {
        let file = unsafe open(name(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        let text = "\(transaction)\n"
        if unsafe write(file, text, text.utf8.count) != text.utf8.count { unsafe unlink(name(path)) }
        _ = close(file)
    }

    /// Reads the mark and removes it: the commit after which the file was closed in order, if it was.
    static func take(at path: String) -> UInt64? {
        let file = unsafe open(name(path), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer {
            unsafe unlink(name(path))
            _ = close(file)
        }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe read(file, &bytes, bytes.count)
        guard count > 0, bytes[count - 1] == UInt8(ascii: "\n") else { return nil }
        return UInt64(String(decoding: bytes[..<(count - 1)], as: UTF8.self))
    }

    private static func name(_ path: String) -> String { path + "/closed" }
}
