internal import Schema
internal import SwiftProtobuf

extension TicketRow {
    /// What an event changes, beside messages.
    mutating func apply(_ event: ViewEvent) {
        switch event.payload {
        case .ticketOpened(let opened): begin(opened, event)
        case .ticketChanged(let changed): apply(changed, event)
        case .ticketCorrected(let corrected): apply(corrected, event)
        case .ticketClassified(let classified): take(classified.classification)
        case .prioritySet(let set): take(set.priority)
        case .ticketRouted(let routed): move(routed.before, to: routed.assignment)
        case .ticketAssigned(let assigned):
            move(assigned.before, to: assigned.assignment)
            takeInHand()
        case .ticketClaimed(let claimed):
            move(claimed.before, to: claimed.assignment)
            takeInHand()
            if claimed.firstResponse { respond(event) }
        case .ticketReassigned(let reassigned):
            move(reassigned.before, to: reassigned.assignment)
            record.status = reassigned.status
        case .ticketEscalated(let escalated):
            move(escalated.before, to: escalated.assignment)
            record.status = escalated.status
            record.level = escalated.level
        case .customerMessageReceived(let received): apply(received)
        case .agentReplied(let replied): apply(replied, event)
        default:
            applyTurn(event)
            applyRelation(event)
            applyClock(event)
        }
    }

    private mutating func begin(_ opened: TicketOpened, _ event: ViewEvent) {
        record.status = opened.status
        record.sequence = opened.sequence
        take(opened.head)
        take(opened.classification)
        take(opened.priority)
        record.queueNumber = opened.assignment.queueNumber
        record.assigneeNumber = opened.assignment.assigneeNumber
        record.openedAt = event.header.occurredAt.timestamp
        record.openedByUs = opened.openedByUs
        if !opened.openedByUs {
            record.contacts = 1
            record.waitingSince = record.openedAt
        }
        record.links = opened.links
        record.splitMessagePositions = opened.messagePositions
        if opened.hasEmailThread { record.emailThread = opened.emailThread }
        if opened.personalPart { keepPersonal(event) }
    }

    private mutating func apply(_ changed: TicketChanged, _ event: ViewEvent) {
        let before = changed.requesterNumberBefore == 0 ? changed.partyNumberBefore : changed.requesterNumberBefore
        let after = changed.head.requesterNumber == 0 ? changed.head.partyNumber : changed.head.requesterNumber
        take(changed.head)
        if changed.personalPart {
            keepPersonal(event)
        } else if changed.personalCleared || before != after {
            clearPersonal()
            personalLength = 0
        }
    }

    private mutating func apply(_ corrected: TicketCorrected, _ event: ViewEvent) {
        if corrected.hasOpenedAt {
            if record.waitingSince == record.openedAt { record.waitingSince = timestamp(corrected.openedAt) }
            record.openedAt = timestamp(corrected.openedAt)
        }
        if corrected.hasResolvedAt {
            let isOnly = !record.hasResolvedAt || record.firstResolvedAt == record.resolvedAt
            record.resolvedAt = timestamp(corrected.resolvedAt)
            if isOnly { record.firstResolvedAt = record.resolvedAt }
        }
        if corrected.hasClosedAt { record.closedAt = timestamp(corrected.closedAt) }
        if corrected.hasResolutionCode { record.resolutionCode = corrected.resolutionCode }
        if corrected.personalPart || !corrected.resolution.isEmpty {
            keepResolution(corrected.resolution, corrected.personalPart, event)
        }
    }

    // MARK: What it is about

    private mutating func take(_ head: TicketHead) {
        record.partyNumber = head.partyNumber
        record.requesterNumber = head.requesterNumber
        record.channel = head.channel
        record.clearPersonal()
        if !head.subjectLine.isEmpty { record.personal.subjectLine = head.subjectLine }
        if !head.text.isEmpty { record.personal.text = head.text }
    }

    private mutating func take(_ classification: TicketClassification) {
        record.type = classification.type
        record.category = classification.category
        record.customerClass = classification.customerClass
    }

    private mutating func take(_ priority: TicketPriority) {
        record.priority = priority.key
        record.priorityRank = priority.rank
    }

