internal import Schema
internal import SwiftProtobuf

extension OpportunityMoment {
    /// Takes over what an event says about how the opportunity stands from now on.
    mutating func fold(_ event: ViewEvent) {
        let at = event.header.occurredAt
        switch event.payload {
        case .stageAdvanced(let moved): enter(moved.to, moved.probability, moved.category, at)
        case .stageRegressed(let moved): enter(moved.to, moved.probability, moved.category, at)
        case .amountSet(let set): setAmount(set.hasAmount ? set.amount : nil)
        case .lineAdded(let added): setAmount(added.hasAmount ? added.amount : nil)
        case .lineRemoved(let removed): setAmount(removed.hasAmount ? removed.amount : nil)
        case .closeDateMoved(let moved):
            // Dates are written so that the order of their bytes is that of the days.
            if !moved.from.isEmpty, moved.from.isBefore(moved.to) { pushes += 1 }
            closeDate = moved.to
        case .probabilityOverridden(let override):
            probability = override.probability
            probabilityOverridden = override.overridden
        case .forecastCategorySet(let set): category = set.category
        case .ownerAssigned(let assigned):
            if assigned.hasOwner { owner = assigned.owner } else { clearOwner() }
        case .opportunityWon(let won): turn(won.turn, .won, at)
        case .opportunityLost(let lost): turn(lost.turn, .lost, at)
        case .opportunityAbandoned(let abandoned): turn(abandoned.turn, .abandoned, at)
        case .opportunityReopened(let reopened):
            turn(reopened.turn, .open, at)
            // It comes into its stage again, also where it had been left in it.
            stageSince = at.rawValue
            closeDate = reopened.closeDate
        default: break
        }
    }

    private mutating func enter(
        _ stage: String, _ probability: UInt32, _ category: ForecastCategory, _ at: Instant
    ) {
        self.stage = stage
        stageSince = at.rawValue
        self.probability = probability
        probabilityOverridden = false
        self.category = category
    }

    private mutating func turn(_ turn: OpportunityTurn, _ status: OpportunityStatus, _ at: Instant) {
        self.status = status
        if stage.isIdentical(to: turn.stage) {
            probability = turn.probability
            probabilityOverridden = false
            category = turn.category
        } else {
            enter(turn.stage, turn.probability, turn.category, at)
        }
        setAmount(turn.hasAmount ? turn.amount : nil)
    }

    private mutating func setAmount(_ amount: Money?) {
        if let amount { self.amount = amount } else { clearAmount() }
    }
}
