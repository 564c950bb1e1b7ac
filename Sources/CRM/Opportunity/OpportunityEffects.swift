package import Schema

/// What events of an opportunity do to the index: its keys, and what counts the open ones.
package enum OpportunityEffects {
    /// The effects of an event's open payload. Those of a change of owner alone are those of every owned thing.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .opportunityOpened(let opened):
            opened.external.map { IndexEffect.link(.opportunity, $0) }
                + stage(opened.pipelineNumber, opened.stage, 1) + party(opened.head.partyNumber, 1)
                + OwnerEffects.opened(.opportunity, owner: opened.owner)
        case .opportunityChanged(let changed):
            changed.open && changed.head.partyNumber != changed.partyNumberBefore
                ? party(changed.partyNumberBefore, -1) + party(changed.head.partyNumber, 1) : []
        case .stageAdvanced(let moved):
            stage(moved.pipelineNumber, moved.from, -1) + stage(moved.pipelineNumber, moved.to, 1)
        case .stageRegressed(let moved):
            stage(moved.pipelineNumber, moved.from, -1) + stage(moved.pipelineNumber, moved.to, 1)
        case .opportunityWon(let won): closed(won.turn)
        case .opportunityLost(let lost): closed(lost.turn)
        case .opportunityAbandoned(let abandoned): closed(abandoned.turn)
        case .opportunityReopened(let reopened):
            stage(reopened.turn.pipelineNumber, reopened.turn.stage, 1) + party(reopened.turn.partyNumber, 1)
                + OwnerEffects.opened(.opportunity, owner: reopened.turn.owner)
        default: []
        }
    }

    private static func closed(_ turn: OpportunityTurn) -> [IndexEffect] {
        stage(turn.pipelineNumber, turn.stageBefore, -1) + party(turn.partyNumber, -1)
            + OwnerEffects.closed(.opportunity, owner: turn.owner)
    }

    private static func stage(_ pipeline: UInt64, _ stage: String, _ change: Int64) -> [IndexEffect] {
        [.claim(.openInStage(StreamNumber(pipeline), stage), change)]
    }

    private static func party(_ party: UInt64, _ change: Int64) -> [IndexEffect] {
        party == 0 ? [] : [.claim(.openOpportunities(StreamNumber(party)), change)]
    }
}
