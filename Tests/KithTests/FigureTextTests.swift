internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// What people see of figures.
@Suite struct FigureTextTests {
    private let shanghai = ZonedTimeText(clock: ZoneClock(name: "Asia/Shanghai") ?? .utc)

    // MARK: Times and days

    @Test(arguments: [
        ("Asia/Shanghai", "2017-03-11 09:26 +08:00"), ("UTC", "2017-03-11 01:26 +00:00"),
        ("America/St_Johns", "2017-03-10 21:56 -03:30"), ("Asia/Kathmandu", "2017-03-11 07:11 +05:45"),
    ])
    func `times are on the reader's clock and say so`(zone: String, text: String) throws {
        let clock = try #require(ZoneClock(name: zone))
        let instant = Instant(microseconds: 1_489_195_579_000_000)
        #expect(ZonedTimeText(clock: clock).minute(instant.timestamp) == text)
    }

    @Test func `a clock shows the time that leads back to its instant`() throws {
        let clock = try #require(ZoneClock(name: "Europe/London"))
        for second in stride(from: Int64(1_490_486_400), through: 1_490_590_000, by: 1_800) {
            let instant = Instant(microseconds: second * 1_000_000)
            #expect(clock.instant(of: clock.civilTime(at: instant).time) == instant)
        }
    }

    @Test func `the reader's zone is KITH_ZONE, else TZ`() throws {
        let tokyo = ZoneClock(name: "Asia/Tokyo")
        #expect(try ZoneClock.ofViewer(environment: ["KITH_ZONE": "Asia/Tokyo", "TZ": "Europe/Rome"]) == tokyo)
        #expect(try ZoneClock.ofViewer(environment: ["TZ": ":Asia/Tokyo"]) == tokyo)
        #expect(throws: Failure.self) { try ZoneClock.ofViewer(environment: ["KITH_ZONE": "Mars/Base"]) }
    }

    @Test(arguments: [
        ("2026", "2026-01-01", "2026-12-31"), ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"), ("2026-07-15", "2026-07-15", "2026-07-15"),
        ("2025-Q4..2026-02", "2025-10-01", "2026-02-28"),
    ])
    func `a period can be written in several ways`(text: String, first: String, last: String) {
        let days = PeriodArgument(argument: text)?.days
        #expect(days?.firstDay == first && days?.lastDay == last)
    }

