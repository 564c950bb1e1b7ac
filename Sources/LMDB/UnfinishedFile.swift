internal import Glibc

/// A data file to which nothing has ever been committed, and of whose first pages something is missing.
///
/// LMDB makes a file by writing both meta pages at once, and does not flush them before the first commit. A power cut
/// until then can leave any part of them, with zeros in place of the rest. Such a file is as good as none, and LMDB
/// would not open it.
struct UnfinishedFile {
    /// The data file.
    let descriptor: Int32
    /// Its path, for errors.
    let path: String
    /// Bytes that are read at a time.
    private static let chunk = 1 << 16

    /// Whether the file is one: it holds parts of the two pages that LMDB begins a file with, not all of them, and
    /// nothing but zeros besides.
    func isFound() throws(LMDBError) -> Bool {
        let pageSize = Int(getpagesize())
        var bytes = [UInt8](repeating: 0, count: Self.chunk)
        var offset = 0
        while true {
            let count = unsafe pread(descriptor, &bytes, bytes.count, off_t(offset))
            guard count >= 0 else { throw .system("pread", subject: path) }
            if count == 0 { return offset > 0 }
            if offset == 0 {
                let whole = (0..<2).count { Self.clear($0, at: $0 * pageSize, in: &bytes, count: count) }
                if whole == 2, count >= 2 * pageSize { return false }
            }
            guard bytes.prefix(count).allSatisfy({ $0 == 0 }) else { return false }
            offset += count
        }
    }

    /// Makes it an empty file, of which LMDB makes one of its own.
    func empty() throws(LMDBError) {
        guard ftruncate(descriptor, 0) == 0 else { throw .system("ftruncate", subject: path) }
    }

    /// Puts zeros in place of a meta page of a file without a commit; anything else stays.
    ///
    /// - Returns: whether it was there.
    private static func clear(_ page: Int, at offset: Int, in bytes: inout [UInt8], count: Int) -> Bool {
        let range = offset..<offset + MetaPage.size
        guard range.upperBound <= count else { return false }
        let meta = unsafe bytes.withUnsafeBytes { bytes in
            unsafe MetaPage(bytes.baseAddress.unsafelyUnwrapped + offset)
        }
        guard meta.contradiction(index: UInt64(page)) == nil, meta.transaction == 0, meta.lastPage == 1 else {
            return false
        }
        bytes.replaceSubrange(range, with: repeatElement(0, count: range.count))
        return true
    }
}