    private mutating func keepPersonal(_ event: ViewEvent) {
        guard let part = event.sealedPart else { return }
        personal = part
        personalLength = event.sealedLength
    }

    private mutating func keepResolution(_ text: String, _ isSealed: Bool, _ event: ViewEvent) {
        clearResolution()
        resolutionLength = 0
        record.clearResolution()
        if !text.isEmpty { record.resolution.text = text }
        if isSealed, let part = event.sealedPart {
            resolution = part
            resolutionLength = event.sealedLength
        }
    }

    // MARK: Who works on it

    /// A ticket goes from somebody to somebody else, or to another queue: that is a transfer. Taking it from the pool
    /// and giving it back are none.
    private mutating func move(_ before: TicketAssignment, to after: TicketAssignment) {
        let isHandedOver =
            before.assigneeNumber != 0 && after.assigneeNumber != 0 && before.assigneeNumber != after.assigneeNumber
        let isOtherQueue = before.queueNumber != 0 && before.queueNumber != after.queueNumber
        if isHandedOver || isOtherQueue { record.transfers += 1 }
        record.queueNumber = after.queueNumber
        record.assigneeNumber = after.assigneeNumber
    }

    private mutating func takeInHand() {
        if record.status == .new { record.status = .open }
    }

    // MARK: What is said

    private mutating func apply(_ received: CustomerMessageReceived) {
        if received.statusBefore == .pending, received.status != .pending { endPause() }
        record.status = received.status
        record.contacts += 1
        record.unanswered = received.unanswered
        if received.hasWaitingSince {
            record.waitingSince = timestamp(received.waitingSince)
        } else {
            record.clearWaitingSince()
        }
    }

    private mutating func apply(_ replied: AgentReplied, _ event: ViewEvent) {
        record.status = replied.status
        record.handlingSeconds += UInt64(replied.handlingSeconds)
        guard replied.public else { return }
        record.replies += 1
        if replied.firstResponse { respond(event) }
        answer()
    }

    /// The first response of all: that of a later cycle, after a reopening, does not move it.
    private mutating func respond(_ event: ViewEvent) {
        if !record.hasFirstResponseAt { record.firstResponseAt = event.header.occurredAt.timestamp }
    }

    private mutating func answer() {
        record.unanswered = 0
        record.clearWaitingSince()
    }

    // MARK: Waiting, the end, and coming back

    private mutating func applyTurn(_ event: ViewEvent) {
        let now = event.header.occurredAt.timestamp
        switch event.payload {
        case .ticketPaused(let paused):
            endPause()
            record.status = .pending
            record.wait = paused.why
            record.pausedAt = now
            if paused.hasResumeAt { record.resumeAt = timestamp(paused.resumeAt) }
            record.waitsForNumber = paused.waitsForNumber
        case .ticketResumed:
            record.status = .open
            endPause()
        case .ticketResolved(let resolved): apply(resolved, event)
        case .ticketReopened(let reopened):
            record.status = reopened.status
            if reopened.turn.statusBefore == .closed {
                record.reopenedAfterClosed += 1
            } else {
                record.reopenedAfterResolved += 1
            }
            record.clearClosedAt()
            record.clearReopenUntil()
            if !record.openedByUs, !record.hasWaitingSince { record.waitingSince = now }
        case .ticketClosed:
            record.status = .closed
            endPause()
            answer()
            record.closedAt = now
        default: break
        }
    }

    private mutating func apply(_ resolved: TicketResolved, _ event: ViewEvent) {
        record.status = .resolved
        endPause()
        answer()
        record.resolvedAt = event.header.occurredAt.timestamp
        if !record.hasFirstResolvedAt { record.firstResolvedAt = record.resolvedAt }
        record.resolutionCode = resolved.code
        record.handlingSeconds += UInt64(resolved.handlingSeconds)
        if resolved.hasReopenUntil {
            record.reopenUntil = timestamp(resolved.reopenUntil)
        } else {
            record.clearReopenUntil()
        }
        keepResolution(resolved.resolution, resolved.personalPart, event)
    }

    private mutating func endPause() {
        record.wait = .unspecified
        record.clearPausedAt()
        record.clearResumeAt()
        record.waitsForNumber = 0
    }

