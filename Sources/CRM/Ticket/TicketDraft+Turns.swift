internal import Schema
internal import SwiftProtobuf

extension TicketDraft {
    /// Lets the ticket wait for somebody; nothing where it does so already.
    ///
    /// - Parameters:
    ///   - resumeAt: when it goes on of itself; nil: it does not.
    ///   - party: for whom it waits, where that is known.
    /// - Throws: ILLEGAL_TRANSITION, NOT_ASSIGNEE, SCHEMA_INVALID where it would go on before it waits.
    mutating func pause(
        for why: TicketWait, until resumeAt: Instant? = nil, party: StreamNumber = .none, by agent: StreamNumber = .none
    ) throws(Refusal) {
        let isSame =
            state.status == .pending && state.wait == why && state.waitsForNumber == party.rawValue
            && (state.hasResumeAt ? state.resumeAt : nil) == resumeAt?.rawValue
        guard !isSame else { return }
        try requireOpen()
        try requireMayWork(agent)
        if let resumeAt, resumeAt <= instant, !context.historic {
            throw Refusal(
                .schemaInvalid, "The ticket would go on before it waits. Send a later time.",
                field: prefix + "resume_at")
        }
        var paused = TicketPaused()
        paused.why = why
        paused.waitsForNumber = party.rawValue
        if let resumeAt { paused.resumeAt = resumeAt.rawValue }
        paused.statusBefore = state.status
        paused.employeeNumber = agent.rawValue
        paused.whyBefore = state.wait
        if let sourceVersion { paused.sourceVersion = sourceVersion }
        append(.ticketPaused(paused))
    }

    /// Lets a pending ticket go on; nothing where it is open.
    ///
    /// - Throws: ILLEGAL_TRANSITION, NOT_ASSIGNEE.
    mutating func resume(by agent: StreamNumber = .none) throws(Refusal) {
        guard state.status != .open else { return }
        guard state.status == .pending else {
            throw Refusal(.illegalTransition, "The ticket waits for nobody.", field: prefix + "ticket")
        }
        try requireMayWork(agent)
        var resumed = TicketResumed()
        resumed.whyBefore = state.wait
        resumed.pausedAt = state.pausedAt
        resumed.employeeNumber = agent.rawValue
        if let sourceVersion { resumed.sourceVersion = sourceVersion }
        append(.ticketResumed(resumed))
    }

    /// Holds the ticket for solved; nothing where it is resolved.
    ///
    /// - Throws: ILLEGAL_TRANSITION, NOT_ASSIGNEE, RESOLUTION_CODE_REQUIRED, RESOLUTION_CODE_UNKNOWN.
    mutating func resolve(
        code: String, _ text: TicketTextPart, by agent: StreamNumber = .none, handling seconds: UInt32 = 0,
        codeField: String = "code"
    ) throws(Refusal) {
        guard state.status != .resolved else { return }
        try requireOpen()
        try requireMayWork(agent)
        try desk.requireResolution(
            code, hasText: text.isSaid, historic: context.historic, codeField: prefix + codeField,
            textField: prefix + "resolution.text")
        var resolved = TicketResolved()
        resolved.turn = state.turn
        resolved.code = code
        resolved.resolution = text.text
        resolved.personalPart = text.index != nil
        resolved.employeeNumber = agent.rawValue
        resolved.handlingSeconds = seconds
        if let until = desk.reopenUntil(instant) { resolved.reopenUntil = until }
        // What the source never closed is not closed by the settings of today.
        if !context.historic, let close = desk.closeAt(instant) { resolved.closeAt = close }
        resolved.deskVersion = desk.version
        if let sourceVersion { resolved.sourceVersion = sourceVersion }
        append(.ticketResolved(resolved), part: text.index)
    }

    /// Goes on with a resolved ticket, in history also with a closed one; nothing where it is open.
    ///
    /// - Throws: REOPEN_WINDOW_PASSED.
    mutating func reopen(asNew: Bool = false) throws(Refusal) {
        guard !state.status.isOpen else { return }
        guard state.status == .resolved || context.historic else { throw Self.passed(field: prefix + "ticket") }
        try requireWithinWindow()
        append(.ticketReopened(state.reopened(asNew ? .new : .open, sourceVersion)))
    }

    /// Ends the ticket; nothing where it is over.
    ///
    /// - Throws: ILLEGAL_TRANSITION where it is not resolved, but in history.
    mutating func close() throws(Refusal) {
        guard state.status != .closed else { return }
        guard state.status == .resolved || context.historic else {
            throw Refusal(.illegalTransition, "The ticket is not resolved. Resolve it first.", field: prefix + "ticket")
        }
        var closed = TicketClosed()
        closed.turn = state.turn
        if let sourceVersion { closed.sourceVersion = sourceVersion }
        append(.ticketClosed(closed))
    }

    // MARK: Corrections

