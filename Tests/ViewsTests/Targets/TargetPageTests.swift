internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct TargetPageTests {
    private func company() throws -> (sketch: TargetSketch, anna: StreamNumber, team: StreamNumber) {
        var sketch = try TargetSketch()
        let team = try sketch.team()
        let anna = try sketch.employee()
        try sketch.target(.orders, .count(1), first: "2024-01-01", last: "2024-12-31")
        try sketch.target(.orders, .count(2), owner: .team(team), first: "2024-01-01", last: "2024-12-31")
        try sketch.target(.orders, .count(3), owner: .employee(anna), first: "2024-01-01", last: "2024-12-31")
        try sketch.target(.netRevenue, .money(4), first: "2024-01-01", last: "2024-12-31")
        try sketch.target(.netRevenue, .money(5, "CNY"), first: "2024-01-01", last: "2024-12-31")
        try sketch.target(.orders, .count(6), first: "2024-04-01", last: "2024-06-30")
        try sketch.target(.orders, .count(7), first: "2023-01-01", last: "2023-12-31")
        return (sketch, anna, team)
    }

    /// By the values of the targets.
    private func values(_ page: TargetsResponse) -> [UInt64] {
        page.targets.map { $0.target.count + UInt64($0.target.money.minorUnits) }
    }

    private func page(
        _ sketch: TargetSketch, of owner: Owner? = nil, asOf: Instant? = nil, now: Instant = .day(10),
        _ populate: (inout TargetsRequest) throws -> Void
    ) throws -> TargetPage {
        try Targets.page(try .with(populate), of: owner, asOf: asOf, now: now, in: try sketch.log.fold(Targets.self))
    }

    @Test func `targets come by period, metric, owner and currency`() throws {
        let (sketch, anna, team) = try company()
        #expect(try values(sketch.page(asOf: .day(1))) == [6, 5, 4, 1, 3, 2, 7])
        #expect(try values(sketch.page(asOf: .day(1), of: .employee(anna))) == [3])
        #expect(try values(sketch.page(asOf: .day(1), of: .team(team))) == [2])
        #expect(try values(sketch.page(asOf: .day(1)) { $0.metrics = [.netRevenue] }) == [5, 4])
        #expect(
            try values(sketch.page(asOf: .day(1)) { $0.period = .of("2024-06-30", "2024-07-31") }) == [
                6, 5, 4, 1, 3, 2,
            ])
        #expect(try values(sketch.page(asOf: .day(1)) { $0.period = .of("2023-12-31", "2023-12-31") }) == [7])
        let none = try sketch.page(asOf: .day(1)) { $0.period = .of("2020-01-01", "2020-12-31") }
        #expect(none.targets.isEmpty && none.definitions.isEmpty && none.asOf == Instant.day(1).timestamp)
    }

    @Test func `pages follow each other and tell the same instant`() throws {
        var (sketch, _, _) = try company()
        try sketch.order(.none, 1, at: .day(5))
        try sketch.order(.none, 1, at: .day(15))
        let market = try sketch.market()
        try sketch.size(market, .of(10), "2024-01-01", "2024-12-31")
        for limit in [1, 2, 3, 7] as [UInt32] {
            var request = TargetsRequest.with {
                $0.limit = limit; $0.markets = true
            }
            var all: [TargetAttainment] = []
            var pages = 0
            repeat {
                // Time goes on from page to page.
                let now = Instant.day(10 + Int64(pages) * 10)
                let page = try page(sketch, now: now) { $0 = request }
                #expect(page.response.asOf == Instant.day(10).timestamp && page.response.targets.count <= limit)
                #expect(page.response.markets.isEmpty != page.cursor.isEmpty)
                all += page.response.targets
                request.cursor = Data(page.cursor)
                pages += 1
            } while !request.cursor.isEmpty
            let whole = try sketch.page(asOf: .day(10))
            #expect(all == whole.targets && pages == (7 + Int(limit) - 1) / Int(limit))
        }
    }

    @Test func `a cursor belongs to its request`() throws {
        let (sketch, anna, _) = try company()
        let cursor = Data(try page(sketch) { $0.limit = 1 }.cursor)
        #expect(try page(sketch) { $0.cursor = cursor }.response.targets.count == 6)
        let others: [(inout TargetsRequest) -> Void] = [
            { $0.metrics = [.orders] }, { $0.markets = true }, { $0.period = .of("2024-01-01", "2024-12-31") },
        ]
        func isForeign(of owner: Owner? = nil, asOf: Instant? = nil, _ change: (inout TargetsRequest) -> Void) -> Bool {
            do {
                _ = try page(sketch, of: owner, asOf: asOf) {
                    $0.cursor = cursor
                    change(&$0)
                }
                return false
            } catch { return (error as? ViewError)?.code == .cursorForeign }
        }
        for change in others { #expect(isForeign(change)) }
        #expect(isForeign(of: .employee(anna)) { _ in } && isForeign(asOf: .day(11)) { _ in })
        #expect(!isForeign(asOf: .day(10)) { _ in } && !isForeign { $0.limit = 2 })
        for length in 0..<cursor.count - 8 where length > 0 { #expect(isForeign { $0.cursor = cursor.prefix(length) }) }
    }

    @Test func `what cannot be asked is refused with its field`() throws {
        let (sketch, _, _) = try company()
        func field(_ change: (inout TargetsRequest) -> Void) -> String {
            do {
                _ = try page(sketch) { change(&$0) }
                return "answered"
            } catch {
                guard let error = error as? ViewError, error.isOfRequest else { return "\(error)" }
                return error.field
            }
        }
        #expect(field { $0.limit = 1_001 } == "limit")
        #expect(field { $0.period = .of("2024-02-30", "2024-03-01") } == "period.first_day")
        #expect(field { $0.period = .of("2024-02-01", "") } == "period.last_day")
        #expect(field { $0.period = .of("2024-02-02", "2024-02-01") } == "period.last_day")
        #expect(field { $0.metrics = [.orders, .unspecified] } == "metrics[1]")
        #expect(field { $0.metrics = [TargetMetric(rawValue: 99) ?? .unspecified] } == "metrics[0]")
        #expect(field { $0.cursor = Data([1, 2, 3]) } == "cursor")
        #expect(field { _ in } == "answered")
    }

    @Test func `events of what never began are refused`() throws {
        let events: [(AggregateKind, EventPayload.OneOf_Event)] = [
            (.target, .targetWithdrawn(.init())), (.order, .orderConfirmed(.init())),
            (.return, .returnLinesAdded(.init())), (.training, .trainingWithdrawn(.init())),
            (.loyaltyAccount, .pointsEarned(.init())), (.market, .marketRetired(.init())),
            (.target, .targetSet(.with { $0.metric = .orders })),
        ]
        for (kind, payload) in events {
            var log = LogSketch()
            try log.begin(kind, payload)
            #expect(throws: ViewError.self, "\(payload)") { try log.fold(Targets.self) }
        }
    }
}
