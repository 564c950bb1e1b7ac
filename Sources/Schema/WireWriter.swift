/// Bytes in protobuf's binary form (encoding.md of protobuf.dev), written field by field.
///
/// The lengths of messages are filled in behind what they measure, so that a message is written in one walk.
package struct WireWriter {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
    }

    /// A message or packed numbers whose end is still to come.
    package struct Opened {
        fileprivate var start: Int
        fileprivate var lengthBytes: Int
    }

    /// - Parameter capacity: how many bytes there is room for at first.
    package init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    // MARK: Fields

    /// A field that is a varint: integers of all kinds, enumerations.
    package mutating func append(_ field: Int, _ value: UInt64) {
        append(tag: field, .varint)
        append(varint: value)
    }

    /// The same, left out where it has its default.
    package mutating func append(_ field: Int, unlessZero value: UInt64) {
        if value != 0 { append(field, value) }
    }

    /// A field of eight bytes: fixed64, double.
    package mutating func append(_ field: Int, fixed value: UInt64) {
        append(tag: field, .fixed64)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A string, or bytes.
    package mutating func append(_ field: Int, _ value: some Collection<UInt8>) {
        append(tag: field, .delimited)
        append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Bytes.
    package mutating func append(_ field: Int, _ value: RawSpan) {
        append(tag: field, .delimited)
        append(varint: UInt64(value.byteCount))
        value.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// The beginning of a field of so many bytes, which are written elsewhere.
    package mutating func append(_ field: Int, lengthOfWhatFollows length: Int) {
        append(tag: field, .delimited)
        append(varint: UInt64(length))
    }

    /// Begins a message, or packed numbers: all that is appended until it is closed.
    ///
    /// - Parameter lengthBytes: how many bytes are kept free for the length. Where it takes another number of them, what
    ///   was appended is moved.
    package mutating func open(_ field: Int, lengthBytes: Int = 1) -> Opened {
        append(tag: field, .delimited)
        for _ in 0..<lengthBytes { bytes.append(0) }
        return Opened(start: bytes.count, lengthBytes: lengthBytes)
    }

    /// Ends what was opened, and writes its length before it.
    package mutating func close(_ opened: Opened) {
        let first = opened.start - opened.lengthBytes
        var length = bytes.count - opened.start
        let needed = max(1, (Int.bitWidth - length.leadingZeroBitCount + 6) / 7)
        if needed > opened.lengthBytes {
            bytes.insert(contentsOf: repeatElement(0, count: needed - opened.lengthBytes), at: first)
        } else if needed < opened.lengthBytes {
            bytes.removeSubrange(first..<first + opened.lengthBytes - needed)
        }
        for index in first..<first + needed - 1 {
            bytes[index] = UInt8(truncatingIfNeeded: length) | 0x80
            length >>= 7
        }
        bytes[first + needed - 1] = UInt8(length)
    }

    /// A number in packed numbers.
    package mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Fields that are encoded already.
    package mutating func append(encoded fields: some Sequence<UInt8>) { bytes.append(contentsOf: fields) }

    private mutating func append(tag field: Int, _ type: WireType) {
        append(varint: UInt64(field) << 3 | type.rawValue)
    }
}
