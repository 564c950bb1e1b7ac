internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct ServiceFigureTests {
    @Test func `nothing gives no shares and no times`() throws {
        let figures = try TicketSketch().figures(asOf: .day(1)).total
        #expect(figures.backlog.tickets == 0 && figures.backlog.ages.count == 5)
        #expect(figures.firstResponse.n == 0 && !figures.firstResponse.hasMedian)
        #expect(!figures.reopenRate.hasValue && !figures.firstContactGross.hasValue && !figures.handling.hasMean)
        #expect(figures.attainment.isEmpty && figures.escalations.isEmpty)
    }

    @Test func `a day at the desk by hand`() throws {
        var sketch = TicketSketch()
        // Answered after 10 min, resolved after 1 h, once and for all.
        let smooth = try sketch.open(at: .day(0), queue: 7)
        try sketch.claim(smooth, by: 50, at: .day(0, seconds: 300))
        try sketch.reply(smooth, by: 50, at: .day(0, seconds: 600), handling: 120)
        try sketch.resolve(smooth, at: .day(0, seconds: 3_600), handling: 60)
        // Answered after 30 min, asked again, resolved after 2 h, reopened after a day, resolved for good on day 2.
        let hard = try sketch.open(at: .day(0), queue: 7, agent: 50)
        try sketch.reply(hard, by: 51, at: .day(0, seconds: 1_800))
        try sketch.message(hard, at: .day(0, seconds: 3_000))
        try sketch.reply(hard, by: 50, at: .day(0, seconds: 3_600))
        try sketch.resolve(hard, at: .day(0, seconds: 7_200))
        try sketch.reopen(hard, at: .day(1))
        try sketch.reassign(hard, to: 51, at: .day(1, seconds: 60))
        try sketch.reply(hard, by: 51, at: .day(1, seconds: 900))
        try sketch.escalate(hard, to: 2, at: .day(1, seconds: 1_000))
        try sketch.resolve(hard, at: .day(2))
        // Never answered; open.
        let open = try sketch.open(at: .day(0, seconds: 60), queue: 8)
        try sketch.pause(open, at: .day(1))

        let total = try sketch.figures(asOf: .day(10)).total
        #expect(total.firstResponse.n == 2 && total.firstResponse.median == 1_200 && total.firstResponse.p90 == 1_680)
        #expect(total.reopenedResponse.n == 1 && total.reopenedResponse.max == 900)
        #expect(total.nextResponse.n == 1 && total.nextResponse.median == 600)
        #expect(total.firstResolution.n == 2 && total.firstResolution.mean == 5_400)
        #expect(total.lastResolution.n == 2 && total.lastResolution.max == 2 * 86_400)
        #expect(total.reopenRate.numerator == 1 && total.reopenRate.denominator == 3)
        #expect(total.transfers == 1)
        #expect(total.escalations.map(\.level) == [2] && total.escalations.map(\.escalations) == [1])
        #expect(total.escalationRate.denominator == 3)
        #expect(total.handling.seconds == 180 && total.handling.tickets == 2 && total.handling.without == 1)
        #expect(total.firstContactGross.numerator == 1 && total.firstContactGross.denominator == 2)
        #expect(total.firstContactNet.numerator == 1)
        #expect(total.flow.inflow == 4 && total.flow.opened == 3 && total.flow.reopenedAfterResolved == 1)
        #expect(total.flow.outflow == 3 && total.flow.resolved == 3)
        #expect(total.backlog.tickets == 1 && total.backlog.pending == 1 && total.backlog.unassigned == 1)
        #expect(total.backlog.ages.map(\.tickets) == [0, 0, 0, 1, 0])

        let early = try sketch.figures(asOf: .day(0, seconds: 86_000)).total
        #expect(early.lastResolution.max == 7_200 && early.reopenRate.numerator == 0)
        #expect(early.firstContactNet.numerator == 1 && early.backlog.tickets == 1 && early.backlog.pending == 0)
    }

    @Test func `ages begin with their first instant`() throws {
        for (day, bucket) in [(0, 0), (1, 1), (2, 1), (3, 2), (6, 2), (7, 3), (29, 3), (30, 4), (400, 4)] {
            var sketch = TicketSketch()
            try sketch.open(at: .day(0))
            let ages = try sketch.figures(asOf: .day(Int64(day))).total.backlog.ages.map(\.tickets)
            #expect(ages.firstIndex(of: 1) == bucket, "day \(day)")
        }
    }

    @Test func `days and groups balance, and moves are told apart`() throws {
        var sketch = TicketSketch()
        let moved = try sketch.open(at: .day(0), queue: 7)
        try sketch.open(at: .day(0), queue: 7)
        try sketch.route(moved, to: 8, at: .day(1))
        try sketch.claim(moved, by: 50, at: .day(1, seconds: 10))
        try sketch.resolve(moved, at: .day(2))
        let response = try sketch.figures(asOf: .day(5)) {
            ($0.from, $0.to) = ("2024-01-02", "2024-01-04")
            $0.dimensions = [.queue, .day, .month, .agent]
            $0.backlogOn = ["2024-01-01", "2024-01-03", "2024-02-01"]
        }
        #expect(response.total.flow.backlogAtStart == 2 && response.total.flow.movedIn == 0)
        func groups(_ dimension: ServiceDimension) -> [ServiceGroup] {
            response.groups.filter { $0.dimension == dimension }
        }
        let queues = groups(.queue)
        #expect(queues.map(\.number) == [7, 8])
        #expect(queues[0].figures.flow.movedOut == 1 && queues[1].figures.flow.movedIn == 1)
        #expect(queues[1].figures.flow.resolved == 1 && queues[1].figures.backlog.tickets == 0)
        #expect(groups(.day).map(\.key) == ["2024-01-02", "2024-01-03", "2024-01-04"])
        #expect(groups(.day).map(\.figures.backlog.tickets) == [2, 1, 1])
        #expect(groups(.day).map(\.figures.flow.backlogAtStart) == [2, 2, 1])
        #expect(groups(.month).map(\.key) == ["2024-01"])
        for group in [response.total] + response.groups.map(\.figures) {
            #expect(
                group.flow.backlogAtStart + group.flow.inflow == group.backlog.tickets + group.flow.outflow)
        }
        #expect(response.backlogOn.map(\.backlog.tickets) == [2, 1, 0])
        #expect(response.backlogOn.map(\.hasBacklog) == [true, true, false])
        var conditions = TicketConditions()
        conditions.queue = StreamNumber(8)
        let eight = try sketch.figures(asOf: .day(5), conditions).total
        #expect(eight.flow.movedIn == 1 && eight.flow.opened == 0 && eight.flow.resolved == 1)
    }

    @Test func `an organisation's day is one of its zone`() throws {
        var sketch = TicketSketch()
        try sketch.log.begin(.organisation, .organisationSet(.with { $0.zone = "Asia/Shanghai" }))
        try sketch.open(at: .day(0, seconds: 17 * 3_600))
        let response = try sketch.figures(asOf: .day(5)) {
            ($0.from, $0.to) = ("2024-01-02", "2024-01-02")
        }
        #expect(response.zone == "Asia/Shanghai" && response.total.flow.opened == 1)
    }

    @Test func `each cycle of a clock has one outcome`() throws {
        var sketch = TicketSketch()
        let ticket = try sketch.open(at: .day(0))
        try sketch.start(.firstResponse, of: ticket, due: .day(0, seconds: 600), at: .day(0))
        try sketch.start(.resolution, of: ticket, due: .day(3), at: .day(0))
        try sketch.stop(.firstResponse, of: ticket, used: 300, at: .day(0, seconds: 300))
        try sketch.resolve(ticket, at: .day(1))
        try sketch.stop(.resolution, of: ticket, used: 28_800, at: .day(1))
        func rate(_ kind: SlaClockKind, asOf: Instant) throws -> [UInt64] {
            let figures = try sketch.figures(asOf: asOf).total.attainment.first { $0.clock == kind }
            return [figures?.met ?? 0, figures?.breached ?? 0]
        }
        #expect(try rate(.firstResponse, asOf: .day(9)) == [1, 0])
        #expect(try rate(.resolution, asOf: .day(9)) == [1, 0])
        try sketch.reopen(ticket, at: .day(2))
        try sketch.start(.resolution, of: ticket, due: .day(4), at: .day(2))
        #expect(try rate(.resolution, asOf: .day(9)) == [0, 0])
        #expect(try rate(.resolution, asOf: .day(1)) == [1, 0])
        try sketch.breach(.resolution, of: ticket, at: .day(4))
        #expect(try rate(.resolution, asOf: .day(9)) == [0, 1])
        try sketch.resolve(ticket, at: .day(5))
        try sketch.stop(.resolution, of: ticket, used: 60_000, met: false, at: .day(5))
        #expect(try rate(.resolution, asOf: .day(9)) == [0, 1])
        let total = try sketch.figures(asOf: .day(9)).total
        #expect(total.firstResolutionBusiness.max == 28_800 && total.lastResolutionBusiness.n == 1)
        #expect(total.lastResolutionBusiness.max == 60_000 && total.firstResponseBusiness.median == 300)
        let summary = try sketch.summary(ticket, asOf: .day(9))
        #expect(summary.firstResolutionBusinessSeconds == 28_800 && summary.lastResolutionBusinessSeconds == 60_000)
        #expect(summary.firstResolutionSeconds == 86_400 && summary.lastResolutionSeconds == 5 * 86_400)
        #expect(summary.reopenedAfterResolved == 1 && summary.firstResponseBusinessSeconds == 300)
        // It had been done in time after all.
        try sketch.withdraw(.resolution, of: ticket, at: .day(6))
        try sketch.stop(.resolution, of: ticket, used: 20_000, at: .day(5))
        #expect(try rate(.resolution, asOf: .day(9)) == [1, 0])
        #expect(try sketch.figures(asOf: .day(9)).total.lastResolutionBusiness.n == 1)
        #expect(try sketch.figures(asOf: .day(9)).total.lastResolutionBusiness.max == 20_000)
    }

    @Test func `a claim stands in for the first response where it says so`() throws {
        var sketch = TicketSketch()
        let ticket = try sketch.open(at: .day(0))
        try sketch.claim(ticket, by: 50, at: .day(0, seconds: 90), responds: true)
        let total = try sketch.figures(asOf: .day(1)).total
        #expect(total.firstResponse.n == 1 && total.firstResponse.median == 90)
        #expect(try sketch.summary(ticket, asOf: .day(1)).firstResponseSeconds == 90)
    }

    @Test func `corrections move what was counted`() throws {
        var sketch = TicketSketch()
        let ticket = try sketch.open(at: .day(2))
        try sketch.reply(ticket, at: .day(3))
        try sketch.resolve(ticket, at: .day(4))
        var corrected = TicketCorrected()
        (corrected.openedAt, corrected.openedAtBefore) = (Instant.day(1).rawValue, Instant.day(2).rawValue)
        (corrected.resolvedAt, corrected.resolvedAtBefore) = (Instant.day(6).rawValue, Instant.day(4).rawValue)
        try sketch.log.append(ticket, .ticketCorrected(corrected), at: .day(7))
        let total = try sketch.figures(asOf: .day(9)) {
            ($0.from, $0.to) = ("2024-01-02", "2024-01-07")
        }.total
        #expect(total.flow.opened == 1 && total.flow.resolved == 1)
        #expect(total.firstResponse.median == 2 * 86_400 && total.lastResolution.max == 5 * 86_400)
        let between = try sketch.figures(asOf: .day(9)) {
            $0.backlogOn = ["2024-01-01", "2024-01-02", "2024-01-06", "2024-01-07"]
        }
        #expect(between.backlogOn.map(\.backlog.tickets) == [0, 1, 1, 0])
        let store = try sketch.log.fold(TicketQueue.self)
        #expect(store.count(TicketQueue.stints) == 1 && store.count(TicketQueue.counts) == 2)
    }

    @Test func `what cannot be asked is refused`() throws {
        let sketch = TicketSketch()
        #expect(throws: ViewError.self) { try sketch.figures(asOf: .day(1)) { $0.from = "2024-13-01" } }
        #expect(throws: ViewError.self) {
            try sketch.figures(asOf: .day(1)) { ($0.from, $0.to) = ("2024-02-01", "2024-01-01") }
        }
        #expect(throws: ViewError.self) { try sketch.figures(asOf: .day(1)) { $0.dimensions = [.day] } }
        #expect(throws: ViewError.self) { try sketch.figures(asOf: .day(1)) { $0.dimensions = [.unspecified] } }
        #expect(throws: ViewError.self) {
            try sketch.figures(asOf: .day(1_000)) {
                $0.from = "2020-01-01"
                $0.dimensions = [.day]
            }
        }
        #expect(throws: ViewError.self) {
            try sketch.figures(asOf: .day(1)) { $0.backlogOn = Array(repeating: "2024-01-01", count: 401) }
        }
        let ahead = try sketch.figures(asOf: .day(1)) {
            $0.from = "2024-05-01"; $0.to = "2024-05-02"
        }
        #expect(!ahead.total.hasBacklog)
    }
}
