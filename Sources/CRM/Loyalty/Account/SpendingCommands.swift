package import Schema
internal import SwiftProtobuf

extension SpendPoints: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(account, "account")
        try LoyaltyLimits.check(points: points, "points")
        if hasCause { try FormCheck.externalKey(cause, "cause") }
        if hasOrder { try FormCheck.reference(order, "order") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&account, .loyaltyAccount)
        if hasOrder { try visit(&order, .order) }
    }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        var spent = PointsSpent()
        if hasOrder { spent.orderNumber = try context.world.required(order, .order, field: "order").rawValue }
        let isRepeated = try context.isRepeated(hasCause ? cause : nil, of: context.target) { event in
            guard case .pointsSpent(let before) = event else { return false }
            // One that needed more events than one shows a part only.
            return before.points <= points && before.orderNumber == spent.orderNumber
                && (before.points == points || before.lots.count == LoyaltyLimits.movementsPerEvent)
        }
        guard !isRepeated else { return [] }
        try context.requireOn(ledger.programme)
        try context.requireUnfrozen(ledger.state)
        try ledger.withdrawExpiry(toSpend: points, context.world)
        try ledger.requireSpendable(points, context)
        if hasCause { spent.cause = cause }
        ledger.spend(points, spent)
        return ledger.events
    }
}

extension ReverseSpending: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(account, "account")
        guard spending > 0 else {
            throw Refusal(.schemaInvalid, "Name the position of the PointsSpent.", field: "spending")
        }
        if points != 0 { try LoyaltyLimits.check(points: points, "points") }
        try LoyaltyLimits.check(graceDays: graceDays)
    }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        guard let event = try context.world.event(at: Position(spending)), event.header.stream == context.target,
            case .pointsSpent(let spent) = event.payload
        else {
            throw Refusal(.reversalExceeds, "The account has no PointsSpent at this position.", field: "spending")
        }
        guard spent.redemptionNumber == 0 else {
            throw Refusal(
                .reversalExceeds, "The points were spent on a reward. Cancel the redemption instead.", field: "spending"
            )
        }
        guard let known = ledger.state.spendings.first(where: { $0.position == spending }) else {
            guard points == 0 else { throw exceeds(0) }
            return []
        }
        let open = known.lots.points - known.reversed
        guard points <= open else { throw exceeds(open) }
        ledger.giveBack(known, points == 0 ? open : points, graceDays: graceDays)
        return ledger.events
    }

    private func exceeds(_ open: Int64) -> Refusal {
        Refusal(.reversalExceeds, "Only \(open) points of it can be given back.", field: "points")
    }
}

extension LoyaltyLimits {
    /// - Throws: SCHEMA_INVALID.
    static func check(graceDays: UInt32) throws(Refusal) {
        guard graceDays <= self.graceDays else {
            throw Refusal(.schemaInvalid, "Points live at most 36,500 days more.", field: "grace_days")
        }
    }

    /// - Throws: SCHEMA_INVALID where it is given and lies outside the years 1 to 9999.
    static func check(_ instant: Google_Protobuf_Timestamp?, _ field: String) throws(Refusal) {
        guard let instant, Instant(instant) == nil else { return }
        throw Refusal(.schemaInvalid, "\(field) is no instant of the years 1 to 9999.", field: field)
    }
}

extension AccountLedger {
    /// Records that points come back which were spent: those that were taken last come back first. Where their end has
    /// passed they live so many days more, unless points of the same earning have come back before and are still there:
    /// an earning has one end.
    mutating func giveBack(_ spending: SpendingState, _ points: Int64, graceDays: UInt32, redemption: UInt64 = 0) {
        var book = self.book
        var skipped = spending.reversed
        var missing = points
        var lots: [LotMovement] = []
        for movement in spending.lots.reversed() where missing > 0 {
            let gone = min(skipped, movement.points)
            skipped -= gone
            let part = min(missing, movement.points - gone)
            guard part > 0 else { continue }
            missing -= part
            let open = book.earnings.place(of: movement.earning).map { book.earnings[$0] }
            let hasEnd = open?.hasExpiresAt ?? movement.hasExpiresAt
            let isOver = hasEnd && (open?.expiresAt ?? movement.expiresAt) <= occurredAt.rawValue
            let end = occurredAt.adding(days: graceDays).rawValue
            lots.append(book.give(part, backTo: movement, at: occurredAt, expiresAt: isOver ? end : nil))
        }
        let earnings = Set(lots.map(\.earning))
        let settled = settlement(outOf: book) { earnings.contains($0.position) && !$0.hasLocksUntil }
        var reversed = SpendingReversed()
        reversed.spending = spending.position
        reversed.points = lots.points
        reversed.lots = lots
        reversed.settled = settled
        reversed.redemptionNumber = redemption
        record(reversed, graceDays: graceDays)
    }
}

extension AdjustPoints: AccountCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(account, "account")
        guard points != .min else { throw Refusal(.amountInvalid, "points is too small.", field: "points") }
        try LoyaltyLimits.check(points: abs(points), "points")
        try LoyaltyLimits.check(hasExpiresAt ? expiresAt : nil, "expires_at")
        guard points > 0 || !hasExpiresAt else {
            throw Refusal(.schemaInvalid, "Points that are taken away have no end.", field: "expires_at")
        }
        if hasCause { try FormCheck.externalKey(cause, "cause") }
    }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var ledger = try context.ledger(state)
        let isRepeated = try context.isRepeated(hasCause ? cause : nil, of: context.target) { event in
            guard case .pointsAdjusted(let before) = event else { return false }
            return before.points == points
                || (before.points < 0 && before.points > points
                    && before.lots.count == LoyaltyLimits.movementsPerEvent)
        }
        guard !isRepeated else { return [] }
        guard context.hasReason || context.historic else {
            throw Refusal(.adjustNeedsReason, "Say why the balance is put right.", field: "reason")
        }
        if points > 0 {
            try give(&ledger, context)
        } else {
            try take(&ledger)
        }
        return ledger.events
    }

    private func give(_ ledger: inout AccountLedger, _ context: DecisionContext) throws(Refusal) {
        var adjusted = draft(ledger)
        adjusted.points = points
        if hasExpiresAt, let instant = Instant(expiresAt) {
            adjusted.expiresAt = instant.rawValue
        } else {
            let end = try ledger.end(ofEarningAt: context.occurredAt, context.world)
            if let expiresAt = end.expiresAt { adjusted.expiresAt = expiresAt.rawValue }
            adjusted.expiresWithInactivity = end.withInactivity
        }
        adjusted.settled = ledger.settlement(of: [(1, 0, points)]) {
            if adjusted.hasExpiresAt { $0.expiresAt = adjusted.expiresAt }
            $0.expiresWithInactivity = adjusted.expiresWithInactivity
        }
        ledger.record(adjusted)
    }

    private func take(_ ledger: inout AccountLedger) throws(Refusal) {
        guard -points <= ledger.spendable else {
            throw Refusal(
                .insufficientPoints, "The account has \(ledger.spendable) points. Take fewer.", field: "points")
        }
        for (index, lots) in ledger.spending(-points).chunks.enumerated() {
            var adjusted = draft(ledger)
            adjusted.points = -lots.points
            adjusted.lots = lots
            adjusted.continued = index > 0
            ledger.record(adjusted)
        }
    }

    private func draft(_ ledger: AccountLedger) -> PointsAdjusted {
        var adjusted = PointsAdjusted()
        if hasCause { adjusted.cause = cause }
        adjusted.programmeVersion = ledger.programme.version
        return adjusted
    }
}
