internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct MarketShareTests {
    private func shares(_ sketch: TargetSketch, asOf: Instant = .day(400)) throws -> [MarketShare] {
        try sketch.page(asOf: asOf) { $0.markets = true }.markets
    }

    @Test func `our share is what we sold of the categories and countries`() throws {
        var sketch = try TargetSketch()
        let phone = try sketch.log.begin(.product, .productDefined(category: "tech/phones"))
        let phonebook = try sketch.log.begin(.product, .productDefined(category: "tech/phonebooks"))
        let china = try sketch.market(categories: ["tech/phones", "shoes"], countries: ["CN", "HK"])
        let tech = try sketch.market(categories: ["tech"])
        let all = try sketch.market()
        for market in [china, tech, all] { try sketch.size(market, .of(1_000), "2024-01-01", "2024-12-31") }
        let order = try sketch.order(.none, 100, at: .day(5)) { ($0.product, $0.country) = (phone, "CN") }
        try sketch.order(.none, 20, at: .day(6)) { ($0.product, $0.country) = (phonebook, "CN") }
        try sketch.order(.none, 30, at: .day(6)) { ($0.product, $0.country) = (phone, "DE") }
        try sketch.order(.none, 40, at: .day(6)) { $0.country = "CN" }
        try sketch.order(.none, 500, at: .day(6)) { ($0.product, $0.country, $0.currency) = (phone, "CN", "USD") }
        try sketch.order(.none, 500, at: .day(6)) { ($0.product, $0.country, $0.confirmedAt) = (phone, "CN", nil) }
        try sketch.order(.none, 600, at: .day(400)) { ($0.product, $0.country) = (phone, "CN") }
        // The order says where the return is from.
        try sketch.goodsReturn(.none, 10, of: order, at: .day(20)) { $0.product = phone }
        #expect(try shares(sketch).map(\.ours.minorUnits) == [90, 140, 180])
        #expect(try shares(sketch).map(\.share) == [0.09, 0.14, 0.18])
        #expect(try shares(sketch, asOf: .day(19)).map(\.ours.minorUnits) == [100, 150, 190])
        // A product counts for the category that it has now.
        try sketch.log.append(phonebook, .productChanged(.with { $0.detail.category = "shoes" }))
        #expect(try shares(sketch).map(\.ours.minorUnits) == [110, 120, 180])
        try sketch.log.append(order, .orderCorrected(.none, [.of(product: phonebook, net: 60)]), at: .day(30))
        #expect(try shares(sketch).map(\.ours.minorUnits) == [20, 20, 140])
        try sketch.log.append(tech, .marketRetired(.init()))
        #expect(try shares(sketch).map(\.number) == [china.rawValue, all.rawValue])
        #expect(try shares(sketch).first?.id == LogSketch.id(of: china).description)
        #expect(try sketch.page(asOf: .day(400)).markets.isEmpty)
    }

    @Test func `a year before is told where a size of the same origin is known`() throws {
        var sketch = try TargetSketch()
        let market = try sketch.market()
        try sketch.order(.none, 25, at: .day(-320))
        try sketch.order(.none, 50, at: .day(45))
        try sketch.size(market, .of(200), "2024-02-01", "2024-02-29", origin: "study")
        try sketch.size(market, .of(400), "2024-02-01", "2024-02-29", origin: "guess")
        try sketch.size(market, .of(100), "2023-02-01", "2023-02-28", origin: "study")
        try sketch.size(market, .of(100, "USD"), "2023-02-01", "2023-02-28", origin: "guess")
        let found = try shares(sketch)
        #expect(found.map(\.origin) == ["guess", "study", "study", "guess"])
        #expect(found.map(\.share) == [0.125, 0.25, 0.25, 0])
        #expect(found.map(\.hasShareAYearBefore) == [false, true, false, false])
        #expect(found[1].shareAYearBefore == 0.25)
        let asked = try sketch.page(asOf: .day(400)) {
            $0.markets = true
            $0.period = .of("2024-01-01", "2024-12-31")
        }
        #expect(asked.markets == Array(found.prefix(2)))
    }

    @Test func `a size takes the place of the one before, and is withdrawn`() throws {
        var sketch = try TargetSketch()
        let market = try sketch.market()
        let long = String(repeating: "x", count: 300)
        for origin in ["\(long)a", "\(long)b"] {
            try sketch.size(market, .of(100), "2024-01-01", "2024-12-31", origin: origin)
        }
        try sketch.size(market, .of(300), "2024-01-01", "2024-12-31", origin: "\(long)a")
        #expect(try shares(sketch).map(\.size.minorUnits) == [300, 100])
        for (origin, left) in [("\(long)a", [100]), ("\(long)b", [])] as [(String, [Int64])] {
            let withdrawn = MarketSizeWithdrawn.with {
                $0.period = .of("2024-01-01", "2024-12-31")
                $0.currency = "EUR"
                $0.origin = origin
            }
            try sketch.log.append(market, .marketSizeWithdrawn(withdrawn))
            #expect(try shares(sketch).map(\.size.minorUnits) == left)
        }
        #expect(try sketch.log.fold(Targets.self).count(Targets.sizes) == 0)
    }
}
