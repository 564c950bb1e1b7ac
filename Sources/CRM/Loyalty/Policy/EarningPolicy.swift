internal import Schema

/// What orders, returns and coupons do to the points of members.
///
/// A confirmed order earns by the rules in force; what comes back of it, its cancellation and its correction take
/// points back. An order of somebody who is nobody's member costs one look at a claim.
package enum EarningPolicy: Policy {
    /// Stands in the code only: each consequence carries the version of the programme whose rules made it.
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var consequences: [NewEvent] = []
        var returns = ReturnedLines()
        let round = AccountRound()
        for fact in facts {
            switch fact.payload {
            case .orderConfirmed(let confirmed):
                consequences += try OrderPoints(fact, context, round).confirmed(confirmed)
            case .orderCancelled(let cancelled) where cancelled.wasConfirmed:
                consequences += try OrderPoints(fact, context, round).cancelled(cancelled)
            case .orderCorrected(let corrected) where corrected.confirmed:
                consequences += try OrderPoints(fact, context, round).corrected(corrected)
            case .returnRegistered, .returnLinesAdded, .returnCorrected: returns.add(fact)
            case .pointsEarned(let earned) where earned.orderNumber != 0:
                consequences += try ReturnPoints(fact, context, round).earned(earned)
            case .offerRedeemed(let redeemed):
                consequences += try CouponPoints(fact, context, round).redeemed(redeemed)
            case .offerRedemptionReversed(let reversed):
                consequences += try CouponPoints(fact, context, round).reversed(reversed)
            default: break
            }
        }
        return consequences + (try returns.consequences(context, round))
    }
}

/// How accounts stand after what follows from the facts of a round so far: the world shows none of it yet.
final class AccountRound {
    fileprivate var states: [StreamNumber: LoyaltyAccountState] = [:]

    /// The events of a ledger, by which its account stands from now on.
    func keep(_ ledger: AccountLedger) -> [NewEvent] {
        states[ledger.number] = ledger.state
        return ledger.events
    }
}

/// Accounts of a party in which something follows from a fact.
struct MemberAccounts {
    var fact: StoredEvent
    var context: PolicyContext
    var round: AccountRound

    /// A ledger for each account of a party that is not closed; empty where it has none.
    func ledgers(of party: UInt64) throws(Refusal) -> [AccountLedger] {
        guard party != 0 else { return [] }
        let member = StreamNumber(party)
        let count = try context.world.claim(.memberships(member))
        guard count > 0 else { return [] }
        var ledgers: [AccountLedger] = []
        for index in 0..<UInt64(count) {
            guard let number = try context.world.register(.membership(member, index)),
                let ledger = try ledger(number)
            else { continue }
            ledgers.append(ledger)
        }
        return ledgers
    }

    /// The ledger of an account; nil where it is closed.
    func ledger(_ number: StreamNumber) throws(Refusal) -> AccountLedger? {
        var known = round.states[number]
        if known == nil { known = try context.world.state(LoyaltyAccountAggregate.self, of: number) }
        guard let state = known, state.status != .closed,
            let programme = try context.world.state(ProgrammeAggregate.self, of: StreamNumber(state.programmeNumber))
        else { return nil }
        var ledger = AccountLedger(number, state, programme, .policy(fact.position), at: fact.occurredAt)
        ledger.catchUp()
        return ledger
    }
}

/// What a confirmed order, its correction and its cancellation do to points.
struct OrderPoints {
    private var fact: StoredEvent
    private var context: PolicyContext
    private var round: AccountRound

    init(_ fact: StoredEvent, _ context: PolicyContext, _ round: AccountRound) {
        self.fact = fact
        self.context = context
        self.round = round
    }

    private var order: StreamNumber { fact.header.stream }

    func confirmed(_ confirmed: OrderConfirmed) throws(Refusal) -> [NewEvent] {
        var events: [NewEvent] = []
        for var ledger in try accounts(of: confirmed.partyNumber) {
            try earn(&ledger) { _ in true }
            events += round.keep(ledger)
        }
        return events
    }

    func cancelled(_ cancelled: OrderCancelled) throws(Refusal) -> [NewEvent] {
        try accounts(of: cancelled.partyNumber).flatMap { ledger in end(ledger, .orderCancelled) { _ in true } }
    }

