import KithClient
import Testing

/// The figures of a sales team as the service answers them, compared with the expected ones.
struct SalesFigures {
    private let expected: ExpectedSales
    private let summary: PipelineSummary
    private let opportunities: [Record]
    private let employees: [Record]
    private let teams: [Record]
    private let accounts: [Record]
    private let products: [Record]
    private let books: [Record]

    /// Asks for everything, as of now.
    init(_ client: KithClient, atLeast position: UInt64) async throws {
        expected = try ExpectedSales.read()
        var request = PipelineRequest()
        request.filter.pipeline = Reference(system: "sales", key: "pipeline")
        request.dimensions = [.owner, .product, .party, .closeQuarter, .closeMonth]
        request.openOn = expected.openOn.keys.sorted()
        request.atLeast = position
        guard case .pipeline(let summary) = try await client.answer(.pipeline(request)).value else {
            throw UnexpectedAnswer()
        }
        self.summary = summary
        opportunities = try await client.all(.opportunity, atLeast: position)
        employees = try await client.all(.employee, atLeast: position)
        teams = try await client.all(.team, atLeast: position)
        accounts = try await client.all(.party, atLeast: position)
        products = try await client.all(.product, atLeast: position)
        books = try await client.all(.priceBook, atLeast: position)
    }

    private struct UnexpectedAnswer: Error {}

    /// Compares every figure.
    func expectAll() throws {
        #expect(summary.zone == "UTC")
        expectOutcomes()
        expectCycles()
        expectGroups()
        expectPeriods()
        try expectTeams()
        expectSectorsAndPlaces()
        try expectPrices()
    }

    private func expectOutcomes() {
        let outcomes = summary.outcomes
        #expect(ExpectedSales.Group(outcomes) == expected.byRegionalOffice["Central"])
        #expect(outcomes.opportunities == expected.opportunities && outcomes.open == expected.openPipeline)
        #expect(outcomes.withoutParty == expected.withoutAccount && outcomes.abandoned == 0)
        #expect(outcomes.winRate.value == expected.winRate)
        #expect(outcomes.winRate.denominator == outcomes.winRate.numerator + Int64(expected.byStage["Lost"] ?? 0))
        #expect(outcomes.values.map(\.currency) == ["USD"])
        #expect(outcomes.values.first?.wonValue == expected.wonValue * 100)
        #expect(outcomes.values.first?.lostValue == expected.lostValueSum * 100)
        #expect(outcomes.values.first?.meanWonValue == Int64((expected.avgWonValue * 100).rounded(.toNearestOrEven)))
        var stages = Dictionary(uniqueKeysWithValues: summary.stages.map { ($0.label, $0.opportunities) })
        stages["Won"] = outcomes.won
        stages["Lost"] = outcomes.lost
        #expect(stages == expected.byStage)
    }

    private func expectCycles() {
        let cycles = [expected.cycleDaysWon, expected.cycleDaysLost]
        #expect(summary.cycles.map(\.outcome) == [.won, .lost])
        for (shown, expected) in zip(summary.cycles, cycles) {
            #expect(shown.n == expected.n && shown.unknown == 0)
            #expect(abs(shown.mean - expected.mean) < 1e-9 && shown.median == expected.median)
            #expect(abs(shown.p90 - expected.p90) < 1e-9 && shown.min == expected.min && shown.max == expected.max)
        }
    }

    private func expectPeriods() {
        let quarters = groups(.closeQuarter).map { ($0.key, ExpectedSales.Quarter($0.outcomes)) }
        #expect(Dictionary(uniqueKeysWithValues: quarters) == expected.byCloseQuarter)
        let months = groups(.closeMonth).map { ($0.key, ExpectedSales.Month($0.outcomes)) }
        #expect(Dictionary(uniqueKeysWithValues: months) == expected.wonByCloseMonth)
        let open = summary.openOn.map { ($0.day, $0.opportunities) }
        #expect(Dictionary(uniqueKeysWithValues: open) == expected.openOn)
        // Those that have no date in the source are open on no day.
        #expect(summary.openOn.allSatisfy { $0.unknown == expected.byStage["Prospecting"] })
    }

    // MARK: By what things are

    private func groups(_ dimension: PipelineDimension) -> [PipelineGroup] {
        summary.groups.filter { $0.dimension == dimension }
    }

    private func expectGroups() {
        #expect(sums(.owner) { record($0, employees)?.employee.name.display } == expected.byAgent)
        var products = expected.byProduct
        products["GTX Pro"] = products.removeValue(forKey: "GTXPro")
        #expect(sums(.product) { record($0, self.products)?.product.detail.name } == products)
        let parties = sums(.party) { record($0, accounts)?.party.name.display }
        #expect(parties == expected.byAccount)
        let top = parties.map { ExpectedSales.Winner(account: $0.key, value: $0.value.wonValue) }
        let most = top.sorted { $0.value > $1.value }.prefix(expected.topAccountsByWonValue.count)
        #expect(Array(most) == expected.topAccountsByWonValue)
    }

