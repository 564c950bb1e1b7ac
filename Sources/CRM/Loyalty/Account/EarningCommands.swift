package import Schema
internal import SwiftProtobuf

extension EarnPoints: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(account, "account")
        try FormCheck.externalKey(cause, "cause")
        try LoyaltyLimits.check(points: points, "points")
        try LoyaltyLimits.check(hasLocksUntil ? locksUntil : nil, "locks_until")
        try LoyaltyLimits.check(hasExpiresAt ? expiresAt : nil, "expires_at")
    }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        let isRepeated = try context.isRepeated(cause, of: context.target) { event in
            if case .pointsEarned(let earned) = event { isSame(as: earned) } else { false }
        }
        guard !isRepeated else { return [] }
        try context.requireOn(ledger.programme)
        var earned = PointsEarned()
        earned.cause = cause
        earned.lots = [
            EarnedLot.with {
                $0.lot = 1
                $0.points = points
            }
        ]
        if hasLocksUntil, let instant = Instant(locksUntil) { earned.locksUntil = instant.rawValue }
        if hasExpiresAt, let instant = Instant(expiresAt) { earned.expiresAt = instant.rawValue }
        try ledger.earn(earned, earnedAt: context.occurredAt, context.world)
        return ledger.events
    }

    private func isSame(as earned: PointsEarned) -> Bool {
        earned.points == points
            && (!hasLocksUntil || !earned.hasLocksUntil || Instant(locksUntil)?.rawValue == earned.locksUntil)
            && (!hasExpiresAt || (earned.hasExpiresAt && Instant(expiresAt)?.rawValue == earned.expiresAt))
    }
}

extension UnlockPoints: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(account, "account") }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        try context.requireEarning(earning)
        for locked in ledger.state.earnings where locked.hasLocksUntil && (earning == 0 || locked.position == earning) {
            ledger.unlock(locked)
        }
        return ledger.events
    }
}

extension ExpirePoints: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(account, "account") }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        try context.requireEarning(earning)
        if earning == 0 {
            let spendable = Set(ledger.state.earnings.filter(ledger.isSpendable).map(\.position))
            ledger.expire(.command) { spendable.contains($0.position) }
        } else {
            ledger.expire(.command) { $0.position == earning }
        }
        return ledger.events
    }
}

extension ReverseEarning: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(account, "account")
        guard earning > 0 else {
            throw Refusal(.schemaInvalid, "Name the position of the PointsEarned.", field: "earning")
        }
        if points != 0 { try LoyaltyLimits.check(points: points, "points") }
    }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        guard let event = try context.world.event(at: Position(earning)), event.header.stream == context.target,
            case .pointsEarned(let earned) = event.payload
        else {
            throw Refusal(.reversalExceeds, "The account has no PointsEarned at this position.", field: "earning")
        }
        if earned.orderNumber == 0 {
            let open = ledger.state.commanded.first { $0.position == earning }?.open ?? 0
            guard let wanted = try wanted(of: open) else { return [] }
            ledger.reverse(earning: earning, points: wanted) { $0.cause = .command }
        } else {
            try reverse(earned, &ledger, context)
        }
        return ledger.events
    }

    private func reverse(
        _ earned: PointsEarned, _ ledger: inout AccountLedger, _ context: DecisionContext
    ) throws(Refusal) {
        let anew = try linesEarnedAnew(of: earned.orderNumber, context)
        let lines = earned.lines.map(\.orderLine).filter { (orderLine == 0 || $0 == orderLine) && !anew.contains($0) }
            .compactMap { ledger.state.line($0, ofOrder: earned.orderNumber) }
        guard var missing = try wanted(of: lines.reduce(0) { $0 + $1.open }) else { return }
        var reversals: [LineReversal] = []
        for line in lines where missing > 0 && line.open > 0 {
            var reversal = LineReversal(line: ReversedLine())
            reversal.line.orderLine = line.orderLine
            reversal.line.points = min(missing, line.open)
            missing -= reversal.line.points
            reversals.append(reversal)
        }
        ledger.reverse(order: earned.orderNumber, reversals) {
            $0.cause = .command
            $0.earning = earning
        }
    }

    /// Lines of an order that have earned once more since, because the order was corrected: what the account knows of
    /// them is of that later earning.
    private func linesEarnedAnew(of order: UInt64, _ context: DecisionContext) throws(Refusal) -> Set<UInt32> {
        var lines: Set<UInt32> = []
        _ = try context.world.lookBack(from: context.head?.last ?? .none) { event -> Bool? in
            guard event.position.rawValue > earning else { return true }
            if case .pointsEarned(let later) = event.payload, later.orderNumber == order {
                lines.formUnion(later.lines.map(\.orderLine))
            }
            return nil
        }
        return lines
    }

    /// How many points are to be reversed; nil where all that can be has been.
    private func wanted(of open: Int64) throws(Refusal) -> Int64? {
        guard points != 0 else { return open > 0 ? open : nil }
        guard points <= open else {
            throw Refusal(.reversalExceeds, "Only \(open) points of it can be reversed.", field: "points")
        }
        return points
    }
}

extension LineEarningState {
    /// Points that can still be taken back.
    var open: Int64 { max(0, earned - reversed - expired) }
}

extension DecisionContext {
    /// Refuses a position that is not that of an event of the target by which points came.
    ///
    /// - Throws: NOT_FOUND.
    fileprivate func requireEarning(_ position: UInt64) throws(Refusal) {
        guard position != 0 else { return }
        if let event = try world.event(at: Position(position)), event.header.stream == target {
            switch event.payload {
            case .pointsEarned, .reversalWithdrawn: return
            case .pointsAdjusted(let adjusted) where adjusted.points > 0: return
            case .pointsTransferred(let transferred) where transferred.points > 0: return
            default: break
            }
        }
        throw Refusal(.notFound, "No points of the account came with this event. Check the position.", field: "earning")
    }
}
