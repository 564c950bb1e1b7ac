package import EventLog
package import Schema

/// A segment of a log's backup: the records from one position to another, with what binds them to those before.
package struct Segment: Sendable {
    /// Path of the file.
    package let path: String
    package let header: SegmentHeader
    package let trailer: SegmentTrailer
    private let file: InputFile
    /// Where the records end in the file.
    private let recordsEnd: Int

    /// Opens a segment and reads how it begins and ends.
    ///
    /// - Throws: `damaged`, `format`, `directory`, `io`.
    init(path: String) throws(BackupError) {
        file = try InputFile(path: path)
        self.path = path
        header = try SegmentHeader(reading: file)
        (trailer, recordsEnd) = try SegmentTrailer.read(from: file)
        guard header.first > .none, header.first <= trailer.last else {
            throw file.damaged("it ends at \(trailer.last), before its first position \(header.first)")
        }
    }

    /// Name of a segment: epoch, first and last position, so that the order of the names is that of the records.
    static func name(epoch: UInt32, first: Position, last: Position) -> String {
        "log-\(padded(UInt64(epoch), 5))-\(padded(first.rawValue, 15))-\(padded(last.rawValue, 15)).kith"
    }

    private static func padded(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Calls `body` with every record in order, after checking it against its hash, its place and the tree.
    ///
    /// - Parameters:
    ///   - frontier: the tree over the records before the segment.
    ///   - body: gets the header, the record and its leaf hash.
    /// - Throws: `damaged` with the first bad position, also after the last record, where the tree is another one;
    ///   what `body` throws.
    package func forEachRecord(
        after frontier: MerkleFrontier,
        _ body: (EventHeader, RawSpan, TreeHash) throws(BackupError) -> Void
    ) throws(BackupError) {
        guard frontier.size + 1 == header.first.rawValue, frontier.root == header.rootBefore else {
            throw file.damaged("it does not follow the records before it")
        }
        var tree = frontier
        var records = RecordReader(file: file, range: SegmentFormat.headerSize..<recordsEnd)
        var commandEnds = true
        while try records.next({ (record, stored) throws(BackupError) in
            let position = Position(tree.size + 1)
            let header = try checked(record, stored, at: position)
            tree.append(stored)
            commandEnds = header.commandIndex + 1 == header.commandCount
            try body(header, record, stored)
        }) {}
        guard tree == trailer.frontier else {
            throw file.damaged("the tree over its records is not the one that stands at its end")
        }
        guard commandEnds else { throw file.damaged("its last command is not whole") }
    }

    private func checked(
        _ record: RawSpan, _ stored: TreeHash, at position: Position
    ) throws(BackupError) -> EventHeader {
        guard TreeHash.leaf(record) == stored else {
            throw file.damaged("the record at position \(position) does not have the hash it was written with")
        }
        let header: EventHeader
        do {
            header = try EventHeader(reading: record)
        } catch {
            throw file.damaged("the record at position \(position) cannot be read: \(error.message)")
        }
        guard header.position == position else {
            throw file.damaged("the record at position \(position) says it is at \(header.position)")
        }
        return header
    }
}

/// Reads the records of a segment, one after the other.
private struct RecordReader {
    private static let pieceSize = 1 << 20

    private let file: InputFile
    private let range: Range<Int>
    private var buffer: [UInt8] = []
    /// Where the unread part of the buffer begins, in the buffer and in the file.
    private var start = 0
    private var place: Int

    init(file: InputFile, range: Range<Int>) {
        self.file = file
        self.range = range
        place = range.lowerBound
    }

    /// Calls `body` with the next record and the leaf hash that stands behind it; false where there is none.
    mutating func next(
        _ body: (RawSpan, TreeHash) throws(BackupError) -> Void
    ) throws(BackupError) -> Bool {
        guard place < range.upperBound else { return false }
        try load(SegmentFormat.lengthSize)
        let length: UInt32 = ByteReader(Array(buffer[start..<start + 4])).number(at: 0)
        guard (RecordLayout.headerLength...RecordLayout.maximumRecordLength).contains(Int(length)) else {
            throw file.damaged("a record at byte \(place) has \(length) bytes")
        }
        let size = SegmentFormat.lengthSize + Int(length) + RecordLayout.leafHashLength
        try load(size)
        let begin = start + SegmentFormat.lengthSize
        let end = begin + Int(length)
        start += size
        place += size
        let bytes = buffer.span.bytes
        try body(
            bytes.extracting(begin..<end), TreeHash(bytes.extracting(end..<end + RecordLayout.leafHashLength)))
        return true
    }

    /// Makes sure that so many bytes are in the buffer.
    private mutating func load(_ count: Int) throws(BackupError) {
        guard buffer.count - start < count else { return }
        guard place + count <= range.upperBound else { throw file.damaged("a record at byte \(place) is cut off") }
        let end = min(range.upperBound, place + max(count, Self.pieceSize))
        buffer = try file.read(place..<end)
        start = 0
    }
}
