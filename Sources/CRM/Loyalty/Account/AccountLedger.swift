internal import Schema
internal import SwiftProtobuf

/// An account while something is decided about it: every event that is recorded moves it on, so that the next one is
/// decided by how the account stands then.
struct AccountLedger {
    /// As whose the events are recorded.
    enum Author {
        /// What a command about the account, or about something else of which the account is a part, asked for.
        case fact(NewEvent.Stream)
        /// What a policy makes of the event at a position.
        case policy(Position)
        /// What one of the account's timers causes.
        case timer
    }

    let number: StreamNumber
    let programme: ProgrammeState
    let author: Author
    /// When the events occur.
    private(set) var occurredAt: Instant
    private(set) var state: LoyaltyAccountState
    private(set) var events: [NewEvent] = []

    /// - Parameter state: how the account stands.
    init(
        _ number: StreamNumber, _ state: LoyaltyAccountState, _ programme: ProgrammeState, _ author: Author,
        at occurredAt: Instant
    ) {
        self.number = number
        self.state = state
        self.programme = programme
        self.author = author
        self.occurredAt = occurredAt
    }

    /// The open lots, to be taken from.
    var book: LotBook { LotBook(state) }

    /// Records an event that moves points; its balance and the end by inactivity are put in.
    ///
    /// - Parameters:
    ///   - isActivity: whether the member was active just then, where the event does not say so by itself.
    ///   - graceDays: how long points live that come in after the member has been inactive for too long; the days of the
    ///     programme where it is nil.
    mutating func record(_ event: some LedgerEvent, isActivity: Bool = false, graceDays: UInt32? = nil) {
        var event = event
        var next = state
        let position = provisionalPosition
        next.apply(event.payload, position: position, at: occurredAt.rawValue)
        if let end = inactivityEnd(next, isActivity: isActivity || event.isActivity, graceDays: graceDays) {
            event.inactiveAt = end
            next.inactiveAt = end
        }
        event.balance = next.balance
        state = next
        append(event.payload)
    }

    /// Records an event that moves none.
    mutating func record(_ payload: EventPayload.OneOf_Event) {
        state.apply(payload, position: provisionalPosition, at: occurredAt.rawValue)
        append(payload)
    }

    /// A position that no event has: lots that an event of this decision gives are not taken from in it.
    private var provisionalPosition: UInt64 { 1 << 62 + UInt64(events.count) }

    private mutating func append(_ payload: EventPayload.OneOf_Event) {
        let subjects = state.subjects
        switch author {
        case .fact(let stream): events.append(.fact(payload, subjects: subjects, stream: stream))
        case .policy(let cause):
            events.append(
                .consequence(payload, on: .other(number), subjects: subjects, cause: cause, occurredAt: occurredAt))
        case .timer: events.append(.timed(payload, subjects: subjects))
        }
    }

    /// When the points that end with inactivity do so; nil where there are none.
    private func inactivityEnd(_ next: LoyaltyAccountState, isActivity: Bool, graceDays: UInt32?) -> Int64? {
        guard next.earnings.contains(where: \.expiresWithInactivity) else { return nil }
        var last = next.hasLastActivityAt ? next.lastActivityAt : occurredAt.rawValue
        if isActivity { last = max(last, occurredAt.rawValue) }
        let end = Instant(microseconds: last).adding(days: programme.inactivityDays).rawValue
        if state.hasInactiveAt { return isActivity ? max(end, state.inactiveAt) : state.inactiveAt }
        // By the last activity the points would have ended before they came: they have a time of their own.
        let isLate = end <= occurredAt.rawValue
        return isLate ? occurredAt.adding(days: graceDays ?? programme.inactivityDays).rawValue : end
    }
}

extension LoyaltyAccountState {
    /// The party or the employee whose account it is.
    var member: StreamNumber { StreamNumber(partyNumber == 0 ? employeeNumber : partyNumber) }

    /// The subject entry of every event of the account.
    var subjects: [NewSubject] { [NewSubject(.number(member), partyNumber == 0 ? .self_ : .customer)] }
}

