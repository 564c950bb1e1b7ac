import EventLog
import Schema
import Testing

/// The test vectors of docs/log-format.md: records in hexadecimal, with what is in them. They never change: a record
/// that was written once must be readable for ever.
@Suite struct RecordVectors {
    /// First event of a stream, with an open fingerprint and no subject.
    private static let opening = """
        01010c000100040001000000000000000040204648470600004020464847060001000000000000000100000000000100
        0000000000000000019900000000700080000000000000aa000000000000000000000000000000000000000000000000
        0000000000000000000000000000000000000000000000004600000003000000019900000000700080000000000000bb
        0a0161ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        """
    private static let openingLeaf = "978b807e330eb32fb4df4a6685600a8b3a221fd5a645a5c71ffec275cc33093c"

    @Test func `the layout of a record is the documented one`() throws {
        var header = EventHeader(
            origin: .command, kind: .tagged, schemaVersion: 1, flags: .fingerprintOpen, position: Position(7),
            recordedAt: Instant(microseconds: 1_767_225_600_000_000), occurredAt: Instant(microseconds: -1),
            stream: StreamNumber(5), revision: Revision(2), commandIndex: 3, commandCount: 4,
            previousInStream: Position(5),
            commandID: Identifier(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10),
            correlationID: Identifier(high: 1, low: 2), causation: Position(6), principal: StreamNumber(2),
            onBehalfOf: StreamNumber(3), importNumber: StreamNumber(4), streamKind: .product, subjectCount: 1,
            payloadLength: 3, body: 9)
        var bytes: [UInt8] = []
        header.write(to: &bytes)
        let layout = """
            01010c000100040007000000000000000040204648470600ffffffffffffffff0500000000000000\
            020000000300040005000000000000000102030405060708090a0b0c0d0e0f100000000000000001\
            00000000000000020600000000000000020000000000000003000000000000000400000000000000\
            4600010003000900
            """
        #expect(Self.hexadecimal(bytes) == layout)
        SubjectEntry(
            subject: StreamNumber(1), previous: Position(2), keySlot: 16, slotGeneration: 1, body: 9, part: 65_534,
            sealedLength: 2, role: .customer
        ).write(to: &bytes)
        #expect(
            Self.hexadecimal(Array(bytes[128...])) == "0100000000000000020000000000000010000000010000000900feff02000200"
        )
        bytes += [0x0A, 1, 0x61] + [UInt8](repeating: 0xFF, count: 32) + [0xAA, 0xBB]
        let read = try EventHeader(reading: bytes.span.bytes)
        #expect(read == header)
        #expect(read.payloadRange == 160..<163)
        #expect(read.fingerprintRange == 163..<195)
        #expect(read.sealedRange(0, in: bytes.span.bytes) == 195..<197)
        #expect(read.subject(0, in: bytes.span.bytes).part == 65_534)
        header.flags = []
        #expect(header != read)
    }

    @Test func `lengths that do not add up are refused`() throws {
        let whole = try #require(Self.bytes(Self.opening))
        #expect(whole.count == 128 + 16 + 3 + 32)
        #expect(Self.hexadecimal(TreeHash.leaf(whole.span.bytes).bytes) == Self.openingLeaf)
        #expect(Self.isRead(whole))
        for length in [0, 1, 127, 128, whole.count - 1] { #expect(!Self.isRead(Array(whole[..<length]))) }
        #expect(!Self.isRead(whole + [0]))
        var other = whole
        other[0] = 2
        #expect(!Self.isRead(other))
    }

    private static func isRead(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try EventHeader(reading: bytes.span.bytes)
            return true
        } catch {
            return false
        }
    }

    @Test func `leaf hashes are those of the published reference tree`() {
        // The published reference vectors of RFC 6962 trees: leaf "" and leaf 0x00.
        #expect(
            Self.hexadecimal(TreeHash.leaf([UInt8]().span.bytes).bytes)
                == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(
            Self.hexadecimal(TreeHash.leaf([UInt8(0)].span.bytes).bytes)
                == "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7")
        #expect(
            Self.hexadecimal(TreeHash.emptyTree.bytes)
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `the root of the reference tree of eight leaves`() throws {
        let leaves = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        var frontier = MerkleFrontier()
        for text in leaves {
            let leaf = try #require(Self.bytes(text))
            frontier.append(TreeHash.leaf(leaf.span.bytes))
        }
        #expect(
            Self.hexadecimal(frontier.root.bytes) == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
        #expect(MerkleFrontier(bytes: frontier.bytes) == frontier)
        #expect(MerkleFrontier(bytes: Array(frontier.bytes.dropLast())) == nil)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.filter { !$0.isWhitespace }.map { $0 }
        guard digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
