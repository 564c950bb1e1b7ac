internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct LoyaltyRecordTests {
    private func movement(_ earning: UInt64, _ lot: UInt32, _ points: Int64, left: Int64) -> LotMovement {
        .with {
            $0.earning = earning
            $0.lot = lot
            $0.points = points
            $0.leftInEarning = left
        }
    }

    private func record(_ stream: StreamNumber, _ log: LogSketch) throws -> Record {
        let sealed = try #require(try Directory.record(stream, in: try log.fold(Directory.self)))
        return try log.opened(sealed)
    }

    @Test func `an account shows its balance, its tier and the lots that are left`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let account = try log.begin(
            .loyaltyAccount,
            .memberEnrolled(
                .with {
                    $0.programmeNumber = 99
                    $0.partyNumber = party.rawValue
                    $0.tier = "base"
                }), at: .day(1), subjects: [(party, .customer)])
        let first = log.next.rawValue
        try log.append(
            account,
            .pointsEarned(
                .with {
                    $0.lots = [(UInt32(1), Int64(30)), (2, 40)].map { lot, points in
                        .with {
                            $0.lot = lot
                            $0.points = points
                            $0.orderLine = lot
                            $0.rule = "base"
                        }
                    }
                    $0.points = 70
                    $0.orderNumber = 7
                    $0.locksUntil = Instant.day(5).rawValue
                    $0.balance.earned = 70
                    $0.balance.locked = 70
                }), at: .day(2), subjects: [(party, .customer)])
        try log.append(
            account, .pointsUnlocked(.with { $0.earning = first }), at: .day(5), subjects: [(party, .customer)])
        let second = log.next.rawValue
        try log.append(
            account,
            .pointsAdjusted(
                .with {
                    $0.points = 10
                    $0.expiresAt = Instant.day(9).rawValue
                }), at: .day(6), subjects: [(party, .customer)])
        try log.append(
            account,
            .pointsSpent(.with { $0.lots = [movement(first, 1, 30, left: 40), movement(first, 2, 5, left: 35)] }),
            at: .day(7), subjects: [(party, .customer)])
        try log.append(
            account,
            .spendingReversed(
                .with {
                    $0.lots = [movement(first, 1, 4, left: 39)]
                    $0.balance.active = 49
                }), at: .day(8), subjects: [(party, .customer)])
        try log.append(account, .tierChanged(.with { $0.to = "gold" }), at: .day(8), subjects: [(party, .customer)])

        let shown = try record(account, log).loyaltyAccount
        #expect(shown.partyID == LogSketch.id(of: party).description)
        #expect(shown.tier == "gold")
        #expect(shown.balance.active == 49)
        #expect(shown.lots.map(\.earning) == [second, first, first])
        #expect(shown.lots.map(\.left) == [10, 4, 35])
        #expect(shown.lots.allSatisfy { !$0.hasLocksUntil })
    }

    @Test func `a reward shows how many are left and were redeemed`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let reward = try log.begin(
            .reward,
            .rewardDefined(
                .with {
                    $0.detail.label = "Mug"
                    $0.detail.points = 30
                    $0.stock = 5
                }))
        let redemption = try log.begin(
            .redemption,
            .rewardRedeemed(
                .with {
                    $0.rewardNumber = reward.rawValue
                    $0.partyNumber = party.rawValue
                    $0.quantity = 2
                    $0.points = 60
                    $0.fromStock = true
                }), at: .day(2), subjects: [(party, .customer)])
        #expect(try record(reward, log).reward.stock == 3)
        #expect(try record(reward, log).reward.redeemed == 2)
        #expect(try record(redemption, log).redemption.partyID == LogSketch.id(of: party).description)
        try log.append(
            redemption,
            .redemptionCancelled(
                .with {
                    $0.rewardNumber = reward.rawValue
                    $0.quantity = 2
                    $0.toStock = true
                }), at: .day(3), subjects: [(party, .customer)])
        #expect(try record(reward, log).reward.stock == 5)
        #expect(try record(reward, log).reward.redeemed == 0)
        #expect(try record(redemption, log).redemption.status == .cancelled)
    }
}