// MARK: - Earning and debt

extension AccountLedger {
    /// When points end that are earned at an instant.
    func end(ofEarningAt instant: Instant, _ world: any World) throws(Refusal) -> (
        expiresAt: Instant?, withInactivity: Bool
    ) {
        let policy = programme.expiry
        switch policy.kind {
        case .days: return (instant.adding(days: policy.days), false)
        case .monthEnd: return (try world.organisationZone().monthEnd(after: instant, periods: policy.periods), false)
        case .yearEnd: return (try world.organisationZone().yearEnd(after: instant, periods: policy.periods), false)
        case .inactivity: return (nil, true)
        case .none, .unspecified, .UNRECOGNIZED: return (nil, false)
        }
    }

    /// Records an earning of which all but the points' lock, end and settlement is known.
    ///
    /// - Parameter earnedAt: what lock and end are reckoned from, unless the event says them already.
    mutating func earn(_ draft: PointsEarned, earnedAt: Instant, _ world: any World) throws(Refusal) {
        try withdrawLapse(world)
        var earned = draft
        earned.programmeNumber = state.programmeNumber
        earned.programmeVersion = programme.version
        earned.tier = state.tier
        earned.points = earned.lots.reduce(0) { $0 + $1.points }
        if !earned.hasLocksUntil, programme.lockDays > 0 {
            earned.locksUntil = earnedAt.adding(days: programme.lockDays).rawValue
        }
        if !earned.hasExpiresAt {
            let end = try self.end(ofEarningAt: earnedAt, world)
            if let expiresAt = end.expiresAt { earned.expiresAt = expiresAt.rawValue }
            earned.expiresWithInactivity = end.withInactivity
        }
        // What would be unlocked in the past is not locked.
        if earned.hasLocksUntil, earned.locksUntil <= occurredAt.rawValue { earned.clearLocksUntil() }
        if !earned.hasLocksUntil {
            let lots = earned.lots.map { (lot: $0.lot, line: $0.orderLine, points: $0.points) }
            earned.settled = settlement(of: lots) {
                $0.orderNumber = earned.orderNumber
                $0.expiresWithInactivity = earned.expiresWithInactivity
                if earned.hasExpiresAt { $0.expiresAt = earned.expiresAt }
            }
        }
        record(earned)
    }

    /// How new lots that can be spent at once fill a debt; they name no earning, which stands for the event that gives
    /// them.
    func settlement(
        of lots: [(lot: UInt32, line: UInt32, points: Int64)], _ complete: (inout LotMovement) -> Void
    ) -> [LotMovement] {
        var debt = state.debt
        var left = lots.reduce(0) { $0 + $1.points }
        var settled: [LotMovement] = []
        for lot in lots where debt > 0 {
            var movement = LotMovement()
            complete(&movement)
            movement.lot = lot.lot
            movement.orderLine = lot.line
            movement.points = min(debt, lot.points)
            left -= movement.points
            debt -= movement.points
            movement.leftInEarning = left
            settled.append(movement)
        }
        return settled
    }

    /// How lots that become spendable fill a debt: those of earnings that `isMeant` names.
    ///
    /// - Parameter book: the lots as they are after they have become spendable.
    func settlement(outOf book: LotBook, _ isMeant: (EarningState) -> Bool) -> [LotMovement] {
        var book = book
        return book.take(upTo: state.debt) { earning, _ in isMeant(earning) }
    }

    /// Lets locked points be spent.
    mutating func unlock(_ earning: EarningState) {
        var unlocked = PointsUnlocked()
        unlocked.earning = earning.position
        unlocked.points = earning.left
        if earning.hasExpiresAt { unlocked.expiresAt = earning.expiresAt }
        unlocked.settled = settlement(outOf: book) { $0.position == earning.position }
        for index in unlocked.settled.indices { unlocked.settled[index].clearLocksUntil() }
        record(unlocked)
    }
}

// MARK: - Spending and expiry

