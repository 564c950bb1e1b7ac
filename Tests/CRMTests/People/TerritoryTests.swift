internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct TerritoryTests {
    private func rule(_ country: String = "", _ tag: String = "") -> TerritoryRule {
        TerritoryRule(country: country, tag: tag)
    }

    private func assigned(_ outcome: Outcome) -> [TerritoryAssigned] {
        outcome.payloads.compactMap { if case .territoryAssigned(let assigned) = $0 { assigned } else { nil } }
    }

    @Test func `a rule belongs to one territory`() throws {
        var office = Office()
        let north = office.territory("North", [rule("de"), rule("", "vip")])
        #expect(office.state(TerritoryAggregate.self, north).rules == [rule("DE"), rule("", "vip")])
        let taken = office.when(
            DefineTerritory.with {
                $0.name = "South"
                $0.rules = [rule("FR"), rule("DE")]
            })
        #expect(taken.code == .territoryOverlap && taken.field == "rules[1]")
        #expect(taken.refusal?.detail.relatedIds == [office.scenario.idText(of: north)])
        let change = ChangeTerritory.with {
            $0.territory = Reference(number: north)
            $0.rules = [rule("DE", "vip")]
        }
        #expect(office.when(change).kinds == [.territoryChanged])
        #expect(office.when(change).isUnchanged)
        #expect(office.state(TerritoryAggregate.self, north).rulesRevision == 2)
        let south = office.territory("South", [rule("DE")])
        #expect(office.when(change.with { $0.rules = [rule("DE")] }).code == .territoryOverlap)
        office.when(RetireTerritory.with { $0.territory = Reference(number: south) })
        #expect(office.when(change.with { $0.rules = [rule("DE")] }).kinds == [.territoryChanged])
        #expect(
            office.when(
                change.with {
                    $0.rules = []; $0.clear = ["rules"]
                }
            ).kinds == [.territoryChanged])
        #expect(office.scenario.isReproducible)
    }

    @Test func `territories are refused`() {
        var office = Office()
        let north = office.territory("North")
        let gone = office.employee("Gone")
        office.when(DeactivateEmployee.of(gone))
        let new = DefineTerritory.with { $0.name = "South" }
        let cases: [(DefineTerritory, ErrorCode, String)] = [
            (.init(), .schemaInvalid, "name"),
            (new.with { $0.rules = [rule()] }, .schemaInvalid, "rules[0]"),
            (new.with { $0.rules = [rule("XX1")] }, .schemaInvalid, "rules[0].country"),
            (new.with { $0.rules = [rule("DE"), rule("de")] }, .schemaInvalid, "rules[1]"),
            (new.with { $0.rules = [rule("", text(of: 65))] }, .limitExceeded, "rules[0].tag"),
            (new.with { $0.rules = (0...100).map { rule("", "\($0)") } }, .limitExceeded, "rules"),
            (new.with { $0.owner = .employee(gone) }, .assigneeInactive, "owner"),
            (new.with { $0.owner = OwnerReference() }, .schemaInvalid, "owner"),
            (new.with { $0.parent = Reference(number: StreamNumber(99)) }, .referenceMissing, "parent"),
        ]
        for (command, code, field) in cases {
            var office = office
            let outcome = office.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
        let part = office.territory("Part", parent: north)
        let retire = RetireTerritory.with { $0.territory = Reference(number: north) }
        #expect(office.when(retire).code == .notEmpty)
        office.when(RetireTerritory.with { $0.territory = Reference(number: part) })
        #expect(office.when(retire).kinds == [.territoryRetired])
        #expect(office.when(retire).isUnchanged)
        let change = ChangeTerritory.with {
            $0.territory = Reference(number: north)
            $0.name = "Else"
        }
        #expect(office.when(change).code == .terminalState)
    }

    @Test func `rules put parties into territories, and their owner looks after them`() throws {
        var office = Office()
        let bo = office.employee("Bo")
        let north = office.territory("North", [rule("DE")], owner: .employee(bo))
        let outcome = office.when(RegisterParty.person().with { $0.detail.country = "DE" })
        #expect(outcome.kinds == [.partyRegistered, .territoryAssigned, .ownerAssigned])
        let party = try #require(outcome.events.first?.stream)
        #expect(outcome.events.dropFirst().allSatisfy { $0.stored.header.origin == .policy })
        let first = try #require(assigned(outcome).first)
        #expect(first.territoryNumber == north.rawValue && first.rule == rule("DE") && first.territoryRevision == 1)
        #expect(first.policyVersion == 1 && first.causePositions == [party.rawValue] && !first.pinned)
        let state = office.state(PartyAggregate.self, party)
        #expect(state.owner == Owner(employee: bo) && state.ownerTerritoryNumber == north.rawValue)
        #expect(try office.owned(.party, by: Owner(employee: bo)) == [party])

        let move = office.when(
            ChangePartyDetail.with {
                $0.party = Reference(number: party)
                $0.detail.country = "FR"
            })
        #expect(move.kinds == [.partyDetailChanged, .territoryAssigned, .ownerAssigned])
        #expect(office.state(PartyAggregate.self, party).territoryNumber == 0)
        #expect(office.state(PartyAggregate.self, party).owner.isNobody)
        #expect(try office.openWork(Owner(employee: bo), .party) == 0)
        #expect(office.scenario.isReproducible)
    }

    @Test func `the narrower rule goes before, and tags in their order`() {
        var office = Office()
        let country = office.territory("Country", [rule("DE")])
        let tag = office.territory("Tag", [rule("", "b")])
        let other = office.territory("Other tag", [rule("", "a")])
        let both = office.territory("Both", [rule("DE", "c")])
        let party = office.party(country: "DE")
        func now() -> UInt64 { office.state(PartyAggregate.self, party).territoryNumber }
        #expect(now() == country.rawValue)
        office.when(Schema.Tag.of(party, "b"))
        #expect(now() == tag.rawValue)
        office.when(Schema.Tag.of(party, "a"))
        #expect(now() == other.rawValue)
        office.when(Schema.Tag.of(party, "c"))
        #expect(now() == both.rawValue)
        #expect(office.when(Schema.Tag.of(party, "d")).kinds == [.tagged])
        office.when(Untag.of(party, "c"))
        #expect(now() == other.rawValue)
        #expect(office.scenario.isReproducible)
    }

    @Test func `an owner whom somebody named stays`() {
        var office = Office()
        let (bo, cy) = (office.employee("Bo"), office.employee("Cy"))
        _ = office.territory("North", [rule("", "north")], owner: .employee(bo))
        let party = office.party()
        office.when(AssignOwner.of(.party, party, .employee(cy)))
        #expect(office.when(Schema.Tag.of(party, "north")).kinds == [.tagged, .territoryAssigned])
        #expect(office.state(PartyAggregate.self, party).owner == Owner(employee: cy))
    }

    @Test func `somebody assigns a territory, which rules then leave alone`() throws {
        var office = Office()
        let (bo, cy) = (office.employee("Bo"), office.employee("Cy"))
        let north = office.territory("North", [rule("", "north")], owner: .employee(bo))
        let south = office.territory("South", owner: .employee(cy))
        let party = office.party()
        let outcome = office.when(AssignTerritory.of(party, south))
        #expect(outcome.kinds == [.territoryAssigned, .ownerAssigned])
        #expect(office.when(AssignTerritory.of(party, south)).isUnchanged)
        #expect(office.when(Schema.Tag.of(party, "north")).kinds == [.tagged])
        let free = office.when(AssignTerritory.of(party, nil))
        #expect(free.kinds == [.territoryAssigned, .territoryAssigned, .ownerAssigned])
        #expect(assigned(free).map(\.territoryNumber) == [0, north.rawValue])
        #expect(office.state(PartyAggregate.self, party).owner == Owner(employee: bo))
        #expect(office.when(AssignTerritory.of(party, nil)).isUnchanged)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a party goes where changed rules say when it is set free again`() {
        var office = Office()
        let north = office.territory("North", [rule("DE")])
        let party = office.party(country: "DE")
        office.when(
            ChangeTerritory.with {
                $0.territory = Reference(number: north)
                $0.clear = ["rules"]
            })
        #expect(office.state(PartyAggregate.self, party).territoryNumber == north.rawValue)
        #expect(office.when(AssignTerritory.of(party, nil)).kinds == [.territoryAssigned])
        #expect(office.state(PartyAggregate.self, party).territoryNumber == 0)
    }

    @Test func `assignments are refused`() {
        var office = Office()
        let north = office.territory("North")
        let party = office.party()
        office.when(RetireTerritory.with { $0.territory = Reference(number: north) })
        let retired = office.when(AssignTerritory.of(party, north))
        #expect(retired.code == .terminalState && retired.field == "territory")
        #expect(office.when(AssignTerritory.of(party, StreamNumber(99))).field == "territory")
        let south = office.territory("South")
        office.when(ArchiveParty.with { $0.party = Reference(number: party) }, reason: "moved")
        #expect(office.when(AssignTerritory.of(party, south)).code == .archived)
        #expect(office.when(Schema.Tag.of(party, "x")).kinds == [.tagged])
    }

    @Test func `without territories the policy has nothing to do`() {
        var office = Office()
        #expect(office.when(RegisterParty.person().with { $0.detail.country = "DE" }).kinds == [.partyRegistered])
    }
}
