internal import Schema

/// Counts how many opportunities that ever were in one stage later came to another one. All of the cohort count,
/// also those that were lost.
struct ConversionTally {
    private struct Pipeline {
        var stages: [PipelineStage]
        /// By the places of the stages: ever entered the first; ever entered the second after it.
        var entered: [Int]
        var reached: [[Int]]

        init(_ stages: [PipelineStage]) {
            self.stages = stages
            entered = Array(repeating: 0, count: stages.count)
            reached = Array(repeating: entered, count: stages.count)
        }

        mutating func add(_ visits: [Int]) {
            for (index, from) in visits.enumerated() where visits.firstIndex(of: from) == index {
                entered[from] += 1
                for to in Set(visits[(index + 1)...]) where to != from { reached[from][to] += 1 }
            }
        }
    }

    private var pipelines: [UInt64: Pipeline] = [:]

    init(_ map: StageMap) {
        for pipeline in map.pipelines { pipelines[pipeline] = Pipeline(map.stages(of: pipeline)) }
    }

    /// Counts an opportunity of the cohort by the stages that it entered, as they are after mapping.
    mutating func add(_ standing: OpportunityStanding, _ map: StageMap) {
        let number = standing.row.pipelineNumber
        guard let count = pipelines[number]?.stages.count else { return }
        let places = standing.history.visits.map { map.stage(of: number, $0).order }
        pipelines[number]?.add(places.filter { $0 < count })
    }

    /// Per pipeline with opportunities of the cohort, from every open stage to every later one.
    var figures: [StageConversion] {
        pipelines.sorted { $0.key < $1.key }.flatMap { number, pipeline in
            pipeline.entered.contains { $0 > 0 } ? ConversionTally.figures(number, pipeline) : []
        }
    }

    private static func figures(_ number: UInt64, _ pipeline: Pipeline) -> [StageConversion] {
        var figures: [StageConversion] = []
        for (from, stage) in pipeline.stages.enumerated() where stage.isOpen {
            for to in (from + 1)..<max(from + 1, pipeline.stages.count) {
                var conversion = StageConversion()
                conversion.pipelineNumber = number
                conversion.from = stage.key
                conversion.to = pipeline.stages[to].key
                conversion.rate = PipelineRatio(pipeline.reached[from][to], of: pipeline.entered[from])
                figures.append(conversion)
            }
        }
        return figures
    }
}
