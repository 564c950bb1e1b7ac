internal import Analytics
internal import Schema

/// Counts facts as of an instant for the targets of one page. Each table is read once, whatever the number of targets.
struct TargetCount {
    private let asOf: Instant
    private let calendar: PipelineCalendar
    private var ownership: Ownership
    private(set) var tally: TargetTally

    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    init(
        _ tally: TargetTally, asOf: Instant, _ calendar: PipelineCalendar,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        self.asOf = asOf
        self.calendar = calendar
        self.tally = tally
        ownership = try Ownership(in: reader)
    }

    /// Reads all that the targets ask for.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    mutating func read(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) {
        var count = self
        try count.readOpportunities(in: reader)
        try count.readSales(in: reader)
        try count.readInteractions(in: reader)
        try count.readEarnings(in: reader)
        try count.readTrainings(in: reader)
        self = count
    }

    /// The owner, and the teams that an employee was in.
    private func owners(_ owner: OwnerCode, at instant: Instant) -> [OwnerCode] {
        guard owner != .none else { return [] }
        guard let employee = owner.employeeNumber else { return [owner] }
        return [owner] + ownership.teams(of: employee, at: instant).map { .team($0) }
    }

    private mutating func owners(
        ofParty party: UInt64, at instant: Instant, for metrics: [TargetMetric],
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [OwnerCode] {
        guard metrics.contains(where: tally.owned.contains) else { return [] }
        let owner = try ownership.owner(ofParty: party, at: instant, in: reader)
        return owners(owner, at: instant)
    }

    /// The instants in which facts of these metrics can count; nil where there are none.
    private func instants(_ metrics: [TargetMetric]) -> Range<Instant>? {
        guard let span = tally.span(of: metrics) else { return nil }
        let first = calendar.end(of: span.lowerBound.adding(days: -1))
        let end = min(calendar.end(of: span.upperBound), Instant(microseconds: asOf.rawValue + 1))
        return first < end ? first..<end : nil
    }
}

// MARK: Opportunities

extension TargetCount {
    private static let ofOpportunities: [TargetMetric] = [
        .wonValue, .wonCount, .winRate, .openedCount, .openPipeline, .weightedPipeline,
    ]

    private mutating func readOpportunities(
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        guard tally.span(of: TargetCount.ofOpportunities) != nil else { return }
        let reading = try PipelineReading(Targets.pipeline, asOf: asOf, in: reader)
        try reading.each(OpportunityConditions(), in: reader) { standing throws(ViewError) in
            addOpening(standing)
            if standing.isOpen { addOpen(standing) } else { addClosing(standing) }
            return .next
        }
    }

    private mutating func addOpening(_ standing: OpportunityStanding) {
        guard let openedAt = standing.history.openedAt else { return }
        let fact = TargetFact(metric: .openedCount, day: calendar.day(of: openedAt))
        let first = standing.history.firstOwner
        tally.add(fact, first.map { owners(OwnerCode($0.owner), at: max($0.since, openedAt)) } ?? [])
    }

    private mutating func addOpen(_ standing: OpportunityStanding) {
        guard let day = CivilDate(standing.moment.closeDate), let weighted = standing.weighted else { return }
        let amount = standing.moment.amount
        let owners = owners(OwnerCode(standing.moment.owner), at: asOf)
        var fact = TargetFact(metric: .openPipeline, day: day, currency: amount.currency, amount: amount.minorUnits)
        tally.add(fact, owners)
        (fact.metric, fact.amount) = (.weightedPipeline, weighted)
        tally.add(fact, owners)
    }

    private mutating func addClosing(_ standing: OpportunityStanding) {
        guard let closedAt = standing.closedAt, let closing = standing.history.closing,
            closing.status == .won || closing.status == .lost
        else { return }
        let day = calendar.day(of: closedAt)
        let owners = owners(OwnerCode(closing.owner), at: closedAt)
        let isWon = closing.status == .won
        tally.add(TargetFact(metric: .winRate, day: day, amount: isWon ? 1 : 0), owners)
        guard isWon else { return }
        tally.add(TargetFact(metric: .wonCount, day: day), owners)
        guard standing.moment.hasAmount else { return }
        let amount = standing.moment.amount
        tally.add(
            TargetFact(metric: .wonValue, day: day, currency: amount.currency, amount: amount.minorUnits), owners)
    }
}

