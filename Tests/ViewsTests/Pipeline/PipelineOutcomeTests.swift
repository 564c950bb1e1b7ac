internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct PipelineOutcomeTests {
    @Test func `an empty pipeline has no rates, and every open stage has its place`() throws {
        let summary = try DealSketch().summary()
        #expect(summary.zone == "UTC")
        #expect(summary.outcomes.opportunities == 0 && summary.outcomes.values.isEmpty)
        #expect(!summary.outcomes.winRate.hasValue && !summary.pushRate.hasValue)
        #expect(summary.stages.map(\.stage) == ["new", "talk", "offer"])
        #expect(summary.stages.map(\.label) == ["New", "talk", "Offer"])
        #expect(summary.cycles.map(\.outcome) == [.won, .lost])
        #expect(summary.cycles.allSatisfy { $0.n == 0 && !$0.hasMean && !$0.hasMedian && !$0.hasP90 && !$0.hasMin })
        #expect(summary.velocity.isEmpty && summary.forecast.isEmpty && summary.conversions.isEmpty)
        #expect(summary.ageing.map(\.fromDays) == [0, 31, 61, 91])
        #expect(summary.ageing.map(\.toDays) == [30, 60, 90, 0] && !summary.ageing[3].hasToDays)
    }

    @Test func `outcomes are counted and valued by hand`() throws {
        var deals = try DealSketch()
        let party = try deals.log.begin(.party, .partyRegistered())
        try deals.open {
            $0.amount = .of(100_050); $0.party = party
        }
        let won = try deals.open { $0.party = party }
        try deals.win(won, at: .day(20), .of(50_000))
        let lost = try deals.open { $0.party = party }
        try deals.lose(lost, at: .day(20), .of(30_000))
        let abandoned = try deals.open { $0.party = party }
        try deals.abandon(abandoned, at: .day(20), .of(7_000))
        try deals.open { $0.amount = nil }
        let dollars = try deals.open { $0.party = party }
        try deals.win(dollars, at: .day(20), .of(2_001, "USD"))
        let more = try deals.open { $0.party = party }
        try deals.win(more, at: .day(20), .of(2_000, "USD"))

        let outcomes = try deals.summary().outcomes
        #expect(outcomes.opportunities == 7 && outcomes.open == 2 && outcomes.won == 3)
        #expect(outcomes.lost == 1 && outcomes.abandoned == 1)
        // 3 / (3 + 1); the abandoned one counts neither as won nor as lost.
        #expect(outcomes.winRate.numerator == 3 && outcomes.winRate.denominator == 4)
        #expect(outcomes.winRate.value == 0.75)
        #expect(outcomes.withoutAmount == 1 && outcomes.withoutParty == 1)
        #expect(outcomes.values.map(\.currency) == ["EUR", "USD"])
        let euros = outcomes.values[0]
        // 1,000.50 at 10 %: 100.05.
        #expect(euros.openValue == 100_050 && euros.openWeighted == 10_005)
        #expect(euros.wonValue == 50_000 && euros.lostValue == 30_000 && euros.abandonedValue == 7_000)
        // 500 / (500 + 300)
        #expect(euros.winRate.value == 0.625 && euros.meanWonValue == 50_000 && euros.won == 1)
        // (20.01 + 20.00) / 2 = 20.005, to the even cent.
        #expect(outcomes.values[1].meanWonValue == 2_000 && outcomes.values[1].winRate.value == 1)
    }

    @Test func `a weighted amount is rounded half to even`() throws {
        // 10 % of 0.25, 0.35 and 0.36
        for (amount, weighted) in [(25, 2), (35, 4), (36, 4)] as [(Int64, Int64)] {
            var deals = try DealSketch()
            try deals.open { $0.amount = .of(amount) }
            #expect(try deals.summary().outcomes.values[0].openWeighted == weighted)
        }
    }

    @Test func `the period takes those closed in it, both days included, and open ones anyhow`() throws {
        var deals = try DealSketch()
        try deals.open()
        // 2024-02-01 is day 31, 2024-02-29 day 59.
        for day in [30, 31, 59, 60] as [Int64] {
            let deal = try deals.open()
            try deals.win(deal, at: .day(day, seconds: 86_399))
        }
        let summary = try deals.summary {
            $0.closedFrom = "2024-02-01"
            $0.closedTo = "2024-02-29"
        }
        #expect(summary.outcomes.opportunities == 3 && summary.outcomes.open == 1 && summary.outcomes.won == 2)
        #expect(summary.cycles[0].n == 2)
        // A forecast is about all periods.
        #expect(summary.forecast.map(\.period) == ["2024-01", "2024-02", "2024-03", ""])
        #expect(try deals.summary { $0.closedFrom = "2024-03-01" }.outcomes.won == 1)
        #expect(try deals.summary { $0.closedTo = "2024-02-01" }.outcomes.won == 2)
    }

    @Test func `cycles have mean, median and percentile by interpolation`() throws {
        var deals = try DealSketch()
        for days in [1, 2, 10] as [Int64] {
            let deal = try deals.open(at: .day(5))
            try deals.win(deal, at: .day(5 + days))
        }
        let half = try deals.open(at: .day(5))
        try deals.lose(half, at: .day(5, seconds: 43_200))
        let unknown = try deals.open(at: .day(50)) { $0.isUnknown = true }
        try deals.win(unknown, at: .day(60))
        let cycles = try deals.summary().cycles
        #expect(cycles[0].n == 3 && cycles[0].unknown == 1)
        #expect(cycles[0].mean == 13.0 / 3 && cycles[0].median == 2)
        // Rank (3 - 1) * 0.9 = 1.8: 2 + 0.8 * (10 - 2) = 8.4.
        #expect(abs(cycles[0].p90 - 8.4) < 1e-12 && cycles[0].min == 1 && cycles[0].max == 10)
        #expect(cycles[1].n == 1 && cycles[1].mean == 0.5 && cycles[1].p90 == 0.5 && cycles[1].unknown == 0)
    }

    @Test func `groups count by what opportunities have in common`() throws {
        var deals = try DealSketch()
        try deals.open {
            $0.owner = .team(7); $0.products = [12, 12, 11]; $0.leadSource = "fair"; $0.channel = "web"
        }
        let won = try deals.open {
            $0.owner = .employee(9); $0.products = [11]; $0.competitors = [5, 6]
        }
        try deals.win(won, at: .day(40), .of(3_000))
        let lost = try deals.open {
            $0.owner = .employee(9); $0.leadSource = "fair"
        }
        try deals.lose(lost, at: .day(95), reason: "price")

        func groups(_ dimension: PipelineDimension) throws -> [PipelineGroup] {
            try deals.summary { $0.dimensions = [dimension, dimension] }.groups
        }
        let owners = try groups(.owner)
        #expect(owners.map(\.owner) == [.employee(9), .team(7)])
        #expect(owners.map(\.outcomes.opportunities) == [2, 1] && owners[0].outcomes.winRate.value == 0.5)
        #expect(owners[0].outcomes.values[0].wonValue == 3_000)
        let products = try groups(.product)
        #expect(products.map(\.number) == [0, 11, 12] && products.map(\.outcomes.opportunities) == [1, 2, 1])
        #expect(try groups(.competitor).map(\.number) == [0, 5, 6])
        #expect(try groups(.leadSource).map(\.key) == ["", "fair"])
        #expect(try groups(.leadSource).map(\.outcomes.opportunities) == [1, 2])
        #expect(try groups(.channel).map(\.key) == ["", "web"])
        #expect(try groups(.party).map(\.number) == [0] && groups(.partner).map(\.number) == [0])
        #expect(try groups(.pipeline).map(\.number) == [deals.pipeline.rawValue])
        #expect(try groups(.lossReason).map(\.key) == ["price"])
        // Day 40 is 2024-02-10, day 95 2024-04-05; the open one stands under no quarter.
        #expect(try groups(.closeQuarter).map(\.key) == ["2024Q1", "2024Q2"])
        #expect(try groups(.closeMonth).map(\.key) == ["2024-02", "2024-04"])
        #expect(try groups(.closeMonth).map(\.outcomes.won) == [1, 0])
        let both = try deals.summary { $0.dimensions = [.channel, .pipeline] }.groups.map(\.dimension)
        #expect(both == [.channel, .channel, .pipeline])
    }

    @Test func `what was lost to a competitor counts for it, also where nobody had named it before`() throws {
        var deals = try DealSketch()
        let known = try deals.open { $0.competitors = [5] }
        try deals.lose(known, at: .day(40), to: 5)
        let unknown = try deals.open { $0.competitors = [5] }
        try deals.lose(unknown, at: .day(41), to: 6)
        let corrected = try deals.open()
        try deals.lose(corrected, at: .day(42), to: 5)
        try deals.correct(corrected, at: .day(43)) { $0.competitorNumber = 7 }
        let back = try deals.open()
        try deals.lose(back, at: .day(44), to: 7)
        try deals.reopen(back, at: .day(45))
        let groups = try deals.summary { $0.dimensions = [.competitor] }.groups
        #expect(groups.map(\.number) == [0, 5, 6, 7])
        #expect(groups.map(\.outcomes.lost) == [0, 2, 1, 1] && groups.map(\.outcomes.opportunities) == [1, 2, 1, 1])
        var conditions = OpportunityConditions()
        conditions.competitor = StreamNumber(7)
        #expect(try deals.summary(conditions).outcomes.opportunities == 1)
    }

    @Test func `a filter takes only those for which all conditions hold`() throws {
        var deals = try DealSketch()
        try deals.open {
            $0.owner = .team(7); $0.products = [11]; $0.leadSource = "fair"; $0.channel = "web"
        }
        try deals.open {
            $0.owner = .employee(7); $0.products = [11, 12]; $0.party = StreamNumber(3)
        }
        try deals.open { $0.competitors = [5] }
        func count(_ change: (inout OpportunityConditions) -> Void) throws -> UInt64 {
            var conditions = OpportunityConditions()
            change(&conditions)
            return try deals.summary(conditions).outcomes.opportunities
        }
        #expect(try count { _ in } == 3)
        #expect(try count { $0.owner = .team(7) } == 1 && count { $0.owner = .employee(8) } == 0)
        #expect(try count { $0.product = StreamNumber(11) } == 2)
        #expect(
            try count {
                $0.product = StreamNumber(11); $0.party = StreamNumber(3)
            } == 1)
        #expect(
            try count {
                $0.leadSource = "fair"; $0.channel = "web"
            } == 1 && count { $0.channel = "phone" } == 0)
        #expect(try count { $0.competitor = StreamNumber(5) } == 1 && count { $0.partner = StreamNumber(5) } == 0)
        #expect(try count { $0.pipeline = deals.pipeline } == 3 && count { $0.pipeline = StreamNumber(99) } == 0)
    }

    @Test func `what cannot be asked is refused with its field`() throws {
        let deals = try DealSketch()
        func field(_ populate: (inout PipelineRequest) -> Void) -> String? {
            do {
                _ = try deals.summary(OpportunityConditions(), populate)
                return nil
            } catch let error as ViewError {
                return error.isOfRequest ? error.field : nil
            } catch { return nil }
        }
        #expect(field { $0.closedFrom = "2024-2-1" } == "closed_from")
        #expect(
            field {
                $0.closedFrom = "2024-02-02"; $0.closedTo = "2024-02-01"
            } == "closed_to")
        #expect(field { $0.openedTo = "2023-02-29" } == "opened_to")
        #expect(field { $0.openOn = ["2024-02-01", "x"] } == "open_on[1]")
        #expect(field { $0.openOn = Array(repeating: "2024-02-01", count: 401) } == "open_on")
        #expect(field { $0.dimensions = [.unspecified] } == "dimensions[0]")
    }
}
