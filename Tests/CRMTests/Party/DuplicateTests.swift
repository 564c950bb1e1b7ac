internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct DuplicateTests {
    private static let second: [RegisterParty] = [
        .person("Bo", [.email("ann@EXAMPLE.com")]),
        .person("Bo", [.of(.landline, "0086 10"), .mobile("+86 138-0013-8000")]),
        .person("Bo", tax: "91x"),
    ]

    private func withAnn() -> (Scenario, StreamNumber) {
        var scenario = Scenario()
        let ann = scenario.registered(
            .person("Ann", [.email("ann@example.com"), .mobile("+8613800138000")], tax: "91X"))
        return (scenario, ann)
    }

    @Test(arguments: second)
    func `a party with the same value is refused and the candidate named`(command: RegisterParty) {
        var (scenario, ann) = withAnn()
        let outcome = scenario.when(command, reason: "no matter")
        #expect(outcome.code == .duplicateExact)
        #expect(outcome.refusal?.detail.relatedIds == [scenario.idText(of: ann)])
    }

    @Test(arguments: second)
    func `a duplicate is allowed with a reason and names whom it overlooks`(command: RegisterParty) {
        var (scenario, ann) = withAnn()
        var command = command
        command.allowDuplicate = true
        #expect(scenario.when(command).code == .reasonRequired)
        let outcome = scenario.when(command, reason: "twins share it")
        guard case .partyRegistered(let registered)? = outcome.payloads.first else {
            Issue.record("not registered: \(outcome)")
            return
        }
        #expect(registered.duplicateNumbers == [ann.rawValue])
    }

    @Test(arguments: second)
    func `history may bring duplicates`(command: RegisterParty) {
        var (scenario, _) = withAnn()
        #expect(scenario.when(command, historic: true).kinds == [.partyRegistered])
    }

    @Test func `allowing a duplicate where there is none needs no reason`() {
        var scenario = Scenario()
        var command = RegisterParty.person("Ann", [.email("ann@example.com")])
        command.allowDuplicate = true
        #expect(scenario.when(command).kinds == [.partyRegistered])
    }

    @Test func `a telephone number without a normal form is nobody's duplicate`() {
        var scenario = Scenario()
        _ = scenario.registered(.person("Ann", [.mobile("138 0013 8000")]))
        #expect(scenario.when(RegisterParty.person("Bo", [.mobile("138 0013 8000")])).kinds == [.partyRegistered])
    }
}

@Suite struct DuplicateOfKnownPartyTests {
    private var scenario = Scenario()
    private let ann: StreamNumber
    private let bo: StreamNumber

    init() {
        ann = scenario.registered(
            .person("Ann", [.email("ann@example.com"), .mobile("+8613800138000")], tax: "91X"))
        let upsert = UpsertParty.person(key: "bo", "Bo", [.email("bo@example.com")])
        bo = scenario.when(upsert).events[0].stream
    }

    /// Commands that give Bo what Ann has, and which field of each brings it.
    private static let commands: [(CommandBody.OneOf_Command, String)] = [
        (.addContactPoint(.with { $0.contactPoint = .email("ann@EXAMPLE.com") }), "contact_point.personal.value"),
        (
            .addContactPoint(.with { $0.contactPoint = .of(.landline, "+86 138-0013-8000 ext 7") }),
            "contact_point.personal.value"
        ),
        (.changePartyDetail(.with { $0.name.taxNumber = " 91x" }), "name.tax_number"),
        (.correctParty(.with { $0.name.taxNumber = "91X" }), "name.tax_number"),
        (.upsertParty(.person(key: "bo", "", [.email("ann@example.com")])), "contact_points"),
        (
            .upsertParty(
                .with {
                    $0.key = .init(system: "shop", key: "bo"); $0.name.taxNumber = "91X"
                }), "name.tax_number"
        ),
        (.upsertParty(.person(key: "new", "Cy", [.mobile("+8613800138000")])), "contact_points"),
        (
            .upsertParty(
                .with {
                    $0 = .person(key: "new", "Cy")
                    $0.name.taxNumber = "91X"
                }), "name.tax_number"
        ),
    ]

    /// The command about Bo, with or without leave to make a duplicate.
    private func about(
        _ party: StreamNumber, _ command: CommandBody.OneOf_Command, allowed: Bool = false
    ) -> CommandBody.OneOf_Command {
        switch command {
        case .addContactPoint(var add):
            add.party = Reference(number: party)
            add.allowDuplicate = allowed
            return .addContactPoint(add)
        case .changePartyDetail(var change):
            change.party = Reference(number: party)
            change.allowDuplicate = allowed
            return .changePartyDetail(change)
        case .correctParty(var correction):
            correction.party = Reference(number: party)
            correction.allowDuplicate = allowed
            return .correctParty(correction)
        case .upsertParty(var upsert):
            upsert.allowDuplicate = allowed
            return .upsertParty(upsert)
        default: return command
        }
    }

