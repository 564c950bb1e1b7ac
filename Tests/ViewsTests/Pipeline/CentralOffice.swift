internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// The opportunities of `sales_pipeline_central.csv` as events, and what was computed of them by other tools.
struct CentralOffice {
    /// Numbers that names stand for in the log.
    struct Numbers {
        private(set) var names: [UInt64: String] = [:]
        private var numbers: [String: UInt64] = [:]

        /// 0 for no name.
        mutating func number(_ name: String) -> UInt64 {
            if name.isEmpty { return 0 }
            if let number = numbers[name] { return number }
            let number = UInt64(numbers.count + 1)
            numbers[name] = number
            names[number] = name
            return number
        }
    }

    private(set) var log = LogSketch()
    private(set) var agents = Numbers()
    private(set) var products = Numbers()
    private(set) var accounts = Numbers()

    private static var folder: String {
        let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return repository.joined(separator: "/") + "/../shared/data"
    }

    /// Whether the data are there.
    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder + "/pipeline/accounts.csv") }

    /// The rows of a table without its heading; no field of these tables is quoted.
    static func table(_ name: String) throws -> [[String]] {
        let text = String(decoding: try Data(contentsOf: URL(filePath: folder + "/pipeline/" + name)), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    init() throws {
        let pipeline = try log.begin(
            .pipeline,
            .pipelineDefined(
                .with {
                    $0.content.name = "Central"
                    $0.content.stages = [
                        .of("Prospecting", "", 10, .pipeline), .of("Engaging", "", 30, .pipeline),
                        .of("Won", "", 100, .closed, kind: .won), .of("Lost", "", 0, .omitted, kind: .lost),
                    ]
                }), at: .day(990))
        for row in try Self.table("sales_pipeline_central.csv") { try add(row, to: pipeline) }
    }

    private mutating func add(_ row: [String], to pipeline: StreamNumber) throws {
        let stage = row[4]
        let isClosed = stage == "Won" || stage == "Lost"
        let product = products.number(row[2])
        let opened = OpportunityOpened.with {
            $0.head.partyNumber = accounts.number(row[3])
            $0.owner = .employee(agents.number(row[1]))
            $0.pipelineNumber = pipeline.rawValue
            $0.pipelineVersion = 1
            $0.stage = isClosed ? "Engaging" : stage
            $0.lines = [
                .with {
                    $0.line = 1; $0.productNumber = product
                }
            ]
            $0.openingUnknown = row[5].isEmpty
        }
        // Of those without a date only the time of the import is known.
        let deal = try log.begin(
            .opportunity, .opportunityOpened(opened), at: row[5].isEmpty ? .day(995) : Self.midnight(row[5]))
        guard isClosed else { return }
        let turn = OpportunityTurn.with {
            $0.stage = stage
            $0.amount = .of((Int64(row[7]) ?? 0) * 100, "USD")
        }
        let closed: EventPayload.OneOf_Event =
            stage == "Won" ? .opportunityWon(.with { $0.turn = turn }) : .opportunityLost(.with { $0.turn = turn })
        try log.append(deal, closed, at: Self.midnight(row[6]))
    }

    /// The beginning of a day of 2016 to 2018 in UTC.
    static func midnight(_ date: String) -> Instant {
        let parts = date.split(separator: "-").compactMap { Int64($0) }
        var day = parts[0] == 2016 ? -2_922 : parts[0] == 2017 ? -2_556 : -2_191
        let lengths = [31, parts[0] == 2016 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        day += lengths.prefix(Int(parts[1]) - 1).reduce(0, +) + Int(parts[2]) - 1
        return .day(Int64(day))
    }

    /// In minor units.
    static func wonValue(_ outcomes: OutcomeFigures) -> Int64 {
        outcomes.values.first { $0.currency == "USD" }?.wonValue ?? 0
    }
}

// MARK: What is expected

extension CentralOffice {
    struct Group: Decodable, Equatable {
        var opportunities: UInt64
        var won: UInt64
        var lost: UInt64
        var open: UInt64
        var winRate: Double?
        /// Dollars.
        var wonValue: Int64
    }

    struct Cycle: Decodable {
        var n: UInt64
        var mean, median, p90, min, max: Double
    }

    struct Quarter: Decodable {
        var won, lost: UInt64
        var winRate: Double
        var wonValue: Int64
    }

    struct Month: Decodable {
        var won: UInt64
        var wonValue: Int64
    }

    struct Account: Decodable {
        var account: String
        var value: Int64

        init(from decoder: any Swift.Decoder) throws {
            var container = try decoder.unkeyedContainer()
            account = try container.decode(String.self)
            value = try container.decode(Int64.self)
        }
    }

    struct Total: Decodable {
        var opportunities, openPipeline, withoutAccount: UInt64
        var byStage: [String: UInt64]
        var winRate, avgWonValue: Double
        var wonValue, lostValueSum: Int64
        var cycleDaysWon, cycleDaysLost: Cycle
        var byAgent, byProduct, byAccount, byManager, byRegionalOffice, bySector, byOfficeLocation: [String: Group]
        var byCloseQuarter: [String: Quarter]
        var wonByCloseMonth: [String: Month]
        var openOn: [String: UInt64]
        var topAccountsByWonValue: [Account]
    }

    static func expected() throws -> Total {
        struct File: Decodable { var total: Total }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: URL(filePath: folder + "/expected/crm_central.json"))
        return try decoder.decode(File.self, from: data).total
    }
}

extension CentralOffice.Group {
    init(_ outcomes: OutcomeFigures) {
        opportunities = outcomes.opportunities
        won = outcomes.won
        lost = outcomes.lost
        open = outcomes.open
        winRate = outcomes.winRate.hasValue ? outcomes.winRate.value : nil
        wonValue = CentralOffice.wonValue(outcomes) / 100
    }

    static func + (left: Self, right: Self?) -> Self {
        guard let right else { return left }
        var sum = left
        sum.opportunities += right.opportunities
        sum.won += right.won
        sum.lost += right.lost
        sum.open += right.open
        sum.wonValue += right.wonValue
        sum.winRate = sum.won + sum.lost == 0 ? nil : Double(sum.won) / Double(sum.won + sum.lost)
        return sum
    }
}
