internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

extension FieldDefinition {
    /// A definition with what a test does not care about filled in.
    static func of(
        _ kind: AggregateKind, _ key: String, _ type: Schema.FieldType = .text, personal: Bool = false,
        required: Bool = false, choices: [String] = [], _ change: (inout FieldDefinition) -> Void = { _ in }
    ) -> FieldDefinition {
        .with {
            $0.kind = kind
            $0.key = key
            $0.type = type
            $0.personal = personal
            $0.required = required
            $0.choices = choices.map { key in .with { $0.key = key } }
            change(&$0)
        }
    }
}

extension FieldValue {
    static func of(_ key: String, _ value: OneOf_Value) -> FieldValue {
        .with {
            $0.key = key
            $0.value = value
        }
    }
}

extension Scenario {
    /// A field that a command defined.
    mutating func defined(_ definition: FieldDefinition) -> StreamNumber {
        let outcome = when(DefineField.with { $0.definition = definition })
        precondition(outcome.kinds == [.fieldDefined], "not defined: \(outcome)")
        return outcome.events[0].stream
    }

    /// Sets fields of an aggregate that exists.
    mutating func set(
        _ kind: AggregateKind, _ number: StreamNumber, _ values: [FieldValue] = [], clear: [String] = [],
        historic: Bool = false
    ) -> Outcome {
        let command = SetFields.with {
            $0.kind = kind
            $0.target = Reference(number: number)
        }
        return when(command, fields: FieldInput(values: values, cleared: clear), historic: historic)
    }
}

@Suite struct FieldDefinitionTests {
    @Test func `a field is defined once, and the same again changes nothing`() throws {
        var scenario = Scenario()
        let definition = FieldDefinition.of(.party, "size", .choice, choices: ["s", "m", "l"])
        let number = scenario.defined(definition)
        #expect(scenario.when(DefineField.with { $0.definition = definition }).isUnchanged)
        var other = definition
        other.label = "Size"
        let outcome = scenario.when(DefineField.with { $0.definition = other })
        #expect(outcome.code == .fieldExists && outcome.field == "definition.key")
        #expect(outcome.refusal?.detail.relatedIds == [scenario.idText(of: number)])
        // The same key of another kind is another field.
        _ = scenario.defined(.of(.order, "size", .choice, choices: ["s"]))
        #expect(try scenario.fields(of: .party).map(\.number) == [number])
        #expect(scenario.isReproducible)
    }

    static let refused: [(String, FieldDefinition, ErrorCode, String)] = [
        ("no kind", .of(.unspecified, "a"), .schemaInvalid, "definition.kind"),
        ("the log", .of(.log, "a"), .schemaInvalid, "definition.kind"),
        ("capitals", .of(.party, "Size"), .schemaInvalid, "definition.key"),
        ("a digit first", .of(.party, "1a"), .schemaInvalid, "definition.key"),
        ("no key", .of(.party, ""), .schemaInvalid, "definition.key"),
        ("no type", .of(.party, "a", .unspecified), .schemaInvalid, "definition.type"),
        ("no choices", .of(.party, "a", .choice), .schemaInvalid, "definition.choices"),
        (
            "a choice twice", .of(.party, "a", .choice, choices: ["x", "x"]), .schemaInvalid,
            "definition.choices[1].key"
        ),
        ("choices of a text", .of(.party, "a", choices: ["x"]), .schemaInvalid, "definition.choices"),
        ("no reference kind", .of(.party, "a", .reference), .schemaInvalid, "definition.reference_kind"),
        (
            "a pattern of a number", .of(.party, "a", .integer) { $0.rules.pattern = "#" }, .schemaInvalid,
            "definition.rules.pattern"
        ),
        (
            "an open backslash", .of(.party, "a") { $0.rules.pattern = "#\\" }, .schemaInvalid,
            "definition.rules.pattern"
        ),
        (
            "minimum above maximum",
            .of(.party, "a", .integer) {
                $0.rules.minimum.unscaled = 3
                $0.rules.maximum.unscaled = 2
            }, .schemaInvalid, "definition.rules.minimum"
        ),
        (
            "no day", .of(.party, "a", .date) { $0.rules.firstDay = "2026-02-30" }, .schemaInvalid,
            "definition.rules.first_day"
        ),
        (
            "no currency", .of(.party, "a", .money) { $0.rules.currencies = ["cny"] }, .currencyMismatch,
            "definition.rules.currencies[0]"
        ),
    ]

    @Test(arguments: refused.indices) func `a definition that cannot be is refused`(index: Int) {
        let (name, definition, code, field) = Self.refused[index]
        var scenario = Scenario()
        let outcome = scenario.when(DefineField.with { $0.definition = definition })
        #expect(outcome.code == code && outcome.field == field, "\(name)")
    }

