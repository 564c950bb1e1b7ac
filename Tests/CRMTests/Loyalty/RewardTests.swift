import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct RewardTests {
    private func mug(_ change: (inout DefineReward) -> Void = { _ in }) -> DefineReward {
        DefineReward.with {
            $0.detail.label = "Mug"
            $0.detail.points = 30
            change(&$0)
        }
    }

    private func redeem(_ club: Club, _ reward: StreamNumber, _ quantity: UInt32 = 1) -> RedeemReward {
        RedeemReward.with {
            $0.account = Reference(number: club.account)
            $0.reward = Reference(number: reward)
            $0.quantity = quantity
        }
    }

    @Test func `a reward is redeemed, spent, shipped and delivered`() throws {
        var club = try Club()
        club.give(100, "a")
        let reward = try club.scenario.made(
            mug {
                $0.stock = 5
                $0.detail.cost.minorUnits = 250
                $0.detail.cost.currency = "EUR"
            })
        let outcome = club.scenario.when(redeem(club, reward, 2))
        #expect(outcome.kinds == [.rewardRedeemed, .pointsSpent])
        guard case .rewardRedeemed(let redeemed)? = outcome.payloads.first else { return }
        #expect(redeemed.points == 60)
        #expect(redeemed.cost.minorUnits == 500)
        #expect(outcome.events.allSatisfy { $0.subjects.map(\.subject) == [club.shop.customer] })
        #expect(try club.balance().active == 40)
        #expect(try club.scenario.claim(.rewardStock(reward)) == 3)
        let redemption = Reference(number: try #require(club.scenario.lastTarget))
        let shipped = FulfilReward.with {
            $0.redemption = redemption
            $0.reached = .shipped
            $0.tracking = "JD 1"
        }
        #expect(club.scenario.when(shipped).kinds == [.rewardShipped])
        #expect(club.scenario.when(shipped).isUnchanged)
        let delivered = FulfilReward.with { $0.redemption = redemption }
        #expect(club.scenario.when(delivered).kinds == [.rewardDelivered])
        #expect(club.scenario.when(delivered).isUnchanged)
        #expect(club.scenario.when(CancelRedemption.with { $0.redemption = redemption }).code == .illegalTransition)
        #expect(club.scenario.isReproducible)
    }

    @Test func `a cancelled redemption gives points and stock back`() throws {
        var club = try Club()
        club.give(100, "a")
        let reward = try club.scenario.made(mug { $0.stock = 1 })
        #expect(club.scenario.when(redeem(club, reward)).kinds == [.rewardRedeemed, .pointsSpent])
        let redemption = Reference(number: try #require(club.scenario.lastTarget))
        #expect(club.scenario.when(redeem(club, reward)).code == .stockOut)
        let cancel = CancelRedemption.with { $0.redemption = redemption }
        #expect(club.scenario.when(cancel).kinds == [.redemptionCancelled, .spendingReversed])
        #expect(club.scenario.when(cancel).isUnchanged)
        #expect(try club.balance().active == 100)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.when(redeem(club, reward)).kinds == [.rewardRedeemed, .pointsSpent])
        #expect(club.scenario.isReproducible)
    }

    @Test func `a reward is for those who may have it`() throws {
        var club = try Club { scenario in
            for (rank, key) in ["base", "gold"].enumerated() {
                scenario.when(
                    DefineTier.with {
                        $0.tier.key = key
                        $0.tier.threshold = Int64(rank) * 100
                        $0.tier.rank = UInt32(rank)
                    })
            }
        }
        club.give(90, "a")
        let gold = try club.scenario.made(mug { $0.detail.tier = "gold" })
        #expect(club.scenario.when(redeem(club, gold)).code == .tierTooLow)
        club.give(10, "b")
        #expect(club.scenario.when(redeem(club, gold)).kinds == [.rewardRedeemed, .pointsSpent])
        let once = try club.scenario.made(mug { $0.detail.limitPerAccount = 1 })
        #expect(club.scenario.when(redeem(club, once, 2)).code == .rewardUnavailable)
        #expect(club.scenario.when(redeem(club, once)).kinds == [.rewardRedeemed, .pointsSpent])
        #expect(club.scenario.when(redeem(club, once)).code == .rewardUnavailable)
        let dear = try club.scenario.made(mug { $0.detail.points = 1_000 })
        #expect(club.scenario.when(redeem(club, dear)).code == .insufficientPoints)
        let free = try club.scenario.made(mug { $0.detail.points = 0 })
        #expect(club.scenario.when(redeem(club, free)).kinds == [.rewardRedeemed])
        let retire = RetireReward.with { $0.reward = Reference(number: free) }
        #expect(club.scenario.when(retire).kinds == [.rewardRetired])
        #expect(club.scenario.when(retire).isUnchanged)
        #expect(club.scenario.when(redeem(club, free)).code == .rewardUnavailable)
        #expect(club.scenario.when(redeem(club, free), historic: true).kinds == [.rewardRedeemed])
        let account = Reference(number: club.account)
        club.scenario.when(FreezeAccount.with { $0.account = account })
        #expect(club.scenario.when(redeem(club, gold)).code == .accountFrozen)
        #expect(club.scenario.when(mug { $0.detail.tier = "lead" }).code == .tierUnknown)
    }

    @Test func `history takes rewards whatever the limit, and nothing of today's stock`() throws {
        var club = try Club()
        club.give(200, "a")
        let reward = try club.scenario.made(
            mug {
                $0.stock = 1
                $0.detail.limitPerAccount = 1
            })
        let outcome = club.scenario.when(redeem(club, reward, 3), historic: true)
        #expect(outcome.kinds == [.rewardRedeemed, .pointsSpent])
        #expect(try club.scenario.claim(.rewardStock(reward)) == 1)
        let redemption = Reference(number: try #require(club.scenario.lastTarget))
        #expect(club.scenario.when(redeem(club, reward)).code == .rewardUnavailable)
        club.scenario.when(CancelRedemption.with { $0.redemption = redemption })
        #expect(try club.scenario.claim(.rewardStock(reward)) == 1)
        #expect(club.scenario.isReproducible)
    }

    @Test func `stock and detail of a reward change`() throws {
        var club = try Club()
        let reward = try club.scenario.made(mug { $0.stock = 2 })
        let reference = Reference(number: reward)
        let more = SetRewardStock.with {
            $0.reward = reference
            $0.stock = 10
        }
        #expect(club.scenario.when(more).kinds == [.rewardStockSet])
        #expect(club.scenario.when(more).isUnchanged)
        #expect(try club.scenario.claim(.rewardStock(reward)) == 10)
        #expect(club.scenario.when(SetRewardStock.with { $0.reward = reference }).kinds == [.rewardStockSet])
        #expect(try club.scenario.claim(.rewardStock(reward)) == 0)
        var detail = mug().detail
        detail.points = 40
        let change = ChangeReward.with {
            $0.reward = reference
            $0.detail = detail
        }
        #expect(club.scenario.when(change).kinds == [.rewardChanged])
        #expect(club.scenario.when(change).isUnchanged)
        #expect(club.scenario.isReproducible)
    }
}