// MARK: Orders and returns

extension TargetCount {
    private static let ofSales: [TargetMetric] = [.netRevenue, .orders, .newCustomers]

    private mutating func readSales(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) {
        guard let instants = instants(TargetCount.ofSales) else { return }
        // Whether an order is a party's first one is known only from all before it.
        var after: [UInt8]?
        if tally.spans[.newCustomers] == nil { after = .start(instants.lowerBound) }
        var customers: Set<UInt64> = []
        try reader.scan(Targets.sales, prefix: [], after: after, descending: false) { (key, bytes) throws(ViewError) in
            let key = try SaleKey(key)
            guard key.at < instants.upperBound else { return .stop }
            let row = try SaleRow(bytes)
            guard row.counts(key.kind, asOf: asOf) else { return .next }
            let isFirst = key.kind == .order && row.party != 0 && customers.insert(row.party).inserted
            guard key.at >= instants.lowerBound else { return .next }
            try add(key, row, isFirst: isFirst, in: reader)
            return .next
        }
    }

    private mutating func add(
        _ key: SaleKey, _ row: SaleRow, isFirst: Bool, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        let day = calendar.day(of: key.at)
        let owners = try owners(ofParty: row.party, at: key.at, for: TargetCount.ofSales, in: reader)
        var revenue = TargetFact(metric: .netRevenue, day: day, currency: row.currency, amount: row.net)
        switch key.kind {
        case .order:
            tally.add(TargetFact(metric: .orders, day: day), owners)
            if isFirst { tally.add(TargetFact(metric: .newCustomers, day: day), owners) }
        case .goodsReturn: revenue.amount = -row.net
        }
        tally.add(revenue, owners)
    }
}

// MARK: Interactions, points, trainings

extension TargetCount {
    private mutating func readInteractions(
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        guard let instants = instants([.interactions]) else { return }
        try reader.scan(Targets.interactions, prefix: [], after: .start(instants.lowerBound), descending: false) {
            (key, bytes) throws(ViewError) in
            var key = KeyReader(key)
            let start = try key.instant()
            guard start < instants.upperBound else { return .stop }
            var row = KeyReader(bytes)
            let employee = OwnerCode.employee(try row.integer(UInt64.self))
            let fact = TargetFact(metric: .interactions, day: calendar.day(of: start))
            tally.add(fact, owners(employee, at: start))
            return .next
        }
    }

    private mutating func readEarnings(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) {
        guard let instants = instants([.pointsEarned]) else { return }
        try reader.scan(Targets.earnings, prefix: [], after: .start(instants.lowerBound), descending: false) {
            (key, bytes) throws(ViewError) in
            var key = KeyReader(key)
            let at = try key.instant()
            guard at < instants.upperBound else { return .stop }
            var row = KeyReader(bytes)
            let programme = try row.integer(UInt64.self)
            let owners = try owners(ofParty: try row.integer(UInt64.self), at: at, for: [.pointsEarned], in: reader)
            var fact = TargetFact(metric: .pointsEarned, day: calendar.day(of: at))
            fact.amount = Int64(bitPattern: try row.integer(UInt64.self))
            // For a target of all programmes together, and for one of this programme.
            for programme in [0, programme] {
                fact.programme = programme
                tally.add(fact, owners)
            }
            return .next
        }
    }

    private mutating func readTrainings(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) {
        guard let span = tally.spans[.trainings] else { return }
        var after: [UInt8] = []
        after.append(span.lowerBound)
        let last = min(span.upperBound, calendar.day(of: asOf))
        try reader.scan(Targets.trainings, prefix: [], after: after, descending: false) {
            (key, bytes) throws(ViewError) in
            var key = KeyReader(key)
            let day = try key.day()
            guard day <= last else { return .stop }
            var row = KeyReader(bytes)
            let employee = OwnerCode.employee(try row.integer(UInt64.self))
            let end = Instant(microseconds: calendar.end(of: day).rawValue - 1)
            tally.add(TargetFact(metric: .trainings, day: day), owners(employee, at: min(end, asOf)))
            return .next
        }
    }
}

extension [UInt8] {
    /// What stands before every key that begins with the instant or a later one.
    fileprivate static func start(_ instant: Instant) -> [UInt8] {
        var key = [UInt8].key(capacity: 8)
        key.append(instant)
        return key
    }
}
