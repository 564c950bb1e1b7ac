internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct RegistrationTests {
    @Test func `a registered party has its personal data in one sealed part and nothing of it in the open`() throws {
        var scenario = Scenario()
        let command = RegisterParty.with {
            $0 = .person(
                "Ann Lee",
                [.email("Ann.Lee@EXAMPLE.com"), .mobile("+86 138 0013 8000"), .of(.landline, "010 6552 9988")],
                external: [ExternalKey(system: "shop", key: "C-17")], tax: "91110000X")
            $0.detail.country = "CN"
            $0.detail.language = "zh-Hans"
            $0.detail.roles = ["consumer"]
            $0.status = .prospect
        }
        let outcome = scenario.when(command)

        #expect(outcome.kinds == [.partyRegistered])
        guard case .partyRegistered(let open)? = outcome.payloads.first,
            case .partyRegistered(let personal)? = scenario.lastPersonal
        else {
            Issue.record("not registered: \(outcome)")
            return
        }
        #expect(open.kind == .person && open.status == .prospect && open.detail == command.detail)
        #expect(open.contactPoints.map(\.number) == [1, 2, 3])
        #expect(open.contactPoints.map(\.normalised) == [true, true, false])
        #expect(open.externalCount == 1 && open.hasName_p && open.hasTaxNumber_p)
        #expect(personal.name == command.name && personal.external == command.external)
        #expect(personal.contactPoints.map(\.normalised) == ["Ann.Lee@example.com", "+8613800138000", ""])
        #expect(personal.contactPoints.map(\.value) == command.contactPoints.map(\.personal.value))
        for text in ["Ann Lee", "example", "1380013", "6552", "91110000X", "C-17"] {
            #expect(!scenario.showsOpenly(text), "\(text) stands open")
        }
    }

    @Test func `a party is a suspect where no status is sent`() {
        var scenario = Scenario()
        let party = scenario.registered()
        #expect(scenario.party(party).status == .suspect)
    }

    @Test func `a party is found by its e-mail address, its telephone, its tax number and its external keys`() throws {
        var scenario = Scenario()
        let key = ExternalKey(system: "shop", key: "C-17")
        let party = scenario.registered(
            .person("", [.email("ann@example.com"), .mobile("+8613800138000")], external: [key], tax: " 91x "))
        #expect(scenario.holders(domain: "email", value: "ann@example.com") == [party])
        #expect(scenario.holders(domain: "phone", value: "+8613800138000") == [party])
        #expect(scenario.holders(domain: "tax", value: "91X") == [party])
        #expect(try scenario.resolve(Reference(external: key), .party) == party)
        #expect(scenario.isReproducible)
    }

    @Test func `a contact point or an external key that is sent twice is kept once`() {
        var scenario = Scenario()
        let key = ExternalKey(system: "shop", key: "C-17")
        let party = scenario.registered(
            .person("", [.email("a@EXAMPLE.com"), .email("a@example.com"), .of(.wecom, "a")], external: [key, key]))
        #expect(scenario.party(party).contactPoints.map(\.kind) == [.email, .wecom])
        #expect(scenario.party(party).externalCount == 1)
    }

    @Test(
        arguments: [
            ([.of(.given, "Ann"), .of(.middle, "Mary"), .of(.family, "Lee")], "Ann Mary Lee"),
            ([.of(.given, "小明"), .of(.family, "王")], "王小明"),
            ([.of(.family, "王"), .of(.given, "小明")], "王小明"),
            ([.of(.family, "王"), .of(.given, "小明"), .of(.phonetic, "Wáng Xiǎomíng")], "王小明"),
            ([.of(.family, "王"), .of(.given, "Tom")], "王 Tom"),
            ([.of(.legal, "北京某某有限公司")], "北京某某有限公司"),
            ([.of(.prefix, ""), .of(.given, "Ann")], "Ann"),
        ] as [([NamePart], String)])
    func `a display form is made from the parts`(parts: [NamePart], display: String) {
        var scenario = Scenario()
        var command = RegisterParty.person("")
        command.name.parts = parts
        _ = scenario.registered(command)
        guard case .partyRegistered(let personal)? = scenario.lastPersonal else {
            Issue.record("no name is recorded")
            return
        }
        #expect(personal.name.display == display)
        #expect(personal.name.parts == parts)
    }

    @Test(arguments: ["  ", "\u{0}", "Zoe\u{308}", "Zo\u{EB}", "\u{202E}evil", "👩‍👩‍👧", "<script>alert(1)</script>", "ÅΩ"])
    func `a name is kept byte for byte`(name: String) {
        var scenario = Scenario()
        _ = scenario.registered(.person(name))
        guard case .partyRegistered(let personal)? = scenario.lastPersonal else {
            Issue.record("no name is recorded")
            return
        }
        #expect(Array(personal.name.display.utf8) == Array(name.utf8))
    }

    private static let refused: [RefusedCommand] = [
        refused("no identity at all", .identityRequired, "") { $0.clearName() },
        refused("an empty name", .identityRequired, "") { $0.name.display = "" },
        refused("a part without text", .identityRequired, "") { $0.name = .with { $0.parts = [.of(.given, "")] } },
        refused("only a tax number", .identityRequired, "") { $0.name = .with { $0.taxNumber = "91" } },
        refused("no kind", .schemaInvalid, "kind") { $0.kind = .unspecified },
        refused("an unknown kind", .schemaInvalid, "kind") { $0.kind = .UNRECOGNIZED(77) },
        refused("an unknown status", .schemaInvalid, "status") { $0.status = .UNRECOGNIZED(9) },
        refused("an id that is none", .schemaInvalid, "id") { $0.id = "17" },
        refused("a part of no kind", .schemaInvalid, "name.parts[0].kind") {
            $0.name.parts = [.of(.unspecified, "Ann")]
        },
        refused("a long name", .limitExceeded, "name.display") { $0.name.display = text(of: 1_001) },
        refused("a long part", .limitExceeded, "name.parts[0].text") { $0.name.parts = [.of(.given, text(of: 1_001))] },
        refused("parts that make a long name", .limitExceeded, "name.parts") {
            $0.name = .with { $0.parts = [.of(.given, text(of: 600)), .of(.family, text(of: 600))] }
        },
        refused("too many parts", .limitExceeded, "name.parts") {
            $0.name.parts = Array(repeating: .of(.given, "A"), count: 21)
        },
        refused("a long tax number", .limitExceeded, "name.tax_number") { $0.name.taxNumber = text(of: 1_001) },
        refused("a long invoice title", .limitExceeded, "name.invoice_title") {
            $0.name.invoiceTitle = text(of: 1_001)
        },
        refused("51 contact points", .limitExceeded, "contact_points") {
            $0.contactPoints = (0..<51).map { .of(.web, "https://example.com/\($0)") }
        },
        refused("long texts together", .limitExceeded, "") {
            $0.contactPoints = (0..<50).map { .of(.web, text(of: 900) + String($0)) }
        },
        refused("a bad e-mail address", .contactPointInvalid, "contact_points[0].personal.value") {
            $0.contactPoints = [.email("ann.example.com")]
        },
        refused("an empty telephone number", .contactPointInvalid, "contact_points[1].personal.value") {
            $0.contactPoints = [.email("a@example.com"), .mobile("")]
        },
        refused("a contact point of no kind", .schemaInvalid, "contact_points[0].kind") {
            $0.contactPoints = [.of(.unspecified, "a")]
        },
        refused("a long contact point", .limitExceeded, "contact_points[0].personal.value") {
            $0.contactPoints = [.of(.other, text(of: 1_001))]
        },
        refused("a long label", .limitExceeded, "contact_points[0].label") {
            $0.contactPoints = [.of(.other, "a", label: text(of: 65))]
        },
        refused("an empty postal address", .contactPointInvalid, "contact_points[0].personal.postal") {
            $0.contactPoints = [.postal(lines: [""])]
        },
        refused(
            "a postal address in a country of no code", .contactPointInvalid,
            "contact_points[0].personal.postal.country"
        ) {
            $0.contactPoints = [.postal(locality: "Paris", country: "France")]
        },
        refused("a district code of letters", .contactPointInvalid, "contact_points[0].personal.postal.district_code") {
            $0.contactPoints = [.postal(locality: "Beijing")]
            $0.contactPoints[0].personal.postal.districtCode = "11010A"
        },
        refused("too many lines", .limitExceeded, "contact_points[0].personal.postal.lines") {
            $0.contactPoints = [.postal(lines: Array(repeating: "1", count: 11))]
        },
        refused("a postal address as a value", .contactPointInvalid, "contact_points[0].personal.value") {
            $0.contactPoints = [.of(.postal, "Main Street 1")]
        },
        refused("an e-mail address with a postal one", .contactPointInvalid, "contact_points[0].personal.postal") {
            $0.contactPoints = [.email("a@example.com")]
            $0.contactPoints[0].personal.postal.locality = "Paris"
        },
        refused("21 external keys", .limitExceeded, "external") {
            $0.external = (0..<21).map { ExternalKey(system: "shop", key: String($0)) }
        },
        refused("a key without a system", .schemaInvalid, "external[0].system") {
            $0.external = [ExternalKey(system: "", key: "1")]
        },
        refused("a key without a key", .schemaInvalid, "external[0].key") {
            $0.external = [ExternalKey(system: "shop", key: "")]
        },
        refused("a long system", .limitExceeded, "external[0].system") {
            $0.external = [ExternalKey(system: text(of: 65), key: "1")]
        },
        refused("a long key", .limitExceeded, "external[0].key") {
            $0.external = [ExternalKey(system: "shop", key: text(of: 257))]
        },
        refused("a country in words", .schemaInvalid, "detail.country") { $0.detail.country = "China" },
        refused("a language in words", .schemaInvalid, "detail.language") {
            $0.detail.language = "Chinese (simplified)"
        },
        refused("an empty role", .schemaInvalid, "detail.roles[0]") { $0.detail.roles = [""] },
        refused("a long role", .limitExceeded, "detail.roles[0]") { $0.detail.roles = [text(of: 65)] },
    ]

    private static func refused(
        _ description: String, _ code: ErrorCode, _ field: String, change: (inout RegisterParty) -> Void
    ) -> RefusedCommand {
        var command = RegisterParty.person()
        change(&command)
        return RefusedCommand(description, .registerParty(command), code, field)
    }

    @Test(arguments: refused)
    func `a registration is refused for`(refused: RefusedCommand) {
        for historic in [false, true] {
            var scenario = Scenario()
            let outcome = scenario.when(refused.command, reason: "a test", historic: historic)
            #expect(outcome.code == refused.code)
            #expect(outcome.field == refused.field)
            #expect(scenario.events.isEmpty)
        }
    }

    @Test func `an id in use is refused`() {
        var scenario = Scenario()
        let party = scenario.registered()
        var command = RegisterParty.person("Bo")
        command.id = scenario.id(of: party)?.description ?? ""
        #expect(scenario.when(command).code == .referenceTaken)
    }

    @Test func `an external key that names another party is refused and says which`() {
        var scenario = Scenario()
        let key = ExternalKey(system: "shop", key: "C-17")
        let party = scenario.registered(.person("Ann", external: [key]))
        let outcome = scenario.when(
            RegisterParty.person("Bo", external: [ExternalKey(system: "shop", key: "C-18"), key]), historic: true)
        #expect(outcome.code == .referenceTaken)
        #expect(outcome.field == "external[1]")
        #expect(outcome.refusal?.detail.relatedIds == [scenario.idText(of: party)])
    }
}

@Suite(.enabled(if: ReferenceRows.arePresent)) struct RealNameTests {
    private struct Person: Decodable {
        var name: String
        var company: String
    }

    @Test func `names and companies of many locales come out byte for byte`() throws {
        let people = try ReferenceRows.read(Person.self, from: "people_by_locale.jsonl")
        #expect(people.count > 100)
        for name in people.flatMap({ [$0.name, $0.company] }) { expectKept(name) }
    }

    @Test func `naughty strings are names, except the empty one`() throws {
        let strings = try ReferenceRows.readArray(of: String.self, from: "blns.json")
        #expect(strings.count > 100)
        for string in strings where !string.isEmpty { expectKept(string) }
        var scenario = Scenario()
        #expect(scenario.when(RegisterParty.person("")).code == .identityRequired)
    }

    private func expectKept(_ name: String) {
        var scenario = Scenario()
        let outcome = scenario.when(RegisterParty.person(name))
        guard case .partyRegistered(let personal)? = scenario.lastPersonal else {
            Issue.record("\(name.debugDescription) is refused: \(outcome)")
            return
        }
        #expect(personal.name.display.utf8.elementsEqual(name.utf8))
    }
}
