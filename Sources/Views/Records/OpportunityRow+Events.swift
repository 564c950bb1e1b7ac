internal import Schema
internal import SwiftProtobuf

extension OpportunityRow {
    /// What an event changes, beside lines and stages.
    mutating func apply(_ event: ViewEvent) {
        switch event.payload {
        case .opportunityOpened(let opened): begin(opened, event)
        case .opportunityChanged(let changed): apply(changed, event)
        case .opportunityCorrected(let corrected): apply(corrected, event)
        case .ownerAssigned(let assigned): record.owner = assigned.owner
        case .stageAdvanced(let moved):
            enter(moved.to, moved.pipelineVersion, moved.probability, moved.category, event)
        case .stageRegressed(let moved):
            enter(moved.to, moved.pipelineVersion, moved.probability, moved.category, event)
        case .probabilityOverridden(let changed):
            record.probability = changed.probability
            record.probabilityOverridden = changed.overridden
        case .forecastCategorySet(let changed):
            record.category = changed.category
            record.categoryOverridden = changed.overridden
        case .competitorAdded(let added): record.competitorNumbers.append(added.competitorNumber)
        case .competitorRemoved(let removed): record.competitorNumbers.removeAll { $0 == removed.competitorNumber }
        case .buyingRoleAdded(let added):
            var entry = BuyingRoleRecord()
            entry.partyNumber = added.partyNumber
            entry.role = added.role
            record.buyingRoles.append(entry)
        case .buyingRoleRemoved(let removed):
            record.buyingRoles.removeAll { $0.partyNumber == removed.partyNumber && $0.role == removed.role }
        case .nextStepSet(let step): apply(step, event)
        default:
            applyValue(event)
            applyTurn(event)
        }
        weigh()
    }

    private mutating func begin(_ opened: OpportunityOpened, _ event: ViewEvent) {
        record.status = .open
        take(opened.head)
        record.owner = opened.owner
        record.pipelineNumber = opened.pipelineNumber
        enter(opened.stage, opened.pipelineVersion, opened.probability, opened.category, event)
        set(opened.hasAmount ? opened.amount : nil, fromLines: opened.amountFromLines)
        record.closeDate = opened.closeDate
        record.competitorNumbers = opened.competitorNumbers
        if opened.openingUnknown {
            record.clearStageSince()
        } else {
            record.openedAt = event.header.occurredAt.timestamp
        }
        if opened.personalPart { keepPersonal(event) }
    }

    private mutating func apply(_ changed: OpportunityChanged, _ event: ViewEvent) {
        take(changed.head)
        if changed.personalPart {
            keepPersonal(event)
        } else if changed.personalCleared || changed.head.partyNumber != changed.partyNumberBefore {
            clearPersonal()
            personalLength = 0
        }
    }

    private mutating func take(_ head: OpportunityHead) {
        record.partyNumber = head.partyNumber
        record.partnerNumber = head.partnerNumber
        record.channel = head.channel
        record.leadSource = head.leadSource
        record.clearPersonal()
        if !head.name.isEmpty { record.personal.name = head.name }
        if !head.description_p.isEmpty { record.personal.description_p = head.description_p }
    }

    private mutating func keepPersonal(_ event: ViewEvent) {
        guard let part = event.sealedPart else { return }
        personal = part
        personalLength = event.sealedLength
    }

    private mutating func enter(
        _ stage: String, _ version: UInt32, _ probability: UInt32, _ category: ForecastCategory, _ event: ViewEvent
    ) {
        record.stage = stage
        record.pipelineVersion = version
        record.stageSince = event.header.occurredAt.timestamp
        record.probability = probability
        record.probabilityOverridden = false
        record.category = category
        record.categoryOverridden = false
    }

    private mutating func apply(_ step: NextStepSet, _ event: ViewEvent) {
        clearNextStep()
        nextStepLength = 0
        record.clearNextStep()
        record.nextStepDue = step.dueDate
        guard !step.cleared else { return }
        // Where the text is sealed, this says that there is one.
        record.nextStep = NextStepPersonal.with { $0.text = step.text }
        if step.personalPart, let part = event.sealedPart {
            nextStep = part
            nextStepLength = event.sealedLength
        }
    }

    // MARK: Value

