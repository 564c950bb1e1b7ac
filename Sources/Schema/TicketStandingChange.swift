internal import SwiftProtobuf

/// What an event changes of the place of a ticket in the queue. The ticket queue and the index by which tickets are
/// claimed both fold these, so that they cannot differ in their order.
public enum TicketStandingChange: Hashable, Sendable {
    /// The ticket begins.
    case began(TicketStanding)
    case status(TicketStatus)
    case assigned(queue: UInt64, assignee: UInt64)
    /// Rank; 0: none. So in the next one.
    case priority(UInt32)
    case customerClass(UInt32)
    /// Since when the customer waits for an answer, in microseconds since 1970; nil: does not.
    case waits(since: Int64?)
    /// The customer waits from then on, unless it waits already or did not come to us.
    case waitsAgain(since: Int64)
    /// It was opened at another time than was recorded.
    case opened(before: Int64, at: Int64)
    /// When a pending ticket goes on of itself; nil: it does not.
    case resumes(at: Int64?)
    /// A clock has this state from now on.
    case clock(TicketStandingClock)
    case clockStopped(SlaClockKind)
    /// A breach of this cycle is in force, or no longer.
    case breached(SlaClockKind, cycle: UInt32, Bool)
    /// It lives on in another ticket, or is itself again.
    case absorbed(Bool)
}

extension TicketStandingChange {
    /// What an event of a ticket changes.
    ///
    /// - Parameter occurredAt: when the event occurred, in microseconds since 1970.
    public static func changes(
        by event: EventPayload.OneOf_Event, occurredAt: Int64
    ) -> [TicketStandingChange] {
        switch event {
        case .ticketOpened(let opened): [.began(TicketStanding(opened, occurredAt))]
        case .ticketCorrected(let corrected):
            corrected.hasOpenedAt ? [.opened(before: corrected.openedAtBefore, at: corrected.openedAt)] : []
        case .ticketClassified(let classified): [.customerClass(classified.customerClassRank)]
        case .prioritySet(let set): [.priority(set.priority.rank)]
        case .ticketRouted(let routed): [.assigned(routed.assignment)]
        case .ticketAssigned(let assigned): taken(assigned.assignment, assigned.statusBefore)
        case .ticketClaimed(let claimed): taken(claimed.assignment, claimed.statusBefore)
        case .ticketReassigned(let reassigned): [.assigned(reassigned.assignment), .status(reassigned.status)]
        case .ticketEscalated(let escalated): [.assigned(escalated.assignment), .status(escalated.status)]
        case .customerMessageReceived(let received):
            [
                .status(received.status), .waits(since: received.hasWaitingSince ? received.waitingSince : nil),
            ] + (received.status == .pending ? [] : [.resumes(at: nil)])
        case .agentReplied(let replied): [.status(replied.status)] + (replied.public ? [.waits(since: nil)] : [])
        default: turned(event, occurredAt) ?? joined(event) ?? timed(event)
        }
    }

    private static func assigned(_ assignment: TicketAssignment) -> TicketStandingChange {
        .assigned(queue: assignment.queueNumber, assignee: assignment.assigneeNumber)
    }

    /// Somebody has a ticket; a new one is open with that.
    private static func taken(
        _ assignment: TicketAssignment, _ before: TicketStatus
    ) -> [TicketStandingChange] {
        [.assigned(assignment)] + (before == .new ? [.status(.open)] : [])
    }

    /// What a turn changes; nil where the event is none.
    private static func turned(_ event: EventPayload.OneOf_Event, _ occurredAt: Int64) -> [TicketStandingChange]? {
        switch event {
        case .ticketPaused(let paused):
            [.status(.pending), .resumes(at: paused.hasResumeAt ? paused.resumeAt : nil)]
        case .ticketResumed: [.status(.open), .resumes(at: nil)]
        case .ticketResolved: [.status(.resolved), .resumes(at: nil), .waits(since: nil)]
        case .ticketReopened(let reopened): [.status(reopened.status), .waitsAgain(since: occurredAt)]
        case .ticketClosed: [.status(.closed), .resumes(at: nil), .waits(since: nil)]
        default: nil
        }
    }

