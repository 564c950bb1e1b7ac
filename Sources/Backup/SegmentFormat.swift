internal import Crypto
package import EventLog
package import Schema

/// The bytes of a segment, as `docs/backup-format.md` describes them. Every number is little-endian.
enum SegmentFormat {
    static let header = FileHeader(magic: Array("KITHSEG1".utf8), version: 1, size: 128, kind: "a segment")
    static let endMagic: [UInt8] = Array("KITHEND1".utf8)
    static let headerSize = header.size
    static let checksumSize = 32
    /// Bytes before a record: its length.
    static let lengthSize = 4
    /// The trailer without the frontier's bytes: zero, magic, size, time, root, length of the frontier, checksum, length.
    static let trailerFixedSize = 4 + 8 + 8 + 8 + 32 + 4 + checksumSize + 4
    /// The frontier of the largest tree there can be.
    static let maximumTrailerSize = trailerFixedSize + 8 + 64 * 32

    static func checksum(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}

/// What stands at the beginning of a segment.
package struct SegmentHeader: Sendable, Hashable {
    /// The log's id.
    package var logID: Identifier
    /// The log's epoch when the segment was made.
    package var epoch: UInt32
    /// Position of the first record.
    package var first: Position
    /// Root of the tree over the records before the first one.
    package var rootBefore: TreeHash
    /// When it was made.
    package var madeAt: Instant

    /// The header's bytes.
    func encoded() -> [UInt8] {
        SegmentFormat.header.encoded { bytes in
            bytes.append(littleEndian: UInt32(SegmentFormat.headerSize))
            bytes.append(logID)
            bytes.append(littleEndian: epoch)
            bytes.append(littleEndian: UInt32(0))
            bytes.append(littleEndian: first.rawValue)
            rootBefore.append(to: &bytes)
            bytes.append(littleEndian: madeAt.rawValue)
        }
    }

    init(logID: Identifier, epoch: UInt32, first: Position, rootBefore: TreeHash, madeAt: Instant) {
        self.logID = logID
        self.epoch = epoch
        self.first = first
        self.rootBefore = rootBefore
        self.madeAt = madeAt
    }

    /// Reads the header of a file.
    ///
    /// - Throws: `damaged`, `format`.
    init(reading file: InputFile) throws(BackupError) {
        let bytes = try SegmentFormat.header.read(from: file)
        let reader = ByteReader(bytes)
        guard let logID = Identifier(bytes: bytes[16..<32]) else {
            throw file.damaged("its header says what cannot be")
        }
        self.init(
            logID: logID, epoch: reader.number(at: 32), first: Position(reader.number(at: 40)),
            rootBefore: reader.hash(at: 48), madeAt: Instant(microseconds: reader.number(at: 80)))
    }
}

/// What stands at the end of a segment.
package struct SegmentTrailer: Sendable, Hashable {
    /// The tree over all records up to the last one of the segment: size, root, and how to go on.
    package var frontier: MerkleFrontier
    /// When the last record was recorded.
    package var recordedAt: Instant

    /// Position of the last record.
    package var last: Position { Position(frontier.size) }

    /// The trailer's bytes.
    ///
    /// - Parameter header: the segment's header, which the checksum covers as well.
    func encoded(after header: [UInt8]) -> [UInt8] {
        let edge = frontier.bytes
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(0))
        bytes += SegmentFormat.endMagic
        bytes.append(littleEndian: frontier.size)
        bytes.append(littleEndian: recordedAt.rawValue)
        frontier.root.append(to: &bytes)
        bytes.append(littleEndian: UInt32(edge.count))
        bytes += edge
        bytes += SegmentFormat.checksum(header + bytes)
        bytes.append(littleEndian: UInt32(bytes.count + 4))
        return bytes
    }

    init(frontier: MerkleFrontier, recordedAt: Instant) {
        self.frontier = frontier
        self.recordedAt = recordedAt
    }

    /// Reads the trailer of a file, and tells where it begins.
    ///
    /// - Throws: `damaged`.
    static func read(from file: InputFile) throws(BackupError) -> (trailer: SegmentTrailer, offset: Int) {
        let header = try file.read(0..<SegmentFormat.headerSize)
        let length: UInt32 = ByteReader(try file.read(max(0, file.size - 4)..<file.size)).number(at: 0)
        guard (SegmentFormat.trailerFixedSize...SegmentFormat.maximumTrailerSize).contains(Int(length)) else {
            throw file.damaged("it does not end as a segment does")
        }
        let offset = file.size - Int(length)
        guard offset >= SegmentFormat.headerSize else { throw file.damaged("it is cut off") }
        let bytes = try file.read(offset..<file.size)
        let covered = bytes.count - SegmentFormat.checksumSize - 4
        guard SegmentFormat.checksum(header + bytes[..<covered]) == Array(bytes[covered..<covered + 32]) else {
            throw file.damaged("its end has another checksum")
        }
        let reader = ByteReader(bytes)
        let edgeCount: UInt32 = reader.number(at: 60)
        guard Array(bytes[4..<12]) == SegmentFormat.endMagic, 64 + Int(edgeCount) == covered,
            let frontier = MerkleFrontier(bytes: Array(bytes[64..<covered])),
            frontier.size == reader.number(at: 12), frontier.root == reader.hash(at: 28)
        else { throw file.damaged("its end does not fit together") }
        let trailer = SegmentTrailer(
            frontier: frontier, recordedAt: Instant(microseconds: reader.number(at: 20)))
        return (trailer, offset)
    }
}

/// Numbers and hashes in bytes.
struct ByteReader {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The number whose bytes begin there, least significant first.
    func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
        var number: Number = 0
        for index in (0..<Number.bitWidth / 8).reversed() {
            number = number << 8 | Number(truncatingIfNeeded: bytes[offset + index])
        }
        return number
    }

    /// The hash in the 32 bytes there.
    func hash(at offset: Int) -> TreeHash { TreeHash(bytes.span.bytes.extracting(offset..<offset + 32)) }
}
