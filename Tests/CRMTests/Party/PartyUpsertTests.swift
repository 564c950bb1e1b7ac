internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct PartyUpsertTests {
    @Test func `an unknown key registers a party as a registration would`() throws {
        var scenario = Scenario()
        var command = UpsertParty.person("Ann", [.email("ann@example.com")], version: 3)
        command.status = .customer
        let outcome = scenario.when(command)
        #expect(outcome.kinds == [.partyRegistered])
        guard case .partyRegistered(let registered)? = outcome.payloads.first else { return }
        #expect(registered.sourceVersion == .shop(3) && registered.status == .customer && registered.externalCount == 1)
        #expect(try scenario.resolve(Reference(external: command.key), .party) == outcome.events.first?.stream)
        #expect(!scenario.showsOpenly("ann@") && !scenario.showsOpenly("C-1"))
    }

    @Test func `a key alone is an identity, a new party needs a kind`() {
        var scenario = Scenario()
        var command = UpsertParty.person()
        command.kind = .unspecified
        #expect(scenario.when(command).code == .schemaInvalid)
        command.kind = .person
        #expect(scenario.when(command).kinds == [.partyRegistered])
    }

    @Test func `the id that is sent is taken by a new party`() {
        var scenario = Scenario()
        var command = UpsertParty.person("Ann")
        let id = scenario.freshID()
        command.id = id.description
        let outcome = scenario.when(command)
        #expect(outcome.events.first.flatMap { scenario.id(of: $0.stream) } == id)
    }

    @Test func `a duplicate is refused where it would be registered, except in history`() {
        var scenario = Scenario()
        _ = scenario.registered(.person("Ann", [.email("ann@example.com")]))
        let command = UpsertParty.person("Ann", [.email("ann@example.com")])
        #expect(scenario.when(command).code == .duplicateExact)
        #expect(scenario.when(command, historic: true).kinds == [.partyRegistered])
    }

    @Test func `the same again is unchanged and names the party, also where only the version moves`() {
        var scenario = Scenario()
        let command = UpsertParty.person("Ann", [.email("ann@example.com"), .mobile("010 1234")], version: 3)
        let party = scenario.when(command).events.first?.stream
        #expect(scenario.when(command).isUnchanged)
        #expect(scenario.lastTarget == party)
        var later = command
        later.sourceVersion = 9
        #expect(scenario.when(later).isUnchanged)
    }

    @Test func `what differs becomes events of the party`() throws {
        var scenario = Scenario()
        let first = UpsertParty.person("Ann", [.email("ann@example.com")], version: 1)
        let party = try #require(scenario.when(first).events.first?.stream)
        var second = UpsertParty.person("Ann Wu", [.email("Ann@example.com"), .email("ann@example.com")], version: 2)
        second.contactPoints.append(.mobile("+8613800138000"))
        second.kind = .organisation
        second.status = .prospect
        let outcome = scenario.when(second)
        #expect(
            outcome.kinds == [
                .partyCorrected, .partyDetailChanged, .contactPointAdded, .contactPointAdded, .partyStatusChanged,
            ])
        let state = scenario.party(party)
        #expect(state.kind == .organisation && state.status == .prospect && state.sourceVersions == [.shop(2)])
        #expect(state.contactPoints.map(\.number) == [1, 2, 3])
        #expect(scenario.holders(domain: "phone", value: "+8613800138000") == [party])
        #expect(scenario.when(second).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `each system has versions of its own`() throws {
        var scenario = Scenario()
        let party = try #require(
            scenario.when(UpsertParty.person("Ann", [.email("ann@example.com")], version: 1_000)).events.first?.stream)
        scenario.when(
            LinkExternalRecord.with {
                $0.kind = .party
                $0.target.number = party.rawValue
                $0.key = ExternalKey(system: "erp", key: "9")
            })
        var other = UpsertParty.person("Ann Wu", version: 3)
        other.key = ExternalKey(system: "erp", key: "9")
        #expect(scenario.when(other).kinds == [.partyDetailChanged])
        #expect(scenario.party(party).sourceVersions == [.shop(1_000), SourceVersion("erp", 3)])
        other.sourceVersion = 2
        other.name.display = "Ann Old"
        #expect(scenario.when(other).code == .staleSource)
    }

    @Test func `a version that only changed the status makes older ones stale`() throws {
        var scenario = Scenario()
        scenario.when(UpsertParty.person("Ann", [.email("ann@example.com")], version: 1))
        var second = UpsertParty.person("Ann", version: 9)
        second.status = .customer
        #expect(scenario.when(second).kinds == [.partyStatusChanged])
        #expect(scenario.when(UpsertParty.person("Ann Old", version: 5)).code == .staleSource)
        #expect(scenario.isReproducible)
    }

    @Test func `contact points that are not sent are left alone`() throws {
        var scenario = Scenario()
        let party = try #require(
            scenario.when(UpsertParty.person("Ann", [.email("ann@example.com")])).events.first?.stream)
        #expect(scenario.when(UpsertParty.person("Ann", [.email("a@example.com")])).kinds == [.contactPointAdded])
        #expect(scenario.party(party).contactPoints.count == 2)
    }

    @Test func `a lower version than the last is stale`() {
        var scenario = Scenario()
        scenario.when(UpsertParty.person("Ann", version: 5))
        let outcome = scenario.when(UpsertParty.person("Ann Wu", version: 4))
        #expect(outcome.code == .staleSource)
        #expect(outcome.refusal?.detail.expected == 4 && outcome.refusal?.detail.actual == 5)
        #expect(scenario.when(UpsertParty.person("Ann Wu", version: 5)).kinds == [.partyDetailChanged])
        #expect(scenario.when(UpsertParty.person("Ann Xu")).kinds == [.partyDetailChanged])
    }

    @Test func `an upsert does not take a status back`() {
        var scenario = Scenario()
        var command = UpsertParty.person("Ann")
        command.status = .customer
        scenario.when(command)
        command.status = .prospect
        #expect(scenario.when(command).code == .illegalTransition)
    }

    @Test func `an upsert can empty fields, not the party's identity`() throws {
        var scenario = Scenario()
        let party = try #require(scenario.when(UpsertParty.person("Ann")).events.first?.stream)
        var command = UpsertParty.person()
        command.clear = ["name"]
        #expect(scenario.when(command).kinds == [.partyDetailChanged])
        #expect(!scenario.party(party).hasName_p)
    }

    @Test func `a name without text is none, so that emptying it beside it is the same on every run`() throws {
        var scenario = Scenario()
        var command = UpsertParty.person(version: 2)
        command.name.parts = [.of(.legal, "")]
        command.clear = ["name"]
        let party = try #require(scenario.when(command).events.first?.stream)
        guard case .partyRegistered(let personal)? = scenario.lastPersonal else {
            Issue.record("not registered")
            return
        }
        #expect(personal.name.parts.isEmpty && !scenario.party(party).hasName_p)
        #expect(scenario.when(command).isUnchanged)
        command.clear = []
        #expect(scenario.when(command).isUnchanged)
        command.clear = ["name"]
        scenario.when(UpsertParty.person("Ann", version: 2))
        #expect(scenario.when(command).kinds == [.partyDetailChanged])
        #expect(scenario.when(command).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `a field that is sent and emptied at once is refused`() {
        let edits: [(String, (inout UpsertParty) -> Void)] = [
            ("name", { $0.name.display = "Ann" }), ("name", { $0.name.parts = [.of(.legal, ""), .of(.legal, "Ann")] }),
            ("tax_number", { $0.name.taxNumber = "91X" }), ("invoice_title", { $0.name.invoiceTitle = "Ann" }),
            ("country", { $0.detail.country = "CN" }), ("language", { $0.detail.language = "zh" }),
            ("roles", { $0.detail.roles = ["buyer"] }),
        ]
        for (field, edit) in edits {
            var scenario = Scenario()
            var command = UpsertParty.person()
            edit(&command)
            command.clear = [field]
            for _ in 1...2 {
                let outcome = scenario.when(command)
                #expect(outcome.code == .schemaInvalid && outcome.field == "clear", "\(field)")
                scenario.when(UpsertParty.person("Bo"))
            }
        }
    }

    @Test func `an archived party is not changed by an upsert`() throws {
        var scenario = Scenario()
        let command = UpsertParty.person("Ann")
        let party = try #require(scenario.when(command).events.first?.stream)
        scenario.when(ArchiveParty.with { $0.party = Reference(number: party) }, reason: "moved")
        #expect(scenario.when(UpsertParty.person("Ann Wu")).code == .archived)
        #expect(scenario.when(command).isUnchanged)
    }

    @Test func `more contact points than a party can have are refused`() {
        var scenario = Scenario()
        scenario.when(UpsertParty.person("Ann", (0..<50).map { .of(.web, "https://example.com/\($0)") }))
        #expect(scenario.when(UpsertParty.person("Ann", [.of(.web, "https://example.com/50")])).code == .limitExceeded)
    }

    @Test func `a key without a system is refused`() {
        var scenario = Scenario()
        var command = UpsertParty.person("Ann")
        command.key.system = ""
        #expect(scenario.when(command).field == "key.system")
    }
}
