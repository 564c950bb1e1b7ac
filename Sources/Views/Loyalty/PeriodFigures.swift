internal import Schema

/// Counts what happened in a programme in a period.
struct PeriodFigures {
    /// Sums of points by what became of them; what was withdrawn or given back counts against them.
    private var earned: Int128 = 0
    private var spent: Int128 = 0
    private var expired: Int128 = 0
    private var reversed: Int128 = 0
    private var enrolled: UInt64 = 0
    /// Accounts that earned or spent.
    private var active: Set<UInt64> = []
    private var rates: [String: (net: Int128, points: Int128)] = [:]
    private var tierMovements: [TierStep: UInt64] = [:]
    private var rewards: [UInt64: (redeemed: UInt64, points: Int128)] = [:]

    private struct TierStep: Hashable {
        var from: String
        var to: String
    }

    /// Reads the period.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    mutating func read(
        _ programme: StreamNumber, _ period: Range<Instant>, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        var figures = self
        let prefix = [UInt8].key(programme.rawValue)
        var after = prefix
        after.append(period.lowerBound)
        try reader.scan(Loyalty.activity, prefix: prefix, after: after, descending: false) {
            (key, bytes) throws(ViewError) in
            guard try ActivityKey.instant(of: key) < period.upperBound else { return .stop }
            figures.add(try decodedRow(LoyaltyActivityRow.self, bytes))
            return .next
        }
        self = figures
    }

    private mutating func add(_ row: LoyaltyActivityRow) {
        let points = Int128(row.points)
        switch row.kind {
        case .memberEnrolled: enrolled += 1
        case .pointsEarned:
            earned += points
            active.insert(row.accountNumber)
            guard !row.currency.isEmpty else { return }
            rates[row.currency, default: (0, 0)].net += Int128(row.net)
            rates[row.currency, default: (0, 0)].points += points
        case .pointsSpent:
            spent -= points
            active.insert(row.accountNumber)
        case .spendingReversed: spent -= points
        case .pointsExpired, .pointsExpiryWithdrawn: expired -= points
        case .earningReversed, .reversalWithdrawn: reversed -= points
        case .tierChanged: tierMovements[TierStep(from: row.tierFrom, to: row.tierTo), default: 0] += 1
        case .rewardRedeemed:
            rewards[row.rewardNumber, default: (0, 0)].redeemed += UInt64(row.quantity)
            rewards[row.rewardNumber, default: (0, 0)].points += points
        default: break
        }
    }

    /// Writes the figures; members, which must be there, are what the active ones are a share of.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    func write(
        to response: inout ProgrammeResponse, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        response.enrolled = enrolled
        response.earnedInPeriod = Int64(clamping: earned)
        response.spentInPeriod = Int64(clamping: spent)
        response.expiredInPeriod = Int64(clamping: expired)
        response.reversedInPeriod = Int64(clamping: reversed)
        if earned != 0 { response.burnRate = Double(spent) / Double(earned) }
        response.activeMembers = try activeMembers(in: reader)
        if response.members > 0 {
            response.activeMemberRate = Double(response.activeMembers) / Double(response.members)
        }
        response.earnRates = earnRates
        response.rewards = try rewardCounts(in: reader)
        response.tierMovements = tierMovements.sorted { left, right in
            left.key.from.isIdentical(to: right.key.from)
                ? left.key.to.isBefore(right.key.to) : left.key.from.isBefore(right.key.from)
        }.map { step, changes in
            var movement = TierMovement()
            (movement.from, movement.to, movement.changes) = (step.from, step.to, changes)
            return movement
        }
    }

    /// How many of those that earned or spent are members still.
    private func activeMembers(
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> UInt64 {
        var count: UInt64 = 0
        for account in active {
            let row = try reader.row(LoyaltyAccountRow.self, Loyalty.ledger.accounts, .key(account))
            if let row, row.status != .closed { count += 1 }
        }
        return count
    }

    /// In the order of the currency codes.
    private var earnRates: [EarnRate] {
        rates.sorted { $0.key.isBefore($1.key) }.map { currency, sums in
            var rate = EarnRate()
            rate.currency = currency
            rate.net = Int64(clamping: sums.net)
            rate.points = Int64(clamping: sums.points)
            let units = Double(sums.net) / Double(Decimals.power(CurrencyCode.shownDigits(currency)))
            if sums.net != 0 { rate.rate = Double(sums.points) / units }
            return rate
        }
    }

    /// By number.
    private func rewardCounts(
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [RewardCount] {
        var counts: [RewardCount] = []
        for (number, sums) in rewards.sorted(by: { $0.key < $1.key }) {
            var count = RewardCount()
            count.rewardNumber = number
            count.label = try reader.row(LoyaltyRewardRow.self, Loyalty.rewards, .key(number))?.label ?? ""
            count.redeemed = sums.redeemed
            count.points = Int64(clamping: sums.points)
            counts.append(count)
        }
        return counts
    }
}
