extension RecurringRule {
    /// The rule of a TZ string with daylight saving time and both its moments; nil for any other text.
    init?(_ text: Substring) {
        var reader = RuleReader(rest: Array(text.utf8)[...])
        guard reader.takeAbbreviation(), let west = reader.takeTime(), reader.takeAbbreviation() else { return nil }
        standard = -west
        // Daylight saving time is an hour ahead where it says nothing else.
        if reader.peek == UInt8(ascii: ",") {
            daylight = standard + 3_600
        } else {
            guard let west = reader.takeTime() else { return nil }
            daylight = -west
        }
        guard reader.take(","), let begin = reader.takeMoment(), reader.take(","), let end = reader.takeMoment(),
            reader.rest.isEmpty
        else { return nil }
        self.begin = begin
        self.end = end
    }
}

/// Takes the parts of a TZ string off its front.
private struct RuleReader {
    var rest: ArraySlice<UInt8>

    var peek: UInt8? { rest.first }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Letters, or anything between `<` and `>`. What the zone calls its time is not kept.
    mutating func takeAbbreviation() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    mutating func takeNumber() -> Int? {
        let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// `[+-]h[:mm[:ss]]` in seconds.
    mutating func takeTime() -> Int? {
        let sign = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard var seconds = takeNumber().map({ $0 * 3_600 }) else { return nil }
        for unit in [60, 1] where take(":") {
            guard let number = takeNumber(), number < 60 else { return nil }
            seconds += number * unit
        }
        return sign * seconds
    }

    /// A day, and the time of day after a slash; two o'clock without.
    mutating func takeMoment() -> YearlyMoment? {
        guard let day = takeDay() else { return nil }
        guard take("/") else { return YearlyMoment(day: day, secondOfDay: 7_200) }
        return takeTime().map { YearlyMoment(day: day, secondOfDay: $0) }
    }

    private mutating func takeDay() -> YearlyMoment.Day? {
        if take("J") {
            return takeNumber().flatMap { (1...365).contains($0) ? .withoutLeapDay($0) : nil }
        }
        guard take("M") else { return takeNumber().flatMap { $0 <= 365 ? .afterNewYear($0) : nil } }
        guard let month = takeNumber(), (1...12).contains(month), take("."), let week = takeNumber(),
            (1...5).contains(week), take("."), let weekday = takeNumber(), weekday <= 6
        else { return nil }
        return .weekday(weekday, week: week, month: month)
    }
}
