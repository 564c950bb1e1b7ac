package import Schema

extension WinOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate
    package typealias Facts = ClosingPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        if hasAmount { try OpportunityForm.check(amount, "amount") }
        if hasOrder { try FormCheck.reference(order, "order") }
        try FormCheck.text(stage, "stage", maximum: PipelineLimits.keyBytes)
        try FormCheck.text(closing.notes, "closing.notes", maximum: OpportunityLimits.textBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        if hasOrder { try visit(&order, .order) }
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> ClosingPart {
        defer { clearClosing() }
        return try preparation.seal(closing, .won)
    }

    package func decide(
        _ state: OpportunityState?, _ facts: ClosingPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let order = hasOrder ? try context.world.required(order, .order, field: "order") : .none
        if state.status == .won, isRecorded(in: state, order, facts) { return [] }
        var draft = OpportunityDraft(state, context)
        try draft.win(amount: hasAmount ? amount : nil, stage: stage, order: order, facts)
        return draft.events
    }

    private func isRecorded(in state: OpportunityState, _ order: StreamNumber, _ facts: ClosingPart) -> Bool {
        (!hasAmount || (state.hasAmount && state.amount.isSame(as: amount)))
            && (stage.isEmpty || stage.isIdentical(to: state.stage))
            && (order == .none || order.rawValue == state.orderNumber) && (!facts.isSaid || facts.isRecorded)
    }
}

extension LoseOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate
    package typealias Facts = ClosingPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        if hasCompetitor { try FormCheck.reference(competitor, "competitor") }
        try FormCheck.text(lossReason, "loss_reason", maximum: PipelineLimits.keyBytes)
        try FormCheck.text(stage, "stage", maximum: PipelineLimits.keyBytes)
        try FormCheck.text(closing.notes, "closing.notes", maximum: OpportunityLimits.textBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        if hasCompetitor { try visit(&competitor, .competitor) }
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> ClosingPart {
        defer { clearClosing() }
        return try preparation.seal(closing, .lost)
    }

    package func decide(
        _ state: OpportunityState?, _ facts: ClosingPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let known = state.competitorNumbers + [state.lostToNumber]
        let competitor =
            hasCompetitor ? try context.competitor(competitor, known: known, field: "competitor") : .none
        if state.status == .lost, isRecorded(in: state, competitor, facts) { return [] }
        var draft = OpportunityDraft(state, context)
        try draft.lose(reason: lossReason, to: competitor, stage: stage, facts)
        return draft.events
    }

    private func isRecorded(in state: OpportunityState, _ competitor: StreamNumber, _ facts: ClosingPart) -> Bool {
        (lossReason.isEmpty || lossReason.isIdentical(to: state.lossReason))
            && (stage.isEmpty || stage.isIdentical(to: state.stage))
            && (competitor == .none || competitor.rawValue == state.lostToNumber)
            && (!facts.isSaid || facts.isRecorded)
    }
}

extension AbandonOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(opportunity, "opportunity") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .abandoned else { return [] }
        var draft = OpportunityDraft(state, context)
        try draft.abandon()
        return draft.events
    }
}

extension ReopenOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try FormCheck.text(stage, "stage", maximum: PipelineLimits.keyBytes)
        try DayForm.check(closeDate, "close_date")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.reopen(stage: stage, closeDate: closeDate)
        return draft.events
    }
}

extension CorrectOpportunity: DomainCommand {
    package typealias Target = OpportunityAggregate
    package typealias Facts = ClosingPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        if hasOpenedAt { _ = try Instant.required(openedAt, "opened_at") }
        if hasClosedAt { _ = try Instant.required(closedAt, "closed_at") }
        if hasAmount { try OpportunityForm.check(amount, "amount") }
        if hasCompetitor { try FormCheck.reference(competitor, "competitor") }
        try FormCheck.text(lossReason, "loss_reason", maximum: PipelineLimits.keyBytes)
        try FormCheck.text(closing.notes, "closing.notes", maximum: OpportunityLimits.textBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        if hasCompetitor { try visit(&competitor, .competitor) }
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> ClosingPart {
        defer { clearClosing() }
        return try preparation.seal(closing, .corrected)
    }

    package func decide(
        _ state: OpportunityState?, _ facts: ClosingPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var draft = OpportunityDraft(state, context)
        var correction = EndCorrection(closing: facts)
        if hasOpenedAt { correction.openedAt = try Instant.required(openedAt, "opened_at") }
        if hasClosedAt { correction.closedAt = try Instant.required(closedAt, "closed_at") }
        if hasAmount { correction.amount = amount }
        if !lossReason.isEmpty { correction.lossReason = lossReason }
        if hasCompetitor {
            let known = state.competitorNumbers + [state.lostToNumber]
            correction.competitor = try context.competitor(competitor, known: known, field: "competitor")
        }
        try draft.correct(correction)
        return draft.events
    }
}

extension Preparation {
    /// Seals notes about the end of the target.
    ///
    /// - Throws: ERASED.
    fileprivate mutating func seal(
        _ closing: OpportunityClosingPersonal, _ event: ClosingTexts.Event
    ) throws(Refusal) -> ClosingPart {
        let recorded = try target.flatMap { (target) throws(Refusal) in
            try reader.state(OpportunityAggregate.self, of: target)
        }
        return try ClosingTexts(notes: closing.notes, event: event).prepare(recorded, &self)
    }
}
