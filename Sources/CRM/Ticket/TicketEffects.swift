package import Schema

/// What events of a ticket do to the index: its keys, what counts the open tickets of parties, queues and employees, and
/// when it goes on or closes of itself.
package enum TicketEffects {
    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .ticketOpened(let opened):
            opened.external.map { IndexEffect.link(.ticket, $0) } + [
                .claim(.tickets, 1), OpenTickets.add(opened.sequence),
            ]
                + Standing(opened.head.partyNumber, opened.assignment).effects(1)
        case .ticketChanged(let changed):
            changed.open && changed.head.partyNumber != changed.partyNumberBefore
                ? party(changed.partyNumberBefore, -1) + party(changed.head.partyNumber, 1) : []
        case .ticketRouted(let routed): moved(routed.statusBefore, routed.before, routed.assignment)
        case .ticketAssigned(let assigned):
            moved(assigned.statusBefore, assigned.before, assigned.assignment)
                + [.claim(.routed(StreamNumber(assigned.assignment.queueNumber)), 1)]
        case .ticketClaimed(let claimed): moved(claimed.statusBefore, claimed.before, claimed.assignment)
        case .ticketReassigned(let reassigned):
            moved(reassigned.statusBefore, reassigned.before, reassigned.assignment)
        case .ticketEscalated(let escalated): moved(escalated.statusBefore, escalated.before, escalated.assignment)
        case .ticketsMerged(let merged): merged.status.isOpen ? replaced(merged.before, merged.after) : []
        case .ticketsUnmerged(let unmerged): unmerged.status.isOpen ? replaced(unmerged.before, unmerged.after) : []
        case .ticketAbsorbed(let absorbed):
            [resumption(nil), closing(nil)]
                + (absorbed.status.isOpen
                    ? Standing(absorbed.partyNumber, absorbed.assignment).effects(-1)
                        + [OpenTickets.remove(absorbed.sequence)]
                    : [])
        case .ticketReleased(let released):
            [
                resumption(released.hasResumeAt ? released.resumeAt : nil),
                closing(released.hasCloseAt ? released.closeAt : nil),
            ]
                + (released.status.isOpen
                    ? Standing(released.partyNumber, released.assignment).effects(1)
                        + [OpenTickets.add(released.sequence)]
                    : [])
        default: turned(event)
        }
    }

    // MARK: Its course

    private static func turned(_ event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .customerMessageReceived(let message):
            message.statusBefore == .pending && message.status != .pending ? [resumption(nil)] : []
        case .ticketPaused(let paused): [resumption(paused.hasResumeAt ? paused.resumeAt : nil)]
        case .ticketResumed: [resumption(nil)]
        case .ticketResolved(let resolved):
            [resumption(nil), closing(resolved.hasCloseAt ? resolved.closeAt : nil)] + ended(resolved.turn)
        case .ticketClosed(let closed): [resumption(nil), closing(nil)] + ended(closed.turn)
        case .ticketReopened(let reopened):
            [closing(nil), OpenTickets.add(reopened.turn.sequence)] + Standing(reopened.turn).effects(1)
        default: ClockTimers.effects(of: event)
        }
    }

    /// A closed ticket that was resolved before has been counted out already.
    private static func ended(_ turn: TicketTurn) -> [IndexEffect] {
        turn.statusBefore.isOpen ? Standing(turn).effects(-1) + [OpenTickets.remove(turn.sequence)] : []
    }

    /// The ticket goes on of itself.
    static let resumptionTimer = TimerKey(kind: 1, item: 0)
    /// The ticket closes of itself.
    static let closingTimer = TimerKey(kind: 2, item: 0)

    private static func resumption(_ microseconds: Int64?) -> IndexEffect {
        .timer(resumptionTimer, microseconds.map { Instant(microseconds: $0) })
    }

    private static func closing(_ microseconds: Int64?) -> IndexEffect {
        .timer(closingTimer, microseconds.map { Instant(microseconds: $0) })
    }

    // MARK: Where it is

    private static func moved(
        _ status: TicketStatus, _ before: TicketAssignment, _ after: TicketAssignment
    ) -> [IndexEffect] {
        guard status.isOpen else { return [] }
        return Standing(0, before).effects(-1) + Standing(0, after).effects(1)
    }

    private static func replaced(_ before: TicketMergeSide, _ after: TicketMergeSide) -> [IndexEffect] {
        Standing(before.partyNumber, before.assignment).effects(-1)
            + Standing(after.partyNumber, after.assignment).effects(1)
    }

    private static func party(_ party: UInt64, _ change: Int64) -> [IndexEffect] {
        party == 0 ? [] : [.claim(.openTickets(StreamNumber(party)), change)]
    }

    /// Where an open ticket counts.
    private struct Standing {
        var party: UInt64
        var assignment: TicketAssignment

        init(_ party: UInt64, _ assignment: TicketAssignment) {
            self.party = party
            self.assignment = assignment
        }

        init(_ turn: TicketTurn) { self.init(turn.head.partyNumber, turn.assignment) }

        /// One more or one less.
        func effects(_ change: Int64) -> [IndexEffect] {
            let owner = Owner(assignee: assignment)
            let queue: [IndexEffect] =
                assignment.queueNumber == 0
                ? [] : [.claim(.openInQueue(StreamNumber(assignment.queueNumber)), change)]
            return TicketEffects.party(party, change) + queue
                + (change > 0 ? OwnerEffects.opened(.ticket, owner: owner) : OwnerEffects.closed(.ticket, owner: owner))
        }
    }
}

extension Owner {
    /// Whoever works on a ticket; nobody where nobody does.
    init(assignee assignment: TicketAssignment) {
        self.init()
        if assignment.assigneeNumber != 0 { employeeNumber = assignment.assigneeNumber }
    }
}
