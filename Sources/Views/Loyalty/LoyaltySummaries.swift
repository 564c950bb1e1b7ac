internal import Schema
internal import SwiftProtobuf

/// Makes the summaries of accounts, reading each programme once.
struct LoyaltySummaries {
    static let microsecondsPerDay: Int64 = 86_400_000_000

    private let tables: LoyaltyTables
    private let asOf: Instant
    private var programmes: [UInt64: ProgrammeRecord] = [:]

    init(_ tables: LoyaltyTables, asOf: Instant) {
        self.tables = tables
        self.asOf = asOf
    }

    /// The accounts of a member, by the time of enrolment.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    mutating func summaries(
        of holder: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [LoyaltySummary] {
        var accounts: [StreamNumber] = []
        try reader.scan(tables.holders, prefix: .key(holder.rawValue)) { (key, _) throws(ViewError) in
            accounts.append(try LoyaltyTables.account(of: key))
            return .next
        }
        var summaries: [LoyaltySummary] = []
        for account in accounts {
            if let summary = try summary(of: account, in: reader) { summaries.append(summary) }
        }
        return summaries
    }

    /// The summary of an account; nil where there is none with this number.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    mutating func summary(
        of account: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> LoyaltySummary? {
        guard let row = try reader.row(LoyaltyAccountRow.self, tables.accounts, .key(account.rawValue)) else {
            return nil
        }
        let programme = try programme(row.programmeNumber, in: reader)
        var summary = LoyaltySummary(account, row)
        summary.programmeLabel = programme.label
        summary.pointsLabel = programme.pointsLabel.isEmpty ? "points" : programme.pointsLabel
        summary.setTiers(row, programme)
        let expiring = try expiring(of: account, row, in: reader)
        summary.expiring30Days = expiring.in30
        summary.expiring60Days = expiring.in60
        summary.expiring90Days = expiring.in90
        return summary
    }

    private mutating func programme(
        _ number: UInt64, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> ProgrammeRecord {
        if let known = programmes[number] { return known }
        let row = try reader.row(LoyaltyProgrammeRow.self, tables.programmes, .key(number))
        let record = row?.record ?? ProgrammeRecord()
        programmes[number] = record
        return record
    }

    /// What ends within so many days from `asOf`: later than it, and not later than so many days of 24 hours after it.
    private func expiring(
        of account: StreamNumber, _ row: LoyaltyAccountRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> (in30: Int64, in60: Int64, in90: Int64) {
        var sums = ExpiringSums(asOf: asOf)
        if row.hasInactiveAt { sums.add(row.endingWithInactivity, at: row.inactiveAt) }
        let prefix = EarningKey.prefix(account: account, .dated)
        // Keys begin with the end, so nothing that has ended by then is read.
        var after = prefix
        after.append(Instant(microseconds: asOf.rawValue + 1))
        try reader.scan(tables.earnings, prefix: prefix, after: after, descending: false) {
            (_, bytes) throws(ViewError) in
            let earning = try decodedRow(LoyaltyEarningRow.self, bytes)
            guard earning.expiresAt <= sums.last else { return .stop }
            sums.add(earning.left, at: earning.expiresAt)
            return .next
        }
        return sums.sums
    }
}

/// Adds up what ends in the next 30, 60 and 90 days of 24 hours.
struct ExpiringSums {
    let asOf: Int64
    private(set) var sums: (in30: Int64, in60: Int64, in90: Int64) = (0, 0, 0)

    init(asOf: Instant) { self.asOf = asOf.rawValue }

    /// The last instant that counts.
    var last: Int64 { end(90) }

    mutating func add(_ points: Int64, at end: Int64) {
        guard end > asOf else { return }
        if end <= self.end(30) { sums.in30 &+= points }
        if end <= self.end(60) { sums.in60 &+= points }
        if end <= self.end(90) { sums.in90 &+= points }
    }

    private func end(_ days: Int64) -> Int64 { asOf + days * LoyaltySummaries.microsecondsPerDay }
}

extension LoyaltySummary {
    fileprivate init(_ account: StreamNumber, _ row: LoyaltyAccountRow) {
        self.init()
        accountID = Identifier(high: row.idHigh, low: row.idLow).description
        accountNumber = account.rawValue
        programmeNumber = row.programmeNumber
        partyNumber = row.partyNumber
        employeeNumber = row.employeeNumber
        status = row.status
        balance = row.balance
        enrolledAt = Instant(microseconds: row.enrolledAt).timestamp
        if row.hasLastActivityAt { lastActivityAt = Instant(microseconds: row.lastActivityAt).timestamp }
        if row.hasInactiveAt { inactiveAt = Instant(microseconds: row.inactiveAt).timestamp }
        if row.balance.earned != 0 { burnRate = Double(row.balance.spent) / Double(row.balance.earned) }
    }

    fileprivate mutating func setTiers(_ row: LoyaltyAccountRow, _ programme: ProgrammeRecord) {
        tier = row.tier
        if !row.tier.isEmpty { tierSince = Instant(microseconds: row.tierSince).timestamp }
        let present = programme.tiers.first { $0.key.isIdentical(to: row.tier) }
        tierLabel = present?.label ?? ""
        tierValue = row.tierValue(programme.tierPolicy.basis)
        // Above the tier that the member has; without one, or where it has ended, above what the value reaches.
        let next = programme.tiers.first { tier in
            if let present { tier.rank > present.rank } else { tier.threshold > tierValue }
        }
        guard let next else { return }
        nextTier = next.key
        pointsToNextTier = max(0, next.threshold &- tierValue)
    }
}

extension LoyaltyAccountRow {
    /// The value that is compared with the thresholds of tiers.
    fileprivate func tierValue(_ basis: TierBasis) -> Int64 {
        switch basis {
        case .active: balance.active
        case .earnedSinceChange: earnedNet &- tierBaseline
        case .earned, .unspecified, .UNRECOGNIZED: earnedNet
        }
    }
}
