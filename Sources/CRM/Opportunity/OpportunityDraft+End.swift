internal import Schema

extension OpportunityDraft {
    /// Closes the opportunity as won.
    ///
    /// - Parameters:
    ///   - amount: what was won; the opportunity's amount where it is nil.
    ///   - stage: key of a won stage; the first one where it is empty.
    ///   - order: what came of it.
    /// - Throws: ILLEGAL_TRANSITION, STAGE_UNKNOWN, WON_NEEDS_AMOUNT, CURRENCY_MISMATCH, ENTRY_CRITERIA_UNMET.
    mutating func win(
        amount: Money? = nil, stage key: String = "", order: StreamNumber = .none,
        _ closing: ClosingPart = ClosingPart()
    ) throws(Refusal) {
        try requireOpen()
        let pipeline = try pipeline()
        let stage = try closingStage(key, .won, pipeline, met: amount == nil ? [] : [.amount])
        if let amount { try requireCurrencyOfLines(amount.currency, field: prefix + "amount.currency") }
        guard amount != nil || state.hasAmount || context.historic else {
            throw Refusal(
                .wonNeedsAmount, "The opportunity has no amount. Send what was won.", field: prefix + "amount")
        }
        var turn = turn(to: stage, pipeline)
        if let amount { turn.amount = amount }
        var won = OpportunityWon()
        won.turn = turn
        won.orderNumber = order.rawValue
        won.notes = closing.notes
        won.personalPart = closing.index != nil
        if let sourceVersion { won.sourceVersion = sourceVersion }
        append(.opportunityWon(won), part: closing.index)
    }

    /// Closes the opportunity as lost.
    ///
    /// - Parameters:
    ///   - reason: key of a reason of the pipeline.
    ///   - competitor: to whom; none where that is not known.
    ///   - stage: key of a lost stage; the first one where it is empty.
    /// - Throws: ILLEGAL_TRANSITION, STAGE_UNKNOWN, LOSS_REASON_REQUIRED.
    mutating func lose(
        reason: String, to competitor: StreamNumber = .none, stage key: String = "",
        _ closing: ClosingPart = ClosingPart()
    ) throws(Refusal) {
        try requireOpen()
        let pipeline = try pipeline()
        let stage = try closingStage(key, .lost, pipeline)
        try requireLossReason(reason, hasNotes: closing.isSaid, pipeline)
        var lost = OpportunityLost()
        lost.turn = turn(to: stage, pipeline)
        lost.lossReason = reason
        lost.competitorNumber = competitor.rawValue
        lost.notes = closing.notes
        lost.personalPart = closing.index != nil
        if let sourceVersion { lost.sourceVersion = sourceVersion }
        append(.opportunityLost(lost), part: closing.index)
    }

    /// Refuses a loss without a reason of the pipeline, and one without notes where the reason asks for them. History
    /// may lack both.
    ///
    /// - Throws: LOSS_REASON_REQUIRED.
    func requireLossReason(_ key: String, hasNotes: Bool, _ pipeline: PipelineState) throws(Refusal) {
        let known = pipeline.content.lossReasons.map(\.key)
        guard !key.isEmpty else {
            guard !context.historic else { return }
            throw Refusal(
                .lossReasonRequired, "Say why it was lost. Reasons: \(known.joined(separator: ", ")).",
                field: prefix + "loss_reason")
        }
        guard !known.isEmpty else { return }
        guard let reason = pipeline.content.lossReason(key) else {
            throw Refusal(
                .lossReasonRequired,
                "The pipeline has no reason \(key). Reasons: \(known.joined(separator: ", ")).",
                field: prefix + "loss_reason")
        }
        guard !reason.notesRequired || hasNotes || context.historic else {
            throw Refusal(
                .lossReasonRequired, "The reason \(key) says little. Send notes with it.",
                field: prefix + "closing.notes")
        }
    }

