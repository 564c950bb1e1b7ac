/// A date and a time of day, without a zone: what a clock on the wall shows.
package struct CivilDateTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let date: CivilDate
    /// Microseconds since the clock showed midnight: 0 up to, not including, 24 hours.
    package let microsecondOfDay: Int

    /// A time of day of these parts; nil where one of them is out of its range. A minute has 60 seconds.
    package init?(_ date: CivilDate, hour: Int, minute: Int = 0, second: Int = 0, microsecond: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0..<1_000_000).contains(microsecond)
        else { return nil }
        self.date = date
        microsecondOfDay = ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond
    }

    /// What the clock shows so many seconds after it showed midnight of the date, if nobody sets it meanwhile. From
    /// 86,400 on (`24:00`) it is a time of a later day; negative numbers lead to earlier days.
    package init(_ date: CivilDate, secondOfDay: Int) {
        let days = secondOfDay.flooredQuotient(by: 86_400)
        self.date = date.adding(days: days)
        microsecondOfDay = (secondOfDay - days * 86_400) * 1_000_000
    }

    /// `microsecondOfDay` is in its range.
    init(_ date: CivilDate, uncheckedMicrosecondOfDay microsecondOfDay: Int) {
        self.date = date
        self.microsecondOfDay = microsecondOfDay
    }

    /// Midnight, with which the date begins on a clock that nobody sets.
    package init(midnightOf date: CivilDate) {
        self.date = date
        microsecondOfDay = 0
    }

    /// The hour, 0 to 23.
    package var hour: Int { microsecondOfDay / 3_600_000_000 }
    /// The minute, 0 to 59.
    package var minute: Int { microsecondOfDay / 60_000_000 % 60 }
    /// The second, 0 to 59.
    package var second: Int { secondOfDay % 60 }
    /// The microsecond of the second, 0 to 999,999.
    package var microsecond: Int { microsecondOfDay % 1_000_000 }
    /// Whole seconds since the clock showed midnight, 0 to 86,399.
    package var secondOfDay: Int { microsecondOfDay / 1_000_000 }

    /// The time as `yyyy-mm-ddThh:mm:ss`, with six digits of a fraction where it has one.
    package var description: String {
        let fraction = microsecond == 0 ? "" : ".\(padded(microsecond, 6))"
        return "\(date)T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))\(fraction)"
    }

    package static func < (left: CivilDateTime, right: CivilDateTime) -> Bool {
        (left.date, left.microsecondOfDay) < (right.date, right.microsecondOfDay)
    }
}
