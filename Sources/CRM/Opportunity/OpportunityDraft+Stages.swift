internal import Schema

extension OpportunityDraft {
    /// Which way a command moves an opportunity.
    enum Direction {
        case forward, back
    }

    /// Moves an open opportunity to another open stage; nothing where it is in that stage.
    ///
    /// - Parameter key: the stage; the next one in the direction where it is empty.
    /// - Throws: ILLEGAL_TRANSITION, STAGE_UNKNOWN, STAGE_SKIP_NOT_ALLOWED, ENTRY_CRITERIA_UNMET.
    mutating func move(to key: String, _ direction: Direction) throws(Refusal) {
        try requireOpen()
        let pipeline = try pipeline()
        let stages = pipeline.openStages
        let present = place(pipeline, stages)
        let target = try target(key, direction, pipeline, stages, present)
        guard target != present else { return }
        guard (target > present) == (direction == .forward) else {
            throw Refusal(
                .illegalTransition,
                direction == .forward
                    ? "The stage lies before the present one. Regress to it." : "The stage lies ahead. Advance to it.",
                field: prefix + "stage")
        }
        if direction == .forward {
            try advance(to: target, from: present, stages, pipeline)
        } else {
            append(.stageRegressed(regressed(to: stages[target], pipeline)))
        }
    }

    /// Moves an open opportunity to a stage that a source names, forward or back; nothing where it is in it.
    ///
    /// - Throws: what `move` throws.
    mutating func move(toStageOfSource key: String) throws(Refusal) {
        let pipeline = try pipeline()
        // A source may go on naming a stage that was given up since.
        let named = pipeline.map.resolved(key)
        guard !named.isIdentical(to: pipeline.map.resolved(state.stage)) else { return }
        let stages = pipeline.openStages
        let target = stages.firstIndex { $0.key.isIdentical(to: key) } ?? stages.endIndex
        try move(to: key, target < place(pipeline, stages) ? .back : .forward)
    }

    /// Where the opportunity is among the open stages; −1 where its stage is none of them any more.
    private func place(_ pipeline: PipelineState, _ stages: [PipelineStage]) -> Int {
        let key = pipeline.map.resolved(state.stage)
        return stages.firstIndex { $0.key.isIdentical(to: key) } ?? -1
    }

    private func target(
        _ key: String, _ direction: Direction, _ pipeline: PipelineState, _ stages: [PipelineStage], _ present: Int
    ) throws(Refusal) -> Int {
        guard key.isEmpty else {
            guard let place = stages.firstIndex(where: { $0.key.isIdentical(to: key) }) else {
                throw pipeline.unknown(key, field: prefix + "stage")
            }
            return place
        }
        let next = direction == .forward ? present + 1 : present - 1
        guard stages.indices.contains(next) else {
            throw Refusal(
                .illegalTransition,
                direction == .forward
                    ? "The opportunity is in the last open stage. Win or lose it."
                    : "The opportunity is in the first stage.",
                field: prefix + "stage")
        }
        return next
    }

    private mutating func advance(
        to target: Int, from present: Int, _ stages: [PipelineStage], _ pipeline: PipelineState
    ) throws(Refusal) {
        let skipped = stages[(present + 1)..<target].map(\.key)
        guard skipped.isEmpty || pipeline.content.skippingAllowed || context.historic else {
            throw Refusal(
                .stageSkipNotAllowed, "The pipeline has stages in between. Advance to \(skipped[0]) first.",
                field: prefix + "stage")
        }
        let stage = stages[target]
        try requireCriteria(of: stage)
        var advanced = StageAdvanced()
        advanced.from = state.stage
        advanced.to = stage.key
        advanced.pipelineNumber = state.pipelineNumber
        advanced.pipelineVersion = pipeline.version
        advanced.probabilityBefore = state.probability
        advanced.probability = stage.probability
        advanced.categoryBefore = state.category
        advanced.category = stage.category
        advanced.skipped = skipped
        advanced.stageSinceBefore = state.stageSince
        if let sourceVersion { advanced.sourceVersion = sourceVersion }
        append(.stageAdvanced(advanced))
    }

    private func regressed(to stage: PipelineStage, _ pipeline: PipelineState) -> StageRegressed {
        var regressed = StageRegressed()
        regressed.from = state.stage
        regressed.to = stage.key
        regressed.pipelineNumber = state.pipelineNumber
        regressed.pipelineVersion = pipeline.version
        regressed.probabilityBefore = state.probability
        regressed.probability = stage.probability
        regressed.categoryBefore = state.category
        regressed.category = stage.category
        regressed.stageSinceBefore = state.stageSince
        if let sourceVersion { regressed.sourceVersion = sourceVersion }
        return regressed
    }

    /// Refuses a stage whose criteria the opportunity does not meet, except for history.
    ///
    /// - Parameter met: what the step that leads there brings with it.
    /// - Throws: ENTRY_CRITERIA_UNMET with what is missing.
    func requireCriteria(of stage: PipelineStage, met: Set<StageRequirement> = []) throws(Refusal) {
        guard !context.historic else { return }
        let missing = stage.requirements.filter { !met.contains($0) && !state.meets($0) }.map(\.name)
        guard !missing.isEmpty else { return }
        throw Refusal(
            .entryCriteriaUnmet, "The stage \(stage.key) needs \(missing.joined(separator: ", ")). Add that first.",
            field: prefix + "stage")
    }
}

extension PipelineState {
    /// The refusal of a stage that no opportunity can enter.
    func unknown(_ key: String, field: String) -> Refusal {
        Refusal(
            .stageUnknown,
            "The pipeline \(content.name) has no open stage \(key). There are: "
                + openStages.map(\.key).joined(separator: ", ") + ".",
            field: field)
    }
}

extension OpportunityState {
    fileprivate func meets(_ requirement: StageRequirement) -> Bool {
        switch requirement {
        case .amount: hasAmount
        case .closeDate: !closeDate.isEmpty
        case .party: party != .none
        case .nextStep: hasNextStep
        case .line: !lines.isEmpty
        case .buyingRole: !buyingRoles.isEmpty
        case .owner: owner.owner != nil
        case .unspecified, .UNRECOGNIZED: true
        }
    }
}

extension StageRequirement {
    /// What the requirement asks for, in a sentence.
    fileprivate var name: String {
        switch self {
        case .amount: "an amount"
        case .closeDate: "a close date"
        case .party: "a party"
        case .nextStep: "a next step"
        case .line: "a line"
        case .buyingRole: "a buying role"
        case .owner: "an owner"
        case .unspecified, .UNRECOGNIZED: "more"
        }
    }
}
