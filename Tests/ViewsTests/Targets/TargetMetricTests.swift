internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// A quarter's facts, told on 15 February, with every figure worked out by hand.
@Suite struct TargetMetricTests {
    private static let asOf = Instant.day(45)

    private struct Company {
        var sketch: TargetSketch
        let anna: StreamNumber
        let bo: StreamNumber
        let team: StreamNumber
        let shop: StreamNumber
        let club: StreamNumber

        init() throws {
            sketch = try TargetSketch()
            team = try sketch.team()
            anna = try sketch.employee(teams: [team])
            bo = try sketch.employee()
            shop = try sketch.log.begin(.loyaltyProgramme, .programmeDefined(.init()))
            club = try sketch.log.begin(.loyaltyProgramme, .programmeDefined(.init()))
            try addDeals()
            try addTrade()
            try addActivity()
        }

        private mutating func addDeals() throws {
            let (anna, bo, team) = (Owner.employee(anna), Owner.employee(bo), Owner.team(team))
            let early = try sketch.deals.open(at: .day(-10)) { $0.owner = anna }
            try sketch.deals.win(early, at: .day(10))
            let later = try sketch.deals.open(at: .day(0)) {
                ($0.owner, $0.amount, $0.closeDate) = (bo, .of(500), "2024-03-01")
            }
            let lost = try sketch.deals.open(at: .day(5)) { ($0.owner, $0.amount) = (anna, .of(700)) }
            try sketch.deals.lose(lost, at: .day(20), .of(700))
            try sketch.deals.open(at: .day(1)) {
                ($0.owner, $0.amount, $0.stage, $0.closeDate) = (anna, .of(2_000), "offer", "2024-03-15")
            }
            let dollars = try sketch.deals.open(at: .day(2)) { ($0.owner, $0.amount) = (team, .of(900, "USD")) }
            try sketch.deals.win(dollars, at: .day(30), .of(900, "USD"))
            let dropped = try sketch.deals.open(at: .day(3)) { $0.owner = bo }
            try sketch.deals.abandon(dropped, at: .day(31))
            try sketch.deals.win(later, at: .day(80), .of(500))
        }

        private mutating func addTrade() throws {
            let first = try sketch.party(.employee(anna))
            let second = try sketch.party(.team(team))
            let third = try sketch.party()
            try sketch.order(second, 70, at: .day(-5))
            let order = try sketch.order(first, 300, at: .day(5)) { $0.confirmedAt = .day(6) }
            try sketch.order(first, 200, at: .day(7))
            let dollars = try sketch.order(second, 400, at: .day(8)) {
                ($0.currency, $0.confirmedAt) = ("USD", nil)
            }
            try sketch.log.append(dollars, .orderCompleted(.init()), at: .day(9))
            try sketch.order(third, 100, at: .day(9)) { $0.confirmedAt = nil }
            let cancelled = try sketch.order(third, 150, at: .day(10))
            try sketch.log.append(cancelled, .orderCancelled(.init()), at: .day(12))
            try sketch.goodsReturn(first, 30, of: order, at: .day(15))
            try sketch.order(second, 50, at: .day(40)) { $0.confirmedAt = .day(50) }
            try sketch.goodsReturn(first, 20, of: order, at: .day(60))
            let account = try sketch.account(shop, first)
            try sketch.earn(account, shop, 100, at: .day(5))
            try sketch.earn(account, shop, 50, at: .day(7))
            try sketch.log.append(account, .earningReversed(.with { $0.points = 50 }), at: .day(9))
            let other = try sketch.account(club, second)
            try sketch.earn(other, club, 30, at: .day(8))
            try sketch.earn(other, club, 999, at: .day(46))
        }

        private mutating func addActivity() throws {
            try sketch.interaction(anna, at: .day(3))
            let redacted = try sketch.interaction(bo, at: .day(4))
            try sketch.log.append(redacted, .interactionRedacted(.init()), at: .day(5))
            try sketch.interaction(at: .day(4))
            try sketch.interaction(anna, at: .day(50))
            try sketch.training(anna, .attended, on: "2024-01-10")
            try sketch.training(anna, .failed, on: "2024-01-11")
            let withdrawn = try sketch.training(bo, .passed, on: "2024-01-20")
            try sketch.log.append(withdrawn, .trainingWithdrawn(.init()), at: .day(60))
            try sketch.training(bo, .passed, on: "2024-02-16")
        }
    }

    /// Metric, programme, value of the target, then what everybody, Anna, Bo and the team reached, and from how many
    /// things.
    private typealias Row = (TargetMetric, StreamNumber, TargetValue, reached: [Int64], counted: [UInt64])

