internal import Schema

/// Counts how often the close dates of open opportunities moved to a later date.
struct PushTally {
    private(set) var pushes: UInt64 = 0
    private var pushed = 0
    private var dated = 0

    /// Counts an open opportunity.
    mutating func add(_ standing: OpportunityStanding) {
        pushes += UInt64(standing.moment.pushes)
        guard !standing.moment.closeDate.isEmpty else { return }
        dated += 1
        if standing.moment.pushes > 0 { pushed += 1 }
    }

    /// Pushed at least once / with a close date.
    var rate: PipelineRatio { PipelineRatio(pushed, of: dated) }
}
