internal import Schema

/// How the headers of the files of a backup are framed: magic, version, fields, zeros, and the hash of what stands before
/// it. `docs/backup-format.md` describes them.
struct FileHeader {
    let magic: [UInt8]
    let version: UInt32
    /// Bytes of the header, its hash included.
    let size: Int
    /// What the file is, for messages: "a segment".
    let kind: String

    /// The header's bytes.
    ///
    /// - Parameter append: appends the fields, which have fixed sizes.
    func encoded(_ append: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = magic
        bytes.append(littleEndian: version)
        append(&bytes)
        bytes += [UInt8](repeating: 0, count: size - SegmentFormat.checksumSize - bytes.count)
        return bytes + SegmentFormat.checksum(bytes)
    }

    /// Reads the header of a file: all its bytes, of which magic, version and hash are as they should be.
    ///
    /// - Throws: `damaged`, `format`, `io`.
    func read(from file: InputFile) throws(BackupError) -> [UInt8] {
        let bytes = try file.read(0..<size)
        guard bytes.starts(with: magic) else { throw file.damaged("it does not begin as \(kind) does") }
        let found: UInt32 = ByteReader(bytes).number(at: magic.count)
        guard found == version else {
            throw BackupError(.format, "\(file.path) has format \(found); this program reads format \(version).")
        }
        let covered = size - SegmentFormat.checksumSize
        guard SegmentFormat.checksum(Array(bytes[..<covered])) == Array(bytes[covered...]) else {
            throw file.damaged("its header has another checksum")
        }
        return bytes
    }
}
