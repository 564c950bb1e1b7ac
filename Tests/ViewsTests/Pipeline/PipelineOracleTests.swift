internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct PipelineOracleTests {
    @Test func `figures of random opportunities are those that adding everything up gives`() throws {
        var compared = 0
        for seed in UInt64(1)...40 {
            let model = try DealModel(seed: seed, steps: 150)
            let store = try model.sketch.log.fold(Pipeline.self)
            let middle = Instant(microseconds: (Instant.day(0).rawValue + model.end.rawValue) / 2)
            for asOf in [middle, model.end, .day(60)] {
                let days = (-1...Int64(30)).map { DealModel.day(.day($0)) }
                let request = PipelineRequest.with {
                    $0.dimensions = [.owner, .product, .closeMonth]
                    $0.openOn = days.map(DealModel.date)
                }
                let summary = try Pipeline.summary(request, of: OpportunityConditions(), asOf: asOf, in: store)
                compare(summary, model, asOf, "seed \(seed), as of \(asOf)")
                let shown = zip(days, summary.openOn).map { day, open in
                    [open.opportunities, open.unknown] == model.openOn(day, asOf: asOf)
                }
                #expect(shown.count == 32 && shown.allSatisfy { $0 }, "seed \(seed), as of \(asOf)")
                compared += model.standings(asOf).count
            }
        }
        #expect(compared > 1_000)
    }

    private func compare(_ summary: PipelineSummary, _ model: DealModel, _ asOf: Instant, _ place: Comment) {
        let all = model.standings(asOf)
        #expect(DealModel.outcomes(summary.outcomes) == DealModel.outcomes(all), place)
        compareOpen(summary, all.filter { $0.state.status == .open }, asOf, place)
        for (figures, status) in zip(summary.cycles, [.won, .lost] as [OpportunityStatus]) {
            let expected = DealModel.cycles(all, status)
            let shown = DealModel.cycles(figures)
            #expect(shown.count == expected.count, place)
            #expect(zip(shown, expected).allSatisfy { abs($0 - $1) < 1e-6 }, place)
        }
        #expect(DealModel.forecast(summary.forecast) == DealModel.forecast(all), place)
        let conversions = Dictionary(
            uniqueKeysWithValues: summary.conversions.map {
                ("\($0.from)>\($0.to)", [$0.rate.numerator, $0.rate.denominator])
            })
        #expect(conversions == (all.isEmpty ? [:] : DealModel.conversions(all)), place)
        compareGroups(summary.groups, all, place)
    }

    private func compareOpen(
        _ summary: PipelineSummary, _ open: [DealModel.Standing], _ asOf: Instant, _ place: Comment
    ) {
        for figures in summary.stages {
            #expect(figures.opportunities == UInt64(open.count { $0.state.stage == figures.stage }), place)
        }
        let ages = open.compactMap { DealModel.days($0, until: asOf) }
        let buckets = [0..<31, 31..<61, 61..<91, 91..<1e9].map { range in UInt64(ages.count { range.contains($0) }) }
        #expect(summary.ageing.map(\.opportunities) == buckets, place)
        #expect(summary.ageUnknown == UInt64(open.count - ages.count), place)
        #expect(summary.pushes == UInt64(open.reduce(0) { $0 + $1.state.pushes }), place)
        let dated = open.filter { $0.state.closeDate != "" }
        #expect(summary.pushRate.denominator == Int64(dated.count), place)
        #expect(summary.pushRate.numerator == Int64(dated.count { $0.state.pushes > 0 }), place)
        for velocity in summary.velocity {
            let qualified = open.count { $0.state.amount?.currency == velocity.currency }
            #expect(velocity.open == UInt64(qualified), place)
        }
    }

    private func compareGroups(_ groups: [PipelineGroup], _ all: [DealModel.Standing], _ place: Comment) {
        for group in groups {
            let members = all.filter { standing in
                switch group.dimension {
                case .owner: standing.state.owner?.owner == group.owner.owner
                case .product:
                    group.number == 0 ? standing.deal.products.isEmpty : standing.deal.products.contains(group.number)
                default:
                    standing.state.closedAt.map { DealModel.date(DealModel.day($0)).hasPrefix(group.key) } ?? false
                }
            }
            #expect(DealModel.outcomes(group.outcomes) == DealModel.outcomes(members), place)
        }
        let owners = groups.filter { $0.dimension == .owner }.reduce(0) { $0 + $1.outcomes.opportunities }
        #expect(owners == UInt64(all.count), place)
    }

    @Test(arguments: [1, 7, 1_000])
    func `a fold in pages gives the same bytes as a fold at once`(page: Int) throws {
        for seed in UInt64(100)...105 {
            let log = try DealModel(seed: seed, steps: 200).sketch.log
            #expect(try log.fold(Pipeline.self, page: page) == log.fold(Pipeline.self), "seed \(seed)")
            #expect(try log.fold(Customer360.self, page: page) == log.fold(Customer360.self), "seed \(seed)")
        }
    }

    @Test func `a store that goes on from where it was is the store of a fold from the start`() throws {
        for seed in UInt64(200)...205 {
            let log = try DealModel(seed: seed, steps: 200).sketch.log
            var half = MemoryStore(for: Pipeline.self)
            let middle = log.events.count / 2
            for event in log.events[..<middle] where Pipeline.kinds.contains(event.header.kind) {
                try Pipeline().apply(event, to: &half)
            }
            #expect(try log.fold(Pipeline.self, onto: half, from: middle) == log.fold(Pipeline.self), "seed \(seed)")
        }
    }

    @Test func `an event of an opportunity that was never opened is refused`() throws {
        let deals = try DealSketch()
        var broken = LogSketch()
        let deal = try broken.begin(.opportunity, .opportunityWon(.init()))
        #expect(deal.rawValue == 1)
        #expect(throws: ViewError.self) { try broken.fold(Pipeline.self) }
        #expect(try deals.log.fold(Pipeline.self).count(Pipeline.rows.pipelines) == 1)
    }
}