    private func rows(_ company: Company) -> [Row] {
        [
            (.wonValue, .none, .money(2_000), [1_000, 1_000, 0, 1_000], [1, 1, 0, 1]),
            (.wonValue, .none, .money(1_000, "USD"), [900, 0, 0, 900], [1, 0, 0, 1]),
            (.wonCount, .none, .count(4), [2, 1, 0, 2], [2, 1, 0, 2]),
            (.winRate, .none, .percent(50), [66_67, 50_00, -1, 66_67], [3, 2, 0, 3]),
            (.openedCount, .none, .count(10), [5, 2, 2, 3], [5, 2, 2, 3]),
            (.openPipeline, .none, .money(5_000), [2_500, 2_000, 500, 2_000], [2, 1, 1, 1]),
            (.weightedPipeline, .none, .money(5_000), [1_650, 1_600, 50, 1_600], [2, 1, 1, 1]),
            (.netRevenue, .none, .money(940), [470, 470, 0, 470], [3, 3, 0, 3]),
            (.netRevenue, .none, .money(400, "USD"), [400, 0, 0, 400], [1, 0, 0, 1]),
            (.orders, .none, .count(6), [3, 2, 0, 3], [3, 2, 0, 3]),
            (.newCustomers, .none, .count(1), [1, 1, 0, 1], [1, 1, 0, 1]),
            (.interactions, .none, .count(3), [3, 1, 1, 1], [3, 1, 1, 1]),
            (.pointsEarned, .none, .count(200), [180, 150, 0, 180], [3, 2, 0, 3]),
            (.pointsEarned, company.shop, .count(150), [150, 150, 0, 150], [2, 2, 0, 2]),
            (.pointsEarned, company.club, .count(60), [30, 0, 0, 30], [1, 0, 0, 1]),
            (.trainings, .none, .count(2), [1, 1, 0, 1], [1, 1, 0, 1]),
        ]
    }

    @Test func `every metric is what the table says`() throws {
        var company = try Company()
        let owners: [Owner?] = [nil, .employee(company.anna), .employee(company.bo), .team(company.team)]
        for row in rows(company) {
            for owner in owners { try company.sketch.target(row.0, row.2, owner: owner, programme: row.1) }
        }
        let page = try company.sketch.page(asOf: TargetMetricTests.asOf)
        #expect(page.targets.count == rows(company).count * owners.count)
        for row in rows(company) {
            for (index, owner) in owners.enumerated() {
                let target = try #require(
                    page.targets.first {
                        $0.metric == row.0 && $0.programmeNumber == row.1.rawValue && $0.target == row.2
                            && $0.owner.owner == owner?.owner
                    })
                let comment: Comment = "\(row.0) of \(String(describing: owner))"
                #expect(TargetMetricTests.reached(target) == row.reached[index], comment)
                #expect(target.counted == row.counted[index], comment)
                #expect(target.elapsed == 46.0 / 91, comment)
            }
        }
        #expect(Set(page.definitions.map(\.metric)) == Set(TargetMetric.allCases).subtracting([.unspecified]))
    }

    /// In minor units, things or hundredths of a percent; -1 where there is no rate.
    private static func reached(_ target: TargetAttainment) -> Int64 {
        switch target.actual.value {
        case .money(let money): money.currency == target.target.money.currency ? money.minorUnits : .min
        case .count(let count): Int64(count)
        case .percent(let percent): percent.scale == 2 ? percent.unscaled : .min
        case nil: -1
        }
    }

    @Test func `attainment, coverage and rates say when they have no value`() throws {
        var company = try Company()
        let won = try company.sketch.target(.wonValue, .money(2_000))
        let done = try company.sketch.target(.wonValue, .money(1_000), owner: .employee(company.anna))
        let none = try company.sketch.target(.winRate, .percent(50), owner: .employee(company.bo))
        let rate = try company.sketch.target(.winRate, .percent(25))
        let nothing = try company.sketch.target(.orders, .count(0))
        let page = try company.sketch.page(asOf: TargetMetricTests.asOf)
        let targets = Dictionary(uniqueKeysWithValues: page.targets.map { (StreamNumber($0.number), $0) })
        let open = try #require(targets[won])
        #expect(open.attainment == 0.5 && open.coverage == 1.65 && open.id == LogSketch.id(of: won).description)
        #expect(targets[done]?.attainment == 1 && targets[done]?.hasCoverage == false)
        #expect(targets[none]?.hasActual == false && targets[none]?.hasAttainment == false)
        #expect(abs((targets[rate]?.attainment ?? 0) - 200.0 / 75) < 1e-12 && targets[rate]?.hasCoverage == false)
        #expect(targets[nothing]?.hasActual == true && targets[nothing]?.hasAttainment == false)
    }

    @Test func `every metric is defined with unit, date and owner`() {
        let definitions = TargetDefinitions.of(Set(TargetMetric.allCases))
        #expect(definitions.map(\.metric) == TargetMetric.allCases.filter { $0 != .unspecified })
        for definition in definitions {
            #expect(definition.definition.hasSuffix("."), "\(definition.metric)")
            #expect(["minor units", "count", "percent"].contains(definition.unit), "\(definition.metric)")
            #expect(!definition.dateBasis.isEmpty && !definition.dateBasis.hasSuffix("."), "\(definition.metric)")
            #expect(!definition.ownerBasis.isEmpty && !definition.ownerBasis.hasSuffix("."), "\(definition.metric)")
        }
    }
}
