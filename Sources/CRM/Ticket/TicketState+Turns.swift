internal import Schema

extension TicketState {
    /// Whether it is neither resolved nor closed nor a part of another ticket.
    var isOpen: Bool { status.isOpen && mergedIntoNumber == 0 }

    // MARK: Waiting, the end, and coming back

    /// What a turn changes.
    mutating func applyTurn(_ event: EventPayload.OneOf_Event, _ moment: Moment) {
        switch event {
        case .ticketPaused(let paused):
            status = .pending
            wait = paused.why
            pausedAt = moment.instant.rawValue
            if paused.hasResumeAt { resumeAt = paused.resumeAt } else { clearResumeAt() }
            waitsForNumber = paused.waitsForNumber
            note(paused.hasSourceVersion, paused.sourceVersion)
        case .ticketResumed(let resumed):
            status = .open
            endPause()
            note(resumed.hasSourceVersion, resumed.sourceVersion)
        case .ticketResolved(let resolved): apply(resolved, moment)
        case .ticketReopened(let reopened): apply(reopened, moment)
        case .ticketClosed(let closed):
            status = .closed
            endPause()
            answer()
            closedAt = moment.instant.rawValue
            clearCloseAt()
            note(closed.hasSourceVersion, closed.sourceVersion)
        default: break
        }
    }

    private mutating func apply(_ resolved: TicketResolved, _ moment: Moment) {
        status = .resolved
        endPause()
        answer()
        resolvedAt = moment.instant.rawValue
        if !hasFirstResolvedAt { firstResolvedAt = resolvedAt }
        resolutionCode = resolved.code
        keepResolution(resolved.resolution, resolved.personalPart, moment)
        if resolved.hasReopenUntil { reopenUntil = resolved.reopenUntil } else { clearReopenUntil() }
        if resolved.hasCloseAt { closeAt = resolved.closeAt } else { clearCloseAt() }
        note(resolved.hasSourceVersion, resolved.sourceVersion)
    }

    private mutating func apply(_ reopened: TicketReopened, _ moment: Moment) {
        status = reopened.status
        reopenings += 1
        // A new cycle of responses begins.
        firstResponseGiven = false
        if !openedByUs, !hasWaitingSince { waitingSince = moment.instant.rawValue }
        clearClosedAt()
        clearReopenUntil()
        clearCloseAt()
        note(reopened.hasSourceVersion, reopened.sourceVersion)
    }

    /// It no longer waits for anybody.
    mutating func endPause() {
        wait = .unspecified
        pausedAt = 0
        clearResumeAt()
        waitsForNumber = 0
    }

    // MARK: Other tickets

    /// What a merge, a split or a link changes.
    mutating func applyRelation(_ event: EventPayload.OneOf_Event, _ moment: Moment) {
        switch event {
        case .ticketsMerged(let merged):
            var merge = TicketMergeState()
            merge.position = moment.position.rawValue
            merge.absorbedNumbers = merged.absorbed.map(\.number)
            merge.before = merged.before
            merge.after = merged.after
            merges.append(merge)
            take(merged.after)
        case .ticketsUnmerged(let unmerged):
            merges.removeAll { $0.position == unmerged.mergePosition }
            take(unmerged.after)
        case .ticketAbsorbed(let absorbed): mergedIntoNumber = absorbed.survivorNumber
        case .ticketReleased: mergedIntoNumber = 0
        case .ticketSplit(let split):
            for index in messages.indices where split.messages.contains(messages[index].number) {
                messages[index].moved = true
            }
            unanswered = split.unanswered
            contacts -= min(contacts, split.contacts)
            if split.hasWaitingSince { waitingSince = split.waitingSince } else { clearWaitingSince() }
        case .ticketLinked(let linked):
            links += linked.added
            note(linked.hasSourceVersion, linked.sourceVersion)
        case .ticketUnlinked(let unlinked): links.removeAll { unlinked.removed.contains($0) }
        default: break
        }
    }

    private mutating func take(_ side: TicketMergeSide) {
        head.partyNumber = side.partyNumber
        head.requesterNumber = side.requesterNumber
        classification = side.classification
        customerClassRank = side.customerClassRank
        priority = side.priority
        assignment = side.assignment
        unanswered = side.unanswered
        contacts = side.contacts
        if side.hasWaitingSince { waitingSince = side.waitingSince } else { clearWaitingSince() }
    }
}

extension TicketStatus {
    /// Whether there is still something to do: new, open or pending.
    var isOpen: Bool { self == .new || self == .open || self == .pending }
}
