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
    private var writer = WireWriter()

    var bytes: [UInt8] { writer.bytes }

    // MARK: Fields

    mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {
        writer.append(fieldNumber, fixed: value.bitPattern)
    }

    mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {
        writer.append(fieldNumber, UInt64(bitPattern: value))
    }

    mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {
        writer.append(fieldNumber, value)
    }

    mutating func visitSingularSInt64Field(value: Int64, fieldNumber: Int) {
        // Zigzag.
        writer.append(fieldNumber, UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func visitSingularFixed64Field(value: UInt64, fieldNumber: Int) {
        writer.append(fieldNumber, fixed: value)
    }

    mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {
        writer.append(fieldNumber, value ? 1 : 0)
    }

    mutating func visitSingularEnumField<E: Enum>(value: E, fieldNumber: Int) {
        visitSingularInt64Field(value: Int64(value.rawValue), fieldNumber: fieldNumber)
    }

    mutating func visitSingularStringField(value: String, fieldNumber: Int) {
        writer.append(fieldNumber, value.utf8)
    }

    mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {
        writer.append(fieldNumber, value)
    }

    mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
        let message = writer.open(fieldNumber)
        try value.traverse(visitor: &self)
        writer.close(message)
    }

    mutating func visitPackedUInt32Field(value: [UInt32], fieldNumber: Int) {
        let numbers = writer.open(fieldNumber)
        for number in value { writer.append(varint: UInt64(number)) }
        writer.close(numbers)
    }

    mutating func visitPackedUInt64Field(value: [UInt64], fieldNumber: Int) {
        let numbers = writer.open(fieldNumber)
        for number in value { writer.append(varint: number) }
        writer.close(numbers)
    }

    mutating func visitPackedEnumField<E: Enum>(value: [E], fieldNumber: Int) {
        let numbers = writer.open(fieldNumber)
        for number in value { writer.append(varint: UInt64(bitPattern: Int64(number.rawValue))) }
        writer.close(numbers)
    }

    mutating func visitUnknown(bytes: Data) { writer.append(encoded: bytes) }

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
