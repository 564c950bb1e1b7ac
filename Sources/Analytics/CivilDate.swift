/// A date of the proleptic Gregorian calendar, without a zone: what stands on a calendar's page.
///
/// Arithmetic is exact as long as days count less than 10^13, which is far beyond what an instant can hold.
package struct CivilDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01; negative before.
    package let dayNumber: Int

    /// The date so many days after 1970-01-01.
    package init(dayNumber: Int) {
        self.dayNumber = dayNumber
    }

    /// The date of these parts; nil where there is none, or where the year is not in 1 to 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.daysInMonth(year: year, month: month)).contains(day)
        else { return nil }
        self.init(uncheckedYear: year, month: month, day: day)
    }

    /// Howard Hinnant's algorithm: years begin in March, so that the leap day is the last one.
    init(uncheckedYear year: Int, month: Int, day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        dayNumber = era * 146_097 + dayOfEra - 719_468
    }

    /// Year, month (1 to 12) and day of the month. Taken together they cost what one of them costs.
    package var parts: (year: Int, month: Int, day: Int) {
        let shifted = dayNumber + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The year; that before year 1 is 0.
    package var year: Int { parts.year }
    /// The month, 1 to 12.
    package var month: Int { parts.month }
    /// The day of the month, from 1.
    package var day: Int { parts.day }
    /// The quarter of the calendar year, 1 to 4.
    package var quarter: Int { (month + 2) / 3 }
    /// The day of the week by ISO 8601: Monday is 1, Sunday 7.
    package var weekday: Int { dayNumber + 3 - (dayNumber + 3).flooredQuotient(by: 7) * 7 + 1 }

    /// How many days the month (1 to 12) has.
    package static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    package static func < (left: CivilDate, right: CivilDate) -> Bool { left.dayNumber < right.dayNumber }
}

// MARK: Arithmetic

extension CivilDate {
    /// The date so many days later; earlier where negative.
    package func adding(days: Int) -> CivilDate {
        CivilDate(dayNumber: dayNumber + days)
    }

    /// The same day of a month so many months later; the month's last day where it has no such day: a month after
    /// 31 January is the last day of February.
    package func adding(months: Int) -> CivilDate {
        let (year, month, day) = parts
        let count = year * 12 + month - 1 + months
        let newYear = count.flooredQuotient(by: 12)
        let newMonth = count - newYear * 12 + 1
        let last = Self.daysInMonth(year: newYear, month: newMonth)
        return CivilDate(uncheckedYear: newYear, month: newMonth, day: min(day, last))
    }

    /// The same day so many years later; 28 February where that year has no 29th.
    package func adding(years: Int) -> CivilDate {
        adding(months: years * 12)
    }

    /// The first day of the month.
    package var monthStart: CivilDate { adding(days: 1 - day) }

    /// The last day of the month.
    package var monthEnd: CivilDate {
        let (year, month, day) = parts
        return adding(days: Self.daysInMonth(year: year, month: month) - day)
    }

    /// The first day of the quarter of the calendar year.
    package var quarterStart: CivilDate {
        let (year, month, _) = parts
        return CivilDate(uncheckedYear: year, month: (month + 2) / 3 * 3 - 2, day: 1)
    }

    /// The last day of the quarter of the calendar year.
    package var quarterEnd: CivilDate { quarterStart.adding(months: 2).monthEnd }

    /// 1 January of the year.
    package var yearStart: CivilDate { CivilDate(uncheckedYear: year, month: 1, day: 1) }

    /// 31 December of the year.
    package var yearEnd: CivilDate { CivilDate(uncheckedYear: year, month: 12, day: 31) }
}

// MARK: Text

extension CivilDate: LosslessStringConvertible {
    /// The date that is written as `yyyy-mm-dd`, with exactly these digits; nil for any other text.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// The date as `yyyy-mm-dd`. Outside the years 0 to 9999, which instants at the ends of time can show, the year
    /// has a sign or more digits.
    package var description: String {
        let (year, month, day) = parts
        return "\(year < 0 ? "-" : "")\(padded(abs(year), 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}

/// A number of at least so many digits.
func padded(_ number: Int, _ count: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
}

extension Int {
    /// The quotient, rounded down; `divisor` is positive.
    func flooredQuotient(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
