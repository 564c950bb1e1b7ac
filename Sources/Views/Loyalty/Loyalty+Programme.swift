package import Schema
internal import SwiftProtobuf

extension Loyalty {
    /// The programme that is meant where none is named: the only one that there is, else the only one that is on; nil
    /// where there is none at all.
    ///
    /// - Throws: `ViewError` with `requestInvalid` where there are several and not one of them is on, or what the reader throws.
    package static func onlyProgramme(
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> StreamNumber? {
        var numbers: [StreamNumber] = []
        try reader.scan(ledger.programmes, prefix: []) { (key, _) throws(ViewError) in
            var parts = KeyReader(key)
            numbers.append(StreamNumber(try parts.integer(UInt64.self)))
            return .next
        }
        guard numbers.count > 1 else { return numbers.first }
        var on: [StreamNumber] = []
        for number in numbers {
            let row = try reader.row(LoyaltyProgrammeRow.self, ledger.programmes, .key(number.rawValue))
            if row?.record.status == .on { on.append(number) }
        }
        guard on.count == 1 else {
            throw ViewError(.requestInvalid, "There are several programmes. Name one.", field: "programme")
        }
        return on[0]
    }

    /// A programme as a whole, or nil where there is none with this number. Of the request only `from` and `to` are
    /// looked at. The time it takes grows with what happened in the period.
    ///
    /// - Throws: `ViewError` with `requestInvalid` where the period is none, with `rowDamaged`, or what the reader
    ///   throws.
    package static func programme(
        _ number: StreamNumber, _ request: ProgrammeRequest, asOf: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> ProgrammeResponse? {
        guard let row = try reader.row(LoyaltyProgrammeRow.self, ledger.programmes, .key(number.rawValue)) else {
            return nil
        }
        let period = try period(request, asOf: asOf)
        let sums = try reader.row(LoyaltySumsRow.self, self.sums, .key(number.rawValue)) ?? LoyaltySumsRow()
        var response = ProgrammeResponse()
        response.programmeNumber = number.rawValue
        response.programme = row.record
        response.setSums(sums, buyers: try BuyerFold.buyers(in: reader))
        response.tiers = try tierCounts(of: number, row.record, members: response.members, in: reader)
        var figures = PeriodFigures()
        try figures.read(number, period, in: reader)
        try figures.write(to: &response, in: reader)
        try addExpiry(to: &response, asOf: asOf, in: reader)
        response.liability = LoyaltyLiability(sums, row.record)
        response.definitions = LoyaltyDefinitions.programme
        return response
    }

    /// From the first instant up to, not including, the second one.
    private static func period(
        _ request: ProgrammeRequest, asOf: Instant
    ) throws(ViewError) -> Range<Instant> {
        var from = Instant.earliest
        // What occurs at the very instant of the question still counts.
        var to = Instant(microseconds: asOf.rawValue + 1)
        if request.hasFrom { from = try instant(request.from, "from") }
        if request.hasTo { to = try instant(request.to, "to") }
        guard from <= to else {
            throw ViewError(.requestInvalid, "The period ends before it begins.", field: "to")
        }
        return from..<to
    }

    private static func instant(
        _ timestamp: Google_Protobuf_Timestamp, _ field: String
    ) throws(ViewError) -> Instant {
        guard let instant = Instant(timestamp) else {
            throw ViewError(.requestInvalid, "The instant lies outside the years 1 to 9999.", field: field)
        }
        return instant
    }

    /// Members by tier: those without one first, then the programme's tiers from the lowest, then tiers that have ended.
    private static func tierCounts(
        of programme: StreamNumber, _ record: ProgrammeRecord, members: UInt64,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [TierCount] {
        var counts: [(place: Int, count: TierCount)] = []
        try reader.scan(tiers, prefix: .key(programme.rawValue)) { (key, bytes) throws(ViewError) in
            var count = TierCount()
            count.tier = String(decoding: key.dropFirst(8), as: UTF8.self)
            count.members = UInt64(clamping: try Tally.number(bytes))
            if members > 0 { count.share = Double(count.members) / Double(members) }
            let place = record.tiers.firstIndex { $0.key.isIdentical(to: count.tier) }
            counts.append((count.tier.isEmpty ? -1 : place ?? .max, count))
            return .next
        }
        return counts.sorted { $0.place == $1.place ? $0.count.tier.isBefore($1.count.tier) : $0.place < $1.place }
            .map(\.count)
    }

    private static func addExpiry(
        to response: inout ProgrammeResponse, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        let endings = EndingIndex(response.programmeNumber)
        func points(_ days: Int64) throws(ViewError) -> Int64 {
            let end = Instant(microseconds: asOf.rawValue + days * LoyaltySummaries.microsecondsPerDay)
            return try endings.points(after: asOf, through: end, in: reader)
        }
        response.expiring30Days = try points(30)
        response.expiring60Days = try points(60)
        response.expiring90Days = try points(90)
        var days = ExpiryDays(try SettingsRows(settings).clock(in: reader), limit: expiryDaysMaximum)
        try endings.scan(after: asOf, in: reader) { (at, points) throws(ViewError) in days.add(points, at: at) }
        response.expiry = days.days
    }
}

extension ProgrammeResponse {
    fileprivate mutating func setSums(_ sums: LoyaltySumsRow, buyers: Int64) {
        members = sums.open + sums.frozen
        frozen = sums.frozen
        closed = sums.closed
        balance = sums.balance
        debt = sums.debt
        if buyers > 0 { enrolmentRate = Double(members) / Double(buyers) }
        let (spent, expired) = (Double(sums.balance.spent), Double(sums.balance.expired))
        if spent + expired != 0 { breakageToDate = 1 - spent / (spent + expired) }
    }
}

extension LoyaltyLiability {
    /// Outstanding points and, where the programme says what a point costs, what they are expected to cost.
    fileprivate init(_ sums: LoyaltySumsRow, _ programme: ProgrammeRecord) {
        self.init()
        outstanding = sums.balance.active &+ sums.debt &+ sums.balance.locked
        guard programme.hasPointValue else { return }
        value = programme.pointValue
        amount.currency = value.currency
        let digits = CurrencyCode.shownDigits(value.currency)
        amount.minorUnits = Int64(
            clamping: Decimals.amount(
                points: outstanding, cost: value.cost, share: value.redemptionRate, digits: digits))
    }
}
