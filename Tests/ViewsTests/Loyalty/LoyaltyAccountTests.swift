internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct LoyaltyAccountTests {
    private func sketch() throws -> (sketch: LedgerSketch, programme: StreamNumber, party: StreamNumber) {
        var sketch = LedgerSketch()
        let party = try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let programme = try sketch.programme()
        return (sketch, programme, party)
    }

    private func balance(
        earned: Int64 = 0, active: Int64 = 0, locked: Int64 = 0, spent: Int64 = 0, expired: Int64 = 0,
        reversed: Int64 = 0, adjusted: Int64 = 0, transferred: Int64 = 0
    ) -> PointsBalance {
        .with {
            ($0.earned, $0.active, $0.locked, $0.spent) = (earned, active, locked, spent)
            ($0.expired, $0.reversed, $0.adjusted, $0.transferred) = (expired, reversed, adjusted, transferred)
        }
    }

    @Test func `an order of 40 euros earns 70 points, and half of it that comes back takes 35`() throws {
        var (sketch, programme, party) = try sketch()
        let account = try sketch.enrol(programme, party: party, at: .day(1))
        try sketch.earn(account, [50, 20], order: 4_711, net: 4_000, at: .day(2), expires: .day(367))
        try sketch.reverse(account, 35, at: .day(9))
        let view = try sketch.view(account, asOf: .day(10))

        #expect(view.summary.balance == balance(earned: 70, active: 35, reversed: 35))
        #expect(view.summary.accountNumber == account.rawValue && view.summary.programmeNumber == programme.rawValue)
        #expect(view.summary.accountID == LogSketch.id(of: account).description)
        #expect(view.summary.programmeLabel == "Club" && view.summary.pointsLabel == "points")
        #expect(view.summary.partyNumber == party.rawValue && view.summary.employeeNumber == 0)
        #expect(view.summary.status == .open && Instant(view.summary.enrolledAt) == .day(1))
        // The reversal is none of the member's own doing.
        #expect(Instant(view.summary.lastActivityAt) == .day(2))
        #expect(view.summary.hasBurnRate && view.summary.burnRate == 0)
        // The reversal took 35 of the first lot's 50.
        #expect(view.lots.map(\.left) == [15, 20] && view.lots.map(\.points) == [50, 20])
        #expect(view.lots.map(\.orderLine) == [1, 2] && view.lots.allSatisfy { $0.orderNumber == 4_711 })
        #expect(view.lots.allSatisfy { $0.rule == "base" && Instant($0.expiresAt) == .day(367) })
        #expect(view.lots.allSatisfy { Instant($0.earnedAt) == .day(2) && !$0.hasLocksUntil })
        // Day 367 after 2024-01-01 is 2025-01-02.
        #expect(view.expiry.map(\.day) == ["2025-01-02"] && view.expiry.map(\.points) == [35])
        #expect(view.movements.map(\.points) == [-35, 70, 0])
        #expect(view.movements.map(\.kind) == [.earningReversed, .pointsEarned, .memberEnrolled])
        #expect(view.movements.map(\.position) == [5, 4, 3] && !view.movementsCut)
        #expect(view.movements[1].balance == balance(earned: 70, active: 70))
        #expect(view.movements[1].orderNumber == 4_711 && Instant(view.movements[1].occurredAt) == .day(2))
    }

    @Test func `points are spent by their end, and a debt takes the next ones`() throws {
        var (sketch, programme, party) = try sketch()
        let account = try sketch.enrol(programme, party: party)
        // Position 4: 10 without an end; 5: 10 that end on day 50; 6: 10 on day 20.
        try sketch.earn(account, [10])
        try sketch.earn(account, [10], expires: .day(50))
        try sketch.earn(account, [10], expires: .day(20))
        try sketch.spend(account, 14, at: .day(1))
        var view = try sketch.view(account, asOf: .day(1))
        #expect(view.lots.map(\.earning) == [5, 4] && view.lots.map(\.left) == [6, 10])
        #expect(view.summary.balance == balance(earned: 30, active: 16, spent: 14))
        #expect(view.summary.burnRate == 14.0 / 30)

        // 20 have to go where 16 are left: 4 are a debt.
        try sketch.reverse(account, 20, at: .day(2))
        view = try sketch.view(account, asOf: .day(2))
        #expect(view.lots.isEmpty)
        #expect(view.summary.balance == balance(earned: 30, active: -4, spent: 14, reversed: 20))
        // Locked points fill no debt until they are unlocked.
        try sketch.earn(account, [9], at: .day(3), locks: .day(10))
        #expect(
            try sketch.view(account).summary.balance
                == balance(earned: 39, active: -4, locked: 9, spent: 14, reversed: 20))
        try sketch.unlock(account, 9, at: .day(10))
        view = try sketch.view(account, asOf: .day(10))
        #expect(view.summary.balance == balance(earned: 39, active: 5, spent: 14, reversed: 20))
        #expect(view.lots.map(\.left) == [5] && !view.lots[0].hasLocksUntil)
        #expect(view.movements[0].kind == .pointsUnlocked && view.movements[0].points == 9)

        // What was spent comes back: 10 of the lot that ended on day 20, 4 of that of day 50.
        try sketch.reverseSpending(account, at: .day(11))
        view = try sketch.view(account, asOf: .day(11))
        #expect(view.summary.balance == balance(earned: 39, active: 19, reversed: 20))
        #expect(view.lots.map(\.earning) == [6, 5, 9] && view.lots.map(\.left) == [10, 4, 5])
        try sketch.expire(account, at: .day(20))
        #expect(try sketch.view(account).summary.balance == balance(earned: 39, active: 9, expired: 10, reversed: 20))
        try sketch.withdrawExpiry(account, at: .day(21))
        // A reversal that was none: no debt is left to fill, so that 3 points begin a lot.
        try sketch.withdrawReversal(account, 3, at: .day(22))
        view = try sketch.view(account, asOf: .day(22))
        #expect(view.summary.balance == balance(earned: 39, active: 22, reversed: 17))
        #expect(view.lots.last?.earning == 14 && view.lots.last?.orderNumber == 77 && view.lots.last?.orderLine == 3)
        try sketch.adjust(account, 5, expires: .day(500), at: .day(23))
        try sketch.adjust(account, -2, at: .day(24))
        let other = try sketch.enrol(programme, party: party, at: .day(25))
        try sketch.transfer(account, to: other, 7, expires: .day(60), at: .day(26))
        #expect(
            try sketch.view(account).summary.balance
                == balance(earned: 39, active: 18, reversed: 17, adjusted: 3, transferred: -7))
        view = try sketch.view(other)
        #expect(view.summary.balance == balance(active: 7, transferred: 7))
        #expect(view.movements[0].otherAccountNumber == account.rawValue && view.movements[0].points == 7)
        #expect(!view.summary.hasBurnRate)
    }

    @Test func `what ends in 30, 60 and 90 days is told to the microsecond, by days of the zone`() throws {
        var (sketch, programme, party) = try sketch()
        try sketch.log.begin(.organisation, .organisationSet(.with { $0.zone = "Asia/Tokyo" }))
        let account = try sketch.enrol(programme, party: party)
        let ends: [(Instant, Int64)] = [
            (.day(0), 1), (Instant(microseconds: Instant.day(0).rawValue + 1), 2), (.day(30), 4),
            (Instant(microseconds: Instant.day(30).rawValue + 1), 8), (.day(60), 16), (.day(90), 32), (.day(91), 64),
            // 15:00 UTC is midnight in Tokyo.
            (.day(91, seconds: 53_999), 128), (.day(91, seconds: 54_000), 256),
        ]
        for (end, points) in ends.reversed() { try sketch.earn(account, [points], expires: end) }
        try sketch.earn(account, [512], locks: .day(20), expires: .day(25))
        try sketch.earn(account, [1_024])

        let summary = try sketch.view(account, asOf: .day(0)).summary
        #expect(summary.expiring30Days == 2 + 4 + 512)
        #expect(summary.expiring60Days == 2 + 4 + 512 + 8 + 16)
        #expect(summary.expiring90Days == 2 + 4 + 512 + 8 + 16 + 32)
        let view = try sketch.view(account, asOf: .day(0), .with { $0.lotLimit = 2 })
        #expect(view.lots.map(\.left) == [1, 2] && view.lotsCut)
        let expiry = [
            ("2024-01-01", 2), ("2024-01-26", 512), ("2024-01-31", 12), ("2024-03-01", 16), ("2024-03-31", 32),
            ("2024-04-01", 192), ("2024-04-02", 256),
        ]
        #expect(view.expiry.map(\.day) == expiry.map(\.0))
        #expect(view.expiry.map { Int($0.points) } == expiry.map(\.1))
        // The programme says the same from its own sums.
        let answer = try sketch.answer(programme, asOf: .day(0))
        #expect(answer.expiry == view.expiry)
        #expect(answer.expiring30Days == 518 && answer.expiring60Days == 542 && answer.expiring90Days == 574)
    }

    @Test func `points that end with inactivity move their end with every activity`() throws {
        var (sketch, programme, party) = try sketch()
        let account = try sketch.enrol(programme, party: party)
        try sketch.earn(account, [10, 20], at: .day(0), withInactivity: true)
        try sketch.earn(account, [5], at: .day(0), expires: .day(105))
        #expect(Instant(try sketch.view(account).summary.inactiveAt) == .day(100))
        #expect(try sketch.view(account).lots.map(\.left) == [10, 20, 5])
        // On day 20 the member spends: all of it now ends on day 120.
        try sketch.spend(account, 3, at: .day(20))
        let view = try sketch.view(account, asOf: .day(40))
        #expect(Instant(view.summary.inactiveAt) == .day(120) && Instant(view.summary.lastActivityAt) == .day(20))
        #expect(view.lots.map(\.left) == [5, 7, 20])
        #expect(view.lots.map(\.expiresWithInactivity) == [false, true, true])
        #expect(view.lots.map { Instant($0.expiresAt) } == [.day(105), .day(120), .day(120)])
        #expect(view.summary.expiring60Days == 0 && view.summary.expiring90Days == 32)
        let answer = try sketch.answer(programme, asOf: .day(40))
        #expect(answer.expiring60Days == 0 && answer.expiring90Days == 32)
        #expect(answer.expiry.map(\.points) == [5, 27])
    }

    @Test func `tiers tell what is missing to the next one by the basis of the programme`() throws {
        var (sketch, programme, party) = try sketch()
        for (rank, threshold) in [0, 10, 30, 100].enumerated() {
            let tier = Tier.with {
                $0.key = "t\(rank)"
                $0.label = "Tier \(rank)"
                $0.threshold = Int64(threshold)
                $0.rank = UInt32(rank)
            }
            try sketch.tell(programme, .tierDefined(.with { $0.tier = tier }))
        }
        let account = try sketch.enrol(programme, party: party, tier: "t0", at: .day(3))
        var summary = try sketch.view(account).summary
        #expect(summary.tier == "t0" && summary.tierLabel == "Tier 0" && Instant(summary.tierSince) == .day(3))
        #expect(summary.nextTier == "t1" && summary.pointsToNextTier == 10 && summary.tierValue == 0)
        try sketch.earn(account, [30], at: .day(4))
        try sketch.tell(
            account,
            .tierChanged(
                .with {
                    $0.from = "t0"
                    $0.to = "t2"
                }), at: .day(4))
        try sketch.spend(account, 25, at: .day(5))
        summary = try sketch.view(account).summary
        #expect(summary.tier == "t2" && Instant(summary.tierSince) == .day(4))
        #expect(summary.nextTier == "t3" && summary.tierValue == 30 && summary.pointsToNextTier == 70)
        // Active points: 5. Since the change: none, then 7.
        try sketch.tell(programme, .tierPolicySet(.with { $0.policy.basis = .active }))
        #expect(try sketch.view(account).summary.pointsToNextTier == 95)
        try sketch.tell(programme, .tierPolicySet(.with { $0.policy.basis = .earnedSinceChange }))
        try sketch.earn(account, [7], at: .day(6))
        summary = try sketch.view(account).summary
        #expect(summary.tierValue == 7 && summary.pointsToNextTier == 93)
        // Promised for longer, it is the tier that the member has had, and nothing is counted anew.
        try sketch.tell(
            account,
            .tierChanged(
                .with {
                    $0.from = "t2"
                    $0.to = "t2"
                }), at: .day(6))
        summary = try sketch.view(account).summary
        #expect(summary.tierValue == 7 && Instant(summary.tierSince) == .day(4))
        try sketch.tell(account, .tierConfirmed(.with { $0.tier = "t2" }), at: .day(7))
        #expect(try sketch.view(account).summary.tierValue == 0)
        // In the highest tier nothing is missing; of a tier that has ended the next one is what the value has not reached.
        try sketch.tell(account, .tierChanged(.with { $0.to = "t3" }), at: .day(8))
        summary = try sketch.view(account).summary
        #expect(summary.nextTier.isEmpty && summary.pointsToNextTier == 0)
        try sketch.tell(programme, .tierRetired(.with { $0.key = "t3" }))
        summary = try sketch.view(account).summary
        #expect(summary.tier == "t3" && summary.tierLabel.isEmpty && summary.nextTier == "t1")
        let movement = try sketch.view(account).movements[0]
        #expect(movement.kind == .tierChanged && movement.tierTo == "t3" && movement.points == 0)
    }

    @Test func `lists go on where they ended`() throws {
        var (sketch, programme, party) = try sketch()
        let other = try sketch.programme(label: "Other")
        var accounts: [StreamNumber] = []
        // Enrolled in the opposite order of their numbers.
        for day in (0..<5).reversed() {
            accounts.insert(try sketch.enrol(programme, party: party, at: .day(Int64(day))), at: 0)
        }
        let foreign = try sketch.enrol(other, party: party, at: .day(9))
        try sketch.tell(accounts[1], .accountFrozen(.init()))
        for number in 1...5 { try sketch.earn(accounts[0], [Int64(number), 10], expires: .day(Int64(number))) }
        let store = try sketch.log.fold(Loyalty.self)
        func page(_ scope: LoyaltyScope, _ request: LoyaltyRequest) throws -> LoyaltyPage {
            try #require(try Loyalty.accounts(scope, request, asOf: .day(0), in: store))
        }

        var request = LoyaltyRequest.with { $0.limit = 2 }
        var seen: [UInt64] = []
        repeat {
            let page = try page(.programme(programme), request)
            seen += page.response.accounts.map(\.summary.accountNumber)
            request.cursor = .init(page.cursor)
        } while !request.cursor.isEmpty
        #expect(seen == accounts.map(\.rawValue))
        let all = try page(.member(party), LoyaltyRequest())
        #expect(all.response.accounts.map(\.summary.accountNumber) == seen + [foreign.rawValue] && all.cursor.isEmpty)
        #expect(all.response.accounts[1].summary.status == .frozen)
        #expect(!all.response.definitions.isEmpty)

        let lots = try page(
            .account(accounts[0]),
            .with {
                $0.lotLimit = 3
                $0.lotsAfter = 6
            })
        #expect(lots.response.accounts[0].lots.map(\.left) == [4, 10, 5] && lots.response.accounts[0].lotsCut)
        let newest = try page(.account(accounts[0]), .with { $0.movementLimit = 2 }).response.accounts[0]
        #expect(newest.movements.map(\.points) == [15, 14] && newest.movementsCut)
        let older = try page(
            .account(accounts[0]),
            .with { $0.movementsBefore = newest.movements[1].position }
        ).response.accounts[0]
        #expect(older.movements.map(\.points) == [13, 12, 11, 0] && !older.movementsCut)

        #expect(try Loyalty.accounts(.account(party), LoyaltyRequest(), asOf: .day(0), in: store) == nil)
        let first = try page(.programme(programme), .with { $0.limit = 2 })
        #expect(throws: ViewError.self) {
            _ = try page(.programme(other), .with { $0.cursor = .init(first.cursor) })
        }
        #expect(throws: ViewError.self) { _ = try page(.member(party), .with { $0.lotLimit = 1_001 }) }
    }
}