    @Test(arguments: ["", "26", "2026-13", "2026-Q5", "2026-02-30", "2026-02..2026-01", "2026...2027", "2026-", "٢٠٢٦"])
    func `what is no period is refused`(text: String) { #expect(PeriodArgument(argument: text) == nil) }

    @Test func `a share says what it is made of, and a share of nothing is not 0`() {
        let ratio = PipelineRatio.with {
            $0.numerator = 1_629
            $0.denominator = 2_604
            $0.value = 1_629.0 / 2_604.0
        }
        #expect(RatioText.counts(ratio) == "62.6 % (1629 of 2604)")
        #expect(RatioText.counts(PipelineRatio()) == "– (0 of 0)")
    }

    // MARK: Width

    @Test func `a table is cut in its flexible columns only, and at whole characters`() {
        var table = Table([("name", .left), ("amount", .right)], flexible: [0])
        table.add(["株式会社サンプル商事ホールディングス", "1200.00 JPY"])
        table.add(["👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", "5.00 USD"])
        table.add(["अनन्या", "7.00 INR"])
        let lines = table.lines(in: TextLayout(width: 30))
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 30 })
        #expect(lines[1] == "株式会社サンプル…  1200.00 JPY")
        #expect(lines[2].hasPrefix("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧") && lines[2].contains("…"))
        #expect(lines[3].hasPrefix("अनन्या "))
        #expect(table.lines(in: .unlimited)[1].hasPrefix("株式会社サンプル商事ホールディングス"))
        // Numbers are never cut, whatever the width.
        #expect(table.lines(in: TextLayout(width: 20))[1].hasSuffix("1200.00 JPY"))
    }

    @Test func `on a terminal, a cell from right to left is kept apart from the numbers beside it`() {
        var table = Table([("name", .left), ("n", .right)])
        table.add(["شركة النور", "12"])
        table.add(["Ana", "7"])
        #expect(table.lines(in: TextLayout(width: nil, isolates: true))[1] == "\u{2068}شركة النور\u{2069}  12")
        #expect(table.lines(in: TextLayout(width: nil, isolates: true))[2] == "Ana          7")
        #expect(table.lines[1] == "شركة النور  12")
    }

    // MARK: The pipeline

    private var summary: PipelineSummary {
        .with { summary in
            summary.asOf = Instant(microseconds: 1_489_195_579_000_000).timestamp
            summary.zone = "America/New_York"
            summary.outcomes = .with {
                ($0.opportunities, $0.open, $0.won, $0.lost) = (4, 1, 2, 1)
                $0.winRate = .with { ($0.numerator, $0.denominator, $0.value) = (2, 3, 2.0 / 3) }
                $0.values = [
                    .with {
                        ($0.currency, $0.openValue, $0.wonValue, $0.meanWonValue) = ("USD", 100_00, 300_00, 150_00)
                    },
                    .with { ($0.currency, $0.openValue) = ("JPY", 5_000) },
                ]
            }
            summary.stages = [
                .with {
                    ($0.pipelineNumber, $0.stage, $0.label, $0.opportunities, $0.stalled) = (7, "engaging", "", 1, 1)
                    $0.values = [
                        .with { ($0.currency, $0.opportunities, $0.amount, $0.weighted) = ("USD", 1, 100_00, 30_00) }
                    ]
                }
            ]
            summary.cycles = [.with { ($0.outcome, $0.n, $0.mean, $0.median) = (.won, 2, 51.78, 57) }]
            summary.groups = [
                .with {
                    $0.dimension = .owner
                    $0.owner.employeeNumber = 12
                    $0.outcomes.won = 2
                },
                .with {
                    $0.dimension = .closeQuarter
                    $0.key = "2017Q1"
                    $0.outcomes.won = 2
                },
            ]
            summary.definitions = [
                .with {
                    ($0.name, $0.unit, $0.definition, $0.dateBasis) = ("winRate", "share", "Won of decided.", "closing")
                }
            ]
        }
    }

    @Test func `the pipeline shows every block, and names instead of numbers`() {
        let names = NameBook([
            NameBook.Entry(kind: .employee, number: 12): "Darcel Schlecht",
            NameBook.Entry(kind: .pipeline, number: 7): "Sales",
        ])
        var text = PipelineText(summary: summary, names: names, times: shanghai)
        let lines = text.lines
        #expect(lines.first == "as of          2017-03-11 09:26 +08:00; days are those of America/New_York")
        #expect(lines.contains("opportunities  4: 1 open, 2 won, 1 lost, 0 abandoned"))
        #expect(lines.contains("win rate       66.7 % (2 of 3)"))
        #expect(lines.contains { $0.hasPrefix("Sales") && $0.contains("engaging") && $0.contains("30.00") })
        #expect(lines.contains { $0.hasPrefix("JPY") && $0.contains("5000") && $0.contains("–") })
        #expect(lines.contains { $0.hasPrefix("won") && $0.contains("51.8") && $0.contains("57.0") })
        #expect(lines.contains { $0.hasPrefix("Darcel Schlecht") })
        #expect(lines.contains { $0.hasPrefix("2017Q1") })
        #expect(!lines.contains { $0.hasPrefix("winRate") })
        text.definitions = true
        #expect(text.lines.last == "winRate (share): Won of decided. By closing.")
        #expect(Set(PipelineText.entries(of: summary)).count == 2)
    }

    @Test func `what has no name keeps its number`() {
        #expect(NameBook().name(.party, 5) == "#5" && NameBook().name(.party, 0).isEmpty)
        #expect(NameBook().name(Owner()).isEmpty)
        var record = Record()
        record.party.erased = true
        #expect(RecordName.of(record) == "(erased)")
        // An opportunity without a name is called what the system calls it that it comes from.
        let opportunity = Record.with {
            $0.opportunity.status = .open
            $0.external = [
                .with {
                    $0.system = "sales"
                    $0.key = "Z063OYW0"
                }
            ]
        }
        #expect(RecordName.of(opportunity) == "sales:Z063OYW0")
    }

    @Test func `many days on which points end are shown by month`() {
        let response = ProgrammeResponse.with {
            $0.expiry = (1...40).map { day in
                .with { ($0.day, $0.points) = (TimeText.day(2026, day > 31 ? 2 : 1, day > 31 ? day - 31 : day), 10) }
            }
        }
        let lines = LoyaltyText(times: shanghai).lines(response)
        #expect(lines.contains("2026-01              310") && lines.contains("2026-02               90"))
        #expect(!lines.contains { $0.hasPrefix("2026-01-") })
    }

    @Test func `the request says what was asked`() throws {
        let command = try #require(
            try Kith.parseAsRoot([
                "pipeline", "--by", "owner", "--by", "close-quarter", "--closed", "2017-Q1", "--owner", "sales:Darcel",
                "--forecast", "quarter", "--open-on", "2017-03-31", "--zone", "UTC",
            ]) as? PipelineCommand)
        let request = command.request
        #expect(request.dimensions == [.owner, .closeQuarter] && request.forecastPeriod == .quarter)
        #expect(request.closedFrom == "2017-01-01" && request.closedTo == "2017-03-31")
        #expect(request.filter.owner.employee.external.key == "Darcel" && request.openOn == ["2017-03-31"])
        for wrong in [
            ["--by", "colour"], ["--closed", "soon"], ["--owner", "#1", "--team", "#2"], ["--width", "3"],
        ] {
            #expect(throws: (any Error).self) { try Kith.parseAsRoot(["pipeline"] + wrong) }
        }
    }

    // MARK: Opportunities

    @Test func `an opportunity that is stalled is marked, and what is unknown is a dash`() {
        let opportunity = OpportunitySummary.with {
            ($0.number, $0.status, $0.stage, $0.stageLabel) = (9, .open, "engaging", "Engaging")
            ($0.daysInStage, $0.stalled, $0.probability, $0.probabilityOverridden) = (120, true, 30, true)
            ($0.closeDate, $0.pushes, $0.hasNextStep_p, $0.nextStepDue) = ("2017-05-01", 2, true, "2017-04-01")
        }
        let names = NameBook([NameBook.Entry(kind: .opportunity, number: 9): "GTX Pro für Müller"])
        let lines = OpportunityText(names: names, times: shanghai).lines([opportunity])
        #expect(lines.count == 2)
        #expect(
            lines[1].split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
                == "#9 GTX Pro für Müller Engaging 120! – 30* – 2017-05-01 2 2017-04-01")
        #expect(OpportunityText(times: shanghai).lines([]).isEmpty)
    }

    // MARK: Loyalty

    @Test func `every point of an account is accounted for`() {
        let account = LoyaltyAccountView.with {
            $0.summary = .with {
                ($0.accountNumber, $0.programmeLabel, $0.programmeNumber, $0.pointsLabel) = (4, "Club", 3, "stars")
                ($0.tier, $0.nextTier, $0.pointsToNextTier, $0.partyNumber) = ("silver", "gold", 250, 8)
                $0.balance = .with {
                    ($0.earned, $0.active, $0.spent, $0.expired, $0.adjusted) = (100, 60, 20, 10, -10)
                }
            }
            $0.lots = [
                .with { ($0.earning, $0.lot, $0.points, $0.left, $0.expiresWithInactivity) = (17, 1, 100, 60, true) }
            ]
            $0.lotsCut = true
        }
        let names = NameBook([NameBook.Entry(kind: .party, number: 8): "李小龙"])
        let lines = LoyaltyText(names: names, times: shanghai).lines(account)
        #expect(lines.contains { $0.hasSuffix("60 stars to spend, 0 locked") })
        #expect(
            lines.contains {
                $0.hasSuffix("100 earned − 10 adjusted = 60 active + 0 locked + 20 spent + 10 expired + 0 reversed")
            })
        #expect(lines.contains { $0.hasSuffix("silver; 250 points to gold") })
        #expect(lines.contains { $0.hasPrefix("member") && $0.hasSuffix("李小龙") })
        #expect(lines.contains { $0.hasPrefix("17/1") && $0.contains("inactivity") })
        #expect(lines.last == "… there are more lots: --lots shows so many")
    }

    @Test func `a debt is called one`() {
        let account = LoyaltyAccountView.with { $0.summary.balance.active = -5 }
        #expect(LoyaltyText(times: shanghai).lines(account).contains { $0.hasSuffix("-5 points: a debt; 0 locked") })
    }

    @Test func `a programme without members has no rates`() {
        let lines = LoyaltyText(times: shanghai).lines(ProgrammeResponse.with { $0.programmeNumber = 3 })
        #expect(lines.contains { $0.hasPrefix("active") && $0.hasSuffix("– (0 of 0)") })
        #expect(lines.contains { $0.hasPrefix("breakage to date") && $0.hasSuffix("–") })
    }

    @Test func `points are asked of one member or of a programme`() throws {
        func parsed(_ arguments: [String]) throws -> LoyaltyCommand? {
            try Kith.parseAsRoot(["loyalty"] + arguments) as? LoyaltyCommand
        }
        #expect(try parsed(["shop:4711", "--lots", "5"])?.accountsRequest?.lotLimit == 5)
        #expect(try parsed([])?.accountsRequest == nil)
        #expect(try parsed(["--programme", "#3"])?.programmeRequest.programme.number == 3)
        #expect(try parsed(["--programme", "#3", "--members"])?.accountsRequest?.programme.number == 3)
        for wrong in [["shop:1", "--account", "#2"], ["shop:1", "--programme", "#3"], ["--members"]] {
            #expect(throws: (any Error).self) { try parsed(wrong) }
        }
    }

    // MARK: Targets

    @Test func `a target says what was reached and how much time has passed`() {
        let target = TargetAttainment.with {
            $0.metric = .wonValue
            ($0.period.firstDay, $0.period.lastDay) = ("2017-01-01", "2017-03-31")
            ($0.target.money.minorUnits, $0.target.money.currency) = (1_000_00, "USD")
            ($0.actual.money.minorUnits, $0.actual.money.currency) = (250_00, "USD")
            ($0.attainment, $0.elapsed, $0.counted) = (0.25, 0.5, 3)
        }
        let lines = AttainmentText().lines([target, .with { $0.metric = .winRate }])
        #expect(lines[1].hasPrefix("2017-01-01..2017-03-31  won-value  everybody  1000.00 USD  250.00 USD"))
        #expect(lines[1].contains("25.0 %") && lines[1].contains("50.0 %"))
        #expect(lines[2].contains("–"))
        #expect(MetricArgument(argument: "win-rate")?.metric == .winRate)
    }
}
