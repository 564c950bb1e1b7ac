internal import Schema

/// Counts open opportunities by the days since they were opened.
struct AgeingTally {
    /// The first day of each bucket; the last one has no end.
    private static let starts: [UInt64] = [0, 31, 61, 91]

    private var buckets = Array(repeating: OpenValueTally(), count: AgeingTally.starts.count)
    /// Those of which nobody knows when they were opened.
    private(set) var unknown: UInt64 = 0

    /// Counts an open opportunity.
    mutating func add(_ standing: OpportunityStanding, _ frame: PipelineFrame) {
        guard let days = standing.daysOpen(frame) else {
            unknown += 1
            return
        }
        let index = AgeingTally.starts.lastIndex { $0 <= days } ?? 0
        buckets[index].add(standing)
    }

    /// Youngest first.
    var figures: [AgeingBucket] {
        buckets.enumerated().map { index, tally in
            var bucket = AgeingBucket()
            bucket.fromDays = AgeingTally.starts[index]
            if index + 1 < AgeingTally.starts.count { bucket.toDays = AgeingTally.starts[index + 1] - 1 }
            bucket.opportunities = tally.opportunities
            bucket.values = tally.values
            return bucket
        }
    }
}
