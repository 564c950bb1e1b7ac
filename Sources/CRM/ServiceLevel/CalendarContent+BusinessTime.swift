internal import Analytics
internal import Schema

extension CalendarContent {
    /// The calendar as it counts business time.
    ///
    /// - Throws: INTERNAL where it is one that its command would have refused.
    func businessCalendar() throws(Refusal) -> BusinessCalendar {
        var week: [Int: [WallClockInterval]] = [:]
        for hours in weekdays { week[Int(hours.weekday)] = try Self.hours(hours.intervals) }
        var closed: [CivilDate] = []
        for holiday in holidays { closed.append(try DayForm.day(holiday.day, "day")) }
        var special: [BusinessCalendar.SpecialDay] = []
        for day in specialDays {
            let date = try DayForm.day(day.day, "day")
            let hours = day.likeWeekday == 0 ? try Self.hours(day.intervals) : week[Int(day.likeWeekday)] ?? []
            // A make-up day for a weekday on which nobody works is a day off.
            if hours.isEmpty { closed.append(date) } else { special.append(BusinessCalendar.SpecialDay(date, hours)) }
        }
        do {
            return try BusinessCalendar(zone: zone, weeklyHours: week, holidays: closed, specialDays: special)
        } catch {
            throw Refusal(.internal, "A recorded calendar cannot be used: \(error)")
        }
    }

    private static func hours(_ intervals: [DayInterval]) throws(Refusal) -> [WallClockInterval] {
        var hours: [WallClockInterval] = []
        for interval in intervals {
            let minutes = try interval.minutes("interval")
            let end =
                minutes.upperBound > CalendarLimits.minutesOfDay
                ? minutes.upperBound - CalendarLimits.minutesOfDay : minutes.upperBound
            hours.append(WallClockInterval(start: minutes.lowerBound * 60, end: end * 60))
        }
        return hours
    }
}
