package import Schema

/// An opportunity: a sale that may come about, and how it stands.
///
/// open, in a stage → won, lost or abandoned → open again.
package enum OpportunityAggregate: Aggregate {
    package typealias State = OpportunityState

    package static var kind: AggregateKind { .opportunity }

    package static func evolve(_ state: inout OpportunityState, _ event: StoredEvent) {
        state.apply(event.payload, at: event.occurredAt, sealed: event.sealed())
    }
}

extension OpportunityState {
    /// What an event changes.
    ///
    /// - Parameters:
    ///   - instant: when the event occurred.
    ///   - sealed: where the part of the event's first subject stands, if it has one.
    mutating func apply(_ event: EventPayload.OneOf_Event, at instant: Instant, sealed: SealedRef) {
        switch event {
        case .opportunityOpened(let opened): apply(opened, at: instant, sealed)
        case .opportunityChanged(let changed): apply(changed, sealed)
        case .opportunityCorrected(let corrected): apply(corrected, sealed)
        case .ownerAssigned(let assigned): owner = assigned.owner
        case .stageAdvanced(let moved):
            enter(
                moved.to, moved.pipelineVersion, moved.probability, moved.category, since: instant)
            note(moved.hasSourceVersion ? moved.sourceVersion : nil)
        case .stageRegressed(let moved):
            enter(
                moved.to, moved.pipelineVersion, moved.probability, moved.category, since: instant)
            note(moved.hasSourceVersion ? moved.sourceVersion : nil)
        case .probabilityOverridden(let changed):
            probability = changed.probability
            probabilityOverridden = changed.overridden
        case .forecastCategorySet(let changed):
            category = changed.category
            categoryOverridden = changed.overridden
        case .nextStepSet(let step): apply(step, sealed)
        case .amountSet, .closeDateMoved, .lineAdded, .lineRemoved: applyValue(event)
        case .competitorAdded, .competitorRemoved, .buyingRoleAdded, .buyingRoleRemoved: applyPart(event)
        case .opportunityWon, .opportunityLost, .opportunityAbandoned, .opportunityReopened:
            applyTurn(event, at: instant, sealed)
        default: break
        }
    }

    private mutating func note(_ version: SourceVersion?) {
        if let version { sourceVersions.note(version) }
    }

    private mutating func enter(
        _ stage: String, _ version: UInt32, _ probability: UInt32, _ category: ForecastCategory, since instant: Instant
    ) {
        self.stage = stage
        pipelineVersion = version
        stageSince = instant.rawValue
        stageProbability = probability
        self.probability = probability
        probabilityOverridden = false
        stageCategory = category
        self.category = category
        categoryOverridden = false
    }

    // MARK: What it is about

    private mutating func apply(_ opened: OpportunityOpened, at instant: Instant, _ sealed: SealedRef) {
        status = .open
        head = opened.head
        owner = opened.owner
        pipelineNumber = opened.pipelineNumber
        enter(opened.stage, opened.pipelineVersion, opened.probability, opened.category, since: instant)
        if opened.hasAmount { amount = opened.amount }
        amountFromLines = opened.amountFromLines
        currency = opened.currency
        closeDate = opened.closeDate
        lines = opened.lines
        competitorNumbers = opened.competitorNumbers
        openedAt = instant.rawValue
        openingUnknown = opened.openingUnknown
        if opened.personalPart { personal = sealed }
        note(opened.hasSourceVersion ? opened.sourceVersion : nil)
    }

    private mutating func apply(_ changed: OpportunityChanged, _ sealed: SealedRef) {
        head = changed.head
        if changed.personalPart {
            personal = sealed
        } else if changed.personalCleared || changed.head.partyNumber != changed.partyNumberBefore {
            clearPersonal()
        }
        note(changed.hasSourceVersion ? changed.sourceVersion : nil)
    }

    private mutating func apply(_ step: NextStepSet, _ sealed: SealedRef) {
        guard !step.cleared else { return clearNextStep() }
        var next = OpportunityNextStep()
        next.dueDate = step.dueDate
        next.text = step.text
        if step.personalPart { next.sealed = sealed }
        nextStep = next
    }

    private mutating func apply(_ corrected: OpportunityCorrected, _ sealed: SealedRef) {
        if corrected.hasOpenedAt {
            if stageSince == openedAt { stageSince = corrected.openedAt }
            openedAt = corrected.openedAt
            openingUnknown = false
        }
        if corrected.hasClosedAt {
            if stageSince == closedAt { stageSince = corrected.closedAt }
            closedAt = corrected.closedAt
        }
        if corrected.hasAmount {
            setAmount(corrected.amount)
            amountFromLines = false
        }
        if corrected.hasLossReason { lossReason = corrected.lossReason }
        if corrected.hasCompetitorNumber { lostToNumber = corrected.competitorNumber }
        if corrected.personalPart || !corrected.notes.isEmpty {
            keepClosing(corrected.notes, corrected.personalPart, sealed)
        }
        note(corrected.hasSourceVersion ? corrected.sourceVersion : nil)
    }