    /// Closes the opportunity as no longer pursued.
    ///
    /// - Throws: ILLEGAL_TRANSITION, REASON_REQUIRED.
    mutating func abandon() throws(Refusal) {
        try requireOpen()
        guard context.hasReason || context.historic else {
            throw Refusal(.reasonRequired, "Say why the opportunity is no longer pursued.", field: "reason")
        }
        var turn = turn(to: nil, try pipeline())
        turn.probability = 0
        turn.category = .omitted
        var abandoned = OpportunityAbandoned()
        abandoned.turn = turn
        if let sourceVersion { abandoned.sourceVersion = sourceVersion }
        append(.opportunityAbandoned(abandoned))
    }

    /// Opens a closed opportunity again; nothing where it is open.
    ///
    /// - Parameters:
    ///   - stage: key of an open stage; the one that it was closed in where it is empty.
    ///   - closeDate: yyyy-mm-dd; the one that it had where it is empty.
    /// - Throws: STAGE_UNKNOWN, CLOSE_DATE_PAST.
    mutating func reopen(stage key: String = "", closeDate: String = "") throws(Refusal) {
        guard state.status != .open else { return }
        let pipeline = try pipeline()
        let wanted = key.isEmpty ? pipeline.map.resolved(state.stageBeforeClosing) : key
        guard let stage = pipeline.openStages.first(where: { $0.key.isIdentical(to: wanted) }) else {
            throw pipeline.unknown(wanted, field: prefix + "stage")
        }
        try requireFuture(closeDate)
        var reopened = OpportunityReopened()
        reopened.turn = turn(to: stage, pipeline)
        reopened.closedAtBefore = state.closedAt
        reopened.closeDateBefore = state.closeDate
        reopened.closeDate = closeDate.isEmpty ? state.closeDate : closeDate
        if let sourceVersion { reopened.sourceVersion = sourceVersion }
        append(.opportunityReopened(reopened))
    }

    /// The stage that the opportunity is closed in.
    ///
    /// - Parameter met: what the closing itself says.
    /// - Throws: STAGE_UNKNOWN, ENTRY_CRITERIA_UNMET.
    private func closingStage(
        _ key: String, _ kind: StageKind, _ pipeline: PipelineState, met: Set<StageRequirement> = []
    ) throws(Refusal) -> PipelineStage {
        guard let stage = pipeline.content.stage(key, of: kind) else {
            let keys = pipeline.content.stages.filter { $0.kind == kind }.map(\.key)
            throw Refusal(
                .stageUnknown,
                "The pipeline has no such stage \(key). There are: \(keys.joined(separator: ", ")).",
                field: prefix + "stage")
        }
        try requireCriteria(of: stage, met: met)
        return stage
    }

    /// What a turn changes.
    ///
    /// - Parameter stage: where it leads; nil where the opportunity stays in its stage.
    private func turn(to stage: PipelineStage?, _ pipeline: PipelineState) -> OpportunityTurn {
        var turn = OpportunityTurn()
        turn.statusBefore = state.status
        turn.pipelineNumber = state.pipelineNumber
        turn.pipelineVersion = pipeline.version
        turn.stageBefore = state.stage
        turn.stage = stage?.key ?? state.stage
        turn.probabilityBefore = state.probability
        turn.probability = stage?.probability ?? state.probability
        turn.categoryBefore = state.category
        turn.category = stage?.category ?? state.category
        if state.hasAmount {
            turn.amountBefore = state.amount
            turn.amount = state.amount
        }
        turn.stageSinceBefore = state.stageSince
        if !state.openingUnknown { turn.openedAt = state.openedAt }
        turn.owner = state.owner
        turn.partyNumber = state.head.partyNumber
        turn.partnerNumber = state.head.partnerNumber
        for line in state.lines where line.productNumber != 0 && !turn.productNumbers.contains(line.productNumber) {
            turn.productNumbers.append(line.productNumber)
        }
        turn.channel = state.head.channel
        turn.leadSource = state.head.leadSource
        return turn
    }
}
