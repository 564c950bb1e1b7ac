internal import EventLog
internal import Schema

/// Writes a segment: record by record, with a size and a root at its end.
struct SegmentWriter {
    private let file: OutputFile
    private let header: [UInt8]
    private(set) var frontier: MerkleFrontier
    private var recordedAt = Instant.earliest

    /// Bytes so far.
    var size: Int { file.size }
    /// Where the segment is read while it has no name.
    var unfinishedPath: String { file.unfinishedPath }

    /// Begins a segment.
    ///
    /// - Parameter frontier: the tree over the records before.
    init(_ file: OutputFile, header: SegmentHeader, after frontier: MerkleFrontier) throws(BackupError) {
        self.file = file
        self.header = header.encoded()
        self.frontier = frontier
        try file.append(self.header)
    }

    /// Appends the next record.
    mutating func append(_ record: RawSpan, leaf: TreeHash, recordedAt: Instant) throws(BackupError) {
        var length: [UInt8] = []
        length.append(littleEndian: UInt32(record.byteCount))
        try file.append(length)
        try file.append(record)
        try file.append(leaf.bytes)
        frontier.append(leaf)
        self.recordedAt = recordedAt
    }

    /// Writes the trailer and puts everything on stable storage. The file has no name yet.
    func close() throws(BackupError) {
        try file.append(SegmentTrailer(frontier: frontier, recordedAt: recordedAt).encoded(after: header))
        try file.sync()
    }

    /// Gives the file its name.
    func finish() throws(BackupError) { try file.finish() }
}
