package import Schema

/// A ticket: what a customer asks of the service, and how it stands.
///
/// new → open ⇄ pending → resolved → closed; resolved → open again within the reopen window.
package enum TicketAggregate: Aggregate {
    package typealias State = TicketState

    package static var kind: AggregateKind { .ticket }

    package static func evolve(_ state: inout TicketState, _ event: StoredEvent) {
        state.apply(event.payload, Moment(event))
    }
}

/// Where and when an event stands that a fold meets.
struct Moment {
    var position: Position
    var instant: Instant
    /// Where the part of the event's first subject stands, if it has one.
    var sealed: SealedRef
    /// The import that brought it in; none where none did.
    var importNumber: StreamNumber

    init(_ event: StoredEvent) {
        position = event.position
        instant = event.occurredAt
        sealed = event.sealed()
        importNumber = event.header.importNumber
    }

    /// Of an event that is not in the log yet: its place is not known, and no rule of the same command asks for it.
    init(undecidedAt instant: Instant) {
        position = .none
        self.instant = instant
        sealed = SealedRef()
        importNumber = .none
    }
}

extension TicketState {
    /// What an event changes.
    mutating func apply(_ event: EventPayload.OneOf_Event, _ moment: Moment) {
        let before = standing
        change(by: event, moment)
        noteAwaited(clockChanges(by: event, since: before), at: moment.instant)
    }

    private mutating func change(by event: EventPayload.OneOf_Event, _ moment: Moment) {
        switch event {
        case .ticketOpened(let opened): begin(opened, moment)
        case .ticketChanged(let changed): apply(changed, moment)
        case .ticketCorrected(let corrected): apply(corrected, moment)
        case .ticketClassified(let classified):
            classification = classified.classification
            customerClassRank = classified.customerClassRank
            note(classified.hasSourceVersion, classified.sourceVersion)
        case .prioritySet(let set):
            priority = set.priority
            note(set.hasSourceVersion, set.sourceVersion)
        case .ticketRouted, .ticketAssigned, .ticketClaimed, .ticketReassigned, .ticketEscalated: applyAssignment(event)
        case .customerMessageReceived, .agentReplied: applyMessage(event, moment)
        case .ticketPaused, .ticketResumed, .ticketResolved, .ticketReopened, .ticketClosed: applyTurn(event, moment)
        case .ticketsMerged, .ticketAbsorbed, .ticketsUnmerged, .ticketReleased, .ticketSplit, .ticketLinked,
            .ticketUnlinked:
            applyRelation(event, moment)
        case .slaTargetSet, .slaClockStopped, .slaWarned, .slaBreached, .slaWithdrawn:
            clocks.apply(event, at: moment.position, moment.instant)
        default: break
        }
    }

    /// Remembers how far the source is.
    mutating func note(_ isSaid: Bool, _ version: SourceVersion) {
        if isSaid { sourceVersions.note(version) }
    }

    // MARK: What it is about

    private mutating func begin(_ opened: TicketOpened, _ moment: Moment) {
        status = opened.status
        head = opened.head
        classification = opened.classification
        customerClassRank = opened.customerClassRank
        priority = opened.priority
        assignment = opened.assignment
        sequence = opened.sequence
        links = opened.links
        openedByUs = opened.openedByUs
        openedAt = moment.instant.rawValue
        importNumber = moment.importNumber.rawValue
        if !opened.openedByUs {
            contacts = 1
            waitingSince = moment.instant.rawValue
            firstAwaitedSince = moment.instant.rawValue
        }
        if opened.personalPart { personal = moment.sealed }
        note(opened.hasSourceVersion, opened.sourceVersion)
    }

    private mutating func apply(_ changed: TicketChanged, _ moment: Moment) {
        let before = TicketHead.subject(party: changed.partyNumberBefore, requester: changed.requesterNumberBefore)
        head = changed.head
        if changed.personalPart {
            personal = moment.sealed
        } else if changed.personalCleared || head.subject != before {
            clearPersonal()
        }
        note(changed.hasSourceVersion, changed.sourceVersion)
    }