    private func expectTeams() throws {
        func team(_ group: PipelineGroup) -> Record? {
            let member = record(group, employees)
            return teams.first { $0.number == member?.employee.teams.first?.teamNumber }
        }
        let managers = sums(.owner) { group in
            let number = team(group)?.number
            let lead = employees.first { $0.employee.teams.contains { $0.teamNumber == number && $0.lead } }
            return lead?.employee.name.display
        }
        #expect(managers == expected.byManager)
        let offices = sums(.owner) { group in
            let parent = team(group)?.team.parentNumber
            return teams.first { $0.number == parent }?.team.name
        }
        #expect(offices == expected.byRegionalOffice)
        // Whoever has no opportunity is an employee all the same.
        #expect(employees.contains { $0.employee.name.display == "Mei-Mei Johns" })
    }

    private func expectSectorsAndPlaces() {
        let sectors = sums(.party) { group in
            record(group, accounts)?.tags.first { $0.hasPrefix("sector/") }.map { String($0.dropFirst(7)) }
        }
        #expect(sectors == expected.bySector)
        // The file names countries, the service has their codes.
        let countries = sums(.party) { record($0, accounts)?.party.detail.country }
        #expect(Self.counted(countries) == Self.counted(expected.byOfficeLocation))
    }

    private static func counted(_ groups: [String: ExpectedSales.Group]) -> [ExpectedSales.Group: Int] {
        groups.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// Sums of the groups of a dimension, by a name that several may share; groups without one are left out.
    private func sums(
        _ dimension: PipelineDimension, by name: (PipelineGroup) -> String?
    ) -> [String: ExpectedSales.Group] {
        var sums: [String: ExpectedSales.Group] = [:]
        for group in groups(dimension) {
            guard let name = name(group) else { continue }
            sums[name, default: ExpectedSales.Group()] += ExpectedSales.Group(group.outcomes)
        }
        return sums
    }

    /// What a group is of.
    private func record(_ group: PipelineGroup, _ records: [Record]) -> Record? {
        let number = group.dimension == .owner ? group.owner.employeeNumber : group.number
        return records.first { $0.number == number }
    }

    // MARK: Against the list

    /// What was won against the price list.
    private func expectPrices() throws {
        let book = try #require(books.first).priceBook
        let prices = Dictionary(uniqueKeysWithValues: book.prices.map { ($0.productNumber, $0.unitPrice) })
        let ratios = try opportunities.map(\.opportunity).filter { $0.status == .won }.map { won in
            let price = try #require(prices[won.lines[0].productNumber])
            try #require(won.lines.count == 1 && price.scale == 0 && won.amount.currency == book.currency)
            return Double(won.amount.minorUnits) / 100 / Double(price.unscaled)
        }
        #expect(abs(ratios.reduce(0, +) / Double(ratios.count) - expected.wonPriceRatio.mean) < 1e-9)
        #expect(ratios.count { $0 < 1 } == expected.wonPriceRatio.belowList)
        #expect(ratios.count { $0 > 1 } == expected.wonPriceRatio.aboveList)
        #expect(opportunities.count == Int(expected.opportunities))
    }
}

extension ExpectedSales.Group {
    init(_ outcomes: OutcomeFigures) {
        opportunities = outcomes.opportunities
        won = outcomes.won
        lost = outcomes.lost
        open = outcomes.open
        winRate = outcomes.winRate.hasValue ? outcomes.winRate.value : nil
        wonValue = outcomes.wonDollars
    }

    static func += (left: inout Self, right: Self) {
        left.opportunities += right.opportunities
        left.won += right.won
        left.lost += right.lost
        left.open += right.open
        left.wonValue += right.wonValue
        let closed = left.won + left.lost
        left.winRate = closed == 0 ? nil : Double(left.won) / Double(closed)
    }
}

extension ExpectedSales.Quarter {
    init(_ outcomes: OutcomeFigures) {
        self.init(
            won: outcomes.won, lost: outcomes.lost,
            winRate: outcomes.winRate.hasValue ? outcomes.winRate.value : nil, wonValue: outcomes.wonDollars)
    }
}

extension ExpectedSales.Month {
    init(_ outcomes: OutcomeFigures) { self.init(won: outcomes.won, wonValue: outcomes.wonDollars) }
}

extension OutcomeFigures {
    /// What was won in whole dollars; all values of these files are such.
    fileprivate var wonDollars: Int64 { (values.first { $0.currency == "USD" }?.wonValue ?? 0) / 100 }
}