    /// Lines that stay as they were keep their points and earn none; what was earned for others is taken back, and what
    /// they are now earns by the rules of today.
    func corrected(_ corrected: OrderCorrected) throws(Refusal) -> [NewEvent] {
        let accounts = try accounts(of: corrected.partyNumber)
        var events: [NewEvent] = []
        if corrected.partyChanged {
            events += try self.accounts(of: corrected.partyNumberBefore).flatMap { ledger in
                end(ledger, .orderCorrected) { _ in true }
            }
        }
        guard !accounts.isEmpty, let state = try context.world.state(OrderAggregate.self, of: order) else {
            return events
        }
        let before = corrected.partyChanged ? OrderState() : try contentBefore()
        func isChanged(_ line: OrderLine) -> Bool {
            guard before.currency == state.currency, let place = before.lines.place(ofLine: line.line) else {
                return true
            }
            return !before.lines[place].earnsLike(line)
        }
        for account in accounts {
            var ledger = account
            let known = ledger.state.orders.first { $0.orderNumber == order.rawValue }
            func isKept(_ line: LineEarningState) -> Bool {
                guard known?.currency == state.currency, let place = state.lines.place(ofLine: line.orderLine) else {
                    return false
                }
                return line.isOf(state.lines[place])
            }
            ledger.reverse(order: order.rawValue, ledger.ending(order.rawValue, at: fact.occurredAt) { !isKept($0) }) {
                $0.cause = .orderCorrected
                $0.causePosition = fact.position.rawValue
            }
            let kept = Set((known?.lines ?? []).filter { $0.earned > 0 && isKept($0) }.map(\.orderLine))
            try earn(&ledger, state) { isChanged($0) && !kept.contains($0.line) }
            events += round.keep(ledger)
        }
        return events
    }

    /// What the order consisted of before the fact.
    private func contentBefore() throws(Refusal) -> OrderState {
        var content: [StoredEvent] = []
        _ = try context.world.lookBack(from: fact.header.previousInStream) { event -> Bool? in
            switch event.payload {
            case .orderPlaced, .orderCorrected:
                content.append(event)
                return true
            case .orderLinesAdded: content.append(event)
            default: break
            }
            return nil
        }
        var state = OrderState()
        for event in content.reversed() { OrderAggregate.evolve(&state, event) }
        return state
    }

    private func accounts(of party: UInt64) throws(Refusal) -> [AccountLedger] {
        try MemberAccounts(fact: fact, context: context, round: round).ledgers(of: party)
    }

    private func end(
        _ account: AccountLedger, _ cause: ReversalCause, _ isMeant: (LineEarningState) -> Bool
    ) -> [NewEvent] {
        var ledger = account
        ledger.reverse(order: order.rawValue, ledger.ending(order.rawValue, at: fact.occurredAt, isMeant)) {
            $0.cause = cause
            $0.causePosition = fact.position.rawValue
        }
        return round.keep(ledger)
    }

    private func earn(
        _ ledger: inout AccountLedger, _ known: OrderState? = nil, where isMeant: (OrderLine) -> Bool
    ) throws(Refusal) {
        guard ledger.programme.status == .on, !ledger.programme.rules.isEmpty else { return }
        var state = known
        if state == nil { state = try context.world.state(OrderAggregate.self, of: order) }
        guard let state, state.hasConfirmedAt else { return }
        let confirmedAt = Instant(microseconds: state.confirmedAt)
        guard confirmedAt.rawValue >= ledger.state.enrolledAt else { return }
        let calculation = EarningCalculation(
            programme: ledger.programme, tier: ledger.state.tier, order: state, confirmedAt: confirmedAt)
        for part in try calculation.lines(context.world, where: isMeant).parts {
            var earned = PointsEarned()
            earned.orderNumber = order.rawValue
            earned.causePosition = fact.position.rawValue
            earned.currency = state.currency
            earned.lines = part.map(\.line)
            earned.lots = part.flatMap(\.lots)
            for index in earned.lots.indices { earned.lots[index].lot = UInt32(index + 1) }
            try ledger.earn(earned, earnedAt: confirmedAt, context.world)
        }
    }
}

extension [(line: EarnedLine, lots: [EarnedLot])] {
    /// The lines, as many at a time as one earning holds.
    fileprivate var parts: [[Element]] {
        var parts: [[Element]] = []
        var room = 0
        for element in self {
            if element.lots.count > room {
                parts.append([])
                room = LoyaltyLimits.movementsPerEvent
            }
            parts[parts.count - 1].append(element)
            room -= element.lots.count
        }
        return parts
    }
}

extension LineEarningState {
    /// Whether an order's line is what earned the points.
    fileprivate func isOf(_ line: OrderLine) -> Bool {
        productNumber == line.productNumber && net == line.net && Amounts.isSame(quantity, line.quantity)
    }
}

extension OrderLine {
    /// Whether both lines are of the same goods for the same amount, so that they earn the same.
    fileprivate func earnsLike(_ other: OrderLine) -> Bool {
        productNumber == other.productNumber && net == other.net && Amounts.isSame(quantity, other.quantity)
    }
}
