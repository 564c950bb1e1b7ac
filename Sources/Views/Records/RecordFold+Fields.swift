internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Takes over what an event sets in fields: a row holds at most one value of each.
    mutating func set(_ set: FieldsSet, of event: ViewEvent) {
        for change in set.changes {
            fields.removeAll { $0.fieldNumber == change.fieldNumber }
            guard !change.emptied else { continue }
            var row = FieldRow()
            row.value = change.value
            row.fieldNumber = change.fieldNumber
            row.occurredAt = event.header.occurredAt.rawValue
            if change.sealed, let part = event.sealedPart {
                row.sealed = part
                row.sealedLength = event.sealedLength
            }
            fields.append(row)
        }
    }

    /// Folds an event of a definition.
    mutating func foldField(_ event: ViewEvent) {
        switch event.payload {
        case .fieldDefined(let defined): field.definition = defined.definition
        case .fieldChanged(let changed): field.definition = changed.definition
        case .fieldRetired: field.retired = true
        default: break
        }
    }
}

extension RecordReading {
    /// The fields of a row by the place of their definitions, then by key.
    func fields(
        of row: DirectoryRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [FieldRow] {
        var places: [(place: UInt32, field: FieldRow)] = []
        for field in row.fields {
            let definition = try self.row(of: StreamNumber(field.fieldNumber), in: reader)?.row.field.definition
            places.append((definition?.place ?? 0, field))
        }
        return places.sorted { left, right in
            left.place != right.place ? left.place < right.place : left.field.value.key < right.field.value.key
        }
        .map(\.field)
    }
}

extension Schema.RecordField {
    /// The field as its row says; a sealed value is still to be filled in.
    init(_ row: FieldRow) {
        self.init()
        value = row.value
        fieldNumber = row.fieldNumber
        occurredAt = Instant(microseconds: row.occurredAt).timestamp
        personal = row.hasSealed
    }
}