    /// What the events say of the parties that were overlooked.
    private func overlooked(_ outcome: Outcome) -> [[UInt64]] {
        outcome.payloads.map { payload in
            switch payload {
            case .partyRegistered(let event): event.duplicateNumbers
            case .partyCorrected(let event): event.duplicateNumbers
            case .partyDetailChanged(let event): event.duplicateNumbers
            case .contactPointAdded(let event): event.duplicateNumbers
            default: []
            }
        }
    }

    @Test(arguments: 0..<8) func `what another party has is refused and the candidate named`(index: Int) {
        let (command, field) = Self.commands[index]
        var scenario = scenario
        let outcome = scenario.when(about(bo, command), reason: "no matter")
        #expect(outcome.code == .duplicateExact && outcome.field == field)
        #expect(outcome.refusal?.detail.relatedIds == [scenario.idText(of: ann)])
    }

    @Test(arguments: 0..<8) func `it is allowed with a reason, recorded, and said again unchanged`(index: Int) {
        var scenario = scenario
        let command = about(bo, Self.commands[index].0, allowed: true)
        let reasonless = scenario.when(command)
        #expect(reasonless.code == .reasonRequired && reasonless.field == "reason")
        #expect(overlooked(scenario.when(command, reason: "they share it")) == [[ann.rawValue]])
        #expect(scenario.when(about(bo, Self.commands[index].0)).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test(arguments: 0..<8) func `history may bring it`(index: Int) {
        var scenario = scenario
        let outcome = scenario.when(about(bo, Self.commands[index].0), historic: true)
        #expect(overlooked(outcome) == [[]])
    }

    @Test func `what the party has itself is no duplicate, also where another has it too`() {
        var scenario = scenario
        let share = about(bo, Self.commands[1].0, allowed: true)
        scenario.when(share, reason: "they share it")
        let again = about(bo, .addContactPoint(.with { $0.contactPoint = .mobile("+8613800138000") }))
        #expect(overlooked(scenario.when(again)) == [[]])
        let name = about(ann, .changePartyDetail(.with { $0.name.taxNumber = "91x" }))
        #expect(scenario.when(name).kinds == [.partyDetailChanged])
    }

    @Test func `a value that its holder gave up is free`() {
        var scenario = scenario
        scenario.when(
            RetireContactPoint.with {
                $0.party = Reference(number: ann)
                $0.contactPoint = 1
            })
        #expect(scenario.when(about(bo, Self.commands[0].0)).kinds == [.contactPointAdded])
        let back = about(ann, .addContactPoint(.with { $0.contactPoint = .email("ann@example.com") }))
        #expect(scenario.when(back).code == .duplicateExact)
    }

    @Test func `an upsert names all candidates, and each event the ones of its own values`() {
        var scenario = scenario
        let cy = scenario.registered(.person("Cy", [.email("cy@example.com")]))
        var upsert = UpsertParty.person(key: "bo", "Bo Li", [.email("cy@example.com"), .email("new@example.com")])
        upsert.name.taxNumber = "91X"
        let refused = scenario.when(upsert)
        #expect(refused.refusal?.detail.relatedIds == [ann, cy].map { scenario.idText(of: $0) })
        upsert.allowDuplicate = true
        #expect(overlooked(scenario.when(upsert, reason: "a family")) == [[ann.rawValue], [cy.rawValue], []])
        #expect(scenario.isReproducible)
    }

    @Test func `an archived party is refused as archived, not as a duplicate`() {
        var scenario = scenario
        scenario.when(ArchiveParty.with { $0.party = Reference(number: bo) }, reason: "moved")
        for (command, _) in Self.commands[..<6] {
            #expect(scenario.when(about(bo, command)).code == .archived)
        }
    }

    @Test func `no more candidates are named than a refusal may hold`() {
        var scenario = scenario
        for _ in 0..<(Limits.duplicateCandidates + 5) {
            scenario.when(RegisterParty.person("Di", [.email("info@example.com")]), historic: true)
        }
        let share = AddContactPoint.with { $0.contactPoint = .email("info@example.com") }
        let refused = scenario.when(about(bo, .addContactPoint(share)))
        #expect(refused.refusal?.detail.relatedIds.count == Limits.duplicateCandidates)
        let outcome = scenario.when(about(bo, .addContactPoint(share), allowed: true), reason: "shared")
        #expect(overlooked(outcome).map(\.count) == [Limits.duplicateCandidates])
    }
}
