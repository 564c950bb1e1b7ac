internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct OracleTests {
    @Test func `figures of random trade are those that adding everything up gives`() throws {
        var compared = 0
        for seed in UInt64(1)...60 {
            let model = try TradeModel(seed: seed, steps: 120)
            let store = try model.log.fold(Customer360.self)
            for party in model.parties {
                let expected = model.histories(of: party, asOf: .day(90))
                let shown = try Customer360.purchases(of: party, asOf: .day(90), in: store)
                #expect(shown.count == expected.count, "seed \(seed)")
                for (shown, expected) in zip(shown, expected) {
                    OracleTests.compare(shown, expected, seed: seed)
                    compared += 1
                }
            }
        }
        #expect(compared > 200)
    }

    /// Intervals are sums of fractions in another order, so they are compared to a millionth of a day.
    private static func compare(_ shown: PurchaseHistory, _ expected: PurchaseHistory, seed: UInt64) {
        #expect(shown.hasMeanIntervalDays == expected.hasMeanIntervalDays, "seed \(seed)")
        #expect(shown.hasMedianIntervalDays == expected.hasMedianIntervalDays, "seed \(seed)")
        #expect(abs(shown.meanIntervalDays - expected.meanIntervalDays) < 1e-6, "seed \(seed)")
        #expect(abs(shown.medianIntervalDays - expected.medianIntervalDays) < 1e-6, "seed \(seed)")
        var exact = shown
        exact.meanIntervalDays = expected.meanIntervalDays
        exact.medianIntervalDays = expected.medianIntervalDays
        if !expected.hasMeanIntervalDays { exact.clearMeanIntervalDays() }
        if !expected.hasMedianIntervalDays { exact.clearMedianIntervalDays() }
        #expect(exact == expected, "seed \(seed)")
    }

    @Test(arguments: [1, 7, 1_000])
    func `a fold in pages gives the same bytes as a fold at once`(page: Int) throws {
        for seed in UInt64(100)...110 {
            let log = try TradeModel(seed: seed, steps: 150).log
            #expect(try log.fold(Directory.self, page: page) == log.fold(Directory.self), "seed \(seed)")
            #expect(try log.fold(Customer360.self, page: page) == log.fold(Customer360.self), "seed \(seed)")
        }
    }

    @Test func `a store that goes on from where it was is the store of a fold from the start`() throws {
        for seed in UInt64(200)...205 {
            let log = try TradeModel(seed: seed, steps: 150).log
            var half = MemoryStore(for: Customer360.self)
            let middle = log.events.count / 2
            for event in log.events[..<middle] where Customer360.kinds.contains(event.header.kind) {
                try Customer360().apply(event, to: &half)
            }
            let continued = try log.fold(Customer360.self, onto: half, from: middle)
            #expect(try continued == log.fold(Customer360.self), "seed \(seed)")
        }
    }

    @Test func `the directory lists what random trade has left, in every sort order`() throws {
        for seed in UInt64(300)...305 {
            let log = try TradeModel(seed: seed, steps: 100).log
            let store = try log.fold(Directory.self)
            for kind in [AggregateKind.party, .product, .order, .return] {
                let streams = log.events.filter { $0.header.streamKind == kind && $0.header.revision.rawValue == 1 }
                for sort in SortKey.orders(of: kind) {
                    let request = ListRequest.with {
                        $0.kind = kind; $0.sort = sort; $0.limit = 1_000
                    }
                    let numbers = try Directory.list(request, in: store).records.map(\.record.number)
                    #expect(Set(numbers) == Set(streams.map(\.header.stream.rawValue)), "seed \(seed)")
                    #expect(numbers.count == streams.count, "seed \(seed)")
                }
            }
        }
    }
}
