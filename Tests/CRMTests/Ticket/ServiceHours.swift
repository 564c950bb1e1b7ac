import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

/// A helpdesk that is open from 9 to 17, Monday to Friday, in Berlin, and promises a first response within 4 hours,
/// the next ones within 2 and a resolution within 16. 2026-11-02 is a Monday.
struct ServiceHours {
    var desk: Helpdesk
    let calendar: StreamNumber
    let policy: StreamNumber
    /// Every clock event so far of the ticket that was opened last.
    private(set) var ticket = StreamNumber.none

    /// - Parameter change: of the service level.
    init(_ change: (inout SlaPolicyInput) -> Void = { _ in }) throws {
        desk = try Helpdesk()
        calendar = try desk.scenario.made(Self.office())
        policy = try desk.scenario.made(Self.level(change))
        desk.settings { settings in
            settings.priorities = [("low", 2), ("high", 1)].map { key, rank in
                PriorityDefinition.with {
                    $0.key = key
                    $0.rank = UInt32(rank)
                }
            }
        }
    }

    static func office(_ start: String = "09:00", _ end: String = "17:00") -> DefineCalendar {
        DefineCalendar.with {
            $0.content = content(start, end)
        }
    }

    static func content(_ start: String, _ end: String) -> CalendarContent {
        CalendarContent.with {
            $0.label = "Office \(start)"
            $0.zone = "Europe/Berlin"
            $0.weekdays = (1...5).map { day in
                WeekdayHours.with {
                    $0.weekday = UInt32(day)
                    $0.intervals = [
                        .with {
                            $0.start = start
                            $0.end = end
                        }
                    ]
                }
            }
        }
    }

    static func level(_ change: (inout SlaPolicyInput) -> Void = { _ in }) -> DefineSlaPolicy {
        var command = DefineSlaPolicy()
        command.content.label = "Standard"
        command.content.order = 10
        command.content.targets = targets(first: 4, next: 2, resolution: 16)
        change(&command.content)
        return command
    }

    /// Targets in hours; those of 0 are left out.
    static func targets(first: UInt64, next: UInt64, resolution: UInt64) -> [SlaTarget] {
        [(SlaClockKind.firstResponse, first), (.nextResponse, next), (.resolution, resolution)]
            .filter { $0.1 > 0 }
            .map { kind, hours in
                SlaTarget.with {
                    $0.clock = kind
                    $0.seconds = hours * 3_600
                }
            }
    }

    /// An instant of November 2026 by the clock of Berlin, for example `02T15:00` or `02T15:00:30`.
    static func at(_ text: String) -> Instant {
        let numbers = text.split { $0 == "T" || $0 == ":" }.compactMap { Int64($0) }
        precondition(numbers.count >= 3, "no instant: \(text)")
        let seconds = numbers.count > 3 ? numbers[3] : 0
        let midnight = 1_793_574_000 + (numbers[0] - 2) * 86_400
        return Instant(microseconds: (midnight + numbers[1] * 3_600 + numbers[2] * 60 + seconds) * 1_000_000)
    }

    // MARK: What happens

    /// A command is sent at an instant; what is due by then has fired.
    @discardableResult
    mutating func when(_ text: String, _ command: some DomainCommand, late: String? = nil) -> Outcome {
        desk.scenario.advance(to: Instant(microseconds: Self.at(text).rawValue - 1_000_000))
        return desk.scenario.when(command, at: late.map(Self.at))
    }

    /// A ticket of Ada's is opened.
    mutating func open(_ text: String, _ change: (inout OpenTicket) -> Void = { _ in }) throws {
        var command = OpenTicket.with { $0.party = Reference(number: desk.ada) }
        change(&command)
        let outcome = when(text, command)
        ticket = try #require(outcome.events.first?.stream)
    }

    /// Time passes.
    mutating func wait(until text: String) { desk.scenario.advance(to: Self.at(text)) }

    // MARK: What is there

    var state: TicketState { desk.state(ticket) }

    /// A clock of the ticket.
    func clock(_ kind: SlaClockKind) -> SlaClockState { state.clock(kind) ?? SlaClockState() }

    /// The events of clocks of the ticket, as words: what, of which clock, when.
    var story: [String] {
        desk.scenario.events.filter { $0.stream == ticket }.compactMap { event in
            let at = Self.text(event.stored.occurredAt)
            return switch event.stored.payload {
            case .slaTargetSet(let set):
                "\(set.clock.kind.short) \(set.change) \(set.clock.usedSeconds / 60)"
                    + (set.clock.hasDueAt ? " due \(Self.text(Instant(microseconds: set.clock.dueAt)))" : "")
            case .slaClockStopped(let stopped):
                "\(stopped.kind.short) \(stopped.met ? "met" : stopped.breached ? "too late" : "stopped") "
                    + "\(stopped.usedSeconds / 60) at \(at)"
            case .slaWarned(let warned): "\(warned.kind.short) warned \(at)"
            case .slaBreached(let breached): "\(breached.kind.short) breached \(at)"
            case .slaWithdrawn(let withdrawn):
                "\(withdrawn.kind.short) \(withdrawn.breach ? "breach" : "warning") withdrawn"
            default: nil
            }
        }
    }

    /// The part of the story that a step adds.
    mutating func adds(_ step: (inout ServiceHours) throws -> Void) rethrows -> [String] {
        let before = story.count
        try step(&self)
        return Array(story.dropFirst(before))
    }

    private static func text(_ instant: Instant) -> String {
        let seconds = instant.rawValue / 1_000_000 - 1_793_574_000 + 86_400
        let (day, second) = (seconds / 86_400 + 1, seconds % 86_400)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = "\(two(day))T\(two(second / 3_600)):\(two(second / 60 % 60))"
        return second % 60 == 0 ? time : time + ":\(two(second % 60))"
    }
}

extension SlaClockKind {
    fileprivate var short: String {
        switch self {
        case .firstResponse: "first"
        case .nextResponse: "next"
        case .resolution: "resolution"
        case .unspecified, .UNRECOGNIZED: "?"
        }
    }
}

func prioritise(_ ticket: StreamNumber, _ key: String) -> SetPriority {
    SetPriority.with {
        $0.ticket = Reference(number: ticket)
        $0.priority = key
    }
}
