internal import Analytics
internal import Schema

/// How a ticket stood before an event, as far as its clocks are concerned.
struct TicketStanding {
    var status: TicketStatus
    var wait: TicketWait
    /// The customer waits for an answer.
    var isWaiting: Bool
}

extension TicketState {
    /// How it stands.
    var standing: TicketStanding { TicketStanding(status: status, wait: wait, isWaiting: hasWaitingSince) }

    /// What an event, which has changed the state already, is to the clocks of the ticket; nothing for most events.
    func clockChanges(by event: EventPayload.OneOf_Event, since before: TicketStanding) -> [SLAFact.Change] {
        switch event {
        case .ticketOpened(let opened):
            // What we open is our word to the customer: nobody waits for a first one.
            opened.openedByUs ? [.publicReply] : []
        case .customerMessageReceived(let received):
            turns(since: before) + (received.needsNoAnswer ? [] : [.customerMessage])
        case .agentReplied(let replied): (replied.public ? [.publicReply] : []) + turns(since: before)
        case .ticketClaimed(let claimed): (claimed.firstResponse ? [.publicReply] : []) + turns(since: before)
        case .ticketsMerged(let merged): merged.absorbed.contains(where: \.hasWaitingSince) ? [.customerMessage] : []
        case .ticketsUnmerged, .ticketSplit: before.isWaiting && !hasWaitingSince ? [.nothingToAnswer] : []
        case .ticketPaused, .ticketResumed, .ticketReassigned, .ticketEscalated, .ticketResolved, .ticketReopened,
            .ticketClosed:
            turns(since: before)
        default: []
        }
    }

    private func turns(since before: TicketStanding) -> [SLAFact.Change] {
        if status == .pending {
            guard before.status != .pending || before.wait != wait, let pause = SLAPause(wait) else { return [] }
            return before.status.isOpen ? [.paused(pause)] : [.reopened, .paused(pause)]
        }
        if status.isOpen {
            if before.status == .pending { return [.resumed] }
            guard !before.status.isOpen else { return [] }
            return openedByUs && !before.isWaiting ? [.reopened, .nothingToAnswer] : [.reopened]
        }
        guard before.status.isOpen else { return [] }
        return status == .resolved ? [.resolved] : [.closed]
    }

    /// Remembers whether and since when a response is waited for.
    mutating func noteAwaited(_ changes: [SLAFact.Change], at instant: Instant) {
        for change in changes {
            switch change {
            case .customerMessage:
                if status.isOpen, responded, !hasNextAwaitedSince { nextAwaitedSince = instant.rawValue }
            case .publicReply:
                responded = true
                clearFirstAwaitedSince()
                clearNextAwaitedSince()
            case .nothingToAnswer: clearNextAwaitedSince()
            case .resolved, .closed:
                clearFirstAwaitedSince()
                clearNextAwaitedSince()
            case .reopened:
                if responded { nextAwaitedSince = instant.rawValue } else { firstAwaitedSince = instant.rawValue }
            case .paused, .resumed, .termsChanged: break
            }
        }
    }
}

extension TicketState {
    /// Since when something has been waited for that a clock times; nil: nothing is.
    func awaited(_ kind: SlaClockKind) -> Instant? {
        switch kind {
        case .firstResponse: hasFirstAwaitedSince ? Instant(microseconds: firstAwaitedSince) : nil
        case .nextResponse: hasNextAwaitedSince ? Instant(microseconds: nextAwaitedSince) : nil
        case .resolution: status.isOpen ? Instant(microseconds: openedAt) : nil
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    /// A clock; nil where it never ran.
    func clock(_ kind: SlaClockKind) -> SlaClockState? { clocks.first { $0.kind == kind } }
}

extension SlaClockKind {
    /// All that is timed.
    static let timed: [SlaClockKind] = [.firstResponse, .nextResponse, .resolution]
}
