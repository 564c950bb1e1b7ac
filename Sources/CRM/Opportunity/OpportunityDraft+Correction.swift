internal import Schema
internal import SwiftProtobuf

/// What a command says that was wrong about how an opportunity was opened and closed. Nil: nothing.
struct EndCorrection {
    var openedAt: Instant?
    var closedAt: Instant?
    var amount: Money?
    var lossReason: String?
    var competitor: StreamNumber?
    var closing = ClosingPart()

    /// Whether it says something of the end.
    var isOfEnd: Bool {
        closedAt != nil || amount != nil || lossReason != nil || competitor != nil || closing.isSaid
    }
}

extension OpportunityDraft {
    /// Sets right what was recorded of the beginning and the end; nothing where all of it was right.
    ///
    /// - Throws: ILLEGAL_TRANSITION, OCCURRED_OUT_OF_ORDER, FUTURE_OCCURRED_AT, CURRENCY_MISMATCH,
    ///   LOSS_REASON_REQUIRED.
    mutating func correct(_ correction: EndCorrection) throws(Refusal) {
        if correction.isOfEnd { try requireOver(correction) }
        var corrected = OpportunityCorrected()
        try correctTimes(correction, &corrected)
        if let amount = correction.amount, !state.hasAmount || !state.amount.isSame(as: amount) {
            try requireCurrencyOfLines(amount.currency, field: prefix + "amount.currency")
            corrected.amount = amount
            if state.hasAmount { corrected.amountBefore = state.amount }
        }
        try correctLoss(correction, &corrected)
        let saysNotes = correction.closing.isSaid && !correction.closing.isRecorded
        if saysNotes {
            corrected.notes = correction.closing.notes
            corrected.personalPart = correction.closing.index != nil
        }
        guard corrected != OpportunityCorrected() else { return }
        corrected.status = state.status
        if let sourceVersion { corrected.sourceVersion = sourceVersion }
        append(.opportunityCorrected(corrected), part: saysNotes ? correction.closing.index : nil)
    }

    private func requireOver(_ correction: EndCorrection) throws(Refusal) {
        guard state.status != .open, state.status != .unspecified else {
            throw Refusal(
                .illegalTransition, "The opportunity is open: its end cannot be corrected. Change it instead.")
        }
        let isOfLoss = !(correction.lossReason ?? "").isEmpty || correction.competitor != nil
        guard state.status == .lost || !isOfLoss else {
            throw Refusal(
                .illegalTransition, "Only what is lost has a reason of the loss.", field: prefix + "loss_reason")
        }
        guard state.status != .abandoned || !correction.closing.isSaid else {
            throw Refusal(
                .illegalTransition, "Only what is won or lost has notes about it. Add a note instead.",
                field: prefix + "closing")
        }
    }

    private func correctTimes(
        _ correction: EndCorrection, _ corrected: inout OpportunityCorrected
    ) throws(Refusal) {
        if let openedAt = correction.openedAt, openedAt.rawValue != state.openedAt || state.openingUnknown {
            try requirePast(openedAt, field: "opened_at")
            guard openedAt.rawValue <= state.stageSince || state.stageSince == state.openedAt else {
                throw Refusal(
                    .occurredOutOfOrder, "The opportunity was in its stage before that. Send an earlier time.",
                    field: prefix + "opened_at")
            }
            corrected.openedAt = openedAt.rawValue
            if !state.openingUnknown { corrected.openedAtBefore = state.openedAt }
        }
        if let closedAt = correction.closedAt, closedAt.rawValue != state.closedAt {
            try requirePast(closedAt, field: "closed_at")
            corrected.closedAt = closedAt.rawValue
            corrected.closedAtBefore = state.closedAt
        }
        let opened = corrected.hasOpenedAt ? corrected.openedAt : state.openedAt
        let closed = corrected.hasClosedAt ? corrected.closedAt : state.closedAt
        let isKnown = corrected.hasOpenedAt || !state.openingUnknown
        guard corrected.hasOpenedAt || corrected.hasClosedAt, isKnown, state.hasClosedAt, closed < opened else {
            return
        }
        throw Refusal(
            .occurredOutOfOrder, "The opportunity would be closed before it was opened.",
            field: prefix + (corrected.hasClosedAt ? "closed_at" : "opened_at"))
    }

    /// Refuses an instant that lies ahead.
    ///
    /// - Throws: FUTURE_OCCURRED_AT.
    func requirePast(_ instant: Instant, field: String) throws(Refusal) {
        guard instant.rawValue > context.recordedAt.rawValue + OpportunityLimits.greatestLead else { return }
        throw Refusal(
            .futureOccurredAt, "\(field) lies more than five minutes ahead of the service's clock.",
            field: prefix + field)
    }

    private func correctLoss(
        _ correction: EndCorrection, _ corrected: inout OpportunityCorrected
    ) throws(Refusal) {
        if let reason = correction.lossReason, !reason.isIdentical(to: state.lossReason) {
            let hasNotes = correction.closing.isSaid || state.hasClosing || !state.closingNotes.isEmpty
            try requireLossReason(reason, hasNotes: hasNotes, try pipeline())
            corrected.lossReason = reason
            corrected.lossReasonBefore = state.lossReason
        }
        if let competitor = correction.competitor, competitor.rawValue != state.lostToNumber {
            corrected.competitorNumber = competitor.rawValue
            corrected.competitorNumberBefore = state.lostToNumber
        }
    }
}
