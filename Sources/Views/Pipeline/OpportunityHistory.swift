internal import Schema

/// How an opportunity stood up to an instant. What occurred later does not count; what was corrected counts as it was
/// corrected to.
struct OpportunityHistory {
    /// When it was opened; nil where nobody knows.
    let openedAt: Instant?
    /// When the last change was of how it stood.
    let lastChange: Instant
    private let first: OpportunityMoment
    /// Those that begin by then, in the order in which they were recorded. The first one is always among them: a
    /// correction may say that the opportunity was opened earlier.
    private let moments: [OpportunityMoment]

    /// Nil where the opportunity was not yet there.
    ///
    /// - Parameter all: all its moments, in the order in which they were recorded.
    init?(_ row: PipelineOpportunityRow, _ all: [OpportunityMoment], asOf: Instant) {
        guard let first = all.first else { return nil }
        let openedAt = row.hasOpenedAt ? Instant(microseconds: row.openedAt) : nil
        // Where nobody knows when it was opened, the first that is known of it has to do.
        let since = openedAt ?? Instant(microseconds: all.lazy.map(\.from).min() ?? first.from)
        guard since <= asOf else { return nil }
        self.first = first
        self.openedAt = openedAt
        let moments = [first] + all.dropFirst().filter { $0.from <= asOf.rawValue }
        self.moments = moments
        let last = moments.lazy.map(\.from).max() ?? first.from
        lastChange = min(Instant(microseconds: last), asOf)
    }

    /// How it stands.
    var present: OpportunityMoment { moments.last ?? first }

    /// How it stood when it was closed; nil where it is open.
    var closing: OpportunityMoment? {
        let status = present.status
        guard status != .open else { return nil }
        let before = moments.lastIndex { $0.status != status }
        return moments[before.map { $0 + 1 } ?? 0]
    }

    /// When it was closed; nil where it is open.
    var closedAt: Instant? { closing.map { Instant(microseconds: $0.from) } }

    /// Whose it was first, and since when; nil where it was nobody's so far.
    var firstOwner: (owner: Owner, since: Instant)? {
        guard let moment = moments.first(where: { $0.owner.owner != nil }) else { return nil }
        return (moment.owner, Instant(microseconds: moment.from))
    }

    /// Since when it is in its stage; nil where nobody knows.
    var stageSince: Instant? {
        let present = present
        guard present.hasStageSince else { return openedAt }
        let isFirstVisit = present.stageSince == first.from && present.stage.isIdentical(to: first.stage)
        // What is known of the opening was corrected for the whole opportunity.
        return isFirstVisit ? openedAt : Instant(microseconds: present.stageSince)
    }

    /// The keys of the stages that it entered, in this order, before any mapping.
    var visits: [String] {
        var visits: [String] = []
        for moment in moments where visits.last?.isIdentical(to: moment.stage) != true { visits.append(moment.stage) }
        return visits
    }

    /// When it was open: from each of these instants up to, not including, the next; earliest last. The last instant of
    /// all time stands for "still". Nothing where nobody knows when it was opened.
    var openTimes: [Range<Int64>] {
        guard let openedAt = openedAt?.rawValue else { return [] }
        var times: [Range<Int64>] = []
        var end = Int64.max
        for (index, moment) in moments.enumerated().reversed() {
            // Nothing is known of before the first moment but that it was open.
            let start = index == 0 ? openedAt : max(moment.from, openedAt)
            guard start < end else { continue }
            if moment.status == .open { times.append(start..<end) }
            end = start
        }
        return times
    }
}
