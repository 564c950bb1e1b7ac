import Analytics
import KithClient
import Schema
import Testing

/// What the history says of a ticket: when it waited, when it was over, when somebody answered; and what its clocks
/// claim.
struct TicketCourse {
    /// What a warning or a breach says.
    struct Claim {
        var kind: SlaClockKind
        var isBreach: Bool
        /// When so much of the time of the clock is used up.
        var instant: Instant
    }

    /// What the service level of the tests gives, in seconds.
    private static let targets: [SlaClockKind: Int64] = [.firstResponse: 14_400, .resolution: 162_000]
    /// After which share of it somebody is warned, in percent.
    private static let warnPercent: Int64 = 75

    private(set) var waits: [Range<Instant>] = []
    private(set) var claims: [Claim] = []
    /// How the clock of the resolution stopped for the first time.
    private(set) var firstResolutionStop: SlaClockStopped?
    /// When it was opened, and each time that it was reopened.
    private var beginnings: [Instant] = []
    private var answers: [Instant] = []
    private var ends: [Range<Instant>] = []
    private var waitingSince: Instant?
    private var endedAt: Instant?

    /// The courses of all tickets, by their numbers.
    static func all(of daemon: Daemon) async throws -> [UInt64: TicketCourse] {
        var courses: [UInt64: TicketCourse] = [:]
        for event in try await daemon.withClient({ try await $0.events(HistoryRequest()) })
        where event.streamKind == .ticket {
            let instant = try #require(Instant(event.occurredAt))
            courses[event.streamNumber, default: TicketCourse()].add(event.payload.event, at: instant)
        }
        return courses
    }

    /// Monday to Friday from 9 to 18, in UTC.
    static func officeHours() throws -> BusinessCalendar {
        let day = [WallClockInterval(start: 9 * 3_600, end: 18 * 3_600)]
        return try BusinessCalendar(
            zone: "UTC", weeklyHours: Dictionary(uniqueKeysWithValues: (1...5).map { ($0, day) }))
    }

    private mutating func add(_ event: EventPayload.OneOf_Event?, at instant: Instant) {
        switch event {
        case .ticketOpened: beginnings.append(instant)
        case .ticketClaimed(let claimed): if claimed.firstResponse { answers.append(instant) }
        case .ticketPaused: waitingSince = instant
        case .ticketResumed: endWait(at: instant)
        case .ticketResolved, .ticketClosed:
            endWait(at: instant)
            endedAt = endedAt ?? instant
        case .ticketReopened:
            if let endedAt { ends.append(endedAt..<instant) }
            endedAt = nil
            beginnings.append(instant)
        case .slaClockStopped(let stopped):
            if stopped.kind == .resolution, firstResolutionStop == nil { firstResolutionStop = stopped }
        case .slaWarned(let warned): claims.append(Claim(kind: warned.kind, isBreach: false, instant: instant))
        case .slaBreached(let breached):
            claims.append(
                Claim(kind: breached.kind, isBreach: true, instant: Instant(microseconds: breached.dueAt)))
        default: break
        }
    }

    private mutating func endWait(at instant: Instant) {
        if let since = waitingSince { waits.append(since..<instant) }
        waitingSince = nil
    }

    /// Whether a warning or a breach is true: so much business time was used up at its instant, and what was asked for
    /// had not been done before.
    func holds(_ claim: Claim, by calendar: BusinessCalendar) -> Bool {
        guard let target = Self.targets[claim.kind], let opened = beginnings.first else { return false }
        var start = opened
        var isDone: Bool
        switch claim.kind {
        case .resolution:
            isDone = ends.contains { $0.lowerBound < claim.instant && claim.instant <= $0.upperBound }
            if let endedAt { isDone = isDone || endedAt < claim.instant }
        default:
            start = beginnings.last { $0 < claim.instant } ?? opened
            isDone = answers.contains { $0 >= start && $0 < claim.instant }
        }
        let used = calendar.elapsed(from: start, to: claim.instant, excluding: waits + ends)
        let asked = target * 10_000 * (claim.isBreach ? 100 : Self.warnPercent)
        return used >= asked && !isDone
    }
}
