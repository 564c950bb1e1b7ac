internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// The opportunities of a sales team, against figures that other tools computed of them.
@Suite(.enabled(if: CentralOffice.isPresent, "../shared/data is not there")) struct CentralOfficeTests {
    private let office: CentralOffice
    private let expected: CentralOffice.Total
    private let summary: PipelineSummary

    init() throws {
        office = try CentralOffice()
        expected = try CentralOffice.expected()
        let days = expected.openOn.keys.sorted()
        let request = PipelineRequest.with {
            $0.dimensions = [.owner, .product, .party, .closeQuarter, .closeMonth]
            $0.openOn = days
        }
        summary = try Pipeline.summary(
            request, of: OpportunityConditions(), asOf: .day(1_000), in: try office.log.fold(Pipeline.self))
    }

    private func groups(_ dimension: PipelineDimension) -> [PipelineGroup] {
        summary.groups.filter { $0.dimension == dimension }
    }

    @Test func `outcomes and stages`() throws {
        let outcomes = summary.outcomes
        #expect(outcomes.opportunities == expected.opportunities && outcomes.open == expected.openPipeline)
        #expect(outcomes.withoutParty == expected.withoutAccount)
        #expect(outcomes.won == expected.byStage["Won"] && outcomes.lost == expected.byStage["Lost"])
        #expect(outcomes.winRate.value == expected.winRate)
        for figures in summary.stages { #expect(figures.opportunities == expected.byStage[figures.stage]) }
        #expect(summary.stages.map(\.stage) == ["Prospecting", "Engaging"])
        let dollars = try #require(outcomes.values.first { $0.currency == "USD" })
        #expect(dollars.wonValue == expected.wonValue * 100 && dollars.lostValue == expected.lostValueSum * 100)
        #expect(dollars.meanWonValue == Int64((expected.avgWonValue * 100).rounded(.toNearestOrEven)))
        #expect(outcomes.values.count == 1)
    }

    @Test func `cycles`() {
        for (shown, expected) in zip(summary.cycles, [expected.cycleDaysWon, expected.cycleDaysLost]) {
            #expect(shown.n == expected.n && shown.unknown == 0)
            #expect(abs(shown.mean - expected.mean) < 1e-9 && shown.median == expected.median)
            #expect(abs(shown.p90 - expected.p90) < 1e-9 && shown.min == expected.min && shown.max == expected.max)
        }
    }

    @Test func `agents, products and accounts`() {
        expect(groups(.owner), office.agents, by: \.owner.employeeNumber, expected.byAgent)
        expect(groups(.product), office.products, by: \.number, expected.byProduct)
        // Those without an account stand apart.
        let accounts = groups(.party).filter { $0.number != 0 }
        expect(accounts, office.accounts, by: \.number, expected.byAccount)
        #expect(groups(.party).first?.outcomes.opportunities == expected.withoutAccount)
        let names = office.accounts.names
        let top = accounts.sorted { CentralOffice.wonValue($0.outcomes) > CentralOffice.wonValue($1.outcomes) }
        #expect(top.prefix(10).map { names[$0.number] } == expected.topAccountsByWonValue.map(\.account))
        #expect(
            top.prefix(10).map { CentralOffice.wonValue($0.outcomes) }
                == expected.topAccountsByWonValue.map { $0.value * 100 })
    }

    private func expect(
        _ groups: [PipelineGroup], _ numbers: CentralOffice.Numbers, by number: (PipelineGroup) -> UInt64,
        _ expected: [String: CentralOffice.Group]
    ) {
        #expect(groups.count == expected.count)
        for group in groups {
            let name = numbers.names[number(group)] ?? ""
            #expect(CentralOffice.Group(group.outcomes) == expected[name], "\(name)")
        }
    }

    @Test func `managers, offices, sectors and locations are sums of agents and accounts`() throws {
        let agents = try CentralOffice.table("sales_teams.csv")
        let accounts = try CentralOffice.table("accounts.csv")
        let sums: [([PipelineGroup], CentralOffice.Numbers, [[String]], Int, [String: CentralOffice.Group])] = [
            (groups(.owner), office.agents, agents, 1, expected.byManager),
            (groups(.owner), office.agents, agents, 2, expected.byRegionalOffice),
            (groups(.party), office.accounts, accounts, 1, expected.bySector),
            (groups(.party), office.accounts, accounts, 5, expected.byOfficeLocation),
        ]
        for (groups, numbers, table, column, expected) in sums {
            let attribute = Dictionary(table.map { ($0[0], $0[column]) }) { first, _ in first }
            var found: [String: CentralOffice.Group] = [:]
            for group in groups {
                let number = group.dimension == .owner ? group.owner.employeeNumber : group.number
                guard let name = numbers.names[number], let key = attribute[name] else { continue }
                found[key] = CentralOffice.Group(group.outcomes) + found[key]
            }
            #expect(found == expected)
        }
    }

    @Test func `quarters and months of closing`() {
        #expect(groups(.closeQuarter).map(\.key) == expected.byCloseQuarter.keys.sorted())
        for group in groups(.closeQuarter) {
            let quarter = expected.byCloseQuarter[group.key]
            #expect(group.outcomes.won == quarter?.won && group.outcomes.lost == quarter?.lost)
            #expect(group.outcomes.winRate.value == quarter?.winRate)
            #expect(CentralOffice.wonValue(group.outcomes) == (quarter?.wonValue ?? -1) * 100)
        }
        #expect(groups(.closeMonth).map(\.key) == expected.wonByCloseMonth.keys.sorted())
        for group in groups(.closeMonth) {
            let month = expected.wonByCloseMonth[group.key]
            #expect(group.outcomes.won == month?.won)
            #expect(CentralOffice.wonValue(group.outcomes) == (month?.wonValue ?? -1) * 100)
            // What was won stands in the forecast of its month, too.
            let forecast = summary.forecast.first { $0.period == group.key }
            #expect(forecast?.values.first?.closed == (month?.wonValue ?? -1) * 100)
        }
    }

    @Test func `open at the end of each month, also as of that day`() throws {
        #expect(summary.openOn.count == expected.openOn.count)
        for figures in summary.openOn {
            #expect(figures.opportunities == expected.openOn[figures.day], "\(figures.day)")
            #expect(figures.unknown == expected.byStage["Prospecting"])
        }
        let asOf = CentralOffice.midnight("2017-05-01")
        let early = try Pipeline.summary(
            PipelineRequest(), of: OpportunityConditions(), asOf: Instant(microseconds: asOf.rawValue - 1),
            in: try office.log.fold(Pipeline.self))
        #expect(early.outcomes.open == expected.openOn["2017-04-30"])
        let months = expected.wonByCloseMonth.filter { $0.key <= "2017-04" }
        #expect(early.outcomes.won == months.values.reduce(0) { $0 + $1.won })
    }
}
