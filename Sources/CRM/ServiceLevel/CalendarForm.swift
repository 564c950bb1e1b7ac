internal import Analytics
internal import Schema

/// Limits of business calendars.
enum CalendarLimits {
    static let intervals = 12
    static let days = 5_000
    static let minutesOfDay = 24 * 60
}

extension DayInterval {
    /// The minutes of the day at which it begins and ends; an end on the next day is counted on.
    ///
    /// - Throws: SCHEMA_INVALID.
    func minutes(_ path: String) throws(Refusal) -> Range<Int> {
        let start = try Self.minute(self.start, path + ".start", last: CalendarLimits.minutesOfDay - 1)
        let end = try Self.minute(self.end, path + ".end", last: CalendarLimits.minutesOfDay)
        return start..<(end <= start ? end + CalendarLimits.minutesOfDay : end)
    }

    private static func minute(_ text: String, _ field: String, last: Int) throws(Refusal) -> Int {
        let digits = Array(text.utf8).map { Int($0) - Int(UInt8(ascii: "0")) }
        let isFormed = digits.count == 5 && text.utf8.dropFirst(2).first == UInt8(ascii: ":")
        guard isFormed, [0, 1, 3, 4].allSatisfy({ (0...9).contains(digits[$0]) }) else {
            throw Refusal(.schemaInvalid, "\(field) is not a time of day in the form 09:30.", field: field)
        }
        let minute = (digits[0] * 10 + digits[1]) * 60 + digits[3] * 10 + digits[4]
        guard digits[3] < 6, minute <= last else {
            throw Refusal(
                .schemaInvalid, "\(field) is no time of day: a start is before 24:00, an end at most 24:00.",
                field: field)
        }
        return minute
    }
}

extension CalendarContent {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, ZONE_UNKNOWN, INTERVAL_OVERLAP.
    func checkForm(_ path: String) throws(Refusal) {
        try FormCheck.text(label, path + ".label", maximum: Limits.labelBytes)
        guard zone.isEmpty || ZoneName.isKnown(zone) else {
            throw Refusal(
                .zoneUnknown, "The zone is not an IANA name, for example Asia/Shanghai.", field: path + ".zone")
        }
        try checkWeek(path + ".weekdays")
        try checkDays(path)
    }

    private func checkWeek(_ path: String) throws(Refusal) {
        var week: [UInt32: [Range<Int>]] = [:]
        for (index, hours) in weekdays.enumerated() {
            let field = "\(path)[\(index)]"
            guard (1...7).contains(hours.weekday) else {
                throw Refusal(.schemaInvalid, "A weekday is 1, Monday, to 7, Sunday.", field: field + ".weekday")
            }
            let intervals = try Self.checked(hours.intervals, field + ".intervals")
            guard week.updateValue(intervals, forKey: hours.weekday) == nil else {
                throw Refusal(.intervalOverlap, "The weekday stands twice. Name it once.", field: field + ".weekday")
            }
        }
        // What passes midnight must not run into the next day's hours; Monday follows Sunday.
        for (index, hours) in weekdays.enumerated() {
            let next = week[hours.weekday % 7 + 1]?.map(\.lowerBound).min() ?? .max
            let end = week[hours.weekday]?.map(\.upperBound).max() ?? 0
            guard end - CalendarLimits.minutesOfDay > next else { continue }
            throw Refusal(
                .intervalOverlap, "The hours run into those of the next day. Let one follow the other.",
                field: "\(path)[\(index)].intervals")
        }
    }

    private func checkDays(_ path: String) throws(Refusal) {
        try FormCheck.count(holidays.count + specialDays.count, path + ".holidays", maximum: CalendarLimits.days)
        var seen: Set<CivilDate> = []
        for (index, holiday) in holidays.enumerated() {
            try holiday.checkForm("\(path).holidays[\(index)]", &seen)
        }
        for (index, day) in specialDays.enumerated() {
            try day.checkForm("\(path).special_days[\(index)]", &seen)
        }
    }

    /// The intervals of one day, which must not overlap.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, INTERVAL_OVERLAP.
    fileprivate static func checked(_ intervals: [DayInterval], _ path: String) throws(Refusal) -> [Range<Int>] {
        try FormCheck.count(intervals.count, path, maximum: CalendarLimits.intervals)
        var ranges: [Range<Int>] = []
        for (index, interval) in intervals.enumerated() {
            let range = try interval.minutes("\(path)[\(index)]")
            guard !ranges.contains(where: { $0.overlaps(range) }) else {
                throw Refusal(
                    .intervalOverlap, "The interval overlaps another one of the day.", field: "\(path)[\(index)]")
            }
            ranges.append(range)
        }
        return ranges
    }

    /// The content with everything filled in that follows from what is said, and in one order, so that equal calendars
    /// are equal.
    ///
    /// - Parameter zone: the organisation's.
    func completed(zone: String) -> CalendarContent {
        var content = self
        if content.zone.isEmpty { content.zone = zone }
        content.weekdays = weekdays.filter { !$0.intervals.isEmpty }.sorted { $0.weekday < $1.weekday }
        for index in content.weekdays.indices { content.weekdays[index].intervals.sort { $0.start < $1.start } }
        content.holidays.sort { $0.day < $1.day }
        content.specialDays.sort { $0.day < $1.day }
        for index in content.specialDays.indices { content.specialDays[index].intervals.sort { $0.start < $1.start } }
        return content
    }
}

extension Holiday {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, INTERVAL_OVERLAP where the day stands twice.
    fileprivate func checkForm(_ path: String, _ seen: inout Set<CivilDate>) throws(Refusal) {
        let date = try DayForm.day(day, path + ".day")
        try FormCheck.text(label, path + ".label", maximum: Limits.labelBytes)
        guard seen.insert(date).inserted else {
            throw Refusal(.intervalOverlap, "The day stands twice. Name it once.", field: path + ".day")
        }
    }
}

extension SpecialDay {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, INTERVAL_OVERLAP.
    fileprivate func checkForm(_ path: String, _ seen: inout Set<CivilDate>) throws(Refusal) {
        let date = try DayForm.day(day, path + ".day")
        try FormCheck.text(label, path + ".label", maximum: Limits.labelBytes)
        guard seen.insert(date).inserted else {
            throw Refusal(.intervalOverlap, "The day stands twice. Name it once.", field: path + ".day")
        }
        guard likeWeekday <= 7, likeWeekday == 0 || intervals.isEmpty else {
            throw Refusal(
                .schemaInvalid, "A special day has the hours of a weekday, 1 to 7, or its own.",
                field: path + ".like_weekday")
        }
        guard likeWeekday != 0 || !intervals.isEmpty else {
            throw Refusal(
                .schemaInvalid, "A special day without hours is a holiday. Name it there.", field: path + ".intervals")
        }
        _ = try CalendarContent.checked(intervals, path + ".intervals")
    }
}