    /// Sets right what was recorded of the beginning and the end; nothing where all of it was right.
    ///
    /// - Throws: ILLEGAL_TRANSITION, OCCURRED_OUT_OF_ORDER, FUTURE_OCCURRED_AT, RESOLUTION_CODE_UNKNOWN.
    mutating func correct(_ correction: TicketCorrection) throws(Refusal) {
        var corrected = TicketCorrected()
        try correctTimes(correction, &corrected)
        let saysOfResolution = !correction.code.isEmpty || correction.resolution.isSaid
        guard !saysOfResolution || state.hasResolvedAt || state.status == .closed else {
            throw Refusal(
                .illegalTransition, "The ticket was never resolved. Resolve it instead.",
                field: prefix + "resolution_code")
        }
        if !correction.code.isEmpty, !correction.code.isIdentical(to: state.resolutionCode) {
            try desk.requireResolution(
                correction.code, hasText: true, historic: true, codeField: prefix + "resolution_code",
                textField: prefix + "resolution.text")
            corrected.resolutionCode = correction.code
            corrected.resolutionCodeBefore = state.resolutionCode
        }
        let saysWords = correction.resolution.isSaid && !correction.resolution.isRecorded
        if saysWords {
            corrected.resolution = correction.resolution.text
            corrected.personalPart = correction.resolution.index != nil
        }
        guard corrected != TicketCorrected() else { return }
        corrected.status = state.status
        if let sourceVersion { corrected.sourceVersion = sourceVersion }
        append(.ticketCorrected(corrected), part: saysWords ? correction.resolution.index : nil)
    }

    private func correctTimes(
        _ correction: TicketCorrection, _ corrected: inout TicketCorrected
    ) throws(Refusal) {
        if let openedAt = correction.openedAt, openedAt.rawValue != state.openedAt {
            try requirePast(openedAt, field: "opened_at")
            corrected.openedAt = openedAt.rawValue
            corrected.openedAtBefore = state.openedAt
        }
        if let resolvedAt = correction.resolvedAt, !state.hasResolvedAt || resolvedAt.rawValue != state.resolvedAt {
            guard state.hasResolvedAt || state.status == .closed else {
                throw Refusal(
                    .illegalTransition, "The ticket was never resolved. Resolve it instead.",
                    field: prefix + "resolved_at")
            }
            try requirePast(resolvedAt, field: "resolved_at")
            corrected.resolvedAt = resolvedAt.rawValue
            if state.hasResolvedAt { corrected.resolvedAtBefore = state.resolvedAt }
        }
        if let closedAt = correction.closedAt, !state.hasClosedAt || closedAt.rawValue != state.closedAt {
            guard state.hasClosedAt else {
                throw Refusal(
                    .illegalTransition, "The ticket is not closed. Close it instead.", field: prefix + "closed_at")
            }
            try requirePast(closedAt, field: "closed_at")
            corrected.closedAt = closedAt.rawValue
            corrected.closedAtBefore = state.closedAt
        }
        try requireOrder(corrected)
    }

    private func requireOrder(_ corrected: TicketCorrected) throws(Refusal) {
        let opened = corrected.hasOpenedAt ? corrected.openedAt : state.openedAt
        let resolved = corrected.hasResolvedAt ? corrected.resolvedAt : state.hasResolvedAt ? state.resolvedAt : nil
        let closed = corrected.hasClosedAt ? corrected.closedAt : state.hasClosedAt ? state.closedAt : nil
        guard corrected.hasOpenedAt || corrected.hasResolvedAt || corrected.hasClosedAt else { return }
        guard opened <= resolved ?? closed ?? opened, resolved ?? opened <= closed ?? .max else {
            let field = corrected.hasOpenedAt ? "opened_at" : corrected.hasResolvedAt ? "resolved_at" : "closed_at"
            throw Refusal(
                .occurredOutOfOrder, "A ticket is opened, then resolved, then closed. Send times in this order.",
                field: prefix + field)
        }
    }
}

/// What a command says that was wrong about how a ticket began and ended. Nil or empty: nothing.
struct TicketCorrection {
    var openedAt: Instant?
    var resolvedAt: Instant?
    var closedAt: Instant?
    var code = ""
    var resolution = TicketTextPart()
}

extension TicketState {
    /// How the ticket stands, for an event that ends it or brings it back.
    var turn: TicketTurn {
        var turn = TicketTurn()
        turn.statusBefore = status
        turn.head = head
        turn.head.subjectLine = ""
        turn.head.text = ""
        turn.classification = classification
        turn.priority = priority
        turn.assignment = assignment
        turn.openedAt = openedAt
        if hasFirstResolvedAt { turn.firstResolvedAt = firstResolvedAt }
        if hasResolvedAt { turn.resolvedAt = resolvedAt }
        turn.contacts = contacts
        turn.reopenings = reopenings
        turn.sequence = sequence
        return turn
    }

    /// The event by which a resolved or closed ticket goes on.
    func reopened(_ status: TicketStatus, _ sourceVersion: SourceVersion? = nil) -> TicketReopened {
        var reopened = TicketReopened()
        reopened.turn = turn
        reopened.status = status
        if hasClosedAt { reopened.closedAtBefore = closedAt }
        reopened.resolutionCodeBefore = resolutionCode
        if let sourceVersion { reopened.sourceVersion = sourceVersion }
        return reopened
    }
}