    @Test func `a field changes as far as its values allow`() throws {
        var scenario = Scenario()
        let party = scenario.registered()
        let number = scenario.defined(.of(.party, "size", .choice, choices: ["s", "m"]))
        func change(_ change: (inout ChangeField) -> Void) -> ChangeField {
            .with {
                $0.kind = .party
                $0.key = "size"
                change(&$0)
            }
        }
        #expect(scenario.when(change { $0.label = "Size" }).kinds == [.fieldChanged])
        #expect(scenario.when(change { $0.label = "Size" }).isUnchanged)
        #expect(scenario.when(change { $0.clear = ["label"] }).kinds == [.fieldChanged])
        #expect(scenario.when(change { $0.type = .text }).kinds == [.fieldChanged])
        let back = change {
            $0.type = .choice
            $0.choices = [.with { $0.key = "s" }, .with { $0.key = "m" }]
        }
        #expect(scenario.when(back).kinds == [.fieldChanged])

        _ = scenario.set(.party, party, [.of("size", .choice("s"))])
        let type = scenario.when(change { $0.type = .text })
        #expect(type.code == .typeChange && type.field == "type")
        #expect(scenario.when(change { $0.personal = true }).field == "personal")
        // What no aggregate has may be left out; what one has may be retired.
        #expect(scenario.when(change { $0.choices = [.with { $0.key = "m" }] }).code == .fieldInUse)
        #expect(scenario.when(change { $0.choices = [.with { $0.key = "s" }] }).kinds == [.fieldChanged])
        let retired = change {
            $0.choices = [
                .with {
                    $0.key = "s"
                    $0.retired = true
                }, .with { $0.key = "l" },
            ]
        }
        #expect(scenario.when(retired).kinds == [.fieldChanged])
        #expect(scenario.set(.party, party, [.of("size", .choice("s"))]).isUnchanged)
        let other = scenario.registered(.person("Bo"))
        #expect(scenario.set(.party, other, [.of("size", .choice("s"))]).code == .fieldInvalid)
        #expect(try scenario.claim(.fieldChoice(number, "s")) == 1)
        // Emptied, the field still has had values.
        _ = scenario.set(.party, party, clear: ["size"])
        #expect(scenario.when(change { $0.type = .text }).code == .typeChange)
        #expect(scenario.when(change { $0.choices = [.with { $0.key = "l" }] }).kinds == [.fieldChanged])
        #expect(scenario.isReproducible)
    }

    @Test func `a field is retired when nobody has a value, or with its values`() throws {
        var scenario = Scenario()
        let party = scenario.registered()
        _ = scenario.defined(.of(.party, "size"))
        _ = scenario.set(.party, party, [.of("size", .text("tall"))])
        var retire = RetireField.with {
            $0.kind = .party
            $0.key = "size"
        }
        let refused = scenario.when(retire)
        #expect(refused.code == .fieldInUse && refused.field == "keep_values")
        retire.keepValues = true
        #expect(scenario.when(retire).kinds == [.fieldRetired])
        #expect(scenario.when(retire).isUnchanged)
        #expect(scenario.set(.party, party, [.of("size", .text("small"))]).code == .fieldGone)
        #expect(scenario.set(.party, party, clear: ["size"]).kinds == [.fieldsSet])
        #expect(scenario.when(DefineField.with { $0.definition = .of(.party, "size") }).code == .fieldExists)
        let change = ChangeField.with {
            $0.kind = .party
            $0.key = "size"
            $0.label = "Size"
        }
        #expect(scenario.when(change).code == .fieldGone)
        #expect(try scenario.fields(of: .party).isEmpty && scenario.isReproducible)
    }

    @Test(arguments: [
        ("##-@@", "12-ab", true), ("##-@@", "12-a1", false), ("*", "", true), ("a*b", "ab", true),
        ("a*b", "axxb", true), ("a*b", "axxbc", false), ("*a*", "bab", true), ("?", "", false), ("?", "é", true),
        ("\\#1", "#1", true), ("\\#1", "21", false), ("**x", "x", true), ("#*#", "1", false), ("#*#", "12", true),
    ])
    func `a pattern takes what it says`(pattern: String, text: String, matches: Bool) throws {
        #expect(try #require(FieldPattern(pattern)).matches(text) == matches)
    }

    @Test func `a pattern of many stars is not slow`() throws {
        let pattern = try #require(FieldPattern(String(repeating: "a*", count: 128) + "b"))
        #expect(!pattern.matches(String(repeating: "a", count: 1_000)))
    }
}
