internal import Schema
internal import Testing

@testable import Analytics

/// The intervals that are written as `hh:mm-hh:mm`, with blanks between them.
func wallClock(_ text: some StringProtocol) throws -> [WallClockInterval] {
    try text.split(separator: " ").map { interval in
        let times = try interval.split(separator: "-").map { try secondOfDay($0) }
        try #require(times.count == 2, "\(text)")
        return WallClockInterval(start: times[0], end: times[1])
    }
}

func secondOfDay(_ text: some StringProtocol) throws -> Int {
    let parts = try text.split(separator: ":").map { try #require(Int($0), "\(text)") } + [0]
    return (parts[0] * 60 + parts[1]) * 60 + parts[2]
}

/// A calendar with the same hours on these weekdays.
func calendar(
    _ zone: String, _ weekdays: ClosedRange<Int>, _ text: String, holidays: [String] = [],
    special: [String: String] = [:]
) throws -> BusinessCalendar {
    let daily = try wallClock(text)
    return try BusinessCalendar(
        zone: zone, weeklyHours: Dictionary(uniqueKeysWithValues: weekdays.map { ($0, daily) }),
        holidays: holidays.map { try date($0) },
        specialDays: special.sorted { $0.key < $1.key }.map { .init(try date($0.key), try wallClock($0.value)) })
}

/// Microseconds.
let second: Int64 = 1_000_000
let minute: Int64 = 60 * second
let hour: Int64 = 60 * minute

extension ZoneRules {
    /// The instant at which the zone's clock shows the time, which is written as `civil` reads it.
    func at(_ text: String) throws -> Instant { instant(of: try AnalyticsTests.civil(text)) }
}

/// A reproducible source of random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
