internal import Foundation
internal import SwiftProtobuf

/// Whether every enumeration in a message has a number of 32 bits, which is all that the wire takes.
///
/// SwiftProtobuf's JSON takes any number, and cannot encode it then.
enum EnumerationRange {
    static func holds(_ message: some Message) throws -> Bool {
        var visitor = RangeVisitor()
        try message.traverse(visitor: &visitor)
        return !visitor.isExceeded
    }
}

private struct RangeVisitor: Visitor {
    var isExceeded = false

    mutating func visitSingularEnumField<E: Enum>(value: E, fieldNumber: Int) {
        if Int32(exactly: value.rawValue) == nil { isExceeded = true }
    }

    mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
        try value.traverse(visitor: &self)
    }

    // Values of other types have their range from their type.
    mutating func visitUnknown(bytes: Data) {}
    mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {}
    mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {}
    mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {}
    mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {}
    mutating func visitSingularStringField(value: String, fieldNumber: Int) {}
    mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {}

    // The schema has no maps.
    mutating func visitMapField<K, V: MapValueType>(
        fieldType: _ProtobufMap<K, V>.Type, value: _ProtobufMap<K, V>.BaseType, fieldNumber: Int
    ) {}
    mutating func visitMapField<K, V>(
        fieldType: _ProtobufEnumMap<K, V>.Type, value: _ProtobufEnumMap<K, V>.BaseType, fieldNumber: Int
    ) {}
    mutating func visitMapField<K, V>(
        fieldType: _ProtobufMessageMap<K, V>.Type, value: _ProtobufMessageMap<K, V>.BaseType, fieldNumber: Int
    ) {}
}