    /// What happens between tickets; nil where the event is not of that.
    private static func joined(_ event: EventPayload.OneOf_Event) -> [TicketStandingChange]? {
        switch event {
        case .ticketsMerged(let merged): side(merged.after)
        case .ticketsUnmerged(let unmerged): side(unmerged.after)
        case .ticketAbsorbed: [.absorbed(true)]
        case .ticketReleased: [.absorbed(false)]
        case .ticketSplit(let split): [.waits(since: split.hasWaitingSince ? split.waitingSince : nil)]
        default: nil
        }
    }

    private static func side(_ side: TicketMergeSide) -> [TicketStandingChange] {
        [
            .assigned(side.assignment), .priority(side.priority.rank), .customerClass(side.customerClassRank),
            .waits(since: side.hasWaitingSince ? side.waitingSince : nil),
        ]
    }

    private static func timed(_ event: EventPayload.OneOf_Event) -> [TicketStandingChange] {
        switch event {
        case .slaTargetSet(let set): [.clock(TicketStandingClock(set.clock))]
        case .slaClockStopped(let stopped): [.clockStopped(stopped.kind)]
        case .slaBreached(let breached): [.breached(breached.kind, cycle: breached.cycle, true)]
        case .slaWithdrawn(let withdrawn) where withdrawn.breach:
            [.breached(withdrawn.kind, cycle: withdrawn.cycle, false)]
        default: []
        }
    }
}

extension TicketStanding {
    fileprivate init(_ opened: TicketOpened, _ occurredAt: Int64) {
        self.init()
        status = opened.status
        sequence = opened.sequence
        queueNumber = opened.assignment.queueNumber
        assigneeNumber = opened.assignment.assigneeNumber
        priorityRank = opened.priority.rank
        customerClassRank = opened.customerClassRank
        openedByUs = opened.openedByUs
        if !openedByUs { waitingSince = occurredAt }
    }

    /// Moves the standing on.
    public mutating func apply(_ change: TicketStandingChange) {
        switch change {
        case .began(let standing): self = standing
        case .status(let status): self.status = status
        case .assigned(let queue, let assignee): (queueNumber, assigneeNumber) = (queue, assignee)
        case .priority(let rank): priorityRank = rank
        case .customerClass(let rank): customerClassRank = rank
        case .waits(let since): if let since { waitingSince = since } else { clearWaitingSince() }
        case .waitsAgain(let since): if !openedByUs, !hasWaitingSince { waitingSince = since }
        case .opened(let before, let instant): if hasWaitingSince, waitingSince == before { waitingSince = instant }
        case .resumes(let instant): if let instant { resumeAt = instant } else { clearResumeAt() }
        case .clock(let clock):
            clocks.removeAll { $0.kind == clock.kind }
            // By kind, so that equal standings have equal bytes.
            clocks.insert(clock, at: clocks.firstIndex { $0.kind.rawValue > clock.kind.rawValue } ?? clocks.count)
        case .clockStopped(let kind):
            guard let index = clocks.firstIndex(where: { $0.kind == kind }) else { return }
            clocks[index].running = false
            clocks[index].clearDueAt()
        case .breached(let kind, let cycle, let isInForce):
            guard let index = clocks.firstIndex(where: { $0.kind == kind && $0.cycle == cycle }) else { return }
            clocks[index].breached = isInForce
        case .absorbed(let isAbsorbed): absorbed = isAbsorbed
        }
    }
}

extension TicketStandingClock {
    fileprivate init(_ clock: SlaClockState) {
        self.init()
        kind = clock.kind
        cycle = clock.cycle
        running = clock.status == .running
        if running, clock.hasDueAt { dueAt = clock.dueAt }
        // A breach that was appended together with it has no position yet.
        breached = clock.breachedPosition != 0 || clock.hasBreachedAt
    }
}
