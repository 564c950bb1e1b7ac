internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Random tickets from a seed, and the same figures computed from everything that is known of them.
@Suite struct TicketOracleTests {
    private static let queues: [UInt64] = [7, 8]
    private static let agents: [UInt64] = [50, 51, 52]

    private func sketch(seed: UInt64, steps: Int) throws -> TicketSketch {
        var random = SeededGenerator(seed: seed)
        var sketch = TicketSketch()
        var now: Int64 = 0
        for _ in 0..<steps {
            now += Int64.random(in: 60...20_000, using: &random)
            let instant = Instant.day(0, seconds: now)
            let known = sketch.tickets.keys.sorted()
            guard let ticket = known.randomElement(using: &random), Int.random(in: 0..<5, using: &random) > 0 else {
                try sketch.open(
                    at: instant, queue: Self.queues.randomElement(using: &random) ?? 7,
                    rank: UInt32.random(in: 1...3, using: &random), byUs: Int.random(in: 0..<4, using: &random) == 0)
                continue
            }
            try step(ticket, instant, &sketch, &random)
        }
        return sketch
    }

    private func step(
        _ number: StreamNumber, _ instant: Instant, _ sketch: inout TicketSketch, _ random: inout SeededGenerator
    ) throws {
        let ticket = try #require(sketch.tickets[number])
        let agent = Self.agents.randomElement(using: &random) ?? 50
        if ticket.absorbed { return try sketch.release(number, at: instant) }
        guard ticket.isOpen else {
            if ticket.status == .resolved, Bool.random(using: &random) { return try sketch.close(number, at: instant) }
            return try sketch.reopen(number, at: instant)
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0 where ticket.assignment.assigneeNumber == 0:
            try sketch.claim(number, by: agent, at: instant, responds: Bool.random(using: &random))
        case 1 where ticket.assignment.assigneeNumber != agent: try sketch.reassign(number, to: agent, at: instant)
        case 2:
            let queue = Self.queues.first { $0 != ticket.assignment.queueNumber } ?? 7
            try sketch.route(number, to: queue, at: instant)
        case 3: try sketch.message(number, at: instant)
        case 4, 5:
            try sketch.reply(number, by: agent, at: instant, handling: UInt32.random(in: 0...600, using: &random))
        case 6 where ticket.status != .pending: try sketch.pause(number, at: instant)
        case 6: try sketch.resume(number, at: instant)
        case 7: try sketch.escalate(number, to: UInt32.random(in: 1...3, using: &random), at: instant)
        case 8: try sketch.resolve(number, at: instant, handling: 30)
        default:
            if Bool.random(using: &random) {
                try sketch.close(number, at: instant)
            } else {
                try sketch.absorb(number, into: number, at: instant)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `figures are those of the slow way`(seed: UInt64) throws {
        let sketch = try sketch(seed: seed, steps: 400)
        let end = try #require(sketch.log.events.last).header.occurredAt
        for asOf in [end, Instant(microseconds: (Instant.day(0).rawValue + end.rawValue) / 2)] {
            for from in [nil, Int64(10)] {
                let response = try sketch.figures(asOf: asOf) {
                    if from != nil { $0.from = "2024-01-11" }
                    $0.dimensions = from == nil ? [.queue, .agent] : [.queue, .agent, .day, .month]
                }
                let start = from.map { Instant.day($0) } ?? .earliest
                let slow = SlowFigures(sketch.tickets.values.map { $0 }, from: start, to: asOf)
                slow.compare(response.total, "seed \(seed), as of \(asOf), from \(start)")
                for group in [response.total] + response.groups.map(\.figures) where group.hasBacklog {
                    let flow = group.flow
                    #expect(flow.backlogAtStart + flow.inflow == group.backlog.tickets + flow.outflow, "seed \(seed)")
                }
                for dimension in [ServiceDimension.queue, .agent, .day] {
                    let groups = response.groups.filter { $0.dimension == dimension }
                    guard !groups.isEmpty else { continue }
                    #expect(
                        groups.reduce(0) { $0 + $1.figures.nextResponse.n } == response.total.nextResponse.n,
                        "seed \(seed), \(dimension)")
                    #expect(groups.reduce(0) { $0 + $1.figures.flow.opened } == response.total.flow.opened)
                }
            }
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `pages, and going on from the middle, make the same rows`(seed: UInt64) throws {
        let log = try sketch(seed: seed, steps: 300).log
        let whole = try log.fold(TicketQueue.self)
        for page in [1, 7, 1_000] {
            #expect(try log.fold(TicketQueue.self, page: page) == whole, "seed \(seed), pages of \(page)")
        }
        let middle = log.events.count / 2
        var store = MemoryStore(for: TicketQueue.self)
        for event in log.events[..<middle] where TicketQueue.kinds.contains(event.header.kind) {
            try TicketQueue().apply(event, to: &store)
        }
        #expect(try log.fold(TicketQueue.self, onto: store, from: middle) == whole, "seed \(seed)")
    }

    @Test(arguments: [7, 8] as [UInt64])
    func `every open ticket is in the queue once, in order`(seed: UInt64) throws {
        let sketch = try sketch(seed: seed, steps: 300)
        let listed = try sketch.queue()
        #expect(Set(listed) == Set(sketch.tickets.filter { $0.value.isOpen }.keys), "seed \(seed)")
        #expect(listed.count == Set(listed).count)
        let store = try sketch.log.fold(TicketQueue.self)
        let places = try listed.map { number throws -> TicketOrderKey in
            let row = try #require(try TicketQueue.tickets.row(number.rawValue, in: store))
            return try #require(TicketOrderKey(row.standing))
        }
        #expect(places == places.sorted(), "seed \(seed)")
    }
}

/// The figures of tickets the slow way.
private struct SlowFigures {
    let tickets: [TicketSketch.Ticket]
    let from: Instant
    let to: Instant

    init(_ tickets: [TicketSketch.Ticket], from: Instant, to: Instant) {
        self.tickets = tickets
        self.from = from
        self.to = to
    }

    private func isIn(_ instant: Instant) -> Bool { from <= instant && instant <= to }

    private func isOpen(_ ticket: TicketSketch.Ticket, at instant: Instant) -> TicketSketch.Moment? {
        ticket.moments.last { $0.from <= instant }.flatMap { $0.isOpen ? $0 : nil }
    }

    private func quantile(_ share: Double, _ values: [Double]) -> Double {
        let sorted = values.sorted()
        let rank = share * Double(sorted.count - 1)
        let low = Int(rank.rounded(.down))
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (rank - Double(low))
    }

    private func compare(_ figures: DurationFigures, _ values: [Double], _ label: String) {
        #expect(figures.n == UInt64(values.count), "\(label)")
        guard !values.isEmpty else { return }
        #expect(abs(figures.median - quantile(0.5, values)) < 1e-6, "\(label)")
        #expect(abs(figures.p90 - quantile(0.9, values)) < 1e-6, "\(label)")
        #expect(abs(figures.mean - values.reduce(0, +) / Double(values.count)) < 1e-6, "\(label)")
    }

    func compare(_ figures: ServiceFigures, _ label: String) {
        let open = tickets.compactMap { isOpen($0, at: to) }
        #expect(figures.backlog.tickets == UInt64(open.count), "\(label)")
        #expect(figures.backlog.pending == UInt64(open.count { $0.isPending }), "\(label)")
        #expect(figures.backlog.unassigned == UInt64(open.count { $0.assignment.assigneeNumber == 0 }), "\(label)")
        let responses = tickets.flatMap(\.responses).filter { isIn($0.at) }
        compare(figures.firstResponse, responses.filter { !$0.isReopened }.map(\.seconds), "\(label): first response")
        compare(figures.reopenedResponse, responses.filter(\.isReopened).map(\.seconds), "\(label): reopened")
        let next = tickets.flatMap(\.nextResponses).filter { isIn($0.at) }.map(\.seconds)
        compare(figures.nextResponse, next, "\(label): next response")
        compareResolutions(figures, label)
        #expect(figures.transfers == UInt64(tickets.flatMap(\.transfers).count { isIn($0) }), "\(label)")
        let escalations = tickets.flatMap(\.escalations).filter { isIn($0.at) }
        for level in figures.escalations {
            #expect(level.escalations == UInt64(escalations.count { $0.level == level.level }), "\(label)")
        }
        #expect(figures.flow.opened == UInt64(tickets.count { isIn($0.openedAt) }), "\(label)")
    }

    private func compareResolutions(_ figures: ServiceFigures, _ label: String) {
        var first: [Double] = []
        var last: [Double] = []
        var (all, undone, contacts, lasting, handling) = (0, 0, 0, 0, UInt64(0))
        for ticket in tickets {
            for resolution in ticket.resolutions where isIn(resolution.at) {
                let seconds = Double(resolution.at.rawValue - ticket.openedAt.rawValue) / 1_000_000
                let reopenedAt = resolution.reopenedAt.flatMap { $0 <= to ? $0 : nil }
                all += 1
                if reopenedAt == nil {
                    last.append(seconds)
                    handling += resolution.handling
                } else {
                    undone += 1
                }
                guard resolution.isFirst else { continue }
                first.append(seconds)
                guard resolution.contacts == 1 else { continue }
                contacts += 1
                let week: Int64 = 7 * 86_400 * 1_000_000
                if reopenedAt.map({ $0.rawValue - resolution.at.rawValue > week }) ?? true { lasting += 1 }
            }
        }
        compare(figures.firstResolution, first, "\(label): first resolution")
        compare(figures.lastResolution, last, "\(label): last resolution")
        #expect(
            figures.reopenRate.numerator == Int64(undone) && figures.reopenRate.denominator == Int64(all), "\(label)")
        #expect(figures.firstContactGross.numerator == Int64(contacts), "\(label)")
        #expect(figures.firstContactNet.numerator == Int64(lasting), "\(label)")
        #expect(figures.handling.seconds == handling, "\(label)")
    }
}
