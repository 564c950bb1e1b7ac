internal import Schema

/// Counts the open opportunities of each stage.
struct StageTally {
    private struct Key: Hashable {
        var pipeline: UInt64
        var stage: [UInt8]
    }

    private var tallies: [Key: (stage: PlacedStage, stalled: UInt64, values: OpenValueTally)] = [:]

    /// Every open stage of these pipelines has its place, also where nothing is in it.
    init(_ stages: StageMap) {
        for pipeline in stages.pipelines {
            for stage in stages.openStages(of: pipeline) {
                tallies[Key(pipeline: pipeline, stage: Array(stage.key.utf8))] = (stage, 0, OpenValueTally())
            }
        }
    }

    /// Counts an open opportunity.
    mutating func add(_ standing: OpportunityStanding) {
        let stage = standing.stage
        let key = Key(pipeline: stage.pipeline, stage: Array(stage.key.utf8))
        var tally = tallies[key] ?? (stage, 0, OpenValueTally())
        if standing.isStalled { tally.stalled += 1 }
        tally.values.add(standing)
        tallies[key] = tally
    }

    /// Per pipeline, in the order of the stages.
    var figures: [StageFigures] {
        tallies.values.sorted { StageTally.isBefore($0.stage, $1.stage) }.map { tally in
            var figures = StageFigures()
            figures.pipelineNumber = tally.stage.pipeline
            figures.stage = tally.stage.key
            figures.label = tally.stage.label
            figures.opportunities = tally.values.opportunities
            figures.stalled = tally.stalled
            figures.withoutAmount = tally.values.withoutAmount
            figures.values = tally.values.values
            return figures
        }
    }

    private static func isBefore(_ left: PlacedStage, _ right: PlacedStage) -> Bool {
        guard (left.pipeline, left.order) == (right.pipeline, right.order) else {
            return (left.pipeline, left.order) < (right.pipeline, right.order)
        }
        return left.key.isBefore(right.key)
    }
}
