internal import Schema
internal import SwiftProtobuf

/// Collects the figures of tickets by one dimension.
struct ServiceGroups {
    /// What the tickets of a group have in common; in this order the groups come.
    private struct Key: Hashable, Comparable {
        var number: UInt64 = 0
        var text: [UInt8] = []

        init(number: UInt64) { self.number = number }

        init(text: String) { self.text = Array(text.utf8) }

        static func < (left: Key, right: Key) -> Bool {
            left.number == right.number
                ? left.text.lexicographicallyPrecedes(right.text) : left.number < right.number
        }
    }

    private let dimension: ServiceDimension
    private let period: ServicePeriod
    /// Of days and months, in order; each is a group, also where nothing happened in it.
    private let periods: [ServicePeriod]
    private var tallies: [Key: ServiceTally] = [:]

    /// - Throws: `ViewError` with `requestInvalid` where there would be too many days or months.
    init(_ dimension: ServiceDimension, _ question: ServiceQuestion) throws(ViewError) {
        self.dimension = dimension
        period = question.period
        periods = try question.periods(dimension)
        for period in periods { tallies[Key(text: period.key)] = ServiceTally(period) }
    }

    private var isOfTime: Bool { dimension == .day || dimension == .month }

    /// Counts the ticket of a stint in the backlogs in which it stood.
    mutating func stood(_ stint: Stint) {
        guard isOfTime else {
            tallies[key(stint.row.cut), default: ServiceTally(period)].stood(stint)
            return
        }
        // Those at whose start or end the ticket was open follow each other.
        var index = periods.partition { $0.end > stint.row.from }
        while index < periods.count, periods[index].start <= stint.end {
            tallies[Key(text: periods[index].key)]?.stood(stint)
            index += 1
        }
    }

    /// Counts that a ticket came at an instant.
    mutating func came(_ start: TicketStintStart, _ cut: TicketCut, at instant: Int64) {
        change(cut, instant) { $0.came(start) }
    }

    /// Counts that a ticket went at an instant.
    mutating func went(_ end: TicketStintEnd, _ cut: TicketCut, at instant: Int64) {
        change(cut, instant) { $0.went(end) }
    }

    /// Counts that a ticket that stays open stands in another way.
    ///
    /// - Parameters:
    ///   - before: how it stood; nil where it was none of those that are asked for.
    ///   - after: how it stands; nil where it is none of them any more.
    mutating func moved(from before: TicketCut?, to after: TicketCut?, at instant: Int64) {
        if !isOfTime, let before, let after, key(before) == key(after) { return }
        if isOfTime, before != nil, after != nil { return }
        if let before { change(before, instant) { $0.went(.moved) } }
        if let after { change(after, instant) { $0.came(.moved) } }
    }

    /// Counts what happened to a ticket.
    mutating func add(_ count: ServiceCount) {
        change(count.row.cut, count.instant) { $0.add(count) }
    }

    private mutating func change(_ cut: TicketCut, _ instant: Int64, _ body: (inout ServiceTally) -> Void) {
        guard isOfTime else { return body(&tallies[key(cut), default: ServiceTally(period)]) }
        let index = periods.partition { $0.end > instant }
        guard index < periods.count, periods[index].contains(instant),
            var tally = tallies.removeValue(forKey: Key(text: periods[index].key))
        else { return }
        body(&tally)
        tallies[Key(text: periods[index].key)] = tally
    }

    private func key(_ cut: TicketCut) -> Key {
        switch dimension {
        case .queue: Key(number: cut.queueNumber)
        case .agent: Key(number: cut.agentNumber)
        case .priority: Key(text: cut.priority)
        case .type: Key(text: cut.type)
        case .category: Key(text: cut.category)
        case .customerClass: Key(text: cut.customerClass)
        case .channel: Key(text: cut.channel)
        case .day, .month, .unspecified, .UNRECOGNIZED: Key(number: 0)
        }
    }

    /// In the order of the keys.
    var figures: [ServiceGroup] {
        tallies.sorted { $0.key < $1.key }.map { key, tally in
            var group = ServiceGroup()
            group.dimension = dimension
            group.key = String(decoding: key.text, as: UTF8.self)
            group.number = key.number
            group.figures = tally.figures
            return group
        }
    }
}

extension [ServicePeriod] {
    /// The index of the first one for which a condition holds that holds for all behind it too; their count where there
    /// is none.
    fileprivate func partition(_ holds: (ServicePeriod) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