    private mutating func applyValue(_ event: ViewEvent) {
        switch event.payload {
        case .amountSet(let set): self.set(set.hasAmount ? set.amount : nil, fromLines: set.fromLines)
        case .closeDateMoved(let moved):
            record.closeDate = moved.to
            if !moved.from.isEmpty, moved.to > moved.from { record.pushes += 1 }
        case .lineAdded(let added):
            let fromLines = record.amountFromLines || (!added.hasAmountBefore && added.hasAmount)
            set(added.hasAmount ? added.amount : nil, fromLines: fromLines)
        case .lineRemoved(let removed):
            set(removed.hasAmount ? removed.amount : nil, fromLines: record.amountFromLines)
        default: break
        }
    }

    private mutating func set(_ amount: Money?, fromLines: Bool) {
        if let amount { record.amount = amount } else { record.clearAmount() }
        record.amountFromLines = fromLines
    }

    /// Keeps what the opportunity counts for in the forecast.
    private mutating func weigh() {
        guard record.hasAmount else { return record.clearWeighted() }
        let product = Int128(record.amount.minorUnits) * Int128(record.probability)
        record.weighted = Int64(clamping: Decimals.halfEven(product, dividedBy: 100))
    }

    // MARK: End

    private mutating func applyTurn(_ event: ViewEvent) {
        switch event.payload {
        case .opportunityWon(let won):
            close(.won, won.turn, event)
            let changes = won.turn.amount != won.turn.amountBefore
            set(won.turn.hasAmount ? won.turn.amount : nil, fromLines: record.amountFromLines && !changes)
            record.orderNumber = won.orderNumber
            keepClosing(won.notes, won.personalPart, event)
        case .opportunityLost(let lost):
            close(.lost, lost.turn, event)
            record.lossReason = lost.lossReason
            record.lostToNumber = lost.competitorNumber
            keepClosing(lost.notes, lost.personalPart, event)
        case .opportunityAbandoned(let abandoned):
            let since = record.hasStageSince ? record.stageSince : nil
            close(.abandoned, abandoned.turn, event)
            // It stays in its stage.
            if let since { record.stageSince = since } else { record.clearStageSince() }
        case .opportunityReopened(let reopened):
            record.status = .open
            let turn = reopened.turn
            enter(turn.stage, turn.pipelineVersion, turn.probability, turn.category, event)
            record.closeDate = reopened.closeDate
            record.reopenings += 1
            record.clearClosedAt()
            record.lossReason = ""
            record.lostToNumber = 0
            record.orderNumber = 0
            keepClosing("", false, event)
        default: break
        }
    }

    private mutating func close(_ status: OpportunityStatus, _ turn: OpportunityTurn, _ event: ViewEvent) {
        record.status = status
        enter(turn.stage, turn.pipelineVersion, turn.probability, turn.category, event)
        record.closedAt = event.header.occurredAt.timestamp
    }

    private mutating func keepClosing(_ notes: String, _ isSealed: Bool, _ event: ViewEvent) {
        clearClosing()
        closingLength = 0
        record.clearClosing()
        if !notes.isEmpty { record.closing.notes = notes }
        if isSealed, let part = event.sealedPart {
            closing = part
            closingLength = event.sealedLength
        }
    }

    private mutating func apply(_ corrected: OpportunityCorrected, _ event: ViewEvent) {
        if corrected.hasOpenedAt {
            let openedAt = Instant(microseconds: corrected.openedAt).timestamp
            let isInFirstStage =
                corrected.hasOpenedAtBefore
                ? record.stageSince == Instant(microseconds: corrected.openedAtBefore).timestamp : !record.hasStageSince
            if isInFirstStage { record.stageSince = openedAt }
            record.openedAt = openedAt
        }
        if corrected.hasClosedAt {
            record.closedAt = Instant(microseconds: corrected.closedAt).timestamp
            if record.status != .abandoned { record.stageSince = record.closedAt }
        }
        if corrected.hasAmount { set(corrected.amount, fromLines: false) }
        if corrected.hasLossReason { record.lossReason = corrected.lossReason }
        if corrected.hasCompetitorNumber { record.lostToNumber = corrected.competitorNumber }
        if corrected.personalPart || !corrected.notes.isEmpty {
            keepClosing(corrected.notes, corrected.personalPart, event)
        }
    }
}
