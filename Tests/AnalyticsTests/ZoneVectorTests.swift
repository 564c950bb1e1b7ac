internal import FoundationEssentials
internal import Schema
internal import Testing

@testable import Analytics

/// What Python's zoneinfo, which reads the compiled database itself, says of the same zones.
@Suite struct ZoneVectorTests {
    /// Another file of vectors may be named, for example one with many more of each zone.
    static var path: String {
        ProcessInfo.processInfo.environment["KITH_ZONE_VECTORS"]
            ?? TestFile.repository + "/Tests/AnalyticsTests/Vectors/zones.txt"
    }

    @Test func `offsets, civil times, instants and days are those of zoneinfo`() throws {
        var seen: [Substring: Int] = [:]
        for line in try TestFile.lines(Self.path) {
            let words = line.split(separator: " ")
            let zone = try zone(String(words[1]))
            switch words[0] {
            case "at":
                let instant = Instant(second: try #require(Int(words[2])))
                #expect(String(zone.offset(at: instant)) == words[3], "\(line)")
                #expect(zone.civil(at: instant).description == words[4], "\(line)")
            case "of":
                #expect(try String(zone.instant(of: civil(words[2])).rawValue / 1_000_000) == words[3], "\(line)")
            case "day":
                #expect(try String(zone.startOfDay(date(words[2])).rawValue / 1_000_000) == words[3], "\(line)")
            default:
                Issue.record("\(line)")
            }
            seen[words[0], default: 0] += 1
        }
        // An empty file would prove nothing.
        #expect(seen.count == 3 && seen.values.allSatisfy { $0 > 500 })
    }

    @Test func `the vectors are of the table's version and name every zone`() throws {
        let text = String(decoding: try Data(contentsOf: URL(filePath: Self.path)), as: UTF8.self)
        #expect(text.contains("tzdata \(ZoneRules.version) "))
        let named = try Set(TestFile.lines(Self.path).map { String($0.split(separator: " ")[1]) })
        #expect(named == Set(ZoneRules.names))
        #expect(named.count > 590)
    }

    @Test(.enabled(if: TestFile.isSharedPresent, TestFile.missing))
    func `the transitions of the shared data are met`() throws {
        let lines = try TestFile.lines(TestFile.shared + "/tz_transitions.csv").dropFirst()
        #expect(lines.count > 700)
        for line in lines {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            let (zone, instant) = (try zone(String(fields[0])), try utc(fields[1]))
            #expect(String(zone.offset(at: Instant(rawValue: instant.rawValue - 1))) == fields[2], "\(line)")
            #expect(String(zone.offset(at: instant)) == fields[3], "\(line)")
        }
    }

    @Test(.enabled(if: TestFile.isSharedPresent, TestFile.missing))
    func `the local times of the shared data are met`() throws {
        struct File: Decodable {
            struct Calendar: Decodable { let tz: String }
            struct Case: Decodable {
                let calendar: String
                let start: String
                let start_local: String
            }
            let calendars: [String: Calendar]
            let cases: [Case]
        }
        let data = try Data(contentsOf: URL(filePath: TestFile.shared + "/business_hours.json"))
        let file = try JSONDecoder().decode(File.self, from: data)
        #expect(file.cases.count >= 400)
        for entry in file.cases {
            let zone = try zone(try #require(file.calendars[entry.calendar]).tz)
            let instant = try utc(entry.start)
            let (clock, written) = (entry.start_local.prefix(19), entry.start_local.dropFirst(19))
            #expect(zone.civil(at: instant).description == clock, "\(entry)")
            let (hours, minutes) = (written.dropFirst().prefix(2), written.suffix(2))
            let offset = try #require(Int(hours)) * 3_600 + #require(Int(minutes)) * 60
            #expect(zone.offset(at: instant) == (written.hasPrefix("-") ? -offset : offset), "\(entry)")
        }
    }
}