    private mutating func apply(_ corrected: TicketCorrected, _ moment: Moment) {
        if corrected.hasOpenedAt {
            if hasWaitingSince, waitingSince == openedAt { waitingSince = corrected.openedAt }
            if hasFirstAwaitedSince, firstAwaitedSince == openedAt { firstAwaitedSince = corrected.openedAt }
            openedAt = corrected.openedAt
        }
        if corrected.hasResolvedAt {
            if firstResolvedAt == resolvedAt { firstResolvedAt = corrected.resolvedAt }
            resolvedAt = corrected.resolvedAt
        }
        if corrected.hasClosedAt { closedAt = corrected.closedAt }
        if corrected.hasResolutionCode { resolutionCode = corrected.resolutionCode }
        if corrected.personalPart || !corrected.resolution.isEmpty {
            keepResolution(corrected.resolution, corrected.personalPart, moment)
        }
        note(corrected.hasSourceVersion, corrected.sourceVersion)
    }

    /// Keeps where the words of the resolution are.
    mutating func keepResolution(_ text: String, _ isSealed: Bool, _ moment: Moment) {
        resolutionText = text
        if isSealed { resolution = moment.sealed } else { clearResolution() }
    }

    // MARK: Who works on it

    private mutating func applyAssignment(_ event: EventPayload.OneOf_Event) {
        switch event {
        case .ticketRouted(let routed):
            assignment = routed.assignment
            note(routed.hasSourceVersion, routed.sourceVersion)
        case .ticketAssigned(let assigned):
            assignment = assigned.assignment
            takeInHand()
        case .ticketClaimed(let claimed):
            assignment = claimed.assignment
            takeInHand()
            if claimed.firstResponse { firstResponseGiven = true }
            note(claimed.hasSourceVersion, claimed.sourceVersion)
        case .ticketReassigned(let reassigned):
            assignment = reassigned.assignment
            status = reassigned.status
            note(reassigned.hasSourceVersion, reassigned.sourceVersion)
        case .ticketEscalated(let escalated):
            level = escalated.level
            assignment = escalated.assignment
            status = escalated.status
        default: break
        }
    }

    private mutating func takeInHand() {
        if status == .new { status = .open }
    }

    // MARK: What is said

    private mutating func applyMessage(_ event: EventPayload.OneOf_Event, _ moment: Moment) {
        var message = TicketMessageState()
        message.position = moment.position.rawValue
        message.occurredAt = moment.instant.rawValue
        switch event {
        case .customerMessageReceived(let received):
            message.number = received.number
            message.ofCustomer = true
            message.unanswered = !received.needsNoAnswer
            if received.statusBefore == .pending, received.status != .pending { endPause() }
            status = received.status
            unanswered = received.unanswered
            contacts += 1
            if received.hasWaitingSince { waitingSince = received.waitingSince } else { clearWaitingSince() }
        case .agentReplied(let replied):
            message.number = replied.number
            status = replied.status
            if replied.firstResponse { firstResponseGiven = true }
            if replied.public { answer() }
        default: return
        }
        messages.append(message)
    }

    /// Nobody waits for an answer any more.
    mutating func answer() {
        unanswered = 0
        clearWaitingSince()
        for index in messages.indices { messages[index].unanswered = false }
    }
}

extension TicketHead {
    /// For whom the texts of a ticket are sealed: the requester, where there is none the party; none where there is
    /// neither.
    static func subject(party: UInt64, requester: UInt64) -> StreamNumber {
        StreamNumber(requester == 0 ? party : requester)
    }

    /// For whom the texts of the ticket are sealed.
    var subject: StreamNumber { Self.subject(party: partyNumber, requester: requesterNumber) }
}
