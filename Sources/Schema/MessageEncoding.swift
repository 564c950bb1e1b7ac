internal import FoundationEssentials
package import SwiftProtobuf

/// The encoding that `serializedBytes()` gives, in one walk over the message.
///
/// SwiftProtobuf walks a message once for its size, and each nested message once more per level above it for the
/// length that stands before it. Every command, answer, event and row is encoded at least once, and profiles showed a
/// quarter of the processor time of a connection in those walks. Here a length is filled in behind what it measures.
extension Message {
    /// The message in protobuf's binary form, fields in the order of their numbers, defaults left out.
    ///
    /// - Throws: `UnsupportedField` where the message has a field of a type that the schema uses nowhere in what is
    ///   sent or stored often (maps, groups, fixed 32-bit numbers).
    package func encoded() throws -> [UInt8] {
        var encoder = MessageEncoder()
        try traverse(visitor: &encoder)
        return encoder.bytes
    }
}

/// A field that `Message.encoded()` does not take. `serializedBytes()` does.
package struct UnsupportedField: Error {
    package let number: Int
}

/// Appends the fields that it is shown.
private struct MessageEncoder: Visitor {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
    }

    init() { bytes.reserveCapacity(256) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func append(tag fieldNumber: Int, _ type: WireType) {
        append(varint: UInt64(fieldNumber) << 3 | type.rawValue)
    }

    private mutating func append(fixed value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends what `body` appends, with its length before it: one byte is kept free, which is enough for most.
    private mutating func append(delimited fieldNumber: Int, _ body: (inout Self) throws -> Void) rethrows {
        append(tag: fieldNumber, .delimited)
        let start = bytes.count
        bytes.append(0)
        try body(&self)
        let length = bytes.count - start - 1
        guard length >= 0x80 else {
            bytes[start] = UInt8(length)
            return
        }
        let end = bytes.count
        append(varint: UInt64(length))
        let varint = Array(bytes[end...])
        bytes.removeLast(varint.count)
        bytes.replaceSubrange(start...start, with: varint)
    }

    // MARK: Fields

    mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {
        append(tag: fieldNumber, .fixed64)
        append(fixed: value.bitPattern)
    }

    mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {
        visitSingularUInt64Field(value: UInt64(bitPattern: value), fieldNumber: fieldNumber)
    }

    mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {
        append(tag: fieldNumber, .varint)
        append(varint: value)
    }

    mutating func visitSingularSInt64Field(value: Int64, fieldNumber: Int) {
        let zigZag = UInt64(bitPattern: value << 1 ^ value >> 63)
        visitSingularUInt64Field(value: zigZag, fieldNumber: fieldNumber)
    }

    mutating func visitSingularFixed64Field(value: UInt64, fieldNumber: Int) {
        append(tag: fieldNumber, .fixed64)
        append(fixed: value)
    }

    mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {
        visitSingularUInt64Field(value: value ? 1 : 0, fieldNumber: fieldNumber)
    }

    mutating func visitSingularEnumField<E: Enum>(value: E, fieldNumber: Int) {
        visitSingularInt64Field(value: Int64(value.rawValue), fieldNumber: fieldNumber)
    }

    mutating func visitSingularStringField(value: String, fieldNumber: Int) {
        append(tag: fieldNumber, .delimited)
        let text = value.utf8
        append(varint: UInt64(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {
        append(tag: fieldNumber, .delimited)
        append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
        try append(delimited: fieldNumber) { try value.traverse(visitor: &$0) }
    }

    mutating func visitPackedUInt32Field(value: [UInt32], fieldNumber: Int) {
        append(delimited: fieldNumber) { encoder in
            for number in value { encoder.append(varint: UInt64(number)) }
        }
    }

    mutating func visitPackedUInt64Field(value: [UInt64], fieldNumber: Int) {
        append(delimited: fieldNumber) { encoder in
            for number in value { encoder.append(varint: number) }
        }
    }

    mutating func visitPackedEnumField<E: Enum>(value: [E], fieldNumber: Int) {
        append(delimited: fieldNumber) { encoder in
            for number in value { encoder.append(varint: UInt64(bitPattern: Int64(number.rawValue))) }
        }
    }

    mutating func visitUnknown(bytes: Data) { self.bytes.append(contentsOf: bytes) }

    // MARK: What the schema does not use

    mutating func visitSingularFloatField(value: Float, fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitSingularSInt32Field(value: Int32, fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitSingularFixed32Field(value: UInt32, fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitSingularSFixed32Field(value: Int32, fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitSingularSFixed64Field(value: Int64, fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitSingularGroupField<G: Message>(value: G, fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedFloatField(value: [Float], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedDoubleField(value: [Double], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedInt32Field(value: [Int32], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedInt64Field(value: [Int64], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedSInt32Field(value: [Int32], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedSInt64Field(value: [Int64], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedFixed32Field(value: [UInt32], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedFixed64Field(value: [UInt64], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedSFixed32Field(value: [Int32], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedSFixed64Field(value: [Int64], fieldNumber: Int) throws { try refuse(fieldNumber) }
    mutating func visitPackedBoolField(value: [Bool], fieldNumber: Int) throws { try refuse(fieldNumber) }

    mutating func visitMapField<K, V: MapValueType>(
        fieldType: _ProtobufMap<K, V>.Type, value: _ProtobufMap<K, V>.BaseType, fieldNumber: Int
    ) throws { try refuse(fieldNumber) }
    mutating func visitMapField<K, V>(
        fieldType: _ProtobufEnumMap<K, V>.Type, value: _ProtobufEnumMap<K, V>.BaseType, fieldNumber: Int
    ) throws { try refuse(fieldNumber) }
    mutating func visitMapField<K, V>(
        fieldType: _ProtobufMessageMap<K, V>.Type, value: _ProtobufMessageMap<K, V>.BaseType, fieldNumber: Int
    ) throws { try refuse(fieldNumber) }

    private func refuse(_ fieldNumber: Int) throws { throw UnsupportedField(number: fieldNumber) }
}
