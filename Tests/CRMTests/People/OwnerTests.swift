internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct OwnerTests {
    @Test func `a party gets an owner, another one, and nobody`() throws {
        var office = Office()
        let (bo, cy) = (office.employee("Bo"), office.employee("Cy"))
        let party = office.party()
        let outcome = office.when(AssignOwner.of(.party, party, .employee(bo)))
        #expect(outcome.payloads == [.ownerAssigned(.with { $0.owner = Owner(employee: bo) })])
        #expect(outcome.events.first?.subjects.first?.subject == party)
        #expect(office.when(AssignOwner.of(.party, party, .employee(bo))).isUnchanged)
        #expect(try office.openWork(Owner(employee: bo)) == 1)
        #expect(try office.owned(.party, by: Owner(employee: bo)) == [party])
        #expect(office.when(AssignOwner.of(.party, party, .employee(cy))).kinds == [.ownerAssigned])
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(try office.openWork(Owner(employee: cy), .party) == 1)
        #expect(office.when(AssignOwner.of(.party, party, nil)).kinds == [.ownerAssigned])
        #expect(office.when(AssignOwner.of(.party, party, nil)).isUnchanged)
        #expect(try office.owned(.party, by: Owner(employee: cy)).isEmpty)
        #expect(office.scenario.isReproducible)
    }

    @Test func `teams own as well, and a team is no employee with the same number`() throws {
        var office = Office()
        let team = office.team("Sales")
        let party = office.party()
        #expect(office.when(AssignOwner.of(.party, party, .team(team))).kinds == [.ownerAssigned])
        #expect(try office.openWork(Owner(team: team)) == 1)
        #expect(try office.openWork(Owner(employee: team)) == 0)
        #expect(office.when(AssignOwner.of(.party, party, .employee(team))).field == "owner.employee")
    }

    @Test func `owners are refused`() {
        var office = Office()
        let gone = office.employee("Gone")
        office.when(DeactivateEmployee.of(gone))
        let bo = office.employee("Bo")
        let party = office.party()
        let archived = office.party(name: "Old")
        office.when(ArchiveParty.with { $0.party = Reference(number: archived) }, reason: "moved")
        let territory = office.territory()
        office.when(RetireTerritory.with { $0.territory = Reference(number: territory) })
        let cases: [(AssignOwner, ErrorCode, String)] = [
            (.of(.order, party, .employee(bo)), .schemaInvalid, "kind"),
            (.of(.unspecified, party, .employee(bo)), .schemaInvalid, "kind"),
            (.of(.party, party, OwnerReference()), .schemaInvalid, "owner"),
            (.of(.party, StreamNumber(99), .employee(bo)), .notFound, ""),
            (.of(.party, party, .employee(StreamNumber(99))), .referenceMissing, "owner.employee"),
            (.of(.party, party, .employee(gone)), .assigneeInactive, "owner"),
            (.of(.party, archived, .employee(bo)), .archived, ""),
            (.of(.territory, territory, .employee(bo)), .terminalState, "territory"),
        ]
        for (command, code, field) in cases {
            var office = office
            let outcome = office.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
        #expect(office.when(cases[5].0, historic: true).kinds == [.ownerAssigned])
    }

    @Test func `capacity holds back, unless somebody says why`() {
        var office = Office()
        let bo = office.employee("Bo")
        office.when(SetCapacity.of(bo, .party, 1))
        let (first, second) = (office.party(), office.party(name: "Other"))
        #expect(office.when(AssignOwner.of(.party, first, .employee(bo))).kinds == [.ownerAssigned])
        let more = AssignOwner.of(.party, second, .employee(bo))
        let refused = office.when(more)
        #expect(refused.code == .capacityExceeded && refused.field == "owner")
        #expect(refused.refusal?.detail.expected == 1 && refused.refusal?.detail.actual == 2)
        let allowed = more.with { $0.allowOverCapacity = true }
        #expect(office.when(allowed).code == .reasonRequired)
        #expect(office.when(allowed, reason: "holidays").kinds == [.ownerAssigned])
        #expect(office.when(AssignOwner.of(.party, first, .employee(bo))).isUnchanged)
    }

    @Test func `who owns something cannot be deactivated, nor a team retired`() throws {
        var office = Office()
        let bo = office.employee("Bo")
        let team = office.team("Sales")
        let (party, other) = (office.party(), office.party(name: "Other"))
        let territory = office.territory("North", owner: .employee(bo))
        office.when(AssignOwner.of(.party, party, .employee(bo)))
        office.when(AssignOwner.of(.party, other, .team(team)))
        let refused = office.when(DeactivateEmployee.of(bo))
        #expect(refused.code == .hasOpenWork && refused.field == "employee")
        #expect(refused.refusal?.detail.actual == 2)
        #expect(office.when(DeactivateEmployee.of(bo), historic: true).code == .hasOpenWork)
        #expect(office.when(RetireTeam.with { $0.team = Reference(number: team) }).code == .hasOpenWork)
        office.when(AssignOwner.of(.party, party, nil))
        office.when(RetireTerritory.with { $0.territory = Reference(number: territory) })
        #expect(office.when(DeactivateEmployee.of(bo)).kinds == [.employeeDeactivated])
        #expect(office.scenario.isReproducible)
    }
}

@Suite struct TransferTests {
    private var office = Office()
    private let bo: StreamNumber
    private let cy: StreamNumber

    init() {
        bo = office.employee("Bo")
        cy = office.employee("Cy")
    }

    /// An office in which Bo has so many parties.
    private func office(parties count: Int) -> (Office, [StreamNumber]) {
        var office = office
        var parties: [StreamNumber] = []
        for index in 0..<count {
            let party = office.party(name: "Party \(index)")
            office.when(AssignOwner.of(.party, party, .employee(bo)))
            parties.append(party)
        }
        return (office, parties)
    }

    @Test func `a portfolio goes over, each thing with an event of its own`() throws {
        var (office, parties) = office(parties: 3)
        let territory = office.territory("North", owner: .employee(bo))
        let archived = parties[1]
        office.when(ArchiveParty.with { $0.party = Reference(number: archived) }, reason: "moved")
        let transfer = TransferPortfolio.from(.employee(bo), to: .employee(cy))
        let outcome = office.when(transfer)
        #expect(outcome.kinds == [.portfolioTransferred] + Array(repeating: .ownerAssigned, count: 4))
        guard case .portfolioTransferred(let transferred)? = outcome.payloads.first else { throw TestFailure() }
        #expect(transferred.to == Owner(employee: cy) && transferred.left == 0)
        #expect(transferred.transferred.map(\.kind) == [.party, .territory])
        #expect(transferred.transferred.map(\.count) == [3, 1])
        #expect(outcome.events.map(\.stream) == [bo] + parties + [territory])
        #expect(outcome.events[1].subjects.map(\.subject) == [parties[0]])
        #expect(outcome.events[0].stored.header.origin == .command)
        guard case .ownerAssigned(let assigned) = outcome.payloads[1] else { throw TestFailure() }
        #expect(assigned.transferred && assigned.ownerBefore == Owner(employee: bo))
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(try office.openWork(Owner(employee: cy)) == 4)
        #expect(office.when(transfer).isUnchanged)
        #expect(office.when(DeactivateEmployee.of(bo)).kinds == [.employeeDeactivated])
        #expect(office.scenario.isReproducible)
    }

    @Test func `a large portfolio goes over in parts`() throws {
        var (office, parties) = office(parties: 7)
        let transfer = TransferPortfolio.from(.employee(bo), to: .employee(cy), most: 3)
        var moved: [StreamNumber] = []
        for left in [4, 1, 0] as [UInt64] {
            let outcome = office.when(transfer)
            guard case .portfolioTransferred(let transferred)? = outcome.payloads.first else { throw TestFailure() }
            #expect(transferred.left == left)
            moved += outcome.events.dropFirst().map(\.stream)
        }
        #expect(moved == parties)
        #expect(office.when(transfer).isUnchanged)
        #expect(office.scenario.isReproducible)
    }

    @Test func `the greatest body has 900 things and one event more`() {
        var office = office
        for _ in 0..<950 {
            let party = office.scenario.given(.party, .partyRegistered(.with { $0.kind = .person }))
            office.scenario.given(
                on: party, .ownerAssigned(.with { $0.owner = Owner(employee: bo) }))
        }
        let transfer = TransferPortfolio.from(.employee(bo), to: .employee(cy))
        #expect(office.when(transfer).events.count == 901)
        #expect(office.when(transfer).events.count == 51)
        #expect(office.when(transfer).isUnchanged)
    }

    @Test func `only the kinds asked for go over, and back again`() throws {
        var (office, _) = office(parties: 2)
        _ = office.territory("North", owner: .employee(bo))
        let transfer = TransferPortfolio.from(.employee(bo), to: .employee(cy)).with { $0.kinds = [.territory] }
        #expect(office.when(transfer).kinds == [.portfolioTransferred, .ownerAssigned])
        #expect(try office.openWork(Owner(employee: bo), .party) == 2)
        let back = TransferPortfolio.from(.employee(cy), to: .employee(bo))
        #expect(office.when(back).kinds == [.portfolioTransferred, .ownerAssigned])
        #expect(try office.openWork(Owner(employee: bo)) == 3)
        #expect(office.scenario.isReproducible)
    }

    @Test func `tickets go over with a portfolio, each to be worked on by the other one`() throws {
        var (office, _) = office(parties: 1)
        let ann = office.party(name: "Ann")
        var tickets: [StreamNumber] = []
        for _ in 0..<3 {
            let opened = OpenTicket.with {
                $0.party = Reference(number: ann)
                $0.assignee = Reference(number: bo)
            }
            tickets.append(office.made(opened))
        }
        office.when(resolve(tickets[1], by: bo))
        #expect(office.when(DeactivateEmployee.of(bo)).code == .hasOpenWork)
        let outcome = office.when(TransferPortfolio.from(.employee(bo), to: .employee(cy)))
        #expect(outcome.kinds == [.portfolioTransferred, .ownerAssigned, .ticketReassigned, .ticketReassigned])
        #expect(outcome.events.suffix(2).map(\.stream) == [tickets[0], tickets[2]])
        #expect(outcome.events.last?.subjects.map(\.subject) == [ann])
        guard case .portfolioTransferred(let transferred)? = outcome.payloads.first,
            case .ticketReassigned(let reassigned)? = outcome.payloads.last
        else { throw TestFailure() }
        #expect(transferred.transferred.map(\.kind) == [.party, .ticket] && transferred.left == 0)
        #expect(reassigned.transferred && reassigned.before.assigneeNumber == bo.rawValue)
        #expect(office.state(TicketAggregate.self, tickets[2]).assignment.assigneeNumber == cy.rawValue)
        // What is resolved stays with whoever resolved it.
        #expect(office.state(TicketAggregate.self, tickets[1]).assignment.assigneeNumber == bo.rawValue)
        #expect(try office.openWork(Owner(employee: cy), .ticket) == 2)
        #expect(office.when(TransferPortfolio.from(.employee(bo), to: .employee(cy))).isUnchanged)
        #expect(office.when(DeactivateEmployee.of(bo)).kinds == [.employeeDeactivated])
        #expect(office.scenario.isReproducible)
    }

    @Test func `a team takes no tickets, and an employee no more than he can`() throws {
        var (office, _) = office(parties: 1)
        let (ann, team) = (office.party(name: "Ann"), office.team("Sales"))
        for _ in 0..<2 {
            _ = office.made(
                OpenTicket.with {
                    $0.party = Reference(number: ann)
                    $0.assignee = Reference(number: bo)
                })
        }
        let toTeam = TransferPortfolio.from(.employee(bo), to: .team(team))
        #expect(office.when(toTeam.with { $0.kinds = [.ticket] }).field == "to")
        let outcome = office.when(toTeam)
        #expect(outcome.kinds == [.portfolioTransferred, .ownerAssigned])
        guard case .portfolioTransferred(let transferred)? = outcome.payloads.first else { throw TestFailure() }
        #expect(transferred.left == 2)
        office.when(SetCapacity.of(cy, .ticket, 1))
        let toCy = TransferPortfolio.from(.employee(bo), to: .employee(cy))
        #expect(office.when(toCy).code == .capacityExceeded)
        #expect(office.when(toCy.with { $0.most = 1 }).kinds == [.portfolioTransferred, .ticketReassigned])
        #expect(office.scenario.isReproducible)
    }

    @Test func `a team hands over as well, and is no subject`() {
        var office = office
        let team = office.team("Sales")
        let party = office.party()
        office.when(AssignOwner.of(.party, party, .team(team)))
        let outcome = office.when(TransferPortfolio.from(.team(team), to: .employee(cy)))
        #expect(outcome.events.map(\.stream) == [team, party])
        #expect(outcome.events.first?.subjects.isEmpty ?? false)
    }

    @Test func `transfers are refused`() {
        var (office, _) = office(parties: 2)
        let gone = office.employee("Gone")
        office.when(DeactivateEmployee.of(gone))
        let small = office.employee("Small")
        office.when(SetCapacity.of(small, .party, 1))
        let cases: [(TransferPortfolio, ErrorCode, String)] = [
            (.from(.employee(bo), to: .employee(bo)), .schemaInvalid, "to"),
            (.from(.employee(bo), to: .employee(gone)), .assigneeInactive, "to"),
            (.from(.employee(bo), to: .employee(small)), .capacityExceeded, "to"),
            (.from(.employee(bo), to: .employee(cy), most: 901), .limitExceeded, "most"),
            (.from(.employee(bo), to: .employee(StreamNumber(99))), .referenceMissing, "to.employee"),
            (.from(OwnerReference(), to: .employee(cy)), .schemaInvalid, "from"),
            (.from(.employee(StreamNumber(99)), to: .employee(cy)), .notFound, ""),
            (.from(.employee(bo), to: .employee(cy)).with { $0.kinds = [.order] }, .schemaInvalid, "kinds[0]"),
        ]
        for (command, code, field) in cases {
            var office = office
            let outcome = office.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
        let allowed = cases[2].0.with { $0.allowOverCapacity = true }
        #expect(office.when(allowed).code == .reasonRequired)
        #expect(office.when(allowed, reason: "he is on leave").events.count == 3)
    }

    @Test func `a thing whose last fact lies a little ahead is handed over at that instant`() throws {
        var (office, parties) = office(parties: 1)
        let ahead = Instant(microseconds: office.scenario.now.rawValue + 60_000_000)
        office.when(Schema.Tag.of(parties[0], "ahead"), at: ahead)
        let outcome = office.when(TransferPortfolio.from(.employee(bo), to: .employee(cy)))
        #expect(outcome.events.last?.stored.occurredAt == ahead)
    }
}
