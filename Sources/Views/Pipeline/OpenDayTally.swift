internal import Analytics
internal import Schema

/// Counts how many opportunities were open when days ended.
struct OpenDayTally {
    private let days: [CivilDate]
    /// The last instant of each day, earliest first, each once.
    private let ends: [Int64]
    private let calendar: PipelineCalendar
    /// By the places of `ends`: how many more were open then than at the one before.
    private var changes: [Int]
    /// The same of those of which nobody knows when they were opened.
    private var unknown: [Int]

    init(_ days: [CivilDate], _ calendar: PipelineCalendar) {
        self.days = days
        self.calendar = calendar
        ends = Set(days).sorted().map { OpenDayTally.lastInstant(of: $0, calendar) }
        changes = Array(repeating: 0, count: ends.count + 1)
        unknown = changes
    }

    private static func lastInstant(of day: CivilDate, _ calendar: PipelineCalendar) -> Int64 {
        calendar.end(of: day).rawValue - 1
    }

    /// Counts an opportunity on every day at whose end it was open.
    mutating func add(_ standing: OpportunityStanding) {
        if ends.isEmpty { return }
        guard standing.history.openedAt != nil else {
            // It may have been open on every day before it was closed.
            unknown[0] += 1
            unknown[index(notBefore: standing.closedAt?.rawValue ?? .max)] -= 1
            return
        }
        for time in standing.history.openTimes {
            changes[index(notBefore: time.lowerBound)] += 1
            changes[index(notBefore: time.upperBound)] -= 1
        }
    }

    /// Of the first day that ends at the instant or later; their count where there is none.
    private func index(notBefore instant: Int64) -> Int {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// In the order in which the days were asked for.
    var figures: [OpenOnDay] {
        let counts = OpenDayTally.sums(changes)
        let unknown = OpenDayTally.sums(unknown)
        return days.map { day in
            let index = index(notBefore: OpenDayTally.lastInstant(of: day, calendar))
            var figures = OpenOnDay()
            figures.day = day.description
            figures.opportunities = UInt64(max(0, counts[index]))
            figures.unknown = UInt64(max(0, unknown[index]))
            return figures
        }
    }

    private static func sums(_ changes: [Int]) -> [Int] {
        var sum = 0
        return changes.map { change in
            sum += change
            return sum
        }
    }
}