    // MARK: Other tickets

    private mutating func applyRelation(_ event: ViewEvent) {
        switch event.payload {
        case .ticketsMerged(let merged):
            record.absorbedNumbers += merged.absorbed.map(\.number)
            take(merged.after)
        case .ticketsUnmerged(let unmerged):
            record.absorbedNumbers.removeAll { unmerged.releasedNumbers.contains($0) }
            take(unmerged.after)
        case .ticketAbsorbed(let absorbed): record.mergedIntoNumber = absorbed.survivorNumber
        case .ticketReleased: record.mergedIntoNumber = 0
        case .ticketSplit(let split):
            record.unanswered = split.unanswered
            record.contacts -= min(record.contacts, split.contacts)
            if split.hasWaitingSince {
                record.waitingSince = timestamp(split.waitingSince)
            } else {
                record.clearWaitingSince()
            }
        case .ticketLinked(let linked): record.links += linked.added
        case .ticketUnlinked(let unlinked): record.links.removeAll { unlinked.removed.contains($0) }
        default: break
        }
    }

    private mutating func take(_ side: TicketMergeSide) {
        record.partyNumber = side.partyNumber
        record.requesterNumber = side.requesterNumber
        take(side.classification)
        take(side.priority)
        record.queueNumber = side.assignment.queueNumber
        record.assigneeNumber = side.assignment.assigneeNumber
        record.unanswered = side.unanswered
        record.contacts = side.contacts
        if side.hasWaitingSince {
            record.waitingSince = timestamp(side.waitingSince)
        } else {
            record.clearWaitingSince()
        }
    }

    // MARK: Clocks

    private mutating func applyClock(_ event: ViewEvent) {
        switch event.payload {
        case .slaTargetSet(let set): replace(with: set.clock)
        case .slaClockStopped(let stopped):
            change(stopped.kind) { clock in
                clock.status = stopped.answered ? .stopped : .cancelled
                clock.usedSeconds = stopped.usedSeconds
                clock.usedMicroseconds = stopped.usedMicroseconds
                clock.countedTo = stopped.stoppedAt
                clock.clearDueAt()
                clock.clearWarnAt()
            }
        case .slaWarned(let warned):
            change(warned.kind) { clock in
                clock.warnedPosition = event.header.position.rawValue
                clock.warnedAt = event.header.occurredAt.rawValue
                clock.clearWarnAt()
            }
        case .slaBreached(let breached):
            change(breached.kind) { clock in
                clock.breachedPosition = event.header.position.rawValue
                clock.breachedAt = event.header.occurredAt.rawValue
                clock.clearWarnAt()
            }
        case .slaWithdrawn(let withdrawn):
            change(withdrawn.kind) { clock in
                if clock.warnedPosition == withdrawn.withdrawnPosition {
                    clock.warnedPosition = 0
                    clock.clearWarnedAt()
                }
                if clock.breachedPosition == withdrawn.withdrawnPosition {
                    clock.breachedPosition = 0
                    clock.clearBreachedAt()
                }
            }
        default: break
        }
    }

    private mutating func replace(with clock: SlaClockState) {
        var clock = clock
        if let known = record.clocks.first(where: { $0.kind == clock.kind }) {
            // What was appended together with it had no position yet when it was written.
            if clock.hasWarnedAt, clock.warnedPosition == 0 { clock.warnedPosition = known.warnedPosition }
            if clock.hasBreachedAt, clock.breachedPosition == 0 { clock.breachedPosition = known.breachedPosition }
        }
        record.clocks.removeAll { $0.kind == clock.kind }
        record.clocks.append(clock)
        record.clocks.sort { $0.kind.rawValue < $1.kind.rawValue }
    }

    private mutating func change(_ kind: SlaClockKind, _ change: (inout SlaClockState) -> Void) {
        guard let index = record.clocks.firstIndex(where: { $0.kind == kind }) else { return }
        change(&record.clocks[index])
    }

    private func timestamp(_ microseconds: Int64) -> Google_Protobuf_Timestamp {
        Instant(microseconds: microseconds).timestamp
    }
}
