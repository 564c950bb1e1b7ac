internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct ProgrammeTests {
    @Test func `2,000 points at 0.012 of which 80 percent are redeemed are worth 19.20`() throws {
        var sketch = LedgerSketch()
        let programme = try sketch.programme()
        let party = try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let account = try sketch.enrol(programme, party: party)
        try sketch.earn(account, [1_500], locks: .day(14))
        try sketch.earn(account, [500])
        #expect(try sketch.answer(programme).liability.outstanding == 2_000)
        #expect(!(try sketch.answer(programme).liability.hasAmount))
        try sketch.tell(
            programme,
            .pointValueSet(
                .with {
                    $0.value.cost = .of(12, scale: 3)
                    $0.value.currency = "USD"
                    $0.value.redemptionRate = .of(80, scale: 2)
                }))
        let liability = try sketch.answer(programme).liability
        #expect(liability.amount.minorUnits == 1_920 && liability.amount.currency == "USD")
        // A debt of another account is owed to us, and takes nothing off.
        let debtor = try sketch.enrol(programme, party: party)
        try sketch.reverse(debtor, 300)
        let answer = try sketch.answer(programme)
        #expect(answer.debt == 300 && answer.balance.active == 200 && answer.liability.outstanding == 2_000)
        #expect(answer.liability.amount.minorUnits == 1_920)
    }

    @Test(
        arguments: [
            // 1 × 0.005 × 1 = half a cent, to the even 0; 3 × 0.005 = 1.5 cents, to the even 2.
            (1, DecimalValue.of(5, scale: 3), DecimalValue.of(1), 2, Int128(0)),
            (3, .of(5, scale: 3), .of(1), 2, 2),
            (2_000, .of(12, scale: 3), .of(8, scale: 1), 0, 19),
            (7, .of(2), .of(1), 3, 14_000),
            (Int64.max, .of(.max), .of(.max), 2, .max),
            (-3, .of(5, scale: 3), .of(1), 2, -2),
        ] as [(Int64, DecimalValue, DecimalValue, Int, Int128)])
    func `an amount of points is rounded once`(
        _ points: Int64, _ cost: DecimalValue, _ share: DecimalValue, _ digits: Int, _ amount: Int128
    ) {
        #expect(Decimals.amount(points: points, cost: cost, share: share, digits: digits) == amount)
    }

    @Test func `the figures of a period are those computed by hand`() throws {
        var sketch = LedgerSketch()
        let programme = try sketch.programme()
        var parties: [StreamNumber] = []
        for _ in 0..<4 {
            parties.append(try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init())))
        }
        let mug = try sketch.log.begin(
            .reward,
            .rewardDefined(
                .with {
                    $0.programmeNumber = programme.rawValue
                    $0.detail.label = "Mug"
                }))
        try sketch.tell(mug, .rewardChanged(.with { $0.detail.label = "Big mug" }))
        for tier in ["silver", "gold"] {
            try sketch.tell(
                programme,
                .tierDefined(
                    .with {
                        $0.tier.key = tier
                        $0.tier.rank = tier == "gold" ? 2 : 1
                    }))
        }
        let ann = try sketch.enrol(programme, party: parties[0], tier: "silver", at: .day(1))
        let ben = try sketch.enrol(programme, party: parties[1], tier: "silver", at: .day(11))
        let cem = try sketch.enrol(programme, party: parties[2], at: .day(12))
        let dee = try sketch.enrol(programme, party: parties[3], at: .day(13))
        // Before the period of day 10 to 20, in it, and after it.
        try sketch.earn(ann, [100], order: 900, net: 5_000, at: .day(9))
        try sketch.earn(ann, [40], order: 901, net: 2_000, at: .day(10))
        try sketch.earn(ben, [60], order: 902, net: 1_000, currency: "JPY", at: .day(12))
        try sketch.earn(ben, [20], at: .day(12))
        try sketch.spend(ann, 30, at: .day(13))
        try sketch.spend(ann, 20, at: .day(14))
        try sketch.reverseSpending(ann, at: .day(15))
        try sketch.reverse(ben, 25, at: .day(16))
        try sketch.withdrawReversal(ben, 5, at: .day(17))
        try sketch.earn(cem, [7], at: .day(18), expires: .day(19))
        try sketch.expire(cem, at: .day(19))
        try sketch.earn(dee, [50], order: 903, net: 2_500, at: .day(20))
        try sketch.tell(
            ann,
            .tierChanged(
                .with {
                    $0.from = "silver"
                    $0.to = "gold"
                }), at: .day(12))
        // Kept for longer, which is no movement.
        try sketch.tell(
            ann,
            .tierChanged(
                .with {
                    $0.from = "gold"
                    $0.to = "gold"
                }), at: .day(14))
        try sketch.tell(ben, .accountFrozen(.init()), at: .day(25))
        try sketch.tell(cem, .accountClosed(.init()), at: .day(25))
        // Two mugs on day 12, one on day 13 that is cancelled later, three after the period.
        for (quantity, day) in [(2, 12), (1, 13), (3, 21)] {
            try sketch.log.begin(
                .redemption,
                .rewardRedeemed(
                    .with {
                        $0.programmeNumber = programme.rawValue
                        $0.rewardNumber = mug.rawValue
                        $0.quantity = UInt32(quantity)
                        $0.points = Int64(quantity * 10)
                    }), at: .day(Int64(day)))
        }
        let cancelled = StreamNumber(sketch.log.next.rawValue - 2)
        try sketch.tell(cancelled, .redemptionCancelled(.init()), at: .day(30))
        // Of four parties with an order one only placed it, and one cancelled it.
        for party in parties {
            let order = try sketch.log.begin(.order, .orderPlaced(party, [.of(net: 1)]))
            if party != parties[3] { try sketch.tell(order, .orderConfirmed(.init())) }
            if party == parties[2] { try sketch.tell(order, .orderCancelled(.init())) }
        }

        let answer = try sketch.answer(
            programme, asOf: .day(40),
            .with {
                $0.from = Instant.day(10).timestamp
                $0.to = Instant.day(20).timestamp
            })
        #expect(answer.members == 3 && answer.frozen == 1 && answer.closed == 1 && answer.enrolled == 3)
        // Ann and Ben; Cem earned too, and has left.
        #expect(answer.activeMembers == 2 && answer.activeMemberRate == 2.0 / 3)
        #expect(answer.enrolmentRate == 3.0 / 2)
        #expect(answer.earnedInPeriod == 127 && answer.spentInPeriod == 30 && answer.expiredInPeriod == 7)
        #expect(answer.reversedInPeriod == 20 && answer.burnRate == 30.0 / 127)
        // 40 points for 20.00, 60 points for 1,000 yen, which have no smaller unit.
        #expect(answer.earnRates.map(\.currency) == ["EUR", "JPY"])
        #expect(answer.earnRates.map(\.rate) == [2, 0.06] && answer.earnRates.map(\.points) == [40, 60])
        #expect(answer.tiers.map(\.tier) == ["", "silver", "gold"] && answer.tiers.map(\.members) == [1, 1, 1])
        #expect(answer.tiers.allSatisfy { $0.share == 1.0 / 3 })
        #expect(answer.tierMovements.count == 1 && answer.tierMovements[0].changes == 1)
        #expect(answer.tierMovements[0].from == "silver" && answer.tierMovements[0].to == "gold")
        #expect(answer.rewards.count == 1 && answer.rewards[0].label == "Big mug")
        #expect(answer.rewards[0].redeemed == 2 && answer.rewards[0].points == 20)
        // Over all time: 277 earned, 30 spent, 7 expired, 20 reversed.
        #expect(answer.balance.earned == 277 && answer.balance.spent == 30 && answer.balance.expired == 7)
        #expect(answer.balance.reversed == 20 && answer.balance.active == 220)
        let breakage: Double = 1 - 30.0 / 37
        #expect(answer.breakageToDate == breakage)
        #expect(answer.programme.tiers.map(\.key) == ["silver", "gold"] && !answer.definitions.isEmpty)

        let whole = try sketch.answer(programme, asOf: .day(20))
        #expect(whole.earnedInPeriod == 277 && whole.enrolled == 4 && whole.rewards[0].redeemed == 2)
        #expect(try sketch.answer(programme, asOf: .day(40)).rewards[0].redeemed == 5)
    }

    @Test func `a programme without members has no rates`() throws {
        var sketch = LedgerSketch()
        let store = try sketch.log.fold(Loyalty.self)
        #expect(try Loyalty.onlyProgramme(in: store) == nil)
        let programme = try sketch.programme()
        #expect(try Loyalty.onlyProgramme(in: try sketch.log.fold(Loyalty.self)) == programme)
        let answer = try sketch.answer(programme)
        #expect(!answer.hasActiveMemberRate && !answer.hasEnrolmentRate && !answer.hasBurnRate)
        #expect(!answer.hasBreakageToDate && answer.tiers.isEmpty && answer.expiry.isEmpty && answer.earnRates.isEmpty)
        let other = try sketch.programme(label: "Other")
        let two = try sketch.log.fold(Loyalty.self)
        #expect(throws: ViewError.self) { try Loyalty.onlyProgramme(in: two) }
        // Of several the only one that is on is meant.
        try sketch.log.append(other, .programmeSuspended(.with { $0.version = 2 }))
        #expect(try Loyalty.onlyProgramme(in: try sketch.log.fold(Loyalty.self)) == programme)
        #expect(try Loyalty.programme(StreamNumber(99), .init(), asOf: .day(0), in: two) == nil)
        #expect(throws: ViewError.self) {
            try sketch.answer(
                programme, asOf: .day(0),
                .with {
                    $0.from = Instant.day(2).timestamp
                    $0.to = Instant.day(1).timestamp
                })
        }
    }

    @Test func `a programme is shown as its events leave it`() throws {
        var sketch = LedgerSketch()
        let programme = try sketch.programme()
        func rule(_ key: String, _ priority: UInt32) -> EarningRule {
            .with {
                $0.key = key
                $0.priority = priority
            }
        }
        try sketch.tell(programme, .earningRulePublished(.with { $0.rule = rule("b", 2) }))
        try sketch.tell(programme, .earningRulePublished(.with { $0.rule = rule("c", 1) }))
        try sketch.tell(programme, .earningRulePublished(.with { $0.rule = rule("a", 2) }))
        try sketch.tell(programme, .earningRulePublished(.with { $0.rule = rule("c", 3) }))
        try sketch.tell(programme, .earningRuleRetired(.with { $0.key = "b" }))
        try sketch.tell(programme, .expiryPolicySet(.with { $0.policy.kind = .yearEnd }))
        try sketch.tell(programme, .lockDaysSet(.with { $0.days = 14 }))
        try sketch.tell(
            programme, .tierReviewAdvanced(.with { $0.nextReviewAt = Instant.day(365).rawValue }))
        try sketch.tell(
            programme,
            .programmeChanged(
                .with {
                    $0.label = "Circle"
                    $0.pointsLabel = "miles"
                    $0.version = 9
                }))
        try sketch.tell(programme, .programmeSuspended(.with { $0.version = 10 }))
        let record = try sketch.answer(programme).programme
        #expect(record.label == "Circle" && record.pointsLabel == "miles" && record.status == .off)
        #expect(record.version == 10 && record.rules.map(\.key) == ["a", "c"] && record.lockDays == 14)
        #expect(record.expiry.kind == .yearEnd && Instant(record.nextReviewAt) == .day(365))
    }
}
