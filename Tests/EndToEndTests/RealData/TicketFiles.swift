import Foundation
import KithClient
import Testing

/// Two files of service desks, and what other tools computed of them.
enum TicketFiles {
    static let helpdesk = Places.sharedData + "/tickets/helpdesk.csv"
    static let incidents = Places.sharedData + "/tickets/uci_incidents_first1500.csv"

    /// Makes the settings known that a mapping counts on.
    static func prepare(_ daemon: Daemon, for mapping: String) async throws {
        let settings = Places.repository + "/tools/mappings/\(mapping)-settings.ndjson"
        let run = try await daemon.kith("submit", settings)
        try #require(run.code == 0, "\(run)")
    }

    /// The rows of a file without quotes, by the names of its columns.
    static func rows(_ path: String) throws -> [[String: String]] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
        let names = try #require(lines.first).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return lines.dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(uniqueKeysWithValues: zip(names, fields))
        }
    }

    /// Rows of the expected results in `../shared/data/expected`.
    static func expectedRows(_ name: String) throws -> [[String: String]] {
        try rows("\(Places.sharedData)/expected/\(name)")
    }

    /// The expected figures of a file.
    static func expected<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        let data = try Data(contentsOf: URL(filePath: "\(Places.sharedData)/expected/\(name)"))
        return try JSONDecoder().decode(type, from: data)
    }

    /// The tickets by the keys that the source has for them.
    static func tickets(of daemon: Daemon, system: String) async throws -> [String: Record] {
        let position = try await daemon.durablePosition()
        let records = try await daemon.withClient { try await $0.all(.ticket, atLeast: position) }
        var tickets: [String: Record] = [:]
        for record in records {
            guard let key = record.external.first(where: { $0.system == system })?.key else { continue }
            #expect(tickets.updateValue(record, forKey: key) == nil, "\(key)")
        }
        return tickets
    }
}

extension Record {
    /// A value of the organisation's own fields.
    func field(_ key: String) -> FieldValue? { fields.first { $0.value.key == key }?.value }
}

/// Mean and percentiles of minutes, as the expected results have them.
struct Spread: Decodable {
    var n: Int
    var mean: Double
    var p25: Double
    var median: Double
    var p75: Double
    var p90: Double
    var p95: Double
    var max: Double

    /// Of whole seconds.
    init(seconds: [Int64]) {
        let sorted = seconds.sorted()
        func percentile(_ p: Double) -> Double {
            guard let last = sorted.last else { return .nan }
            let place = p * Double(sorted.count - 1)
            let below = Int(place)
            let next = below + 1 < sorted.count ? sorted[below + 1] : last
            return (Double(sorted[below]) + (place - Double(below)) * Double(next - sorted[below])) / 60
        }
        n = sorted.count
        mean = Double(sorted.reduce(0, +)) / Double(sorted.count) / 60
        (p25, median, p75) = (percentile(0.25), percentile(0.5), percentile(0.75))
        (p90, p95, max) = (percentile(0.9), percentile(0.95), percentile(1))
    }

    /// Whether both are the same, but for how doubles are rounded.
    func isClose(to other: Spread) -> Bool {
        n == other.n
            && zip(
                [mean, p25, median, p75, p90, p95, max],
                [other.mean, other.p25, other.median, other.p75, other.p90, other.p95, other.max]
            ).allSatisfy { abs($0 - $1) < 1e-6 }
    }
}
