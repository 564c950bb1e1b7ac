internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct TargetOracleTests {
    @Test func `what was reached is what counting everything again gives`() throws {
        var compared: [TargetMetric: Int] = [:]
        for seed in UInt64(1)...40 {
            let model = try TargetModel(seed: seed, steps: 400)
            let store = try model.sketch.log.fold(Targets.self)
            let middle = Instant(microseconds: (Instant.day(0).rawValue + model.now.rawValue) / 2)
            for asOf in [.day(-1), middle, model.now] {
                let page = try Targets.page(
                    .with { $0.limit = 1_000 }, of: nil, asOf: asOf, now: asOf, in: store)
                for target in page.response.targets {
                    compare(target, model, asOf, "seed \(seed), as of \(asOf), \(target)")
                    if target.counted > 0 { compared[target.metric, default: 0] += 1 }
                }
            }
        }
        // Every metric was told often enough with something in it.
        #expect(compared.count == 12 && compared.values.allSatisfy { $0 > 30 }, "\(compared)")
    }

    private func compare(_ target: TargetAttainment, _ model: TargetModel, _ asOf: Instant, _ place: Comment) {
        let expected = model.reached(target, asOf: asOf)
        #expect(target.counted == expected.counted, place)
        switch target.target.value {
        case .money(let money):
            #expect(target.actual.money == .of(expected.amount, money.currency), place)
            #expect(target.attainment == Double(expected.amount) / Double(money.minorUnits), place)
        case .count(let count):
            #expect(target.actual.count == UInt64(expected.amount), place)
            #expect(target.attainment == Double(expected.amount) / Double(count), place)
        case .percent(let percent):
            #expect(target.hasActual == (expected.counted > 0) && target.hasAttainment == target.hasActual, place)
            guard expected.counted > 0 else { return }
            let rate = Double(expected.amount) / Double(expected.counted) * 100
            #expect(abs(Double(target.actual.percent.unscaled) / 100 - rate) <= 0.005_001, place)
            #expect(abs(target.attainment - rate / Double(percent.unscaled)) < 1e-9, place)
        case nil: Issue.record("no value: \(place)")
        }
        guard target.metric == .wonValue else { return }
        let missing = target.target.money.minorUnits - expected.amount
        let open = model.reached(target, as: .weightedPipeline, asOf: asOf)
        #expect(target.hasCoverage == (missing > 0), place)
        if missing > 0 { #expect(target.coverage == Double(open.amount) / Double(missing), place) }
    }

    @Test(arguments: [1, 7, 1_000])
    func `a fold in pages gives the same bytes as a fold at once`(page: Int) throws {
        for seed in UInt64(100)...105 {
            let log = try TargetModel(seed: seed, steps: 250).sketch.log
            #expect(try log.fold(Targets.self, page: page) == log.fold(Targets.self), "seed \(seed)")
        }
    }

    @Test func `a store that goes on from where it was is the store of a fold from the start`() throws {
        for seed in UInt64(200)...205 {
            let log = try TargetModel(seed: seed, steps: 250).sketch.log
            var half = MemoryStore(for: Targets.self)
            let middle = log.events.count / 2
            for event in log.events[..<middle] where Targets.kinds.contains(event.header.kind) {
                try Targets().apply(event, to: &half)
            }
            #expect(try log.fold(Targets.self, onto: half, from: middle) == log.fold(Targets.self), "seed \(seed)")
        }
    }
}
