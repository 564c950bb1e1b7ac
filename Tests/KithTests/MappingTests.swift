internal import Schema
internal import Testing

@testable import kith

@Suite struct MappingTests {
    private static let sound = """
        {"version": 1, "name": "m", "system": "s", "mode": "historic",
         "format": {"columns": ["id", "day", "amount"]}, "key": "row", "occurredAt": "time",
         "values": {"time": {"column": "day", "type": "time"}},
         "documents": [{"name": "party", "bodies": [{"upsertParty": {"key": {"system": "s", "key": "${id}"}}}]}]}
        """

    private func problem(replacing old: String, with new: String) -> MappingProblem? {
        #expect(Self.sound.contains(old), "the sound mapping has no \(old)")
        do throws(MappingProblem) {
            _ = try ImportMapping(json: Array(Self.sound.replacing(old, with: new).utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func `a sound mapping is read`() throws {
        let mapping = try ImportMapping(json: Array(Self.sound.utf8))
        #expect(mapping.name == "m")
        #expect(mapping.mode == .historic)
        #expect(mapping.key == .row)
        #expect(mapping.identifiesRows)
        #expect(mapping.format.header)
    }

    @Test(arguments: [
        ("\"version\": 1", "\"version\": 2", "version"),
        ("\"name\": \"m\"", "\"name\": \"\"", "name"),
        ("\"mode\": \"historic\"", "\"mode\": \"past\"", "mode"),
        ("\"key\": \"row\"", "\"key\": []", "key"),
        ("\"key\": \"row\"", "\"key\": [\"nothing\"]", "key"),
        ("\"key\": \"row\"", "\"key\": \"row\", \"group\": [\"nothing\"]", "group"),
        ("\"key\": \"row\"", "\"key\": \"row\", \"colour\": 1", "colour"),
        ("\"occurredAt\": \"time\"", "\"occurredAt\": \"id\"", "occurredAt"),
        ("\"occurredAt\": \"time\",", "", "occurredAt"),
        ("\"occurredAt\": \"time\",", "\"withoutTime\": \"later\",", "withoutTime"),
        ("\"type\": \"time\"", "\"type\": \"date\"", "values.time.type"),
        ("\"type\": \"time\"", "\"type\": \"time\", \"zone\": \"Nowhere/Land\"", "values.time.zone"),
        ("\"type\": \"time\"", "\"type\": \"time\", \"pattern\": \"QQ\"", "values.time.pattern"),
        ("\"column\": \"day\"", "\"column\": \"night\"", "values"),
        ("\"column\": \"day\",", "", "values.time"),
        ("{\"columns\"", "{\"header\": 1, \"columns\"", "format.header"),
        ("{\"columns\": [\"id\", \"day\", \"amount\"]}", "{\"layout\": \"blank\"}", "format.columns"),
        ("{\"columns\": [\"id\", \"day\", \"amount\"]}", "{\"encoding\": \"latin-1\"}", "format.encoding"),
        ("\"${id}\"", "\"${ident}\"", "values"),
        ("\"${id}\"", "\"$id\"", "documents[0].bodies[0].upsertParty.key.key"),
        ("upsertParty", "upsertNobody", "documents[0].bodies[0]"),
        ("\"key\": \"${id}\"", "\"keys\": \"${id}\"", "documents[0].bodies[0]"),
        ("{\"upsertParty\"", "{\"$when\": \"id\", \"upsertParty\"", "documents[0].bodies[0].$when"),
        ("\"bodies\"", "\"when\": {\"value\": \"id\"}, \"bodies\"", "documents[0].when"),
        ("\"bodies\"", "\"per\": \"file\", \"bodies\"", "documents[0].per"),
        ("\"bodies\"", "\"existing\": \"change\", \"bodies\"", "documents[0].existing"),
        ("\"bodies\"", "\"knownBy\": \"row\", \"bodies\"", "documents[0].knownBy"),
        ("\"bodies\"", "\"occurredAt\": \"id\", \"bodies\"", "documents[0].occurredAt"),
        ("\"type\": \"time\"", "\"type\": \"time\", \"soFar\": \"most\"", "values.time.soFar"),
        ("\"type\": \"time\"", "\"type\": \"time\", \"otherwise\": \"x\"", "values.time.otherwise"),
        ("\"type\": \"time\"", "\"ignoreOffset\": true", "values.time.ignoreOffset"),
        ("\"type\": \"time\"", "\"type\": \"time\", \"earlier\": true, \"soFar\": \"least\"", "values.time.earlier"),
        ("{\"time\": {", "{\"a\": {\"leastOf\": [\"time\"]}, \"time\": {", "values.time"),
        ("{\"time\": {", "{\"a\": {\"leastOf\": [\"a\"]}, \"time\": {", "values.a"),
        ("{\"time\": {", "{\"a\": {\"leastOf\": []}, \"time\": {", "values.a.leastOf"),
        ("{\"time\": {", "{\"a\": {\"constant\": \"1\", \"column\": \"id\"}, \"time\": {", "values.a"),
    ])
    func `what cannot be used is named with its path`(old: String, new: String, path: String) {
        #expect(problem(replacing: old, with: new)?.path == path)
    }

    @Test func `a mapping that is no JSON, or twice says the same, or is a thousand deep, is refused`() {
        #expect(problem(replacing: "\"version\": 1,", with: "\"version\": 1") != nil)
        #expect(problem(replacing: "\"version\": 1", with: "\"version\": 1, \"version\": 1") != nil)
        let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
        #expect(problem(replacing: "\"version\": 1", with: "\"version\": \(deep)") != nil)
    }

    @Test(arguments: [
        "cdnow", "online-retail", "sales-products", "sales-teams", "sales-accounts", "sales-pipeline", "helpdesk",
        "incidents",
    ])
    func `the mappings of the repository are sound`(name: String) throws {
        let (mapping, digest) = try ImportCommand.readMapping(
            path: "\(SharedData.repository)/tools/mappings/\(name).json")
        #expect(mapping.name == name)
        #expect(digest.count == 32)
    }

    @Test func `values are read as their rules say`() throws {
        var rule = ValueRule(name: "v", source: .column("c"))
        #expect(try rule.value(of: "") == .none)
        #expect(try rule.value(of: " a ") == .text(" a "))
        rule.trims = true
        #expect(try rule.value(of: " a\u{3000}") == .text("a"))
        #expect(try rule.value(of: "  ") == .none)
        rule.empty = ["", "?"]
        rule.substitute = "x"
        #expect(try rule.value(of: "?") == .text("x"))
        rule.words = ["M": "PERSON"]
        #expect(try rule.value(of: "M") == .text("PERSON"))
        #expect(throws: RowDefect.self) { try rule.value(of: "N") }
        rule.otherwise = "ANYBODY"
        #expect(try rule.value(of: "N") == .text("ANYBODY"))
        #expect(try rule.valueOfNoRow() == .text("x"))
    }

    @Test func `decimals and amounts are exact or refused`() throws {
        var rule = ValueRule(name: "v", source: .column("c"))
        rule.kind = .decimal
        #expect(try rule.value(of: "-2.50") == .decimal(DecimalNumber(unscaled: -250, scale: 2)))
        #expect(throws: RowDefect.self) { try rule.value(of: "1.0000000001") }
        #expect(throws: RowDefect.self) { try rule.value(of: "92233720368547758080") }
        #expect(throws: RowDefect.self) { try rule.value(of: "1e3") }
        rule.negates = true
        #expect(try rule.value(of: "7") == .decimal(DecimalNumber(unscaled: -7, scale: 0)))
        rule.negates = false
        rule.kind = .money(digits: 2)
        #expect(try rule.value(of: "29.3") == .minorUnits(2_930))
        #expect(throws: RowDefect.self) { try rule.value(of: "29.333") }
        rule.decimalPoint = ","
        rule.thousands = "."
        #expect(try rule.value(of: "1.234.567,80") == .minorUnits(123_456_780))
    }

    @Test func `conditions`() throws {
        let number = DecimalNumber(unscaled: 0, scale: 0)
        #expect(Condition(value: 0, test: .isEmpty).holds(for: .none))
        #expect(!Condition(value: 0, test: .isEmpty, negated: true).holds(for: .none))
        #expect(Condition(value: 0, test: .startsWith("C")).holds(for: .text("C123")))
        #expect(Condition(value: 0, test: .equalsNumber(number)).holds(for: .text("0.00")))
        #expect(Condition(value: 0, test: .below(number)).holds(for: .decimal(DecimalNumber(unscaled: -1, scale: 3))))
        #expect(!Condition(value: 0, test: .below(number)).holds(for: .none))
        #expect(!Condition(value: 0, test: .above(number)).holds(for: .text("x")))
        #expect(Condition(value: 0, test: .isOneOf(["a", "b"])).holds(for: .text("b")))
        #expect(!Condition(value: 0, test: .isOneOf(["a", "b"])).holds(for: .none))
        #expect(Condition(value: 0, test: .isSameAs(1)).holds(for: .text("b"), other: .text("b")))
        #expect(!Condition(value: 0, test: .isSameAs(1)).holds(for: .none, other: .none))
    }
}
