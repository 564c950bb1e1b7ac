internal import Crypto
internal import Schema

/// A file of entries of one size that are sealed under the backup key in pieces: the keys of a vault, or the table of a
/// content store. `docs/backup-format.md` describes its bytes.
struct SealedTable {
    /// What a table is of.
    enum Kind: UInt32, Sendable {
        case keys = 1
        case bodies = 2

        /// How the names of its files begin.
        var prefix: String {
            switch self {
            case .keys: "keys-"
            case .bodies: "bodies-"
            }
        }
    }

    /// The folder of the contents, among the backups.
    static let contents = "contents"

    /// Name of a table that was made then; their order is that of the instants.
    static func name(_ kind: Kind, _ madeAt: Instant) -> String {
        let digits = String(max(0, madeAt.rawValue))
        return "\(kind.prefix)\(String(repeating: "0", count: max(0, 18 - digits.count)))\(digits).kith"
    }

    /// The names of the tables of a kind, the oldest first.
    static func names(of kind: Kind, in directory: BackupDirectory) throws(BackupError) -> [String] {
        (try Files.names(in: directory.path) ?? []).filter { $0.hasPrefix(kind.prefix) && $0.hasSuffix(".kith") }
    }

    /// What stands at the beginning, and is bound to every piece.
    struct Header: Sendable, Hashable {
        static let size = format.size
        private static let format = FileHeader(magic: Array("KITHTAB1".utf8), version: 1, size: 128, kind: "a table")

        var kind: Kind
        var logID: Identifier
        var madeAt: Instant
        /// Durable end of the log when it was made.
        var position: Position
        var entries: UInt64
        var entrySize: UInt32

        func encoded() -> [UInt8] {
            Self.format.encoded { bytes in
                bytes.append(littleEndian: kind.rawValue)
                bytes.append(logID)
                bytes.append(littleEndian: madeAt.rawValue)
                bytes.append(littleEndian: position.rawValue)
                bytes.append(littleEndian: entries)
                bytes.append(littleEndian: entrySize)
            }
        }

        init(kind: Kind, logID: Identifier, madeAt: Instant, position: Position, entries: UInt64, entrySize: UInt32) {
            self.kind = kind
            self.logID = logID
            self.madeAt = madeAt
            self.position = position
            self.entries = entries
            self.entrySize = entrySize
        }

        init(reading file: InputFile) throws(BackupError) {
            let bytes = try Self.format.read(from: file)
            let reader = ByteReader(bytes)
            guard let kind = Kind(rawValue: reader.number(at: 12)), let logID = Identifier(bytes: bytes[16..<32])
            else { throw file.damaged("its header says what cannot be") }
            self.init(
                kind: kind, logID: logID, madeAt: Instant(microseconds: reader.number(at: 32)),
                position: Position(reader.number(at: 40)), entries: reader.number(at: 48),
                entrySize: reader.number(at: 56))
        }
    }

    /// Entries of a piece, the last one excepted.
    static let entriesPerPiece = 4_096
    private static let overhead = 28

    let header: Header
    private let file: InputFile
    private let key: BackupKey

    /// Opens a table.
    ///
    /// - Throws: `damaged`, `format`, `directory`, `io`.
    init(path: String, key: BackupKey) throws(BackupError) {
        file = try InputFile(path: path)
        header = try Header(reading: file)
        self.key = key
        guard header.entrySize > 0, header.entrySize <= 4_096, header.entries < 1 << 40,
            file.size == Self.offset(ofPiece: Self.pieces(header), header)
        else { throw file.damaged("it does not have the length that its header says") }
    }

    private static func pieces(_ header: Header) -> Int {
        (Int(header.entries) + entriesPerPiece - 1) / entriesPerPiece
    }

    /// Where a piece begins; behind the last one, where the file ends.
    private static func offset(ofPiece piece: Int, _ header: Header) -> Int {
        let entries = min(piece * entriesPerPiece, Int(header.entries))
        return Header.size + entries * Int(header.entrySize) + piece * overhead
    }

    private static func associatedData(_ header: Header, piece: Int) -> [UInt8] {
        var bytes = header.encoded()
        bytes.append(littleEndian: UInt64(piece))
        return bytes
    }

    /// The entries of one piece, opened.
    ///
    /// - Parameter range: begins where a piece does, and does not go beyond it.
    func entries(_ range: Range<Int>) throws(BackupError) -> [[UInt8]] {
        precondition(range.lowerBound % Self.entriesPerPiece == 0 && range.count <= Self.entriesPerPiece)
        let piece = range.lowerBound / Self.entriesPerPiece
        let size = Int(header.entrySize)
        let bytes = Self.offset(ofPiece: piece, header)..<Self.offset(ofPiece: piece + 1, header)
        let plaintext = try key.open(
            try file.read(bytes), associatedData: Self.associatedData(header, piece: piece), of: file.path)
        return stride(from: 0, to: plaintext.count, by: size).map { Array(plaintext[$0..<$0 + size]) }
    }

    /// Opens every piece.
    ///
    /// - Throws: `key` where one does not open, `io`.
    private func verify() throws(BackupError) {
        for piece in 0..<Self.pieces(header) {
            let first = piece * Self.entriesPerPiece
            _ = try entries(first..<min(first + Self.entriesPerPiece, Int(header.entries)))
        }
    }

    /// Writes a table and reads it back before it gets its name.
    ///
    /// - Parameter entries: gives those of a range, each range once and in order.
    /// - Returns: bytes written.
    static func write(
        _ header: Header, to directory: String, name: String, key: BackupKey,
        entries: (Range<Int>) throws(BackupError) -> [[UInt8]]
    ) throws(BackupError) -> Int {
        let file = try OutputFile(directory: directory, name: name)
        try file.append(header.encoded())
        for piece in 0..<pieces(header) {
            let first = piece * entriesPerPiece
            let plaintext = try entries(first..<min(first + entriesPerPiece, Int(header.entries)))
            try file.append(
                try key.seal(Array(plaintext.joined()), associatedData: associatedData(header, piece: piece)))
        }
        try file.sync()
        try SealedTable(path: file.unfinishedPath, key: key).verify()
        try file.finish()
        return file.size
    }
}
