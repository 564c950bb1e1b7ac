internal import Schema
internal import Testing

@testable import EventLog

extension SeededNumbers: RandomNumberGenerator {}

/// The pools from which the next ticket is claimed, against a list of all tickets that is sorted each time.
@Suite struct TicketPoolTests {
    /// A log of tickets, and what is known of them.
    private final class Pools {
        let test: TestLog
        private var commands: UInt64 = 0
        private(set) var standings: [StreamNumber: TicketStanding] = [:]

        init() throws { test = try TestLog() }

        @discardableResult
        func open(queue: UInt64, rank: UInt32 = 0) throws -> StreamNumber {
            commands += 1
            var standing = TicketStanding()
            standing.status = .new
            standing.sequence = commands
            standing.queueNumber = queue
            standing.priorityRank = rank
            let draft = EventDraft.sample(
                .new(.ticket, Identifier(high: 7, low: commands)), command: commands,
                changes: [.ticket(.began(standing))])
            let number = try test.append(draft).stream
            standings[number] = standing
            return number
        }

        func change(_ ticket: StreamNumber, _ changes: [TicketStandingChange]) throws {
            commands += 1
            _ = try test.append(
                EventDraft.sample(.existing(ticket), command: commands, changes: changes.map { .ticket($0) }))
            for change in changes { standings[ticket]?.apply(change) }
        }

        func first(_ queue: UInt64, except: Set<StreamNumber> = []) throws -> StreamNumber? {
            try test.log.index.firstInPool(of: StreamNumber(queue)) { except.contains($0) }?.ticket
        }

        /// The same the slow way.
        func expected(_ queue: UInt64, except: Set<StreamNumber> = []) -> StreamNumber? {
            standings.filter { !except.contains($0.key) }.compactMap { $0.value.pooled($0.key) }
                .filter { $0.queue.rawValue == queue }.map(\.entry).min()?.ticket
        }
    }

    @Test func `the first one is found in the overlay, in the tables and in both`() throws {
        let pools = try Pools()
        #expect(try pools.first(1) == nil)
        let low = try pools.open(queue: 1, rank: 3)
        #expect(try pools.first(1) == low)
        try pools.test.writer.flushIndex()
        #expect(try pools.first(1) == low)
        let high = try pools.open(queue: 1, rank: 1)
        #expect(try pools.first(1) == high)
        #expect(try pools.first(1, except: [high]) == low)
        try pools.change(high, [.assigned(queue: 1, assignee: 9)])
        try pools.change(low, [.status(.pending)])
        #expect(try pools.first(1) == nil)
        try pools.test.writer.flushIndex()
        #expect(try pools.first(1) == nil)
        try pools.change(low, [.status(.open)])
        try pools.change(low, [.assigned(queue: 2, assignee: 0)])
        #expect(try pools.first(1) == nil)
        #expect(try pools.first(2) == low)
        // What somebody had and gives back is in its place again.
        try pools.change(high, [.assigned(queue: 2, assignee: 0)])
        #expect(try pools.first(2) == high)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `whatever happens and whenever it is written, the first one is the first one`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let pools = try Pools()
        for step in 0..<600 {
            let tickets = pools.standings.keys.sorted()
            let ticket = tickets.randomElement(using: &random)
            switch (UInt64.random(in: 0..<8, using: &random), ticket) {
            case (0...2, _), (_, nil):
                try pools.open(
                    queue: UInt64.random(in: 0...2, using: &random), rank: UInt32.random(in: 0...4, using: &random))
            case (3, let ticket?):
                let agent = UInt64.random(in: 0...1, using: &random)
                try pools.change(
                    ticket, [.assigned(queue: UInt64.random(in: 0...2, using: &random), assignee: agent)])
            case (4, let ticket?):
                let statuses = [TicketStatus.open, .pending, .resolved, .closed]
                try pools.change(ticket, [.status(statuses.randomElement(using: &random) ?? .open)])
            case (5, let ticket?):
                var clock = TicketStandingClock()
                clock.kind = .resolution
                clock.cycle = 1
                clock.running = true
                clock.dueAt = Int64.random(in: 0...9, using: &random)
                try pools.change(
                    ticket, [.clock(clock), .breached(.resolution, cycle: 1, Bool.random(using: &random))])
            case (6, let ticket?): try pools.change(ticket, [.absorbed(Bool.random(using: &random))])
            case (_, let ticket?):
                for queue in [0, 1, 2] as [UInt64] {
                    // Somebody claims the first one.
                    guard let first = try pools.first(queue, except: [ticket]) else { continue }
                    #expect(first == pools.expected(queue, except: [ticket]), "seed \(seed), step \(step)")
                    try pools.change(first, [.assigned(queue: queue, assignee: 1)])
                }
            }
            if UInt64.random(in: 0..<40, using: &random) == 0 { try pools.test.writer.flushIndex() }
            for queue in [0, 1, 2] as [UInt64] {
                #expect(try pools.first(queue) == pools.expected(queue), "seed \(seed), step \(step), queue \(queue)")
            }
        }
    }

    @Test func `how a ticket stands is written and read again`() throws {
        let pools = try Pools()
        for rank in [3, 1, 2] as [UInt32] { try pools.open(queue: 1, rank: rank) }
        let first = try #require(try pools.first(1))
        try pools.change(first, [.assigned(queue: 1, assignee: 5), .waits(since: -7)])
        #expect(try pools.test.log.index.ticketStanding(of: first) == pools.standings[first])
        try pools.test.writer.flushIndex()
        #expect(try pools.test.log.index.ticketStanding(of: first) == pools.standings[first])
        #expect(try pools.test.log.index.ticketStanding(of: StreamNumber(999)) == nil)
    }
}
