internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct FieldValueTests {
    @Test func `any command sets fields behind what it does`() throws {
        var scenario = Scenario()
        _ = scenario.defined(.of(.party, "size", .integer))
        let outcome = scenario.when(
            RegisterParty.person(), fields: FieldInput(values: [.of("size", .integer(7))]))
        #expect(outcome.kinds == [.partyRegistered, .fieldsSet])
        let party = outcome.events[0].stream
        #expect(outcome.events[1].stream == party && outcome.events[1].subjects.map(\.subject) == [party])
        let note = AddNote.with {
            $0.kind = .party
            $0.target = Reference(number: party)
            $0.note.text = "tall"
        }
        let second = scenario.when(note, fields: FieldInput(values: [.of("size", .integer(8))]))
        #expect(second.kinds == [.noteAdded, .fieldsSet])
        guard case .fieldsSet(let set)? = second.payloads.last else { return #expect(Bool(false)) }
        #expect(set.changes[0].before == .of("size", .integer(7)))
        #expect(set.changes[0].beforePosition == outcome.events[1].stored.position.rawValue)
        #expect(scenario.set(.party, party, [.of("size", .integer(8))]).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `a value that is refused takes the whole body back`() throws {
        var scenario = Scenario()
        _ = scenario.defined(.of(.party, "size", .integer))
        let events = scenario.events.count
        let outcome = scenario.when(RegisterParty.person(), fields: FieldInput(values: [.of("size", .text("7"))]))
        #expect(outcome.code == .fieldInvalid && outcome.field == "fields[0]")
        #expect(scenario.events.count == events && scenario.isReproducible)
        let unknown = scenario.when(RegisterParty.person(), fields: FieldInput(values: [.of("height", .integer(1))]))
        #expect(unknown.code == .fieldUnknown && unknown.field == "fields[0].key")
    }

    @Test func `a personal value is sealed for whom the aggregate concerns`() throws {
        var scenario = Scenario()
        let field = scenario.defined(.of(.party, "hobby", personal: true))
        let party = scenario.registered()
        let outcome = scenario.set(.party, party, [.of("hobby", .text("sailing"))])
        #expect(outcome.events.first?.personal.count == 1)
        #expect(outcome.events.first?.subjects.last?.subject == party)
        #expect(!scenario.showsOpenly("sailing"))
        #expect(scenario.set(.party, party, [.of("hobby", .text("sailing"))]).isUnchanged)
        #expect(scenario.set(.party, party, [.of("hobby", .text("chess"))]).kinds == [.fieldsSet])
        guard case .fieldsSet(let set)? = scenario.events.last?.stored.payload else { return #expect(Bool(false)) }
        #expect(set.changes[0].sealed && !set.changes[0].hasBefore && set.changes[0].beforePosition > 0)
        #expect(try scenario.claim(.fieldValues(field)) == 1)
        #expect(scenario.set(.party, party, clear: ["hobby"]).kinds == [.fieldsSet])
        #expect(scenario.set(.party, party, clear: ["hobby"]).isUnchanged)
        #expect(try scenario.claim(.fieldValues(field)) == 0)
        #expect(!scenario.showsOpenly("chess") && scenario.isReproducible)
    }

    @Test func `a personal field of an order is its customer's, also where the command makes the order`() throws {
        var scenario = Scenario()
        _ = scenario.defined(.of(.order, "gift_for", personal: true))
        let party = scenario.registered()
        let place = PlaceOrder.with {
            $0.party = Reference(number: party)
            $0.currency = "EUR"
            $0.lines = [
                .with {
                    $0.quantity.unscaled = 1
                    $0.net = 100
                }
            ]
        }
        let input = FieldInput(values: [.of("gift_for", .text("Bo"))])
        let outcome = scenario.when(place, fields: input)
        let set = try #require(outcome.events.first { $0.stored.header.kind == .fieldsSet })
        #expect(
            set.stream == outcome.events[0].stream && set.subjects.last?.subject == party && set.personal.count == 1)
        var anonymous = place
        anonymous.clearParty()
        #expect(scenario.when(anonymous, fields: input).code == .fieldNeedsSubject)
        let product = scenario.given(.product, .productDefined(ProductDefined()))
        _ = scenario.defined(.of(.product, "secret", personal: true))
        #expect(scenario.set(.product, product, [.of("secret", .text("x"))]).code == .fieldNeedsSubject)
        #expect(scenario.isReproducible)
    }

    @Test func `a required field is set by whoever makes the aggregate, and stays`() throws {
        var scenario = Scenario()
        let old = scenario.registered()
        _ = scenario.defined(.of(.party, "size", required: true))
        let refused = scenario.when(RegisterParty.person("Bo"))
        #expect(refused.code == .fieldRequired && refused.field == "fields.size")
        #expect(scenario.when(RegisterParty.person("Cy"), historic: true).kinds == [.partyRegistered])
        let input = FieldInput(values: [.of("size", .text("tall"))])
        let made = scenario.when(RegisterParty.person("Di"), fields: input)
        #expect(made.kinds == [.partyRegistered, .fieldsSet])
        let party = made.events[0].stream
        let emptied = scenario.set(.party, party, clear: ["size"])
        #expect(emptied.code == .fieldRequired && emptied.field == "clear_fields[0]")
        // One that was made before stays as it is.
        #expect(scenario.set(.party, old, clear: ["size"]).isUnchanged)
        #expect(scenario.set(.party, party, clear: ["size"], historic: true).kinds == [.fieldsSet])
        let optional = ChangeField.with {
            $0.kind = .party
            $0.key = "size"
            $0.required = false
        }
        #expect(scenario.when(optional).kinds == [.fieldChanged])
        #expect(scenario.when(RegisterParty.person("Ed")).kinds == [.partyRegistered])
        #expect(try scenario.claim(.requiredFields(.party)) == 0 && scenario.isReproducible)
    }

    @Test func `a body names each field once`() {
        var scenario = Scenario()
        let party = scenario.registered()
        let value = FieldValue.of("size", .text("x"))
        #expect(scenario.set(.party, party, [value, value]).field == "fields[1].key")
        #expect(scenario.set(.party, party, [value], clear: ["size"]).field == "clear_fields[0]")
        #expect(scenario.set(.party, party, [.with { $0.key = "size" }]).code == .schemaInvalid)
        #expect(scenario.set(.party, party, [.of("size", .referenceNumber(1))]).field == "fields[0].reference_number")
    }

    private static func decimal(_ unscaled: Int64, _ scale: UInt32 = 0) -> DecimalValue {
        .with {
            $0.unscaled = unscaled
            $0.scale = scale
        }
    }

    private static func money(_ units: Int64, _ currency: String) -> Money {
        .with {
            $0.minorUnits = units
            $0.currency = currency
        }
    }

    private static let length = FieldDefinition.of(.product, "f") {
        $0.rules.minLength = 2
        $0.rules.maxLength = 3
    }
    private static let range = FieldDefinition.of(.product, "f", .decimal) {
        $0.rules.minimum = decimal(-15, 1)
        $0.rules.maximum = decimal(2)
        $0.rules.maxDecimals = 2
    }
    private static let days = FieldDefinition.of(.product, "f", .date) {
        $0.rules.firstDay = "2024-01-01"
        $0.rules.lastDay = "2024-12-31"
    }
    private static let several = FieldDefinition.of(.product, "f", .multipleChoice, choices: ["a", "b", "c"]) {
        $0.rules.maxChoices = 2
    }
    private static let price = FieldDefinition.of(.product, "f", .money) { $0.rules.currencies = ["CNY"] }

    static let values: [(FieldDefinition, FieldValue.OneOf_Value, FieldValue.OneOf_Value?)] = [
        (length, .text("火车"), .text("火车")), (length, .text("x"), nil), (length, .text("wxyz"), nil),
        (.of(.product, "f") { $0.rules.pattern = "SN-*#" }, .text("SN-x1"), .text("SN-x1")),
        (.of(.product, "f") { $0.rules.pattern = "SN-*#" }, .text("SN-x"), nil),
        (range, .decimal(decimal(-150, 2)), .decimal(decimal(-15, 1))), (range, .decimal(decimal(-151, 2)), nil),
        (range, .decimal(decimal(1_999, 3)), nil), (range, .decimal(decimal(201, 2)), nil), (range, .integer(1), nil),
        (.of(.product, "f", .boolean), .boolean(false), .boolean(false)),
        (days, .date("2024-02-29"), .date("2024-02-29")), (days, .date("2023-12-31"), nil),
        (days, .date("24-1-1"), nil),
        (days, .date("2025-01-01"), nil),
        (several, .choices(.with { $0.keys = ["c", "a"] }), .choices(.with { $0.keys = ["a", "c"] })),
        (several, .choices(.with { $0.keys = ["a", "a"] }), nil), (several, .choices(ChoiceKeys()), nil),
        (several, .choices(.with { $0.keys = ["a", "b", "c"] }), nil),
        (.of(.product, "f", .choice, choices: ["a"]), .choice("b"), nil),
        (price, .money(money(5, "CNY")), .money(money(5, "CNY"))), (price, .money(money(5, "EUR")), nil),
        (.of(.product, "f", .url), .url("https://kith.example/a?b"), .url("https://kith.example/a?b")),
        (.of(.product, "f", .url), .url("ftp://kith.example"), nil),
        (.of(.product, "f", .url), .url("https:///x"), nil),
        (.of(.product, "f", .url), .url("https://a b"), nil),
        (.of(.product, "f", .url) { $0.rules.schemes = ["ftp"] }, .url("FTP://a"), .url("FTP://a")),
    ]

    @Test(arguments: values.indices) func `a value keeps to its type and rules`(index: Int) {
        let (definition, value, stored) = Self.values[index]
        var scenario = Scenario()
        _ = scenario.defined(definition)
        let product = scenario.given(.product, .productDefined(ProductDefined()))
        let outcome = scenario.set(.product, product, [.of("f", value)])
        guard let stored else { return #expect(outcome.code == .fieldInvalid && outcome.field == "fields[0]") }
        guard case .fieldsSet(let set)? = outcome.payloads.first else { return #expect(Bool(false), "\(outcome)") }
        #expect(set.changes[0].value.value == stored)
        #expect(scenario.set(.product, product, [.of("f", value)]).isUnchanged && scenario.isReproducible)
    }

    @Test func `a reference names an aggregate of its kind`() throws {
        var scenario = Scenario()
        _ = scenario.defined(.of(.product, "maker", .reference) { $0.referenceKind = .party })
        let party = scenario.registered(.person("Ann", external: [ExternalKey(system: "shop", key: "C-1")]))
        let product = scenario.given(.product, .productDefined(ProductDefined()))
        func reference(_ kind: AggregateKind, _ target: Reference) -> FieldValue {
            .of(
                "maker",
                .reference(
                    .with {
                        $0.kind = kind
                        $0.target = target
                    }))
        }
        let key = Reference(external: ExternalKey(system: "shop", key: "C-1"))
        let outcome = scenario.set(.product, product, [reference(.party, key)])
        guard case .fieldsSet(let set)? = outcome.payloads.first else { return #expect(Bool(false), "\(outcome)") }
        #expect(set.changes[0].value.referenceNumber == party.rawValue)
        #expect(scenario.set(.product, product, [reference(.party, Reference(number: party))]).isUnchanged)
        #expect(
            scenario.set(.product, product, [reference(.product, Reference(number: product))]).code == .fieldInvalid)
        let missing = Reference(number: StreamNumber(99))
        #expect(scenario.set(.product, product, [reference(.party, missing)]).code == .referenceMissing)
    }
}
