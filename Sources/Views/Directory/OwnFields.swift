internal import Schema
internal import SwiftProtobuf

/// The organisation's own fields as conditions name them: `fields.` and the key.
enum OwnFields {
    private static let prefix = "fields."

    /// The field of that name of records of this kind; nil where there is none, or its values are personal.
    static func field(
        _ name: String, of kind: AggregateKind, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> RecordField? {
        guard name.hasPrefix(prefix),
            let found = try definition(String(name.dropFirst(prefix.count)), of: kind, in: reader),
            !found.definition.personal
        else { return nil }
        return field(found.number, found.definition.type)
    }

    private static func definition(
        _ key: String, of kind: AggregateKind, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> (number: UInt64, definition: FieldDefinition)? {
        var found: (UInt64, FieldDefinition)?
        let reading = RecordReading(Directory.records)
        try reader.scan(Directory.order, prefix: SortKey.prefix(.field, .registered), after: nil, descending: false) {
            (entry, _) throws(ViewError) in
            let stream = SortKey.stream(of: entry)
            guard let row = try reading.row(of: stream, in: reader)?.row, row.field.definition.kind == kind,
                row.field.definition.key == key
            else { return .next }
            found = (stream.rawValue, row.field.definition)
            return .stop
        }
        return found
    }

    /// How values of a type are compared: as those of the record's other fields of that type. A record without a value
    /// has none that a condition could hold for, except that it is not equal.
    private static func field(_ number: UInt64, _ type: Schema.FieldType) -> RecordField? {
        /// What a row has in the field, as something comparable.
        func values<Value>(
            _ read: @escaping @Sendable (FieldValue) -> Value
        ) -> @Sendable (DirectoryRow) -> [Value] {
            { row in row.fields.first { $0.fieldNumber == number }.map { [read($0.value)] } ?? [] }
        }
        switch type {
        case .text: return .texts(values { $0.text })
        case .date: return .texts(values { $0.date })
        case .url: return .texts(values { $0.url })
        case .choice: return .texts(values { $0.choice })
        case .multipleChoice:
            return .texts { row in row.fields.first { $0.fieldNumber == number }?.value.choices.keys ?? [] }
        case .integer: return .numbers(values { $0.integer })
        case .money: return .numbers(values { $0.money.minorUnits })
        case .reference: return .numbers(values { Int64(clamping: $0.referenceNumber) })
        case .decimal: return .decimals(values { Decimals.billionths(of: $0.decimal) })
        case .boolean: return .booleans(values { $0.boolean })
        case .instant: return .instants(values { Instant($0.instant) ?? .earliest })
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
