/// An interval of the day by the clock on the wall: from its start up to, not including, its end.
///
/// An end at or before the start is one of the next day: 22:00-06:00 is one night shift, and 08:00-08:00 lasts until
/// the clock shows 8 again. `24:00` is the end of the day, so that no last minute is lost.
package struct WallClockInterval: Hashable, Sendable {
    /// Seconds after midnight; 0 to 86,399 in a calendar.
    package let start: Int
    /// Seconds after midnight; 0 to 86,400 in a calendar, which is `24:00`.
    package let end: Int

    /// The interval between two times of day, in seconds after midnight. `BusinessCalendar` checks them.
    package init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    /// From midnight to midnight.
    package static let wholeDay = WallClockInterval(start: 0, end: secondsPerDay)

    /// The end in seconds after the midnight with which the day of the start begins: up to 48 hours.
    var closing: Int { end > start ? end : end + Self.secondsPerDay }

    static let secondsPerDay = 86_400
}

extension WallClockInterval: CustomStringConvertible {
    /// The interval as `hh:mm-hh:mm`, with seconds where they are not 0.
    package var description: String { "\(Self.time(start))-\(Self.time(end))" }

    private static func time(_ second: Int) -> String {
        let minutes = "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2))"
        return second % 60 == 0 ? minutes : "\(minutes):\(padded(second % 60, 2))"
    }
}
