internal import ArgumentParser
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Options that the commands which show figures share.
struct ViewOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The instant as of which is told; now where it is absent.", valueName: "time"))
    var asOf: InstantArgument?

    @Option(help: ArgumentHelp("Wait until the view reflects this position.", valueName: "position"))
    var atLeast: UInt64 = 0

    @OptionGroup var reader: ReaderOptions

    @Option(help: ArgumentHelp("Columns of the output; 0: no limit. That of the terminal where it is absent."))
    var width: Int?

    func validate() throws {
        if let width, width < 0 || (width > 0 && width < 20) { throw ValidationError("--width is 0, or at least 20.") }
    }

    /// How times are written for the reader.
    var times: ZonedTimeText { get throws(Failure) { try reader.times } }

    /// How much room there is.
    var layout: TextLayout { Terminal.layout(asked: width, environment: ProcessInfo.processInfo.environment) }
}

/// Options of every command that shows times.
struct ReaderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Time zone in which times are shown; KITH_ZONE, else TZ, else that of this machine where it is absent.",
            valueName: "zone"))
    var zone: ZoneArgument?

    /// How times are written for the reader.
    var times: ZonedTimeText {
        get throws(Failure) {
            if let zone { return ZonedTimeText(clock: zone.clock) }
            return ZonedTimeText(clock: try .ofViewer(environment: ProcessInfo.processInfo.environment))
        }
    }
}

/// A time zone by its IANA name, or UTC.
struct ZoneArgument: ExpressibleByArgument, Equatable {
    var clock: ZoneClock

    init?(argument: String) {
        guard let clock = ZoneClock(name: argument) else { return nil }
        self.clock = clock
    }
}

/// Days: a year, a quarter, a month or a day, or from one of these to another.
struct PeriodArgument: ExpressibleByArgument, Equatable {
    static let help = "2026, 2026-Q3, 2026-07, 2026-07-15, or two of these with .. between them"

    var days: DayRange

    init?(argument: String) {
        let ends = argument.split(separator: ".", omittingEmptySubsequences: false)
        days = DayRange()
        switch ends.count {
        case 1:
            guard let range = Self.range(argument) else { return nil }
            (days.firstDay, days.lastDay) = (range.first, range.last)
        case 3 where ends[1].isEmpty:
            guard let from = Self.range(String(ends[0])), let to = Self.range(String(ends[2])), from.first <= to.last
            else { return nil }
            (days.firstDay, days.lastDay) = (from.first, to.last)
        default: return nil
        }
    }

    private static func range(_ text: String) -> (first: String, last: String)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let year = number(parts[0], digits: 4), year > 0 else { return nil }
        switch parts.count {
        case 1: return months(year, 1, 12)
        case 2:
            if let quarter = quarter(parts[1]) { return months(year, quarter * 3 - 2, quarter * 3) }
            guard let month = number(parts[1], digits: 2), (1...12).contains(month) else { return nil }
            return months(year, month, month)
        case 3:
            guard let month = number(parts[1], digits: 2), let day = number(parts[2], digits: 2),
                CivilTime(year: year, month: month, day: day).isValid
            else { return nil }
            return (text, text)
        default: return nil
        }
    }

    private static func months(_ year: Int, _ first: Int, _ last: Int) -> (first: String, last: String) {
        let end = CivilTime.daysInMonth(year: year, month: last)
        return (TimeText.day(year, first, 1), TimeText.day(year, last, end))
    }

    private static func quarter(_ text: Substring) -> Int? {
        guard text.count == 2, text.first == "Q" || text.first == "q", let number = Int(text.dropFirst()),
            (1...4).contains(number)
        else { return nil }
        return number
    }

    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }
}

/// One day, yyyy-mm-dd.
struct DayArgument: ExpressibleByArgument, Equatable {
    var day: String

    init?(argument: String) {
        guard let period = PeriodArgument(argument: argument), period.days.firstDay == argument,
            period.days.lastDay == argument
        else { return nil }
        day = argument
    }

    /// Its first instant in UTC.
    var midnight: Instant {
        let parts = day.split(separator: "-").compactMap { Int($0) }
        return CivilTime(year: parts[0], month: parts[1], day: parts[2]).instant(offset: 0)
    }
}

/// Options that name an owner: an employee or a team.
struct OwnerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only those of this employee: \(ReferenceArgument.help).", valueName: "employee"))
    var owner: ReferenceArgument?

    @Option(
        help: ArgumentHelp(
            "Only those of this team itself, not of its members: \(ReferenceArgument.help).", valueName: "team"))
    var team: ReferenceArgument?

    func validate() throws {
        if owner != nil, team != nil { throw ValidationError("Name an owner or a team, not both.") }
    }

    /// The owner, or nil where none is named.
    var reference: OwnerReference? {
        if let owner { return .with { $0.employee = owner.reference } }
        if let team { return .with { $0.team = team.reference } }
        return nil
    }
}
