internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct PipelineForecastTests {
    @Test func `stages count open ones, with what they are worth and who is stalled`() throws {
        var deals = try DealSketch()
        // In "new" for 31 days on day 31, which allows 30.
        try deals.open { $0.amount = .of(100) }
        try deals.open(at: .day(1)) { $0.amount = nil }
        let talk = try deals.open { $0.amount = .of(1_000) }
        try deals.advance(talk, to: "talk", at: .day(2))
        try deals.open {
            $0.amount = .of(300, "USD"); $0.stage = "talk"
        }
        let won = try deals.open()
        try deals.win(won, at: .day(3))
        let stages = try deals.summary(asOf: .day(31)).stages
        #expect(stages.map(\.stage) == ["new", "talk", "offer"] && stages.map(\.opportunities) == [2, 2, 0])
        #expect(stages.map(\.stalled) == [1, 0, 0] && stages.map(\.withoutAmount) == [1, 0, 0])
        #expect(stages[0].values.map(\.amount) == [100] && stages[0].values.map(\.weighted) == [10])
        #expect(stages[1].values.map(\.currency) == ["EUR", "USD"])
        #expect(stages[1].values.map(\.amount) == [1_000, 300] && stages[1].values.map(\.weighted) == [400, 120])
        #expect(stages[1].values.map(\.opportunities) == [1, 1])
    }

    @Test func `the forecast adds up open ones by close date and won ones by closing, never lost ones`() throws {
        var deals = try DealSketch()
        try deals.open {
            $0.amount = .of(1_000); $0.closeDate = "2024-03-31"
        }
        let best = try deals.open {
            $0.amount = .of(2_000); $0.closeDate = "2024-04-01"; $0.stage = "talk"
        }
        try deals.open {
            $0.amount = .of(4_000); $0.closeDate = "2024-04-30"; $0.stage = "offer"
        }
        try deals.open {
            $0.amount = nil; $0.closeDate = "2024-04-02"
        }
        try deals.open { $0.amount = .of(50) }
        let won = try deals.open { $0.closeDate = "2024-12-31" }
        try deals.win(won, at: .day(91), .of(700))
        let lost = try deals.open {
            $0.amount = .of(9_999); $0.closeDate = "2024-04-01"
        }
        try deals.lose(lost, at: .day(92), .of(9_999))
        let gone = try deals.open {
            $0.amount = .of(9_999); $0.closeDate = "2024-04-01"
        }
        try deals.abandon(gone, at: .day(92), .of(9_999))
        try deals.log.append(
            best,
            .forecastCategorySet(
                .with {
                    $0.category = .omitted; $0.overridden = true
                }), at: .day(5))

        let months = try deals.summary().forecast
        #expect(months.map(\.period) == ["2024-03", "2024-04", ""])
        #expect(months.map(\.opportunities) == [1, 3, 1] && months.map(\.withoutAmount) == [0, 1, 0])
        #expect(months[0].values[0].pipeline == 1_000 && months[0].values[0].weighted == 100)
        let april = months[1].values[0]
        // 40 % of 20.00, omitted ones included, and 80 % of 40.00.
        #expect(april.weighted == 800 + 3_200 && april.omitted == 2_000 && april.commit == 4_000)
        #expect(april.bestCase == 0 && april.pipeline == 0 && april.closed == 700)
        #expect(months[2].values[0].pipeline == 50)

        let quarters = try deals.summary { $0.forecastPeriod = .quarter }.forecast
        #expect(quarters.map(\.period) == ["2024Q1", "2024Q2", ""])
    }

    @Test func `a probability may be overridden until the stage changes`() throws {
        var deals = try DealSketch()
        let deal = try deals.open { $0.amount = .of(1_000) }
        try deals.log.append(
            deal,
            .probabilityOverridden(
                .with {
                    $0.probability = 25; $0.overridden = true
                }), at: .day(1))
        var shown = try #require(try deals.opportunity(deal))
        #expect(shown.probability == 25 && shown.probabilityOverridden && shown.weighted == 250)
        try deals.advance(deal, to: "offer", at: .day(2))
        shown = try #require(try deals.opportunity(deal))
        #expect(shown.probability == 80 && !shown.probabilityOverridden && shown.category == .commit)
    }

    @Test func `conversion counts all that ever entered, lost ones too`() throws {
        var deals = try DealSketch()
        // new → talk → offer → won
        let first = try deals.open(at: .day(1))
        try deals.advance(first, to: "talk", at: .day(2))
        try deals.advance(first, to: "offer", at: .day(3))
        try deals.win(first, at: .day(4))
        // new → talk → lost
        let second = try deals.open(at: .day(1))
        try deals.advance(second, to: "talk", at: .day(2))
        try deals.lose(second, at: .day(3))
        // new → offer, back to talk; another one only new.
        let third = try deals.open(at: .day(1))
        try deals.advance(third, to: "offer", at: .day(2))
        try deals.regress(third, to: "talk", at: .day(3))
        try deals.open(at: .day(40))

        func rates(_ summary: PipelineSummary) -> [String: [Int64]] {
            Dictionary(
                uniqueKeysWithValues: summary.conversions.map {
                    ("\($0.from)>\($0.to)", [$0.rate.numerator, $0.rate.denominator])
                })
        }
        #expect(
            rates(try deals.summary()) == [
                "new>talk": [3, 4], "new>offer": [2, 4], "new>won": [1, 4], "new>lost": [1, 4],
                "talk>offer": [1, 3], "talk>won": [1, 3], "talk>lost": [1, 3],
                "offer>won": [1, 2], "offer>lost": [0, 2],
            ])
        // The cohort opened in January leaves the last one out; as of day 2 nobody is further than that.
        let january = try deals.summary {
            $0.openedFrom = "2024-01-01"; $0.openedTo = "2024-01-31"
        }
        #expect(rates(january)["new>talk"] == [3, 3])
        #expect(rates(try deals.summary(asOf: .day(2)))["new>offer"] == [1, 3])
        #expect(rates(try deals.summary(asOf: .day(2)))["offer>won"] == [0, 1])
    }

    @Test func `ageing puts both limits into their bucket`() throws {
        var deals = try DealSketch()
        for age in [0, 30, 31, 60, 61, 90, 91, 400] as [Int64] { try deals.open(at: .day(400 - age, seconds: -1)) }
        try deals.open { $0.isUnknown = true }
        let summary = try deals.summary(asOf: .day(400))
        #expect(summary.ageing.map(\.opportunities) == [2, 2, 2, 2] && summary.ageUnknown == 1)
        #expect(summary.ageing[3].values.map(\.amount) == [2_000])
    }

    @Test func `pushes are moves to a later date`() throws {
        var deals = try DealSketch()
        let pushed = try deals.open { $0.closeDate = "2024-03-01" }
        try deals.moveCloseDate(pushed, from: "2024-03-01", to: "2024-03-02", at: .day(1))
        try deals.moveCloseDate(pushed, from: "2024-03-02", to: "2024-02-01", at: .day(2))
        try deals.moveCloseDate(pushed, from: "2024-02-01", to: "2024-05-01", at: .day(3))
        let first = try deals.open()
        try deals.moveCloseDate(first, from: "", to: "2024-05-01", at: .day(3))
        try deals.open()
        let closed = try deals.open { $0.closeDate = "2024-03-01" }
        try deals.moveCloseDate(closed, from: "2024-03-01", to: "2024-04-02", at: .day(1))
        try deals.win(closed, at: .day(5))
        let summary = try deals.summary()
        #expect(summary.pushes == 2 && summary.pushRate.numerator == 1 && summary.pushRate.denominator == 2)
        #expect(summary.pushRate.value == 0.5)
        #expect(try deals.opportunity(pushed)?.pushes == 2)
        #expect(try deals.summary(asOf: .day(2)).pushes == 2)
    }

    @Test func `velocity is open ones × win rate × mean won amount / cycle`() throws {
        var deals = try DealSketch()
        for _ in 0..<50 { try deals.open { $0.amount = .of(100) } }
        // Omitted ones and those without an amount are no qualified ones.
        try deals.open { $0.amount = nil }
        let omitted = try deals.open()
        try deals.log.append(
            omitted,
            .forecastCategorySet(
                .with {
                    $0.category = .omitted; $0.overridden = true
                }), at: .day(1))
        let won = try deals.open(at: .day(0))
        try deals.win(won, at: .day(60), .of(2_500_000))
        for _ in 0..<3 {
            let lost = try deals.open()
            try deals.lose(lost, at: .day(70))
        }
        let velocity = try #require(try deals.summary().velocity.first)
        #expect(velocity.currency == "EUR" && velocity.open == 50 && velocity.winRate.value == 0.25)
        #expect(velocity.meanWonValue == 2_500_000 && velocity.meanCycleDays == 60)
        // 50 × 25,000 × 0.25 / 60 = 5,208.33 a day.
        #expect(abs(velocity.perDay - 520_833.333_333) < 0.001)
    }

    @Test func `velocity is absent where the cycle is 0 or unknown`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(1))
        try deals.win(deal, at: .day(1))
        let atOnce = try #require(try deals.summary().velocity.first)
        #expect(!atOnce.hasPerDay && atOnce.meanCycleDays == 0 && atOnce.hasMeanCycleDays)
        var unknown = try DealSketch()
        let other = try unknown.open { $0.isUnknown = true }
        try unknown.win(other, at: .day(1))
        let velocity = try #require(try unknown.summary().velocity.first)
        #expect(!velocity.hasPerDay && !velocity.hasMeanCycleDays && velocity.meanWonValue == 1_000)
    }

    @Test func `open on a day counts those open at its end`() throws {
        var deals = try DealSketch()
        // Open on days 10 to 19; again on 25; unknown ones closed on day 12, and never.
        let deal = try deals.open(at: .day(10, seconds: 86_399))
        try deals.win(deal, at: .day(20))
        try deals.reopen(deal, at: .day(25))
        try deals.lose(deal, at: .day(26))
        let closed = try deals.open(at: .day(11)) { $0.isUnknown = true }
        try deals.lose(closed, at: .day(12))
        try deals.open(at: .day(11)) { $0.isUnknown = true }
        let days = [9, 10, 19, 20, 25, 26].map { "2024-01-\($0 + 1 < 10 ? "0" : "")\($0 + 1)" }
        let openOn = try deals.summary { $0.openOn = days.reversed() + [days[0]] }.openOn
        #expect(openOn.map(\.day) == days.reversed() + [days[0]])
        #expect(openOn.map(\.opportunities) == [0, 1, 0, 1, 1, 0, 0])
        #expect(openOn.map(\.unknown) == [1, 1, 1, 1, 2, 2, 2])
        // As of day 15 nobody knows what came later.
        let early = try deals.summary(asOf: .day(15)) { $0.openOn = [days[3]] }.openOn
        #expect(early.map(\.opportunities) == [1])
    }
}
