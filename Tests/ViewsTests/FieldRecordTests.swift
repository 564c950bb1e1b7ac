internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct FieldRecordTests {
    private static func definition(
        _ key: String, _ type: Schema.FieldType, place: UInt32 = 0, personal: Bool = false
    ) -> EventPayload.OneOf_Event {
        .fieldDefined(
            .with {
                $0.definition.kind = .party
                $0.definition.key = key
                $0.definition.type = type
                $0.definition.place = place
                $0.definition.personal = personal
            })
    }

    private static func change(
        _ field: StreamNumber, _ key: String, _ value: FieldValue.OneOf_Value?, sealed: Bool = false,
        emptied: Bool = false
    ) -> FieldChange {
        .with {
            $0.fieldNumber = field.rawValue
            $0.value.key = key
            $0.value.value = value
            $0.sealed = sealed
            $0.emptied = emptied
        }
    }

    @Test func `a record shows its fields in the order of their places, personal ones opened`() throws {
        var log = LogSketch()
        let size = try log.begin(.field, Self.definition("size", .integer, place: 2))
        let hobby = try log.begin(.field, Self.definition("hobby", .text, place: 1, personal: true))
        let shade = try log.begin(.field, Self.definition("shade", .text, place: 3))
        let party = try log.begin(.party, .partyRegistered())
        try log.append(
            party,
            .fieldsSet(
                .with {
                    $0.changes = [
                        Self.change(size, "size", .integer(7)), Self.change(hobby, "hobby", nil, sealed: true),
                        Self.change(shade, "shade", .text("red")),
                    ]
                }),
            personal: .fieldsSet(
                .with {
                    $0.values = [
                        .with {
                            $0.key = "hobby"; $0.text = "chess"
                        }
                    ]
                }))
        try log.append(
            party,
            .fieldsSet(
                .with {
                    $0.changes = [
                        Self.change(size, "size", .integer(8)), Self.change(shade, "shade", nil, emptied: true),
                    ]
                }), at: .day(2))
        let sealed = try #require(try Directory.record(party, in: try log.fold(Directory.self)))
        #expect(sealed.record.fields.map(\.value.key) == ["hobby", "size"])
        #expect(sealed.record.fields[0].value.value == nil && sealed.record.fields[0].personal)
        let record = try log.opened(sealed)
        #expect(record.fields[0].value.text == "chess" && record.fields[1].value.integer == 8)
        #expect(Instant(record.fields[1].occurredAt) == .day(2) && record.fields[1].fieldNumber == size.rawValue)
        var erased = sealed.record
        for field in sealed.sealed { erased.markErased(field) }
        #expect(erased.fields[0].erased && !erased.fields[1].erased)
        let customer = try #require(
            try Customer360.view(of: party, asOf: .day(3), in: try log.fold(Customer360.self)))
        #expect(customer.customer.party.fields.map(\.value.key) == ["hobby", "size"])
        #expect(try Customer360.view(of: size, asOf: .day(3), in: try log.fold(Customer360.self)) == nil)
    }

    @Test func `lists take conditions on fields, by their type`() throws {
        var log = LogSketch()
        let size = try log.begin(.field, Self.definition("size", .decimal))
        let tags = try log.begin(.field, Self.definition("tags", .multipleChoice))
        try log.begin(.field, Self.definition("hobby", .text, personal: true))
        var parties: [UInt64] = []
        for (index, value) in [Int64(5), 15, 25].enumerated() {
            let party = try log.begin(.party, .partyRegistered())
            parties.append(party.rawValue)
            let decimal = DecimalValue.with {
                $0.unscaled = value
                $0.scale = 1
            }
            let keys = index == 0 ? ["a", "b"] : ["b"]
            try log.append(
                party,
                .fieldsSet(
                    .with {
                        $0.changes = [
                            Self.change(size, "size", .decimal(decimal)),
                            Self.change(tags, "tags", .choices(.with { $0.keys = keys })),
                        ]
                    }))
        }
        parties.append(try log.begin(.party, .partyRegistered()).rawValue)
        let store = try log.fold(Directory.self)
        func list(_ field: String, _ comparison: FilterOperator, _ value: String) throws -> [UInt64] {
            let filter = Filter.with {
                $0.field = field
                $0.operator = comparison
                $0.value = value
            }
            let request = ListRequest.with {
                $0.kind = .party
                $0.filters = [filter]
            }
            return try Directory.list(request, in: store).records.map(\.record.number)
        }
        #expect(try list("fields.size", .atLeast, "1.50") == [parties[1], parties[2]])
        #expect(try list("fields.size", .equals, "0.5") == [parties[0]])
        #expect(try list("fields.size", .notEquals, "0.5") == Array(parties.dropFirst()))
        #expect(try list("fields.tags", .equals, "a") == [parties[0]])
        #expect(throws: ViewError.self) { try list("fields.hobby", .equals, "chess") }
        #expect(throws: ViewError.self) { try list("fields.none", .equals, "x") }
        #expect(throws: ViewError.self) { try list("fields.size", .equals, "x") }
    }
}
