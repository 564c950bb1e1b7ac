internal import Schema
internal import SwiftProtobuf

/// What came back of orders by the facts of one body, per line of an order.
struct ReturnedLines {
    private struct Part {
        /// The event that says it, the first of its return.
        var fact: StoredEvent
        /// The customers that the return names or named.
        var parties: [UInt64]
        /// What more came back, in minor units; negative where it was less after all.
        var nets: [UInt64: [UInt32: Int64]] = [:]
    }

    private var parts: [Part] = []

    /// Notes one event of a return.
    mutating func add(_ fact: StoredEvent) {
        switch fact.payload {
        case .returnRegistered(let registered):
            parts.append(Part(fact: fact, parties: [registered.partyNumber]))
            add(registered.lines, of: registered.orderNumber, sign: 1)
        case .returnCorrected(let corrected):
            parts.append(Part(fact: fact, parties: [corrected.partyNumber, corrected.partyNumberBefore]))
            add(corrected.linesBefore, of: corrected.orderNumberBefore, sign: -1)
            add(corrected.lines, of: corrected.orderNumber, sign: 1)
        case .returnLinesAdded(let added) where parts.last?.fact.header.stream == fact.header.stream:
            add(added.linesBefore, of: added.orderNumberBefore, sign: -1)
            add(added.lines, of: added.orderNumber, sign: 1)
        default: break
        }
    }

    private mutating func add(_ lines: [ReturnLine], of order: UInt64, sign: Int64) {
        guard order != 0, let last = parts.indices.last else { return }
        for line in lines where line.orderLine != 0 {
            parts[last].nets[order, default: [:]][line.orderLine, default: 0] += sign * line.net
        }
    }

    /// What follows for the points of those who had bought.
    func consequences(_ context: PolicyContext, _ round: AccountRound) throws(Refusal) -> [NewEvent] {
        var events: [NewEvent] = []
        for part in parts {
            // Whoever has no account is known by a claim.
            var isMember = false
            for party in part.parties where party != 0 && !isMember {
                isMember = try context.world.claim(.memberships(StreamNumber(party))) > 0
            }
            guard isMember else { continue }
            // What comes back now is taken first, so that what is given back fills the debt that it may make.
            let points = ReturnPoints(part.fact, context, round)
            let orders = part.nets.sorted { $0.key < $1.key }
            for (order, nets) in orders { events += try points.returned(order, nets.filter { $0.value > 0 }) }
            for (order, nets) in orders { events += try points.notReturned(order, nets.filter { $0.value < 0 }) }
        }
        return events
    }
}

/// What comes back of an order does to the points that it earned.
struct ReturnPoints {
    private var fact: StoredEvent
    private var context: PolicyContext
    private var round: AccountRound

    init(_ fact: StoredEvent, _ context: PolicyContext, _ round: AccountRound) {
        self.fact = fact
        self.context = context
        self.round = round
    }

    /// So much more came back of an order's lines.
    func returned(_ order: UInt64, _ nets: [UInt32: Int64]) throws(Refusal) -> [NewEvent] {
        var events: [NewEvent] = []
        for account in try accounts(order, nets) {
            var ledger = account
            let reversals = known(nets, of: order, ledger).map { line, net in
                ledger.reversal(of: line, order: order, net: net)
            }
            ledger.reverse(order: order, reversals) {
                $0.cause = .returned
                $0.returnNumber = fact.header.stream.rawValue
                $0.causePosition = fact.position.rawValue
            }
            events += round.keep(ledger)
        }
        return events
    }

    /// So much less came back of an order's lines than was recorded; the nets are negative.
    func notReturned(_ order: UInt64, _ nets: [UInt32: Int64]) throws(Refusal) -> [NewEvent] {
        var events: [NewEvent] = []
        for account in try accounts(order, nets) {
            var ledger = account
            let lines = known(nets, of: order, ledger).map { line, net in ledger.withdrawal(of: line, net: -net) }
            try ledger.withdraw(order: order, lines, context.world) {
                $0.returnNumber = fact.header.stream.rawValue
                $0.causePosition = fact.position.rawValue
            }
            events += round.keep(ledger)
        }
        return events
    }

    private func accounts(_ order: UInt64, _ nets: [UInt32: Int64]) throws(Refusal) -> [AccountLedger] {
        guard !nets.isEmpty, let state = try context.world.state(OrderAggregate.self, of: StreamNumber(order)) else {
            return []
        }
        return try MemberAccounts(fact: fact, context: context, round: round).ledgers(of: state.partyNumber)
    }

