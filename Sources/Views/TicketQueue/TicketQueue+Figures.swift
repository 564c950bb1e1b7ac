internal import Analytics
package import Schema
internal import SwiftProtobuf

extension TicketQueue {
    /// The figures of the service as of an instant.
    ///
    /// The time it takes grows with the tickets that are open, with those that ended since the period began, and with
    /// what
    /// was counted in the period; not with what was over before it.
    ///
    /// - Parameters:
    ///   - request: its filter, `as_of` and `at_least` are not looked at.
    ///   - conditions: which tickets count.
    ///   - asOf: what occurred later does not count.
    /// - Throws: `ViewError` with `requestInvalid` where the request is at fault, with `rowDamaged`, or what the reader
    ///   throws.
    package static func figures(
        _ request: ServiceFiguresRequest, of conditions: TicketConditions, asOf: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> ServiceFiguresResponse {
        let question = try ServiceQuestion(request, of: conditions, asOf: asOf, try settings.clock(in: reader))
        var figures = try ServiceFiguresInProgress(question)
        try figures.readStints(in: reader)
        for kind in CountKind.allCases { try figures.readCounts(kind, in: reader) }
        return figures.response
    }
}

/// Hands every stint and every count to the figures that it counts in.
private struct ServiceFiguresInProgress {
    private let question: ServiceQuestion
    private var total: ServiceTally
    private var groups: [ServiceGroups] = []
    /// In the order of the request; nil where the day begins behind as_of.
    private var backlogOn: [BacklogTally?]

    init(_ question: ServiceQuestion) throws(ViewError) {
        self.question = question
        total = ServiceTally(question.period)
        backlogOn = question.backlogOn.map { question.end(of: $0).map { BacklogTally(before: $0) } }
        for dimension in question.dimensions { groups.append(try ServiceGroups(dimension, question)) }
    }

    // MARK: Stints

    mutating func readStints(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) {
        // What ended before this counts nowhere.
        let earliest = backlogOn.compactMap { $0?.instant }.reduce(question.period.start) { min($0, $1) }
        let after = earliest == .min ? nil : StintFold.key(end: earliest - 1, ticket: StreamNumber(.max), .max)
        try reader.scan(TicketQueue.stints, prefix: [], after: after, descending: false) {
            (key, bytes) throws(ViewError) in
            var keyReader = KeyReader(key)
            let end = try keyReader.instant().rawValue
            let ticket = try keyReader.integer(UInt64.self)
            let row = try decodedRow(TicketStintRow.self, bytes)
            if row.from <= question.asOf.rawValue {
                add(Stint(row: row, end: end, openedAt: try Self.openedAt(ticket, in: reader)))
            }
            return .next
        }
    }

    private mutating func add(_ stint: Stint) {
        let (row, period) = (stint.row, question.period)
        let holds = question.conditions.hold(for: row.cut)
        if holds { stood(stint) }
        if period.contains(row.from) {
            if row.start == .moved {
                let held = question.conditions.hold(for: row.before)
                moved(from: held ? row.before : nil, to: holds ? row.cut : nil, at: row.from)
            } else if holds {
                total.came(row.start)
                for index in groups.indices { groups[index].came(row.start, row.cut, at: row.from) }
            }
        }
        if holds, row.end != .moved, period.contains(stint.end) {
            total.went(row.end)
            for index in groups.indices { groups[index].went(row.end, row.cut, at: stint.end) }
        }
    }

    private mutating func stood(_ stint: Stint) {
        total.stood(stint)
        for index in groups.indices { groups[index].stood(stint) }
        for index in backlogOn.indices { backlogOn[index]?.add(stint) }
    }

    private mutating func moved(from before: TicketCut?, to after: TicketCut?, at instant: Int64) {
        if before == nil, after != nil { total.came(.moved) }
        if before != nil, after == nil { total.went(.moved) }
        for index in groups.indices { groups[index].moved(from: before, to: after, at: instant) }
    }

    // MARK: Counts

    mutating func readCounts(
        _ kind: CountKind, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        let period = question.period
        let after = period.start == .min ? nil : kind.key(period.start - 1, StreamNumber(.max), .max)
        try reader.scan(TicketQueue.counts, prefix: kind.prefix, after: after, descending: false) {
            (key, bytes) throws(ViewError) in
            var keyReader = KeyReader(Array(key.dropFirst()))
            let instant = try keyReader.instant().rawValue
            guard instant < period.end else { return .stop }
            let ticket = try keyReader.integer(UInt64.self)
            let row = try decodedRow(TicketCountRow.self, bytes)
            let asOf = question.asOf.rawValue
            if row.hasUntil, row.until <= asOf { return .next }
            guard question.conditions.hold(for: row.cut) else { return .next }
            let since = row.hasSince ? row.since : try Self.openedAt(ticket, in: reader)
            let isUndone = row.hasReopenedAt && row.reopenedAt <= asOf
            add(
                ServiceCount(
                    kind: kind, row: row, ticket: ticket, instant: instant, duration: max(0, Int(instant - since)),
                    reopenedAt: isUndone ? row.reopenedAt : nil))
            return .next
        }
    }

    private mutating func add(_ count: ServiceCount) {
        total.add(count)
        for index in groups.indices { groups[index].add(count) }
    }

    private static func openedAt(
        _ ticket: UInt64, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Int64 {
        guard let bytes = try reader.get(TicketQueue.openings, .key(ticket)) else {
            throw ViewError(.rowDamaged, "A ticket was counted that was never opened. Rebuild the projection.")
        }
        var rowReader = KeyReader(bytes)
        return try rowReader.instant().rawValue
    }

    // MARK: The answer

    var response: ServiceFiguresResponse {
        var response = ServiceFiguresResponse()
        response.asOf = question.asOf.timestamp
        response.zone = question.clock.zone
        response.from = question.from
        response.to = question.to
        response.total = total.figures
        response.groups = groups.flatMap(\.figures)
        response.backlogOn = zip(question.backlogOn, backlogOn).map { day, tally in
            var figure = BacklogOnDay()
            figure.day = day.description
            if let tally { figure.backlog = tally.figures }
            return figure
        }
        response.definitions = ServiceDefinitions.figures
        return response
    }
}