    // MARK: What it is worth

    private mutating func applyValue(_ event: EventPayload.OneOf_Event) {
        switch event {
        case .amountSet(let set):
            setAmount(set.hasAmount ? set.amount : nil)
            amountFromLines = set.fromLines
            note(set.hasSourceVersion ? set.sourceVersion : nil)
        case .closeDateMoved(let moved):
            closeDate = moved.to
            note(moved.hasSourceVersion ? moved.sourceVersion : nil)
        case .lineAdded(let added):
            lines.removeAll { $0.line == added.line.line }
            lines.insert(added.line, at: lines.firstIndex { $0.line > added.line.line } ?? lines.endIndex)
            // An amount that was not known is the sum of the lines, and stays so.
            if !added.hasAmountBefore, added.hasAmount { amountFromLines = true }
            setAmount(added.hasAmount ? added.amount : nil)
            currency = added.currency
            note(added.hasSourceVersion ? added.sourceVersion : nil)
        case .lineRemoved(let removed):
            lines.removeAll { $0.line == removed.line.line }
            setAmount(removed.hasAmount ? removed.amount : nil)
            note(removed.hasSourceVersion ? removed.sourceVersion : nil)
        default: break
        }
    }

    private mutating func setAmount(_ money: Money?) {
        if let money {
            amount = money
            currency = money.currency
        } else {
            clearAmount()
            if lines.isEmpty { currency = "" }
        }
    }

    // MARK: Who has a part in it

    private mutating func applyPart(_ event: EventPayload.OneOf_Event) {
        switch event {
        case .competitorAdded(let added):
            competitorNumbers.append(added.competitorNumber)
            note(added.hasSourceVersion ? added.sourceVersion : nil)
        case .competitorRemoved(let removed):
            competitorNumbers.removeAll { $0 == removed.competitorNumber }
            note(removed.hasSourceVersion ? removed.sourceVersion : nil)
        case .buyingRoleAdded(let added):
            var entry = BuyingRoleRecord()
            entry.partyNumber = added.partyNumber
            entry.role = added.role
            buyingRoles.append(entry)
        case .buyingRoleRemoved(let removed):
            buyingRoles.removeAll { $0.partyNumber == removed.partyNumber && $0.role == removed.role }
        default: break
        }
    }

    // MARK: Its end, and its coming back

    private mutating func applyTurn(_ event: EventPayload.OneOf_Event, at instant: Instant, _ sealed: SealedRef) {
        switch event {
        case .opportunityWon(let won):
            close(.won, won.turn, at: instant)
            setAmount(won.turn.hasAmount ? won.turn.amount : nil)
            if won.turn.amount != won.turn.amountBefore { amountFromLines = false }
            orderNumber = won.orderNumber
            keepClosing(won.notes, won.personalPart, sealed)
            note(won.hasSourceVersion ? won.sourceVersion : nil)
        case .opportunityLost(let lost):
            close(.lost, lost.turn, at: instant)
            lossReason = lost.lossReason
            lostToNumber = lost.competitorNumber
            keepClosing(lost.notes, lost.personalPart, sealed)
            note(lost.hasSourceVersion ? lost.sourceVersion : nil)
        case .opportunityAbandoned(let abandoned):
            let since = stageSince
            close(.abandoned, abandoned.turn, at: instant)
            // It stays in its stage.
            stageSince = since
            note(abandoned.hasSourceVersion ? abandoned.sourceVersion : nil)
        case .opportunityReopened(let reopened):
            status = .open
            let turn = reopened.turn
            enter(turn.stage, turn.pipelineVersion, turn.probability, turn.category, since: instant)
            closeDate = reopened.closeDate
            clearClosedAt()
            clearClosing()
            closingNotes = ""
            lossReason = ""
            lostToNumber = 0
            orderNumber = 0
            stageBeforeClosing = ""
            note(reopened.hasSourceVersion ? reopened.sourceVersion : nil)
        default: break
        }
    }

    private mutating func close(_ status: OpportunityStatus, _ turn: OpportunityTurn, at instant: Instant) {
        self.status = status
        enter(turn.stage, turn.pipelineVersion, turn.probability, turn.category, since: instant)
        stageBeforeClosing = turn.stageBefore
        closedAt = instant.rawValue
    }

    private mutating func keepClosing(_ notes: String, _ isSealed: Bool, _ sealed: SealedRef) {
        closingNotes = notes
        if isSealed { closing = sealed } else { clearClosing() }
    }
}
