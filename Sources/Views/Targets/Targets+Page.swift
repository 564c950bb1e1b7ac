internal import Analytics
package import Schema
internal import SwiftProtobuf

/// A page of targets.
package struct TargetPage: Sendable, Hashable {
    /// The answer without its cursor.
    package var response: TargetsResponse
    /// Where the next page begins; empty: this was the last one.
    package var cursor: [UInt8]
}

extension Targets {
    /// Greatest number of targets of a page.
    package static let pageMaximum = 1_000
    /// So many targets a page has where the request does not say it.
    package static let pageDefault = 100

    /// A page of the targets that hold now, with what was reached of each by an instant. The time it takes grows with
    /// the facts of the periods asked for, with the number of opportunities, and for new customers with all orders.
    ///
    /// - Parameters:
    ///   - request: its owner, `as_of` and `at_least` are not looked at.
    ///   - owner: whose targets are asked for; nil: everybody's and all owners'.
    ///   - asOf: what occurred later does not count; nil: now, or on a further page what it was on the first.
    ///   - now: the present.
    /// - Throws: `ViewError` with `requestInvalid` or `cursorForeign` where the request is at fault, with `rowDamaged`,
    ///   or what the reader throws.
    package static func page(
        _ request: TargetsRequest, of owner: Owner?, asOf: Instant?, now: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> TargetPage {
        let question = try TargetQuestion(request, owner: owner)
        var cursor: TargetCursor?
        if !request.cursor.isEmpty {
            cursor = try TargetCursor(Array(request.cursor), of: question, asOf: asOf)
        }
        let asOf = asOf ?? cursor?.asOf ?? now
        let calendar = try pipeline.calendar(in: reader)
        let (targets, isLast) = try listed(question, after: cursor?.key, in: reader)
        var page = TargetPage(response: TargetsResponse(), cursor: [])
        page.response.targets = try attainments(targets, asOf: asOf, calendar, in: reader)
        page.response.definitions = TargetDefinitions.of(Set(targets.map(\.set.metric)))
        page.response.asOf = asOf.timestamp
        page.response.zone = calendar.zone
        if isLast {
            guard question.markets else { return page }
            page.response.markets = try MarketShares(question, asOf: asOf, calendar, in: reader).shares(in: reader)
        } else if let last = targets.last {
            page.cursor = TargetCursor(asOf: asOf, key: last.key).bytes(of: question)
        }
        return page
    }

    /// The targets of a page, and whether it is the last one.
    private static func listed(
        _ question: TargetQuestion, after: [UInt8]?, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> ([ListedTarget], isLast: Bool) {
        var found: [ListedTarget] = []
        try reader.scan(targets, prefix: [], after: after, descending: false) { (key, bytes) throws(ViewError) in
            let target = try ListedTarget(key, try decodedRow(TargetSet.self, bytes))
            if question.asks(for: target.set, target.days) { found.append(target) }
            return found.count > question.limit ? .stop : .next
        }
        let isLast = found.count <= question.limit
        if !isLast { found.removeLast() }
        return (found, isLast)
    }

    private static func attainments(
        _ listed: [ListedTarget], asOf: Instant, _ calendar: PipelineCalendar,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [TargetAttainment] {
        var tally = TargetTally()
        for target in listed {
            let measure = TargetMeasure(target.set)
            tally.want(measure, target.days)
            // Coverage compares what is missing with what may still be won.
            if measure.metric == .wonValue { tally.want(measure.of(.weightedPipeline), target.days) }
        }
        var count = try TargetCount(tally, asOf: asOf, calendar, in: reader)
        try count.read(in: reader)
        let today = calendar.day(of: asOf)
        var attainments: [TargetAttainment] = []
        for target in listed {
            let number = try TargetKey.number(of: target.key)
            guard let place = try reader.get(targetPlaces, .key(number)) else { throw damaged }
            var attainment = target.attainment(count.tally, today)
            attainment.id = try TargetPlace(place).id.description
            attainment.number = number
            attainments.append(attainment)
        }
        return attainments
    }
}

/// A target that is shown.
private struct ListedTarget {
    let key: [UInt8]
    let set: TargetSet
    let days: ClosedRange<CivilDate>

    init(_ key: [UInt8], _ set: TargetSet) throws(ViewError) {
        guard let first = CivilDate(set.period.firstDay), let last = CivilDate(set.period.lastDay), first <= last
        else { throw Targets.damaged }
        self.key = key
        self.set = set
        days = first...last
    }

    /// What was reached of it, without its id and number.
    func attainment(_ tally: TargetTally, _ today: CivilDate) -> TargetAttainment {
        let measure = TargetMeasure(set)
        let sum = tally.sum(measure, days)
        var attainment = TargetAttainment()
        attainment.metric = set.metric
        attainment.period = set.period
        if set.hasOwner, set.owner.owner != nil { attainment.owner = set.owner }
        attainment.programmeNumber = set.programmeNumber
        attainment.target = set.value
        attainment.counted = sum.count
        attainment.elapsed = elapsed(today)
        attainment.setActual(sum)
        if set.metric == .wonValue {
            let missing = Int128(set.value.money.minorUnits) - sum.amount
            let open = tally.sum(measure.of(.weightedPipeline), days).amount
            if missing > 0 { attainment.coverage = Double(open) / Double(missing) }
        }
        return attainment
    }

    private func elapsed(_ today: CivilDate) -> Double {
        let length = days.upperBound.dayNumber - days.lowerBound.dayNumber + 1
        let passed = today.dayNumber - days.lowerBound.dayNumber + 1
        return Double(min(max(passed, 0), length)) / Double(length)
    }
}

extension TargetAttainment {
    /// Decimals of a rate in percent.
    private static let percentScale: UInt32 = 2

    /// Says what was reached, in the kind of the target.
    fileprivate mutating func setActual(_ sum: TargetTally.Sum) {
        switch target.value {
        case .money(let money):
            actual.money.minorUnits = Int64(clamping: sum.amount)
            actual.money.currency = money.currency
            attain(Double(sum.amount), of: Double(money.minorUnits))
        case .count(let count):
            actual.count = UInt64(clamping: sum.amount)
            attain(Double(sum.amount), of: Double(count))
        case .percent(let percent):
            guard sum.count > 0 else { return }
            let whole = Int128(100) * Decimals.power(Int(TargetAttainment.percentScale))
            let rate = Decimals.halfEven(sum.amount * whole, dividedBy: Int128(sum.count))
            actual.percent.unscaled = Int64(clamping: rate)
            actual.percent.scale = TargetAttainment.percentScale
            // Of the rate itself, not of the rounded one.
            let billionths = Double(Decimals.billionths(of: percent)) * Double(sum.count)
            attain(Double(sum.amount) * 100e9, of: billionths)
        case nil: return
        }
    }

    private mutating func attain(_ reached: Double, of wanted: Double) {
        if wanted > 0 { attainment = reached / wanted }
    }
}
