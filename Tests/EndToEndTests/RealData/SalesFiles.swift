import Foundation
import Testing

/// The four files of a sales team, and what other tools computed of them.
enum SalesFiles {
    /// In the order in which they are imported: each refers to what those before it made.
    static let all: [(file: String, mapping: String)] = [
        ("products.csv", "sales-products"), ("sales_teams.csv", "sales-teams"), ("accounts.csv", "sales-accounts"),
        ("sales_pipeline_central.csv", "sales-pipeline"),
    ]

    static let pipeline = path("sales_pipeline_central.csv")

    static func path(_ file: String) -> String { Places.sharedData + "/pipeline/" + file }

    /// Imports all files as they are.
    ///
    /// - Returns: the report of the last one.
    static func importAll(into daemon: Daemon) async throws -> ImportReport {
        try await importAll(into: daemon) { path($0) }
    }

    /// Imports copies of all files, the rows of each in another order.
    static func importShuffled(
        into daemon: Daemon, using generator: inout some RandomNumberGenerator
    ) async throws -> ImportReport {
        for (file, _) in all {
            try ShuffledFile.write(path(file), headerLines: 1, to: daemon.folder[file], using: &generator)
        }
        return try await importAll(into: daemon) { daemon.folder[$0] }
    }

    private static func importAll(into daemon: Daemon, _ place: (String) -> String) async throws -> ImportReport {
        var report: ImportReport?
        for (file, mapping) in all { report = try await daemon.importing(place(file), mapping: mapping) }
        return try #require(report)
    }
}

/// What is expected of the Central office.
struct ExpectedSales: Decodable {
    /// Opportunities that have something in common.
    struct Group: Decodable, Hashable {
        var opportunities: UInt64 = 0
        var won: UInt64 = 0
        var lost: UInt64 = 0
        var open: UInt64 = 0
        /// Absent where none was won or lost.
        var winRate: Double?
        /// Dollars.
        var wonValue: Int64 = 0
    }

    struct Cycle: Decodable, Equatable {
        var n: UInt64
        var mean, median, p90, min, max: Double
    }

    struct Quarter: Decodable, Equatable {
        var won, lost: UInt64
        var winRate: Double?
        var wonValue: Int64
    }

    struct Month: Decodable, Equatable {
        var won: UInt64
        var wonValue: Int64
    }

    /// Won values against list prices.
    struct PriceRatio: Decodable {
        var mean: Double
        var belowList, aboveList: Int
    }

    /// An account and what was won of it, in dollars.
    struct Winner: Decodable, Equatable {
        var account: String
        var value: Int64

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            account = try container.decode(String.self)
            value = try container.decode(Int64.self)
        }

        init(account: String, value: Int64) { (self.account, self.value) = (account, value) }
    }

    var opportunities, openPipeline, withoutAccount: UInt64
    var byStage: [String: UInt64]
    var winRate, avgWonValue: Double
    var wonValue, lostValueSum: Int64
    var cycleDaysWon, cycleDaysLost: Cycle
    var byAgent, byProduct, byAccount, byManager, byRegionalOffice, bySector, byOfficeLocation: [String: Group]
    var byCloseQuarter: [String: Quarter]
    var wonByCloseMonth: [String: Month]
    var openOn: [String: UInt64]
    var wonPriceRatio: PriceRatio
    var topAccountsByWonValue: [Winner]

    static func read() throws -> ExpectedSales {
        struct File: Decodable { var total: ExpectedSales }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: URL(filePath: Places.sharedData + "/expected/crm_central.json"))
        return try decoder.decode(File.self, from: data).total
    }
}
