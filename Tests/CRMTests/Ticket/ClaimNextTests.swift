import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct ClaimNextTests {
    private func next(_ queue: StreamNumber? = nil, by employee: StreamNumber? = nil) -> ClaimNextTicket {
        .with {
            if let queue { $0.queue = Reference(number: queue) }
            if let employee { $0.employee = Reference(number: employee) }
        }
    }

    @Test func `each claim gets the first one that is left, in the order of the queue`() throws {
        var desk = try Helpdesk()
        let normal = try desk.opened()
        let urgent = try desk.opened { $0.priority = "urgent" }
        let paused = try desk.opened { $0.priority = "urgent" }
        let high = try desk.opened { $0.priority = "high" }
        #expect(desk.scenario.when(awaitCustomer(paused)).kinds == [.ticketPaused])
        for expected in [urgent, high, normal] {
            #expect(desk.scenario.when(next(desk.queue, by: desk.carl)).kinds == [.ticketClaimed])
            #expect(desk.state(expected).assignment.assigneeNumber == desk.carl.rawValue)
        }
        let refused = desk.scenario.when(next(desk.queue, by: desk.carl))
        #expect(refused.code == .noTicketWaiting && refused.field == "queue")
        // It goes on and can be taken; what is given back can be taken again.
        #expect(desk.scenario.when(resume(paused)).kinds == [.ticketResumed])
        #expect(desk.scenario.when(next(desk.queue, by: desk.dora)).kinds == [.ticketClaimed])
        #expect(desk.state(paused).assignment.assigneeNumber == desk.dora.rawValue)
        #expect(desk.scenario.when(reassign(urgent)).kinds == [.ticketReassigned])
        #expect(desk.scenario.when(next(by: desk.dora)).kinds == [.ticketClaimed])
        #expect(desk.state(urgent).assignment.assigneeNumber == desk.dora.rawValue)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `without a queue it is one of those for which the employee works`() throws {
        var desk = try Helpdesk()
        let closed = try desk.scenario.made(
            DefineQueue.with {
                $0.label = "Experts"
                $0.agents = [.with { $0.employee = Reference(number: desk.dora) }]
            })
        let open = try desk.opened()
        let expert = try desk.opened {
            $0.queue = Reference(number: closed)
            $0.priority = "urgent"
        }
        #expect(desk.scenario.when(next(by: desk.carl)).kinds == [.ticketClaimed])
        #expect(desk.state(open).assignment.assigneeNumber == desk.carl.rawValue)
        #expect(desk.scenario.when(next(by: desk.carl)).code == .noTicketWaiting)
        #expect(desk.scenario.when(next(by: desk.dora)).kinds == [.ticketClaimed])
        #expect(desk.state(expert).assignment.assigneeNumber == desk.dora.rawValue)
    }

    @Test func `somebody has to be known, and to have room`() throws {
        var desk = try Helpdesk()
        _ = try desk.opened()
        #expect(desk.scenario.when(next(desk.queue)).code == .referenceMissing)
        let principal = try desk.scenario.made(RegisterPrincipal.with { $0.uid = 7 })
        let bound = desk.scenario.when(
            BindPrincipal.with {
                $0.principal = Reference(number: principal)
                $0.employee = Reference(number: desk.carl)
            })
        #expect(bound.kinds == [.principalBound])
        #expect(desk.scenario.when(next(), by: principal).kinds == [.ticketClaimed])
        #expect(try desk.open(of: desk.carl) == 1)
        _ = try desk.opened()
        let capacity = desk.scenario.when(
            SetCapacity.with {
                $0.employee = Reference(number: desk.carl)
                $0.kind = .ticket
                $0.most = 1
            })
        #expect(capacity.code == nil)
        #expect(desk.scenario.when(next(), by: principal).code == .capacityExceeded)
        #expect(desk.scenario.when(next(StreamNumber(999), by: desk.carl)).code == .referenceMissing)
    }

    @Test func `a resolved ticket that comes back is in its place again`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        #expect(desk.scenario.when(resolve(ticket)).code == nil)
        #expect(desk.scenario.when(next(by: desk.carl)).code == .noTicketWaiting)
        #expect(desk.scenario.when(reopen(ticket)).code == nil)
        #expect(desk.scenario.when(next(by: desk.carl)).kinds == [.ticketClaimed])
    }
}
