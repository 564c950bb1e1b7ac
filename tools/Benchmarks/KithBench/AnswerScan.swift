/// What a benchmark needs to know of an answer: which request it belongs to and what became of the commands.
///
/// Decoding the answers would take the client about as long as the service takes for the commands, on the same two
/// cores. So only the tags and lengths on the way to the outcomes are read.
struct AnswerScan {
    private(set) var id: UInt64 = 0
    private(set) var accepted = 0
    private(set) var unchanged = 0
    private(set) var refused = 0
    /// The request as a whole has failed.
    private(set) var isError = false

    /// - Throws: where the bytes are no `Response`.
    init(_ message: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        var reader = WireReader(message)
        while let (field, content) = try reader.next() {
            switch (field, content) {
            case (1, .number(let id)): self.id = id
            case (4, .bytes(let submit)): try scan(submit)
            case (11, .bytes): isError = true
            default: break
            }
        }
    }

    private mutating func scan(_ submit: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        var results = WireReader(submit)
        while let (field, content) = try results.next() {
            guard field == 1, case .bytes(let result) = content else { continue }
            var outcome = WireReader(result)
            while let (field, _) = try outcome.next() {
                switch field {
                case 2: accepted += 1
                case 3: unchanged += 1
                case 4: refused += 1
                default: break
                }
            }
        }
    }
}

/// Reads the fields of a protobuf message one after the other, without their meaning.
private struct WireReader {
    enum Content {
        case number(UInt64)
        case bytes(UnsafeRawBufferPointer)
        case other
    }

    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next() throws(BenchmarkFailure) -> (field: UInt64, content: Content)? {
        guard offset < bytes.count else { return nil }
        let tag = try varint()
        switch tag & 7 {
        case 0: return (tag >> 3, .number(try varint()))
        case 1: return (tag >> 3, try skip(8))
        case 2:
            let length = try varint()
            guard length <= UInt64(bytes.count - offset) else { throw Self.cut }
            defer { offset += Int(length) }
            return (tag >> 3, .bytes(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + Int(length))])))
        case 5: return (tag >> 3, try skip(4))
        default: throw BenchmarkFailure("The service sent a field of an unknown wire type.")
        }
    }

    private mutating func skip(_ count: Int) throws(BenchmarkFailure) -> Content {
        guard bytes.count - offset >= count else { throw Self.cut }
        offset += count
        return .other
    }

    private mutating func varint() throws(BenchmarkFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        throw Self.cut
    }

    private static let cut = BenchmarkFailure("The service sent a message that is cut off.")
}
