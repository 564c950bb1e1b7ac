internal import Schema

/// The events of an opportunity that is recorded and should be otherwise, or further on.
struct OpportunityUpdate {
    var opportunity: OpenOpportunity
    /// The names of the fields that are emptied.
    var cleared: Set<String>
    var state: OpportunityState
    var sourceVersion: SourceVersion?
    var parts: OpportunityParts
    /// Path of the opportunity within the body, with a point at its end.
    var prefix: String

    /// What bringing the opportunity up to date causes; nothing where it is as the command says.
    ///
    /// - Throws: STALE_SOURCE, and what the commands throw that make the same changes.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        try context.requireNewest(sourceVersion, recorded: state.sourceVersions)
        var draft = OpportunityDraft(state, context, sourceVersion: sourceVersion, prefix: prefix)
        let closedAt = try closedAt(draft)
        let closes = closedAt != nil && opportunity.reached != state.status
        // What the source sends with the end was so at the end, or before.
        let known = closes ? min(context.occurredAt, closedAt ?? context.occurredAt) : context.occurredAt
        draft.instant = max(known, context.head?.lastFactAt ?? known)
        try draft.change(
            HeadChange(
                party: opportunity.hasParty ? opportunity.party : nil,
                partner: opportunity.hasPartner ? opportunity.partner : nil, channel: opportunity.channel,
                leadSource: opportunity.leadSource, cleared: cleared),
            parts.head)
        if state.status != .open, closes || opportunity.reached == .open {
            try draft.reopen(stage: closes ? "" : opportunity.stage)
        }
        try updateCompetitors(&draft)
        if draft.state.status == .open {
            try updateOpen(&draft, wins: closes && opportunity.reached == .won)
        } else {
            try requireNothingOfOpen(draft)
            try draft.correct(
                EndCorrection(
                    closedAt: closedAt, amount: opportunity.hasAmount ? opportunity.amount : nil,
                    lossReason: opportunity.lossReason.isEmpty ? nil : opportunity.lossReason,
                    closing: parts.closing))
        }
        guard closes, let closedAt else { return draft.events }
        guard closedAt >= draft.instant else {
            throw Refusal(
                .occurredOutOfOrder, "The opportunity would be closed before the last fact about it.",
                field: prefix + "closed_at")
        }
        try draft.close(opportunity, at: closedAt, parts.closing)
        return draft.events
    }

    private func closedAt(_ draft: OpportunityDraft) throws(Refusal) -> Instant? {
        guard opportunity.isOver else { return nil }
        let closedAt = try Instant.required(opportunity.closedAt, prefix + "closed_at")
        try draft.requirePast(closedAt, field: "closed_at")
        return closedAt
    }

    private func updateCompetitors(_ draft: inout OpportunityDraft) throws(Refusal) {
        guard !opportunity.competitors.isEmpty || cleared.contains("competitors") else { return }
        try draft.replaceCompetitors(
            by: try draft.context.competitors(
                opportunity.competitors, known: state.competitorNumbers, path: prefix + "competitors"))
    }

    private func updateOpen(_ draft: inout OpportunityDraft, wins: Bool) throws(Refusal) {
        if opportunity.hasOwner { try draft.assign(opportunity.owner) }
        // What was won is said by the winning itself.
        if opportunity.hasAmount, !wins { try draft.set(amount: opportunity.amount) }
        if !opportunity.lines.isEmpty || cleared.contains("lines") {
            let currency = try opportunity.currencyOfLines(before: state.currency, draft.context)
            let lines = try OpportunityLines.resolve(
                opportunity.lines, currency: currency, before: state.lines, draft.context, prefix: prefix)
            try draft.replaceLines(by: lines, currency: currency)
        }
        if cleared.contains("amount") { try draft.clearAmount() }
        if !opportunity.closeDate.isEmpty || cleared.contains("close_date") {
            try draft.set(closeDate: opportunity.closeDate)
        }
        if !opportunity.stage.isEmpty { try draft.move(toStageOfSource: opportunity.stage) }
    }

    /// Refuses what only an open opportunity can become; what it already is may be sent again and again.
    ///
    /// - Throws: ILLEGAL_TRANSITION.
    private func requireNothingOfOpen(_ draft: OpportunityDraft) throws(Refusal) {
        let map = try draft.pipeline().map
        let stage = map.resolved(state.stageBeforeClosing)
        if !opportunity.stage.isEmpty, !map.resolved(opportunity.stage).isIdentical(to: stage),
            !opportunity.stage.isIdentical(to: state.stage)
        {
            throw refusal("stage")
        }
        let isOtherDate = !opportunity.closeDate.isEmpty && !opportunity.closeDate.isIdentical(to: state.closeDate)
        if isOtherDate || (cleared.contains("close_date") && !state.closeDate.isEmpty) { throw refusal("close_date") }
        if opportunity.hasOwner,
            try draft.context.world.owner(opportunity.owner, field: prefix + "owner") != state.owner
        {
            throw refusal("owner")
        }
        if cleared.contains("amount"), state.hasAmount { throw refusal("amount") }
        if cleared.contains("lines"), !state.lines.isEmpty { throw refusal("lines") }
        guard !opportunity.lines.isEmpty else { return }
        let currency = try opportunity.currencyOfLines(before: state.currency, draft.context)
        let lines = try OpportunityLines.resolve(
            opportunity.lines, currency: currency, before: state.lines, draft.context, prefix: prefix)
        guard lines.elementsEqual(state.lines, by: { $0.isSame(as: $1) }) else { throw refusal("lines") }
    }

    private func refusal(_ field: String) -> Refusal {
        Refusal(
            .illegalTransition, "The opportunity is closed. Reopen it first, or leave \(field) out.",
            field: prefix + field)
    }
}
