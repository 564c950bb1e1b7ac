internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct QueueOrderTests {
    @Test func `breached, due, priority, class, waiting, sequence; pending last`() throws {
        var sketch = TicketSketch()
        let late = try sketch.open(at: .day(5))
        let early = try sketch.open(at: .day(4))
        let gold = try sketch.open(at: .day(6), classRank: 1)
        let silver = try sketch.open(at: .day(3), classRank: 2)
        let urgent = try sketch.open(at: .day(7), rank: 1)
        let high = try sketch.open(at: .day(2), rank: 2)
        let dueLater = try sketch.open(at: .day(1))
        let dueSoon = try sketch.open(at: .day(8))
        let breached = try sketch.open(at: .day(8))
        let paused = try sketch.open(at: .day(0), rank: 1)
        let resuming = try sketch.open(at: .day(8))
        let ours = try sketch.open(at: .day(0), byUs: true)
        try sketch.start(.resolution, of: dueLater, due: .day(30), at: .day(1))
        try sketch.start(.firstResponse, of: dueSoon, due: .day(20), at: .day(8))
        try sketch.start(.resolution, of: breached, due: .day(9), at: .day(8))
        try sketch.start(.firstResponse, of: breached, due: .day(40), at: .day(8))
        try sketch.breach(.resolution, of: breached, at: .day(9))
        try sketch.pause(paused, at: .day(9))
        try sketch.pause(resuming, until: .day(50), at: .day(9))
        #expect(
            try sketch.queue() == [
                breached, dueSoon, dueLater, urgent, high, gold, silver, early, late, ours, resuming, paused,
            ])
        let summary = try sketch.summary(breached, asOf: .day(10))
        #expect(summary.breached && summary.dueClock == .resolution && Instant(summary.dueAt) == .day(9))
        #expect(summary.ageSeconds == 2 * 86_400)
    }

    @Test func `what happens moves a ticket, and nothing is left behind`() throws {
        var sketch = TicketSketch()
        let first = try sketch.open(at: .day(0), queue: 7)
        let second = try sketch.open(at: .day(1), queue: 7)
        let third = try sketch.open(at: .day(2), queue: 7)
        #expect(try sketch.queue() == [first, second, third])
        // An answered one comes behind those who wait.
        try sketch.reply(first, at: .day(3))
        #expect(try sketch.queue() == [second, third, first])
        try sketch.message(first, at: .day(4))
        #expect(try sketch.queue() == [second, third, first])
        try sketch.log.append(first, .prioritySet(.with { $0.priority.rank = 1 }), at: .day(5))
        #expect(try sketch.queue() == [first, second, third])
        try sketch.resolve(first, at: .day(6))
        #expect(try sketch.queue() == [second, third])
        try sketch.absorb(second, into: third, at: .day(7))
        #expect(try sketch.queue() == [third])
        try sketch.release(second, at: .day(8))
        try sketch.reopen(first, at: .day(9))
        #expect(try sketch.queue() == [first, second, third])
        for ticket in [first, second, third] { try sketch.close(ticket, at: .day(10)) }
        #expect(try sketch.log.fold(TicketQueue.self).count(TicketQueue.order) == 0)
    }

    @Test func `a clock that stops, goes on and is withdrawn counts as long as it runs`() throws {
        var sketch = TicketSketch()
        let calm = try sketch.open(at: .day(0))
        let timed = try sketch.open(at: .day(1))
        try sketch.start(.nextResponse, of: timed, due: .day(2), at: .day(1))
        try sketch.breach(.nextResponse, of: timed, at: .day(2))
        #expect(try sketch.queue() == [timed, calm])
        #expect(try sketch.queue { $0.breached = true } == [timed])
        try sketch.withdraw(.nextResponse, of: timed, at: .day(3))
        #expect(try sketch.queue { $0.breached = true }.isEmpty)
        try sketch.stop(.nextResponse, of: timed, used: 60, at: .day(3))
        #expect(try sketch.queue() == [calm, timed])
        try sketch.start(.nextResponse, of: timed, due: .day(9), cycle: 2, at: .day(4))
        // A breach of a cycle that is over does not count.
        try sketch.breach(.nextResponse, of: timed, cycle: 1, at: .day(5))
        #expect(try sketch.queue() == [timed, calm])
        #expect(try sketch.queue { $0.breached = true }.isEmpty)
    }

    @Test func `filters find those that meet all of them`() throws {
        var sketch = TicketSketch()
        let ada = try sketch.log.begin(.party, .partyRegistered())
        let a = try sketch.open(at: .day(0), queue: 7, rank: 1, party: ada)
        let b = try sketch.open(at: .day(1), queue: 7, agent: 50, rank: 2)
        let c = try sketch.open(at: .day(2), queue: 8) {
            $0.classification.category = "billing/invoice"
            $0.classification.type = "incident"
            $0.head.channel = "phone"
        }
        try sketch.pause(b, at: .day(3))
        func found(_ change: (inout TicketConditions) -> Void) throws -> [StreamNumber] {
            var conditions = TicketConditions()
            change(&conditions)
            return try sketch.queue(conditions)
        }
        #expect(try found { $0.queue = StreamNumber(7) } == [a, b])
        #expect(try found { $0.agent = StreamNumber(50) } == [b])
        #expect(try found { $0.unassigned = true } == [a, c])
        #expect(
            try found {
                $0.queue = StreamNumber(7); $0.unassigned = true
            } == [a])
        #expect(try found { $0.party = ada } == [a])
        #expect(try found { $0.priorities = ["p2", "p1"] } == [a, b])
        #expect(try found { $0.category = "billing" } == [c])
        #expect(try found { $0.category = "bill" }.isEmpty)
        #expect(
            try found {
                $0.type = "incident"; $0.channel = "phone"
            } == [c])
        #expect(try sketch.queue { $0.statuses = [.pending] } == [b])
        #expect(throws: ViewError.self) { try sketch.queue { $0.statuses = [.resolved] } }
        #expect(throws: ViewError.self) { try sketch.queue { $0.limit = 1_001 } }
        #expect(throws: ViewError.self) { try sketch.queue { $0.cursor = Data([1, 0, 9]) } }
    }

    @Test func `pages of 1, 7 and 1000 show the same`() throws {
        var sketch = TicketSketch()
        var random = SeededGenerator(seed: 4)
        for _ in 0..<60 {
            let ticket = try sketch.open(
                at: .day(Int64.random(in: 0...9, using: &random)), rank: UInt32.random(in: 0...3, using: &random),
                classRank: UInt32.random(in: 0...2, using: &random))
            if Bool.random(using: &random) {
                try sketch.start(
                    .resolution, of: ticket, due: .day(Int64.random(in: 9...12, using: &random)), at: .day(9))
            }
        }
        let all = try sketch.queue()
        #expect(all.count == 60 && Set(all).count == 60)
        for page in [1, 7, 1_000] as [UInt32] { #expect(try sketch.queue(pageOf: page) == all) }
    }

    @Test func `a subject line stays sealed until it is asked for`() throws {
        var sketch = TicketSketch()
        let ada = try sketch.log.begin(.party, .partyRegistered())
        _ = try sketch.open(at: .day(0), party: ada, subject: "My tap leaks")
        let store = try sketch.log.fold(TicketQueue.self)
        var ticket = try #require(
            try TicketQueue.tickets(TicketsRequest(), of: TicketConditions(), asOf: .day(1), in: store).tickets.first)
        #expect(ticket.summary.subjectLine.isEmpty)
        let reference = try #require(ticket.subjectLine)
        ticket.fill(with: try #require(sketch.log.sealed[reference]))
        #expect(ticket.summary.subjectLine == "My tap leaks")
    }

    @Test func `an event of a ticket that was never opened stops the view`() throws {
        var log = LogSketch()
        let ticket = try log.begin(.ticket, .ticketResumed(.init()))
        #expect(ticket != .none)
        #expect(throws: ViewError.self) { try log.fold(TicketQueue.self) }
    }
}
