package import Schema

extension TransferPoints: DomainCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(from, "from")
        try FormCheck.reference(to, "to")
        try LoyaltyLimits.check(points: points, "points")
        if hasCause { try FormCheck.externalKey(cause, "cause") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&from, .loyaltyAccount)
        try visit(&to, .loyaltyAccount)
    }

    package var commandTarget: CommandTarget { .existing(from) }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var giver = try context.ledger(state)
        let number = try context.world.required(to, .loyaltyAccount, field: "to")
        guard let other = try context.world.state(LoyaltyAccountAggregate.self, of: number) else {
            throw Refusal(.referenceMissing, "The account does not exist. Enrol the member first.", field: "to")
        }
        let isRepeated = try context.isRepeated(hasCause ? cause : nil, of: context.target) { event in
            guard case .pointsTransferred(let before) = event else { return false }
            return before.accountNumber == number.rawValue
                && (before.points == -points
                    || (before.points > -points && before.lots.count == LoyaltyLimits.movementsPerEvent))
        }
        guard !isRepeated else { return [] }
        guard number != context.target, other.programmeNumber == giver.state.programmeNumber else {
            throw Refusal(
                .transferNotPossible, "Points go to another account of the same programme. Name one.", field: "to")
        }
        var taker = try context.ledger(other, of: number, .fact(.other(number)))
        try context.requireOn(giver.programme)
        try context.requireUnfrozen(giver.state, field: "from")
        try giver.withdrawExpiry(toSpend: points, context.world)
        try giver.requireSpendable(points, context)
        try taker.withdrawLapse(context.world)
        let lots = giver.spending(points)
        give(lots, to: number, &giver)
        take(lots, from: context.target, &taker)
        return giver.events + taker.events
    }

    private func give(_ lots: [LotMovement], to account: StreamNumber, _ giver: inout AccountLedger) {
        for (index, chunk) in lots.chunks.enumerated() {
            var moved = PointsTransferred()
            moved.accountNumber = account.rawValue
            moved.points = -chunk.points
            moved.lots = chunk
            if hasCause { moved.cause = cause }
            moved.continued = index > 0
            giver.record(moved)
        }
    }

    /// Points keep their end: those with the same one come in together.
    private func take(_ lots: [LotMovement], from account: StreamNumber, _ taker: inout AccountLedger) {
        var ends: [(first: LotMovement, points: Int64)] = []
        for lot in lots {
            let place = ends.firstIndex {
                $0.first.hasExpiresAt == lot.hasExpiresAt && $0.first.expiresAt == lot.expiresAt
                    && $0.first.expiresWithInactivity == lot.expiresWithInactivity
            }
            if let place { ends[place].points += lot.points } else { ends.append((lot, lot.points)) }
        }
        for (index, end) in ends.enumerated() {
            var moved = PointsTransferred()
            moved.accountNumber = account.rawValue
            moved.points = end.points
            if end.first.hasExpiresAt { moved.expiresAt = end.first.expiresAt }
            moved.expiresWithInactivity = end.first.expiresWithInactivity
            if hasCause { moved.cause = cause }
            moved.continued = index > 0
            moved.settled = taker.settlement(of: [(1, 0, end.points)]) {
                if end.first.hasExpiresAt { $0.expiresAt = end.first.expiresAt }
                $0.expiresWithInactivity = end.first.expiresWithInactivity
            }
            taker.record(moved)
        }
    }
}
