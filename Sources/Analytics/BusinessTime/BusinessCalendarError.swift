/// Why parts make no calendar, with the part that is at fault.
package enum BusinessCalendarError: Error, Hashable, Sendable {
    /// A day whose hours are at fault, or that is at fault itself.
    package enum Day: Hashable, Sendable {
        /// By ISO 8601: Monday is 1, Sunday 7.
        case weekday(Int)
        case holiday(CivilDate)
        case specialDay(CivilDate)
    }

    /// The zone database has no such name.
    case zoneUnknown(String)
    /// Not in 1 to 7.
    case weekdayUnknown(Int)
    /// The interval at the index does not start at 00:00 to 23:59:59 or not end at 00:00 to 24:00.
    case timeOutOfRange(Day, index: Int)
    /// The interval at the index starts before the one before it ends: that of the same day or, at index 0, the last
    /// one of the day before. Intervals that stand in no order do so too.
    case overlap(Day, index: Int)
    /// A special day without hours; a date that is closed is a holiday.
    case hoursMissing(Day)
    /// The date stands twice among the holidays or twice among the special days.
    case dateRepeated(Day)
}

extension BusinessCalendarError: CustomStringConvertible {
    /// What is wrong and what would be right.
    package var description: String {
        switch self {
        case .zoneUnknown(let name): "\"\(name)\" is not a name of the time zone database"
        case .weekdayUnknown(let number): "weekday \(number): weekdays are 1 (Monday) to 7 (Sunday)"
        case .timeOutOfRange(let day, let index):
            "\(day), interval \(index + 1): it starts at 00:00 to 23:59:59 and ends at 00:00 to 24:00"
        case .overlap(let day, let index):
            "\(day), interval \(index + 1): it must not start before the interval before it ends"
        case .hoursMissing(let day): "\(day): it needs an interval; a date that is closed is a holiday"
        case .dateRepeated(let day): "\(day): the date must stand here once"
        }
    }
}

extension BusinessCalendarError.Day: CustomStringConvertible {
    /// The day's kind with its number or date.
    package var description: String {
        switch self {
        case .weekday(let number): "weekday \(number)"
        case .holiday(let date): "holiday \(date)"
        case .specialDay(let date): "special day \(date)"
        }
    }
}