extension AccountLedger {
    /// Points that can be spent when the events occur: those of unlocked lots, of which a debt leaves none.
    var spendable: Int64 {
        max(0, state.earnings.reduce(-state.debt) { isSpendable($1) ? $0 + $1.left : $0 })
    }

    /// Whether the points of an earning can be spent when the events occur. What is due by then has happened already,
    /// but in an import, which fires its timers at its end.
    func isSpendable(_ earning: EarningState) -> Bool {
        !isOver(earning) && (!earning.hasLocksUntil || earning.locksUntil <= occurredAt.rawValue)
    }

    /// Whether the points of an earning have ended when the events occur.
    func isOver(_ earning: EarningState) -> Bool {
        if earning.expiresWithInactivity { return state.hasInactiveAt && state.inactiveAt <= occurredAt.rawValue }
        return earning.hasExpiresAt && earning.expiresAt <= occurredAt.rawValue
    }

    /// Takes points out of lots that can be spent.
    func spending(_ points: Int64) -> [LotMovement] {
        var book = self.book
        return book.take(upTo: points) { earning, _ in isSpendable(earning) }
    }

    /// Records that points are spent, in as many events as their lots need.
    mutating func spend(_ points: Int64, _ draft: PointsSpent) {
        for (index, lots) in spending(points).chunks.enumerated() {
            var spent = draft
            spent.lots = lots
            spent.points = lots.points
            spent.continued = index > 0
            record(spent)
        }
    }

    /// Ends what lots hold, where `isMeant` says so.
    mutating func expire(_ cause: ExpiryCause, _ isMeant: (EarningState) -> Bool) {
        var book = self.book
        for (index, lots) in book.take(upTo: .max, from: { earning, _ in isMeant(earning) }).chunks.enumerated() {
            var expired = PointsExpired()
            expired.cause = cause
            expired.lots = lots
            expired.points = lots.points
            expired.continued = index > 0
            record(expired)
        }
    }
}

// MARK: - What is due

extension AccountLedger {
    /// Records what is due by the time of the events and has not happened yet, each at its instant: only an import has
    /// such accounts, because its timers fire at its end. So what an import brings earns and takes back what it would
    /// have done in its time.
    mutating func catchUp() {
        let present = occurredAt
        // Outside imports nothing is due, which is soon seen.
        let isDue = state.earnings.contains { earning in
            isOver(earning) || (earning.hasLocksUntil && earning.locksUntil <= present.rawValue)
        }
        guard isDue else { return }
        while let due = nextDue, due.at <= present.rawValue {
            occurredAt = Instant(microseconds: due.at)
            switch due.timer.kind {
            case AccountTimers.unlock:
                guard let place = state.earnings.place(of: due.timer.item) else { return }
                unlock(state.earnings[place])
            case AccountTimers.expiry: expire(.due) { $0.position == due.timer.item }
            default: expire(.inactivity) { $0.expiresWithInactivity }
            }
        }
        occurredAt = present
    }

    /// What is due first, in the order of timers.
    private var nextDue: (at: Int64, timer: TimerKey)? {
        var due: [(at: Int64, timer: TimerKey)] = []
        for earning in state.earnings {
            if earning.hasLocksUntil {
                due.append((earning.locksUntil, TimerKey(kind: AccountTimers.unlock, item: earning.position)))
            }
            if earning.hasExpiresAt {
                due.append((earning.expiresAt, TimerKey(kind: AccountTimers.expiry, item: earning.position)))
            }
        }
        if state.hasInactiveAt { due.append((state.inactiveAt, TimerKey(kind: AccountTimers.inactivity))) }
        return due.min { ($0.at, $0.timer) < ($1.at, $1.timer) }
    }
}

extension [LotMovement] {
    /// The movements, as many at a time as one event holds.
    var chunks: [[LotMovement]] {
        stride(from: 0, to: count, by: LoyaltyLimits.movementsPerEvent).map {
            Array(self[$0..<Swift.min($0 + LoyaltyLimits.movementsPerEvent, count)])
        }
    }
}
