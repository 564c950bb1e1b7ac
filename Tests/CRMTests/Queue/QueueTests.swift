import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct QueueTests {
    private func routing(
        _ queue: StreamNumber, _ method: RoutingMethod, _ change: (inout QueueRouting) -> Void = { _ in }
    ) -> SetRouting {
        SetRouting.with {
            $0.queue = Reference(number: queue)
            $0.routing.method = method
            change(&$0.routing)
        }
    }

    private func staffed(_ desk: inout Helpdesk) -> StreamNumber {
        let (carl, dora, queue) = (desk.carl, desk.dora, desk.queue)
        let change = ChangeQueue.with {
            $0.agents = [
                .with { $0.employee = Reference(number: carl) },
                .with {
                    $0.employee = Reference(number: dora)
                    $0.skills = ["latin"]
                },
            ]
        }
        let outcome = desk.scenario.when(change)
        precondition(outcome.kinds == [.queueChanged], "not staffed: \(outcome)")
        return queue
    }

    @Test func `the first queue is the default one until another is made so`() throws {
        var desk = try Helpdesk()
        #expect(try desk.scenario.claim(.defaultQueue) == Int64(desk.queue.rawValue))
        let second = DefineQueue.with { $0.label = "Second" }
        let other = try desk.scenario.made(second)
        #expect(try desk.scenario.claim(.defaultQueue) == Int64(desk.queue.rawValue))
        let taken = desk.scenario.when(DefineQueue.with { $0.label = "SECOND" })
        #expect(taken.code == .queueLabelTaken)
        #expect(taken.refusal?.detail.relatedIds == [desk.scenario.idText(of: other)])
        let change = ChangeQueue.with {
            $0.queue = Reference(number: other)
            $0.isDefault = true
        }
        let outcome = desk.scenario.when(change)
        #expect(outcome.kinds == [.queueChanged, .queueChanged])
        #expect(outcome.events.map(\.stream) == [other, desk.queue])
        #expect(desk.scenario.when(change).isUnchanged)
        #expect(try desk.scenario.claim(.defaultQueue) == Int64(other.rawValue))
        let ticket = try desk.opened()
        #expect(desk.state(ticket).assignment.queueNumber == other.rawValue)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a queue with open tickets stays`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        let retire = RetireQueue.with { $0.queue = Reference(number: desk.queue) }
        #expect(desk.scenario.when(retire).code == .queueNotEmpty)
        desk.scenario.when(resolve(ticket))
        #expect(desk.scenario.when(retire).kinds == [.queueRetired])
        #expect(desk.scenario.when(retire).isUnchanged)
        #expect(try desk.scenario.claim(.defaultQueue) == 0)
        #expect(desk.scenario.when(SetRouting()).code == .notFound)
        #expect(desk.scenario.when(routing(desk.queue, .pool)).code == .queueRetired)
        let refused = desk.scenario.when(
            OpenTicket.with {
                $0.party = Reference(number: desk.ada)
                $0.queue = Reference(number: desk.queue)
            })
        #expect(refused.code == .queueRetired)
        #expect(refused.field == "queue")
        let pooled = try desk.opened()
        #expect(desk.state(pooled).assignment.queueNumber == 0)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `agents take turns`() throws {
        var desk = try Helpdesk()
        let queue = staffed(&desk)
        #expect(desk.scenario.when(routing(queue, .roundRobin)).kinds == [.routingSet])
        #expect(desk.scenario.when(routing(queue, .roundRobin)).isUnchanged)
        let ada = desk.ada
        let outcome = desk.scenario.when(OpenTicket.with { $0.party = Reference(number: ada) })
        #expect(outcome.kinds == [.ticketOpened, .ticketAssigned])
        let second = try desk.opened()
        let third = try desk.opened()
        let agents = [outcome.events[0].stream, second, third].map { desk.state($0).assignment.assigneeNumber }
        #expect(agents == [desk.carl, desk.dora, desk.carl].map(\.rawValue))
        #expect(desk.state(second).status == .open)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `the least busy gets the next one, those with the skill the difficult ones`() throws {
        var desk = try Helpdesk()
        let queue = staffed(&desk)
        let first = try desk.opened()
        desk.scenario.when(claim(first, by: desk.carl))
        desk.scenario.when(routing(queue, .leastBusy))
        let second = try desk.opened()
        #expect(desk.state(second).assignment.assigneeNumber == desk.dora.rawValue)
        let settings = SetServiceDesk.with {
            $0.categories = [
                .with {
                    $0.key = "latin"
                    $0.skills = ["latin"]
                },
                .with {
                    $0.key = "greek"
                    $0.skills = ["greek"]
                },
            ]
        }
        #expect(desk.scenario.when(settings).kinds == [.serviceDeskSet])
        desk.scenario.when(routing(queue, .skill))
        let latin = try desk.opened { $0.category = "latin" }
        #expect(desk.state(latin).assignment.assigneeNumber == desk.dora.rawValue)
        let pooled = try desk.opened { $0.category = "greek" }
        #expect(desk.state(pooled).assignment.assigneeNumber == 0)
        let must = RouteTicket.with {
            $0.ticket = Reference(number: pooled)
            $0.assign = true
        }
        #expect(desk.scenario.when(must).kinds == [.ticketRouted, .ticketAssigned])
        desk.scenario.when(routing(queue, .leastBusy) { $0.mostOpen = 1 })
        let full = try desk.opened()
        #expect(desk.state(full).assignment.assigneeNumber == 0)
        let refused = desk.scenario.when(
            RouteTicket.with {
                $0.ticket = Reference(number: full)
                $0.assign = true
            })
        #expect(refused.code == .noEligibleAgent)
        #expect(refused.field == "queue")
        #expect(desk.scenario.isReproducible)
    }

    @Test func `members of a team work for its queue, and history is left as it was`() throws {
        var desk = try Helpdesk()
        let team = try desk.scenario.made(DefineTeam.named("Night"))
        desk.scenario.when(
            JoinTeam.with {
                $0.employee = Reference(number: desk.dora)
                $0.team = Reference(number: team)
            })
        let night = try desk.scenario.made(
            DefineQueue.with {
                $0.label = "Night"
                $0.teams = [Reference(number: team)]
                $0.routing.method = .leastBusy
            })
        let ticket = try desk.opened()
        desk.scenario.when(claim(ticket, by: desk.carl))
        let route = RouteTicket.with {
            $0.ticket = Reference(number: ticket)
            $0.queue = Reference(number: night)
        }
        #expect(desk.scenario.when(route).kinds == [.ticketRouted, .ticketAssigned])
        #expect(desk.state(ticket).assignment.assigneeNumber == desk.dora.rawValue)
        #expect(desk.scenario.when(route).isUnchanged)
        #expect(try desk.open(of: desk.carl) == 0)
        #expect(try desk.scenario.claim(.openInQueue(night)) == 1)
        let command = OpenTicket.with {
            $0.party = Reference(number: desk.ada)
            $0.queue = Reference(number: night)
        }
        #expect(desk.scenario.when(command, historic: true).kinds == [.ticketOpened])
        #expect(desk.scenario.isReproducible)
    }

    @Test func `an employee takes no more tickets than he can`() throws {
        var desk = try Helpdesk()
        desk.scenario.when(
            SetCapacity.with {
                $0.employee = Reference(number: desk.carl)
                $0.kind = .ticket
                $0.most = 1
            })
        let (first, second) = (try desk.opened(), try desk.opened())
        #expect(desk.scenario.when(claim(first, by: desk.carl)).kinds == [.ticketClaimed])
        #expect(desk.scenario.when(claim(second, by: desk.carl)).code == .capacityExceeded)
        #expect(desk.scenario.when(reassign(second, to: desk.carl)).code == .capacityExceeded)
        let leave = DeactivateEmployee.with { $0.employee = Reference(number: desk.carl) }
        #expect(desk.scenario.when(leave).code == .hasOpenWork)
        desk.scenario.when(resolve(first))
        #expect(desk.scenario.when(leave).kinds.first == .employeeDeactivated)
        #expect(desk.scenario.when(claim(second, by: desk.carl)).code == .assigneeInactive)
        #expect(desk.scenario.isReproducible)
    }
}
