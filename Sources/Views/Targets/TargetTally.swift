internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// What is measured: a metric of somebody, and what else tells one target of a period from another.
struct TargetMeasure: Hashable {
    var metric: TargetMetric
    /// `none`: everybody together.
    var owner: OwnerCode
    /// 0: all together, or a metric without programme.
    var programme: UInt64 = 0
    /// Empty where the metric is not in money.
    var currency = ""

    init(metric: TargetMetric, owner: OwnerCode, programme: UInt64 = 0, currency: String = "") {
        self.metric = metric
        self.owner = owner
        self.programme = programme
        self.currency = currency
    }

    init(_ target: TargetSet) {
        self.init(
            metric: target.metric, owner: OwnerCode(target.owner), programme: target.programmeNumber,
            currency: target.value.money.currency)
    }

    /// The same of another metric.
    func of(_ metric: TargetMetric) -> TargetMeasure {
        var measure = self
        measure.metric = metric
        return measure
    }
}

/// What counts for a metric: an opportunity, an order, a training …
struct TargetFact {
    var metric: TargetMetric
    /// The day of the organisation by which it belongs to a period.
    var day: CivilDate
    var programme: UInt64 = 0
    var currency = ""
    /// Minor units or points; of the win rate 1 for a won one; else 1.
    var amount: Int64 = 1
}

/// Adds up facts by day, for those measures that targets ask for and for no others.
struct TargetTally {
    /// Exact: sums of 64-bit numbers fit into 128 bits.
    struct Sum {
        var amount: Int128 = 0
        var count: UInt64 = 0
    }

    private var places: [TargetMeasure: Int] = [:]
    private var days: [[Int: Sum]] = []
    /// Per metric the days from the first to the last that any target asks for.
    private(set) var spans: [TargetMetric: ClosedRange<CivilDate>] = [:]
    /// Metrics of which something of an employee or a team is asked for.
    private(set) var owned: Set<TargetMetric> = []

    /// Asks for a measure in a period.
    mutating func want(_ measure: TargetMeasure, _ period: ClosedRange<CivilDate>) {
        if places[measure] == nil {
            places[measure] = days.count
            days.append([:])
        }
        if measure.owner != .none { owned.insert(measure.metric) }
        let span = spans[measure.metric] ?? period
        spans[measure.metric] =
            min(span.lowerBound, period.lowerBound)...max(span.upperBound, period.upperBound)
    }

    /// The days from the first to the last that are asked for of any of the metrics; nil where none is asked for.
    func span(of metrics: [TargetMetric]) -> ClosedRange<CivilDate>? {
        let spans = metrics.compactMap { self.spans[$0] }
        guard let first = spans.map(\.lowerBound).min(), let last = spans.map(\.upperBound).max() else { return nil }
        return first...last
    }

    /// Counts a fact for everybody together, and for each of the owners.
    mutating func add(_ fact: TargetFact, _ owners: [OwnerCode]) {
        guard let span = spans[fact.metric], span.contains(fact.day) else { return }
        var measure = TargetMeasure(
            metric: fact.metric, owner: .none, programme: fact.programme, currency: fact.currency)
        add(fact, to: measure)
        for owner in owners {
            measure.owner = owner
            add(fact, to: measure)
        }
    }

    private mutating func add(_ fact: TargetFact, to measure: TargetMeasure) {
        guard let place = places[measure] else { return }
        days[place][fact.day.dayNumber, default: Sum()].amount += Int128(fact.amount)
        days[place][fact.day.dayNumber, default: Sum()].count += 1
    }

    /// What was counted of a measure in a period.
    func sum(_ measure: TargetMeasure, _ period: ClosedRange<CivilDate>) -> Sum {
        guard let place = places[measure] else { return Sum() }
        var sum = Sum()
        for (day, part) in days[place] where period.contains(CivilDate(dayNumber: day)) {
            sum.amount += part.amount
            sum.count += part.count
        }
        return sum
    }
}
