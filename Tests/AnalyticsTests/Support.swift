internal import FoundationEssentials
internal import Schema
internal import Testing

@testable import Analytics

/// Files that the tests read.
enum TestFile {
    /// The repository's folder.
    static var repository: String {
        String(#filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/"))
    }

    /// The time data beside the repository, which not everybody has.
    static var shared: String { repository + "/../shared/data/time" }

    static var isSharedPresent: Bool { FileManager.default.fileExists(atPath: shared) }

    static let missing: Comment = "../shared/data/time is not there"

    /// The file's lines that are neither blank nor comments.
    static func lines(_ path: String) throws -> [Substring] {
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
}

/// A zone that must be there.
func zone(_ name: String) throws -> ZoneRules {
    try #require(ZoneRules.named(name), "\(name)")
}

/// The time that is written as `yyyy-mm-ddThh:mm:ss`, with the hour alone or without a time of day too.
func civil(_ text: some StringProtocol) throws -> CivilDateTime {
    let date = try #require(CivilDate(String(text.prefix(10))), "\(text)")
    let parts = try text.dropFirst(11).split(separator: ":").map { try #require(Int($0)) } + [0, 0, 0]
    return try #require(CivilDateTime(date, hour: parts[0], minute: parts[1], second: parts[2]), "\(text)")
}

func date(_ text: some StringProtocol) throws -> CivilDate {
    try #require(CivilDate(String(text)), "\(text)")
}

/// The instant at which a clock of UTC shows the time; a `Z` at its end is allowed.
func utc(_ text: some StringProtocol) throws -> Instant {
    ZoneRules.utc.instant(of: try civil(text.hasSuffix("Z") ? String(text.dropLast()) : String(text)))
}

extension Instant {
    init(second: Int) { self.init(microseconds: Int64(second) * 1_000_000) }
}

extension Range<Instant> {
    /// How long the interval is, in hours.
    var hours: Double { Double(upperBound.rawValue - lowerBound.rawValue) / 3_600_000_000 }
}
