internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct TargetHistoryTests {
    /// What was reached of the only target, as of an instant.
    private func reached(_ sketch: TargetSketch, asOf: Instant = .day(200)) throws -> [Int64] {
        try sketch.page(asOf: asOf).targets.map { target in
            switch target.actual.value {
            case .money(let money): money.minorUnits
            case .count(let count): Int64(count)
            case .percent(let percent): percent.unscaled
            case nil: -1
            }
        }
    }

    @Test func `corrections, cancellations and moves of orders and returns leave nothing behind`() throws {
        var sketch = try TargetSketch()
        let (anna, bo) = (try sketch.employee(), try sketch.employee())
        let (first, second) = (try sketch.party(.employee(anna)), try sketch.party(.employee(bo)))
        for owner in [anna, bo] {
            try sketch.target(.netRevenue, .money(1), owner: .employee(owner))
            try sketch.target(.newCustomers, .count(1), owner: .employee(owner))
        }
        // Revenue of Anna and of Bo, then their new customers.
        let order = try sketch.order(first, 300, at: .day(5))
        #expect(try reached(sketch) == [300, 0, 1, 0])
        try sketch.log.append(order, .orderCorrected(second, [.of(net: 250)], before: first), at: .day(8))
        #expect(try reached(sketch) == [0, 250, 0, 1])
        try sketch.log.append(order, .orderCorrected(second, [.of(net: 250)], currency: "USD"), at: .day(9))
        #expect(try reached(sketch) == [0, 0, 0, 1])
        try sketch.log.append(
            order, .orderCorrected(second, [.of(net: 250)], placedAt: .day(-3)), at: .day(10))
        #expect(try reached(sketch) == [0, 0, 0, 0])
        try sketch.log.append(order, .orderCorrected(second, [.of(net: 240)], placedAt: .day(2)), at: .day(11))
        #expect(try reached(sketch) == [0, 240, 0, 1])
        let back = try sketch.goodsReturn(second, 40, of: order, at: .day(12))
        #expect(try reached(sketch) == [0, 200, 0, 1])
        try sketch.log.append(back, .returnCorrected(first, order: order, [.of(net: 10)]), at: .day(13))
        #expect(try reached(sketch) == [-10, 240, 0, 1])
        try sketch.log.append(order, .orderCancelled(.init()), at: .day(20))
        #expect(try reached(sketch) == [-10, 0, 0, 0])
        #expect(try reached(sketch, asOf: .day(19)) == [-10, 240, 0, 1])
        let store = try sketch.log.fold(Targets.self)
        #expect(store.count(Targets.sales) == 2 && store.count(Targets.saleLines) == 2)
    }

    @Test func `the first order is the first of those that count`() throws {
        var sketch = try TargetSketch()
        try sketch.target(.newCustomers, .count(1))
        let party = try sketch.party()
        let early = try sketch.order(party, 10, at: .day(-30))
        try sketch.order(party, 10, at: .day(30))
        #expect(try reached(sketch) == [0])
        try sketch.log.append(early, .orderCancelled(.init()), at: .day(50))
        #expect(try reached(sketch) == [1] && reached(sketch, asOf: .day(49)) == [0])
        try sketch.order(party, 10, at: .day(31))
        try sketch.order(.none, 10, at: .day(31))
        #expect(try reached(sketch) == [1])
    }

    @Test func `a reopened opportunity takes its win back, and a correction moves it`() throws {
        var sketch = try TargetSketch()
        for metric in [TargetMetric.wonValue, .openPipeline] { try sketch.target(metric, .money(5_000)) }
        try sketch.target(.wonCount, .count(1))
        let deal = try sketch.deals.open(at: .day(1)) { $0.closeDate = "2024-03-01" }
        #expect(try reached(sketch) == [0, 0, 1_000])
        try sketch.deals.win(deal, at: .day(10))
        #expect(try reached(sketch) == [1_000, 1, 0])
        #expect(try reached(sketch, asOf: .day(9)) == [0, 0, 1_000])
        try sketch.deals.reopen(deal, at: .day(20), closeDate: "2024-05-01")
        #expect(try reached(sketch) == [0, 0, 0] && reached(sketch, asOf: .day(15)) == [1_000, 1, 0])
        try sketch.deals.win(deal, at: .day(100), .of(1_200))
        #expect(try reached(sketch) == [0, 0, 0])
        try sketch.deals.correct(deal, at: .day(120)) {
            $0.closedAt = Instant.day(60).rawValue
            $0.amount = .of(1_300)
        }
        #expect(try reached(sketch) == [1_300, 1, 0])
    }

    @Test func `what was won counts for whom it was then, what is open for whom it is`() throws {
        var sketch = try TargetSketch()
        let (anna, bo) = (try sketch.employee(), try sketch.employee())
        for owner in [anna, bo] {
            try sketch.target(.wonCount, .count(1), owner: .employee(owner))
            try sketch.target(.openedCount, .count(1), owner: .employee(owner))
            try sketch.target(.openPipeline, .money(1), owner: .employee(owner))
        }
        // Won by Anna and Bo, opened by them, open ones of theirs.
        let deal = try sketch.deals.open(at: .day(1)) { $0.closeDate = "2024-03-01" }
        try sketch.assign(deal, .employee(anna), at: .day(2))
        #expect(try reached(sketch) == [0, 0, 1, 0, 1_000, 0])
        try sketch.assign(deal, .employee(bo), at: .day(3))
        #expect(try reached(sketch) == [0, 0, 1, 0, 0, 1_000])
        try sketch.deals.win(deal, at: .day(10))
        try sketch.assign(deal, .employee(anna), at: .day(11))
        #expect(try reached(sketch) == [0, 1, 1, 0, 0, 0])
    }

    @Test func `a team has what its members had while they were members`() throws {
        var sketch = try TargetSketch()
        let team = try sketch.team()
        let anna = try sketch.employee()
        try sketch.target(.interactions, .count(1), owner: .team(team))
        try sketch.target(.orders, .count(1), owner: .team(team))
        let party = try sketch.party(.employee(anna))
        for day in [5, 15, 25, 35] as [Int64] {
            try sketch.interaction(anna, at: .day(day))
            try sketch.order(party, 1, at: .day(day))
        }
        #expect(try reached(sketch) == [0, 0])
        try sketch.join(anna, team, at: .day(10))
        #expect(try reached(sketch) == [3, 3])
        try sketch.leave(anna, team, at: .day(20))
        #expect(try reached(sketch) == [1, 1])
        try sketch.join(anna, team, at: .day(30))
        #expect(try reached(sketch) == [2, 2])
        try sketch.log.append(anna, .employeeDeactivated(.with { $0.teamNumbers = [team.rawValue] }), at: .day(33))
        #expect(try reached(sketch) == [1, 1])
        try sketch.assign(party, .team(team), at: .day(34))
        #expect(try reached(sketch) == [2, 1])
        try sketch.assign(party, nil, at: .day(12))
        #expect(try reached(sketch) == [1, 1])
    }

    @Test func `interactions and trainings are put right`() throws {
        var sketch = try TargetSketch()
        let (anna, bo) = (try sketch.employee(), try sketch.employee())
        for owner in [anna, bo] {
            try sketch.target(.interactions, .count(1), owner: .employee(owner))
            try sketch.target(.trainings, .count(1), owner: .employee(owner))
        }
        let call = try sketch.interaction(anna, at: .day(5))
        let course = try sketch.training(anna, .failed, on: "2024-02-01")
        #expect(try reached(sketch) == [1, 0, 0, 0])
        let corrected = InteractionCorrected.with {
            $0.detailBefore = .of(anna, .day(5))
            $0.detail = .of(bo, .day(6))
        }
        try sketch.log.append(call, .interactionCorrected(corrected), at: .day(9))
        try sketch.log.append(
            course,
            .trainingCorrected(
                .with {
                    $0.employeeNumber = anna.rawValue
                    $0.detail = .of(.passed, on: "2024-02-02")
                }), at: .day(40))
        #expect(try reached(sketch) == [0, 1, 1, 0])
        #expect(try reached(sketch, asOf: .day(31)) == [0, 1, 0, 0])
        #expect(try reached(sketch, asOf: .day(32)) == [0, 1, 1, 0])
        try sketch.log.append(course, .trainingWithdrawn(.init()), at: .day(50))
        #expect(try reached(sketch) == [0, 1, 0, 0])
        let store = try sketch.log.fold(Targets.self)
        #expect(store.count(Targets.interactions) == 1 && store.count(Targets.trainings) == 0)
    }

    @Test func `a day is one of the organisation's zone`() throws {
        for (zone, expected) in [("UTC", 0), ("Asia/Shanghai", 1), ("America/New_York", 0)] as [(String, Int64)] {
            var sketch = try TargetSketch(zone: zone)
            try sketch.target(.interactions, .count(1))
            // Seven in the evening of 31 December in London is 1 January in Shanghai.
            try sketch.interaction(at: .day(-1, seconds: 19 * 3_600))
            #expect(try reached(sketch) == [expected], "\(zone)")
            #expect(try sketch.page(asOf: .day(1)).zone == zone)
        }
    }

    @Test func `targets are those that hold now`() throws {
        var sketch = try TargetSketch()
        let target = try sketch.target(.orders, .count(5))
        try sketch.target(.interactions, .count(5))
        try sketch.log.append(target, .targetWithdrawn(.with { $0.value = .count(5) }), at: .day(1))
        #expect(try sketch.page(asOf: .day(2)).targets.map(\.metric) == [.interactions])
        let again = TargetSet.with {
            $0.metric = .orders
            $0.period = .of("2024-01-01", "2024-03-31")
            $0.value = .count(7)
        }
        try sketch.log.append(target, .targetSet(again), at: .day(3))
        let page = try sketch.page(asOf: .day(2))
        #expect(page.targets.map(\.target.count) == [7, 5])
        #expect(page.targets.first?.id == LogSketch.id(of: target).description)
    }

    @Test func `how much has passed is counted in days`() throws {
        var sketch = try TargetSketch()
        try sketch.target(.orders, .count(1), first: "2024-01-01", last: "2024-01-10")
        let days: [(Instant, Double)] = [
            (.day(-1), 0), (.day(0), 0.1), (.day(4, seconds: 86_399), 0.5), (.day(9), 1), (.day(30), 1),
        ]
        for (asOf, elapsed) in days { #expect(try sketch.page(asOf: asOf).targets.first?.elapsed == elapsed) }
    }
}
