import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Many agents ask for the next ticket at once.
@Suite(.serialized) struct ClaimingTests {
    private static let agents = 50
    private static let queue = newID()

    /// How many tickets are open; `KITH_CLAIMING_TICKETS` of the environment says another number.
    private static var tickets: Int {
        ProcessInfo.processInfo.environment["KITH_CLAIMING_TICKETS"].flatMap { Int($0) } ?? 10_000
    }

    /// One that was claimed: where in the log, and which ticket.
    private struct Claim: Sendable {
        var position: UInt64
        var ticket: UInt64
        var agent: Int
    }

    @Test func `nobody gets what another one has, and the order is that of the queue`() async throws {
        try await Daemon.run { daemon in
            let employees = try await ClaimingTests.furnish(daemon)
            try await ClaimingTests.open(daemon)
            let position = try await daemon.durablePosition()
            let expected = try await ClaimingTests.waiting(daemon, atLeast: position)
            #expect(expected.count == ClaimingTests.tickets)

            let perAgent = min(ClaimingTests.tickets / 5, 5_000) / ClaimingTests.agents
            let started = ContinuousClock.now
            let claims = try await ClaimingTests.claim(daemon, employees, each: perAgent)
            let took = ContinuousClock.now - started
            print("\(claims.count) of \(expected.count) tickets claimed by \(employees.count) agents in \(took)")

            #expect(claims.count == perAgent * ClaimingTests.agents)
            #expect(Set(claims.map(\.ticket)).count == claims.count)
            let inOrder = claims.sorted { $0.position < $1.position }.map(\.ticket)
            #expect(inOrder == Array(expected.prefix(claims.count)))
            // Everybody got some, and what is left is what the queue shows.
            #expect(Set(claims.map(\.agent)).count == ClaimingTests.agents)
            let after = try await daemon.durablePosition()
            let left = try await ClaimingTests.waiting(daemon, atLeast: after)
            #expect(left == Array(expected.dropFirst(claims.count)))
        }
    }

    @Test func `the same command gets the same ticket, and one command may take several`() async throws {
        try await Daemon.run { daemon in
            let employees = try await ClaimingTests.furnish(daemon)
            let tickets = try await daemon.withClient { client in
                try await client.accepted(
                    Command(ClaimingTests.ticket("low"), ClaimingTests.ticket("urgent"), ClaimingTests.ticket("high"))
                        .with { $0.mode = .historic }
                ).bodies.map(\.id)
            }
            let next = CommandBody.with {
                $0.claimNextTicket.queue.id = ClaimingTests.queue
                $0.claimNextTicket.employee.id = employees[0]
            }
            try await daemon.withClient { client in
                let first = Command(next)
                let taken = try await client.accepted(first)
                #expect(taken.bodies.map(\.id) == [tickets[1]])
                let again = try await client.accepted(first)
                #expect(again.replayed && again.bodies.map(\.id) == [tickets[1]])
                let both = try await client.accepted(Command(next, next))
                #expect(both.bodies.map(\.id) == [tickets[2], tickets[0]])
                #expect(try await client.submit(Command(next)).value.refusal == .noTicketWaiting)
                // What the command itself opens can be taken by it.
                let own = try await client.accepted(
                    Command(ClaimingTests.ticket("low"), next).with { $0.mode = .historic })
                #expect(own.bodies[0].id == own.bodies[1].id)
            }
            let kith = try await RunOutcome(
                try daemon.startKith(["claim-next", ClaimingTests.queue, "--employee", employees[0]]))
            #expect(kith.code == 1 && kith.complaint.contains("NO_TICKET_WAITING"), "\(kith)")
            // A restart reads the pools from the index.
            _ = try await daemon.withClient {
                try await $0.accepted(Command(ClaimingTests.ticket("low")).with { $0.mode = .historic })
            }
            try await daemon.expectCleanStop()
            try await daemon.start()
            let after = try await RunOutcome(
                try daemon.startKith(["claim-next", ClaimingTests.queue, "--employee", employees[1]]))
            #expect(after.code == 0 && after.output.hasPrefix("took #"), "\(after)")
        }
    }

    // MARK: Steps

    /// A queue and the employees who will work on it; their ids.
    private static func furnish(_ daemon: Daemon) async throws -> [String] {
        let employees = (0..<agents).map { _ in newID() }
        try await daemon.withClient { client in
            var command = Command(
                .with {
                    $0.defineQueue.id = queue
                    $0.defineQueue.label = "Support"
                })
            command.bodies += employees.enumerated().map { number, id in
                .with {
                    $0.hireEmployee.id = id
                    $0.hireEmployee.name.display = "Agent \(number)"
                }
            }
            try await client.accepted(command)
        }
        return employees
    }

    private static func ticket(_ priority: String) -> CommandBody {
        .with {
            $0.openTicket.queue.id = queue
            $0.openTicket.priority = priority
        }
    }

    /// Opens the tickets, 1,000 by a command, at times and with priorities in no order.
    private static func open(_ daemon: Daemon) async throws {
        var random = SplitMix(seed: 50)
        let priorities = ["urgent", "high", "normal", "low"]
        try await daemon.withClient { client in
            var left = tickets
            while left > 0 {
                var command = Command().with { $0.id = newID() }
                command.mode = .historic
                command.occurredAt = Google_Protobuf_Timestamp(
                    seconds: 1_700_000_000 + Int64(random.next() % 10_000_000))
                command.bodies = (0..<min(1_000, left)).map { _ in
                    ticket(priorities[Int(random.next() % UInt64(priorities.count))])
                }
                left -= command.bodies.count
                try await client.accepted(command)
            }
        }
    }

    /// The unassigned tickets of the queue, as the view shows them.
    private static func waiting(_ daemon: Daemon, atLeast: UInt64) async throws -> [UInt64] {
        try await daemon.withClient { client in
            var request = TicketsRequest()
            request.filter.queue.id = queue
            request.filter.unassigned = true
            request.limit = 1_000
            request.atLeast = atLeast
            var numbers: [UInt64] = []
            repeat {
                let page = try await client.tickets(request).value
                numbers += page.tickets.map(\.number)
                request.cursor = page.cursor
            } while !request.cursor.isEmpty
            return numbers
        }
    }

    /// Every agent claims, each on a connection of its own, one after the other.
    private static func claim(_ daemon: Daemon, _ employees: [String], each: Int) async throws -> [Claim] {
        try await withThrowingTaskGroup(of: [Claim].self) { group in
            for (agent, employee) in employees.enumerated() {
                group.addTask {
                    try await daemon.withClient { client in
                        var claims: [Claim] = []
                        for _ in 0..<each {
                            let accepted = try await client.accepted(
                                Command(
                                    .with {
                                        $0.claimNextTicket.queue.id = queue
                                        $0.claimNextTicket.employee.id = employee
                                    }))
                            guard let ticket = accepted.bodies.first, let event = accepted.events.first else {
                                continue
                            }
                            claims.append(Claim(position: event.position, ticket: ticket.number, agent: agent))
                        }
                        return claims
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
