internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct TeamTests {
    @Test func `a team is defined with its keys, and its name is its own`() throws {
        var office = Office()
        let key = ExternalKey(system: "hr", key: "T-1")
        let define = DefineTeam.named("Sales").with { $0.external = [key, key] }
        let outcome = office.when(define)
        #expect(outcome.kinds == [.teamDefined, .externalLinked])
        let team = try #require(outcome.events.first?.stream)
        #expect(try office.scenario.resolve(Reference(external: key), .team) == team)
        #expect(office.when(define).field == "external[0]")
        let taken = office.when(DefineTeam.named("SALES"))
        #expect(taken.code == .teamNameTaken && taken.field == "name")
        #expect(taken.refusal?.detail.relatedIds == [office.scenario.idText(of: team)])
        #expect(office.when(DefineTeam()).field == "name")
        #expect(office.when(DefineTeam.named(text(of: 257))).code == .limitExceeded)
        #expect(office.when(DefineTeam.named("Other", parent: StreamNumber(99))).field == "parent")
        #expect(office.scenario.isReproducible)
    }

    @Test func `a team is renamed and moved`() throws {
        var office = Office()
        let sales = office.team("Sales")
        let north = office.team("North", parent: sales)
        let change = ChangeTeam.with {
            $0.team = Reference(number: north)
            $0.name = "North and East"
        }
        #expect(office.when(change).kinds == [.teamChanged])
        #expect(office.when(change).isUnchanged)
        #expect(office.when(change.with { $0.name = "NORTH and East" }).kinds == [.teamChanged])
        #expect(office.when(change.with { $0.name = "sales" }).code == .teamNameTaken)
        #expect(office.when(DefineTeam.named("North")).kinds == [.teamDefined])
        let under = ChangeTeam.with {
            $0.team = Reference(number: sales)
            $0.parent = Reference(number: north)
        }
        let cycle = office.when(under)
        #expect(cycle.code == .cycle && cycle.field == "parent")
        #expect(office.when(under.with { $0.parent = Reference(number: sales) }).code == .cycle)
        #expect(office.when(under.with { $0.clear = ["parent"] }).field == "clear")
        let free = ChangeTeam.with {
            $0.team = Reference(number: north)
            $0.clear = ["parent"]
        }
        #expect(office.when(free).kinds == [.teamChanged])
        #expect(try office.scenario.claim(.parts(sales)) == 0)
        #expect(office.when(under).kinds == [.teamChanged])
        #expect(office.scenario.isReproducible)
    }

    @Test func `a hundred may stand above one, not more`() throws {
        var office = Office()
        let root = office.team("Team 0")
        var last = root
        for depth in 1...100 { last = office.team("Team \(depth)", parent: last) }
        let deeper = office.when(DefineTeam.named("Team 101", parent: last))
        #expect(deeper.code == .limitExceeded && deeper.field == "parent")
        let other = office.team("Other")
        let under = ChangeTeam.with {
            $0.team = Reference(number: other)
            $0.parent = Reference(number: last)
        }
        #expect(office.when(under).code == .limitExceeded)
        #expect(office.when(under.with { $0.parent = Reference(number: root) }).kinds == [.teamChanged])
        // A circle is told as such, however long it is.
        let circle = ChangeTeam.with {
            $0.team = Reference(number: root)
            $0.parent = Reference(number: last)
        }
        #expect(office.when(circle).code == .cycle)
    }

    @Test func `a team is retired when it is empty, and its name is free`() {
        var office = Office()
        let sales = office.team("Sales")
        let north = office.team("North", parent: sales)
        let bo = office.employee { $0.teams = [Reference(number: north)] }
        func retire(_ team: StreamNumber) -> RetireTeam { .with { $0.team = Reference(number: team) } }
        #expect(office.when(retire(sales)).code == .notEmpty)
        #expect(office.when(retire(north)).code == .notEmpty)
        office.when(DeactivateEmployee.of(bo))
        #expect(office.when(retire(north)).kinds == [.teamRetired])
        #expect(office.when(retire(north)).isUnchanged)
        #expect(office.when(retire(sales)).kinds == [.teamRetired])
        #expect(office.when(DefineTeam.named("Sales")).kinds == [.teamDefined])
        let change = ChangeTeam.with {
            $0.team = Reference(number: sales)
            $0.name = "Old"
        }
        #expect(office.when(change).code == .terminalState)
        #expect(office.when(DefineTeam.named("New", parent: sales)).code == .terminalState)
        #expect(office.scenario.isReproducible)
    }
}
