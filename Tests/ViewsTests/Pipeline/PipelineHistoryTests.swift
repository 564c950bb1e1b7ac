internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct PipelineHistoryTests {
    @Test func `everything is told as of an instant`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(10)) {
            $0.amount = .of(100); $0.owner = .employee(1)
        }
        try deals.setAmount(deal, .of(200), at: .day(20))
        try deals.advance(deal, to: "offer", at: .day(30))
        try deals.assign(deal, to: .team(2), at: .day(40))
        try deals.win(deal, at: .day(50), .of(250))
        try deals.reopen(deal, at: .day(60), stage: "talk", .of(250), closeDate: "2024-06-30")
        try deals.lose(deal, at: .day(70), nil, reason: "late")

        #expect(try deals.opportunity(deal, asOf: .day(9, seconds: 86_399)) == nil)
        let opened = try #require(try deals.opportunity(deal, asOf: .day(10)))
        #expect(opened.status == .open && opened.amount == .of(100) && opened.stage == "new")
        #expect(opened.owner == .employee(1) && opened.daysOpen == 0 && opened.hasDaysOpen && !opened.hasClosedAt)
        let offered = try #require(try deals.opportunity(deal, asOf: .day(45)))
        #expect(offered.amount == .of(200) && offered.stageLabel == "Offer" && offered.owner == .team(2))
        #expect(offered.daysInStage == 15 && offered.daysOpen == 35 && offered.daysSinceActivity == 5)
        #expect(Instant(offered.lastActivityAt) == .day(40))
        let won = try #require(try deals.opportunity(deal, asOf: .day(55)))
        #expect(won.status == .won && won.amount == .of(250) && won.probability == 100 && won.daysOpen == 40)
        #expect(Instant(won.closedAt) == .day(50) && won.daysInStage == 0 && won.lossReason.isEmpty)
        let reopened = try #require(try deals.opportunity(deal, asOf: .day(65)))
        #expect(reopened.status == .open && reopened.stage == "talk" && reopened.closeDate == "2024-06-30")
        #expect(reopened.daysInStage == 5 && reopened.daysOpen == 55)
        let lost = try #require(try deals.opportunity(deal))
        #expect(lost.status == .lost && !lost.hasAmount && !lost.hasWeighted && lost.lossReason == "late")
        #expect(try deals.summary(asOf: .day(55)).outcomes.won == 1)
        #expect(try deals.summary(asOf: .day(65)).outcomes.open == 1)
        #expect(try deals.summary(asOf: .day(9)).outcomes.opportunities == 0)
    }

    @Test func `a correction holds for all time`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(10))
        try deals.win(deal, at: .day(50), .of(250))
        try deals.assign(deal, to: .team(2), at: .day(55))
        try deals.correct(deal, at: .day(60)) {
            $0.openedAt = Instant.day(4).rawValue
            $0.closedAt = Instant.day(34).rawValue
            $0.amount = .of(300)
        }
        let early = try #require(try deals.opportunity(deal, asOf: .day(5)))
        #expect(early.daysOpen == 1 && early.daysInStage == 1 && Instant(early.openedAt) == .day(4))
        #expect(early.amount == .of(1_000))
        let won = try #require(try deals.opportunity(deal, asOf: .day(34)))
        #expect(won.status == .won && won.amount == .of(300) && Instant(won.closedAt) == .day(34))
        #expect(won.daysInStage == 0 && !won.hasOwner)
        #expect(try deals.opportunity(deal)?.owner == .team(2))
        #expect(try deals.summary().cycles[0].mean == 30)
        // Later than it had been recorded: until then it was open.
        try deals.correct(deal, at: .day(61)) { $0.closedAt = Instant.day(52).rawValue }
        #expect(try deals.opportunity(deal, asOf: .day(51))?.status == .open)
        #expect(try deals.opportunity(deal, asOf: .day(52))?.status == .won)
        #expect(try deals.summary().cycles[0].mean == 48)
        // And later than what was changed since.
        try deals.correct(deal, at: .day(62)) { $0.closedAt = Instant.day(58).rawValue }
        #expect(try deals.opportunity(deal, asOf: .day(57))?.status == .open)
        #expect(try deals.opportunity(deal, asOf: .day(58))?.owner == .team(2))
    }

    @Test func `a closing that is moved to before a change outdoes it, and back brings it to light`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(0))
        try deals.advance(deal, to: "offer", at: .day(20))
        try deals.lose(deal, at: .day(30))
        try deals.correct(deal, at: .day(40)) {
            $0.closedAt = Instant.day(10).rawValue; $0.lossReason = "fit"
        }
        #expect(try deals.opportunity(deal, asOf: .day(25))?.status == .lost)
        #expect(try deals.opportunity(deal, asOf: .day(9))?.stage == "new")
        #expect(try deals.opportunity(deal)?.lossReason == "fit")
        let openOn = try deals.summary { $0.openOn = ["2024-01-10", "2024-01-11", "2024-01-26"] }.openOn
        #expect(openOn.map(\.opportunities) == [1, 0, 0])
        try deals.correct(deal, at: .day(41)) { $0.closedAt = Instant.day(30).rawValue }
        #expect(try deals.opportunity(deal, asOf: .day(25))?.stage == "offer")
    }

    @Test func `nobody knows the age of an opportunity whose opening is unknown, until it is corrected`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(50)) { $0.isUnknown = true }
        var shown = try #require(try deals.opportunity(deal))
        #expect(!shown.hasDaysOpen && !shown.hasDaysInStage && !shown.hasOpenedAt && !shown.stalled)
        try deals.advance(deal, to: "talk", at: .day(60))
        shown = try #require(try deals.opportunity(deal))
        #expect(shown.daysInStage == 40 && !shown.hasDaysOpen)
        try deals.correct(deal, at: .day(70)) { $0.openedAt = Instant.day(10).rawValue }
        #expect(try deals.opportunity(deal)?.daysOpen == 90)
        #expect(try deals.opportunity(deal, asOf: .day(20))?.daysInStage == 10)
    }

    @Test func `it may be known when an opportunity ended, but not when it began`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(90)) { $0.isUnknown = true }
        try deals.win(deal, at: .day(10))
        #expect(try deals.opportunity(deal, asOf: .day(9)) == nil)
        let shown = try #require(try deals.opportunity(deal, asOf: .day(20)))
        #expect(shown.status == .won && Instant(shown.closedAt) == .day(10) && !shown.hasDaysOpen)
        let summary = try deals.summary { $0.openOn = ["2024-01-10", "2024-01-11"] }
        #expect(summary.cycles[0].unknown == 1 && summary.openOn.map(\.unknown) == [1, 0])
    }

    @Test func `an abandoned one stays in its stage`() throws {
        var deals = try DealSketch()
        let deal = try deals.open()
        try deals.abandon(deal, at: .day(10))
        let shown = try #require(try deals.opportunity(deal))
        #expect(shown.status == .abandoned && shown.stage == "new" && shown.daysInStage == 10)
        #expect(shown.probability == 0 && shown.category == .omitted && !shown.stalled)
    }

    @Test func `lines, competitors, next step and party are those of now`() throws {
        var deals = try DealSketch()
        let deal = try deals.open {
            $0.products = [11, 12]; $0.competitors = [6, 5]
        }
        try deals.log.append(
            deal,
            .lineAdded(
                .with {
                    $0.line = .with {
                        $0.line = 2; $0.productNumber = 13
                    }
                    $0.amount = .of(5_000)
                }), at: .day(1))
        try deals.log.append(
            deal,
            .lineRemoved(
                .with {
                    $0.line = .with { $0.line = 1 }; $0.amount = .of(4_000)
                }), at: .day(2))
        try deals.log.append(deal, .competitorAdded(.with { $0.competitorNumber = 7 }), at: .day(3))
        try deals.log.append(deal, .competitorRemoved(.with { $0.competitorNumber = 6 }), at: .day(3))
        try deals.log.append(deal, .nextStepSet(.with { $0.dueDate = "2024-05-01" }), at: .day(4))
        try deals.log.append(
            deal,
            .opportunityChanged(
                .with {
                    $0.head = .with {
                        $0.partyNumber = 77; $0.channel = "web"
                    }
                }),
            at: .day(5))
        var shown = try #require(try deals.opportunity(deal))
        #expect(shown.productNumbers == [13] && shown.amount == .of(4_000) && shown.partyNumber == 77)
        #expect(shown.hasNextStep_p && shown.nextStepDue == "2024-05-01" && shown.channel == "web")
        #expect(try deals.opportunity(deal, asOf: .day(1))?.amount == .of(5_000))
        #expect(try deals.summary { $0.dimensions = [.competitor] }.groups.map(\.number) == [5, 7])
        try deals.log.append(deal, .nextStepSet(.with { $0.cleared = true }), at: .day(6))
        try deals.log.append(deal, .noteAdded(.init()), at: .day(9))
        shown = try #require(try deals.opportunity(deal))
        #expect(!shown.hasNextStep_p && shown.nextStepDue.isEmpty && Instant(shown.lastActivityAt) == .day(9))
    }

    @Test func `many changes stand in rows of their own, and all of them count`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(0)) { $0.amount = .of(0) }
        for day in 1...200 as ClosedRange<Int64> { try deals.setAmount(deal, .of(day), at: .day(day)) }
        try deals.win(deal, at: .day(210), .of(7))
        for day in 211...320 as ClosedRange<Int64> {
            try deals.assign(deal, to: .employee(UInt64(day)), at: .day(day))
        }
        let store = try deals.log.fold(Pipeline.self)
        let bytes = try #require(try store.get(Pipeline.rows.opportunities, .key(deal.rawValue)))
        let row = try decodedRow(PipelineOpportunityRow.self, bytes)
        #expect(row.moments.count < MomentLog.rowMaximum && row.moments.count >= MomentLog.chunk)
        // 312 moments in all.
        #expect(store.count(Pipeline.rows.earlier) * MomentLog.chunk + row.moments.count == 312)
        for day in [0, 1, 31, 32, 33, 100, 200] as [Int64] {
            #expect(try deals.opportunity(deal, asOf: .day(day))?.amount == .of(day))
        }
        #expect(try deals.opportunity(deal, asOf: .day(250))?.owner == .employee(250))
        #expect(try deals.opportunity(deal, asOf: .day(400))?.daysOpen == 210)
        // The closing stands far back; its correction finds it.
        try deals.correct(deal, at: .day(330)) {
            $0.closedAt = Instant.day(205).rawValue; $0.amount = .of(8)
        }
        #expect(try deals.opportunity(deal, asOf: .day(204))?.amount == .of(200))
        #expect(try deals.opportunity(deal, asOf: .day(205))?.amount == .of(8))
        #expect(try deals.opportunity(deal, asOf: .day(300))?.amount == .of(8))
        #expect(try deals.opportunity(deal, asOf: .day(400))?.daysOpen == 205)
        #expect(try deals.summary(asOf: .day(400)).conversions.first { $0.to == "won" }?.rate.numerator == 1)
    }

    @Test func `days are those of the organisation's zone`() throws {
        var deals = try DealSketch(zone: "Asia/Shanghai")
        // 2024-03-31T18:00Z is 2 o'clock on 1 April there.
        let deal = try deals.open()
        try deals.win(deal, at: .day(90, seconds: 64_800))
        let summary = try deals.summary {
            $0.dimensions = [.closeMonth]; $0.openOn = ["2024-03-31", "2024-04-01"]
        }
        #expect(summary.zone == "Asia/Shanghai" && summary.groups.map(\.key) == ["2024-04"])
        #expect(summary.forecast.map(\.period) == ["2024-04"])
        #expect(summary.openOn.map(\.opportunities) == [1, 0])
        #expect(try deals.summary { $0.closedTo = "2024-03-31" }.outcomes.won == 0)
    }

    @Test func `from midnight to midnight are whole days, also where clocks are set`() throws {
        // Europe/Berlin goes over to summer time on 2024-03-31: its midnights are 23:00Z before, 22:00Z after.
        var deals = try DealSketch(zone: "Europe/Berlin")
        let deal = try deals.open(at: .day(88, seconds: 82_800))
        try deals.win(deal, at: .day(90, seconds: 79_200))
        #expect(try deals.summary().cycles[0].mean == 2)
        #expect(try deals.opportunity(deal)?.daysOpen == 2)
    }
}
