internal import FoundationEssentials
package import SwiftProtobuf
internal import Synchronization

/// Whether a message holds only what this version of the schema knows.
///
/// Protobuf takes unknown fields and enumeration numbers silently. Here that would be wrong: a command's content is
/// fingerprinted and decided on as a whole, and a filter that is not understood gives a wrong answer. So they are
/// refused, at the cost of one walk over the decoded message, without encoding it again. Whoever sends a message asks
/// as well: of its JSON form SwiftProtobuf takes numbers that do not fit into an encoded one.
package enum MessageForm {
    /// What is wrong with the form of this message: an unknown field, or a number that an enumeration does not have.
    /// Nil where nothing is.
    package static func defect<M: Message>(in message: M) -> FormDefect? {
        var visitor = FormVisitor(M.self)
        do {
            try message.traverse(visitor: &visitor)
            return nil
        } catch let defect as FormDefect {
            return defect
        } catch {
            return .unreadable
        }
    }
}

/// The first thing found that the schema does not know.
package enum FormDefect: Error {
    case unknownField(number: UInt64, in: any Message.Type)
    case unknownNumber(Int, field: Int, in: any Message.Type)
    /// The message cannot be walked.
    case unreadable

    /// The code with which it is refused.
    package var code: ErrorCode {
        // A body whose command is not known is the one place where the field is a kind of command.
        if case .unknownField(_, let type) = self, type == CommandBody.self { .unknownCommand } else { .schemaInvalid }
    }

    /// What is wrong, for a person.
    package var sentence: String {
        switch self {
        case .unknownField(let number, let type):
            "\(type.protoMessageName) has no field \(number) in this version. "
                + "Check the version of the service, or leave the field out."
        case .unknownNumber(let value, let field, let type):
            "Field \(field) of \(type.protoMessageName) holds \(value), which its enumeration does not have."
        case .unreadable: "The message cannot be read."
        }
    }
}

/// Walks a message and throws a `FormDefect` at the first thing that the schema does not know.
private struct FormVisitor: Visitor {
    /// The message that is being walked.
    private var type: any Message.Type

    init(_ type: any Message.Type) { self.type = type }

    mutating func visitUnknown(bytes: Data) throws {
        throw FormDefect.unknownField(number: FormVisitor.fieldNumber(bytes), in: type)
    }

    mutating func visitSingularEnumField<E: Enum>(value: E, fieldNumber: Int) throws {
        guard !KnownNumbers.contain(value) else { return }
        throw FormDefect.unknownNumber(value.rawValue, field: fieldNumber, in: type)
    }

    mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
        let outer = type
        type = M.self
        try value.traverse(visitor: &self)
        type = outer
    }

    /// The number in the tag that the bytes begin with.
    private static func fieldNumber(_ bytes: Data) -> UInt64 {
        var tag: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes.prefix(10) {
            tag |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 { break }
        }
        return tag >> 3
    }

    // Values of other types are always known.
    mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {}
    mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {}
    mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {}
    mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {}
    mutating func visitSingularStringField(value: String, fieldNumber: Int) {}
    mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {}
    mutating func visitRepeatedStringField(value: [String], fieldNumber: Int) {}
    mutating func visitRepeatedBytesField(value: [Data], fieldNumber: Int) {}
    mutating func visitPackedUInt64Field(value: [UInt64], fieldNumber: Int) {}

    // The schema has no maps: their order is not canonical.
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

/// The numbers that each enumeration has, gathered from its cases when it is first met.
private enum KnownNumbers {
    private static let cache = Mutex<[ObjectIdentifier: Set<Int>]>([:])

    static func contain<E: Enum>(_ value: E) -> Bool {
        cache.withLock { cache in
            let key = ObjectIdentifier(E.self)
            if let numbers = cache[key] { return numbers.contains(value.rawValue) }
            let numbers = Set(((E.self as? any CaseIterable.Type).map(rawValues) ?? []))
            cache[key] = numbers
            return numbers.contains(value.rawValue)
        }
    }

    private static func rawValues(of type: any CaseIterable.Type) -> [Int] {
        func open<C: CaseIterable>(_ type: C.Type) -> [Int] {
            C.allCases.compactMap { ($0 as? any Enum)?.rawValue }
        }
        return open(type)
    }
}
