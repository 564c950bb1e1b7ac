internal import Schema
internal import SwiftProtobuf

/// Times as ISO 8601 in UTC.
enum TimeText {
    /// For example `2010-12-01T08:26:00Z`; with six decimals where there is a fraction of a second.
    static func iso(_ instant: Instant) -> String {
        let time = CivilTime(microseconds: instant.rawValue)
        var text = day(time.year, time.month, time.day)
        text += "T\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))"
        if time.microsecond != 0 { text += ".\(padded(time.microsecond, 6))" }
        return text + "Z"
    }

    /// The same of a timestamp; its numbers where it lies outside the years 1 to 9999.
    static func iso(_ timestamp: Google_Protobuf_Timestamp) -> String {
        guard let instant = Instant(timestamp) else { return "\(timestamp.seconds).\(timestamp.nanos)" }
        return iso(instant)
    }

    /// A date as yyyy-mm-dd.
    static func day(_ year: Int, _ month: Int, _ day: Int) -> String {
        "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// A number of at least so many digits.
    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