    /// The lines of which something is known, by ascending number: those that have earned points, and those that earn
    /// none just now and of which something had come back. What comes back of others is reckoned when they earn.
    private func known(
        _ nets: [UInt32: Int64], of order: UInt64, _ ledger: AccountLedger
    ) -> [(line: LineEarningState, net: Int64)] {
        nets.sorted { $0.key < $1.key }.compactMap { number, net in
            ledger.state.line(number, ofOrder: order).map { ($0, net) }
        }
    }

    /// Lines earned of which something had come back before: of an order that was corrected, or whose return was
    /// recorded before it was confirmed.
    func earned(_ earned: PointsEarned) throws(Refusal) -> [NewEvent] {
        guard var ledger = try MemberAccounts(fact: fact, context: context, round: round).ledger(fact.header.stream)
        else {
            return []
        }
        let order = earned.orderNumber
        var reversals: [LineReversal] = []
        for line in earned.lines {
            guard let known = ledger.state.line(line.orderLine, ofOrder: order) else { continue }
            let net = known.returned > 0 ? 0 : try returnedNet(of: line, order)
            guard known.returned > 0 || net > 0 else { continue }
            reversals.append(ledger.reversal(of: known, order: order, net: net))
        }
        ledger.reverse(order: order, reversals) {
            $0.cause = .returned
            $0.causePosition = earned.causePosition
        }
        return round.keep(ledger)
    }

    /// What came back of a line before it earned anything, by its share of the quantity.
    private func returnedNet(of line: EarnedLine, _ order: UInt64) throws(Refusal) -> Int64 {
        let back = try context.world.claim(.returned(order: StreamNumber(order), line: line.orderLine))
        guard back > 0, let sold = Amounts.millionths(of: line.quantity), sold > 0 else { return 0 }
        var share = LineEarningState()
        share.earned = line.net
        share.net = sold
        return share.share(returned: back)
    }
}

/// What redeemed coupons do to points.
struct CouponPoints {
    private var fact: StoredEvent
    private var context: PolicyContext
    private var round: AccountRound

    init(_ fact: StoredEvent, _ context: PolicyContext, _ round: AccountRound) {
        self.fact = fact
        self.context = context
        self.round = round
    }

    /// The offer gives points of a programme.
    func redeemed(_ redeemed: OfferRedeemed) throws(Refusal) -> [NewEvent] {
        guard case .points(let points)? = redeemed.benefit.benefit, points.points > 0,
            var ledger = try ledger(of: redeemed.partyNumber, in: points.programmeNumber),
            ledger.programme.status == .on
        else { return [] }
        var earned = PointsEarned()
        earned.causePosition = fact.position.rawValue
        earned.lots = [
            EarnedLot.with {
                $0.lot = 1
                $0.points = min(Int64(clamping: points.points), LoyaltyLimits.points)
            }
        ]
        try ledger.earn(earned, earnedAt: fact.occurredAt, context.world)
        return round.keep(ledger)
    }

    /// The points go back with the redemption, as far as they have not expired.
    func reversed(_ reversed: OfferRedemptionReversed) throws(Refusal) -> [NewEvent] {
        guard case .points(let points)? = reversed.benefit.benefit,
            var ledger = try ledger(of: reversed.partyNumber, in: points.programmeNumber)
        else { return [] }
        let position = try context.world.claim(.couponEarning(ledger.number, reversed.redeemedPosition))
        let earning = ledger.state.commanded.first { Int64(clamping: $0.position) == position }
        guard let earning, earning.open > 0 else { return [] }
        ledger.reverse(earning: earning.position, points: earning.open) {
            $0.cause = .returned
            $0.causePosition = fact.position.rawValue
        }
        return round.keep(ledger)
    }

    private func ledger(of party: UInt64, in programme: UInt64) throws(Refusal) -> AccountLedger? {
        guard party != 0, programme != 0,
            let number = try context.world.register(.enrolment(StreamNumber(programme), StreamNumber(party)))
        else { return nil }
        return try MemberAccounts(fact: fact, context: context, round: round).ledger(number)
    }
}

extension CommandedEarningState {
    /// Points that can still be taken back.
    var open: Int64 { max(0, points - reversed - expired) }
}
