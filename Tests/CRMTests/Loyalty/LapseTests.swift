import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct LapseTests {
    /// Points end 30 days after the member was last active.
    private func club() throws -> Club {
        try Club.earning { scenario in
            scenario.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .inactivity
                    $0.policy.days = 30
                })
        }
    }

    private func order(of amount: String, _ club: Club) -> PlaceOrder {
        var order = club.shop.order
        order.documentNumber = ""
        order.reached = .confirmed
        order.lines = [club.shop.line(club.shop.pen, "1", amount)]
        return order
    }

    private let recalled: [EventKind] = [
        .orderPlaced, .orderConfirmed, .partyStatusChanged, .pointsExpiryWithdrawn, .pointsEarned,
    ]

    @Test func `points that are given to a member who has been inactive live as long as others`() throws {
        var club = try club()
        club.give(100, "a")
        #expect(club.wait(31).kinds == [.pointsExpired])
        club.wait(29)
        let account = Reference(number: club.account)
        let adjust = AdjustPoints.with {
            $0.account = account
            $0.points = 100
        }
        #expect(club.scenario.when(adjust, reason: "sorry").kinds == [.pointsAdjusted])
        #expect(club.wait(29).isUnchanged)
        #expect(try club.balance().active == 100)
        #expect(club.wait(2).kinds == [.pointsExpired])
        #expect(club.scenario.isReproducible)
    }

    @Test(arguments: [UInt32(0), 45])
    func `points of a cancelled redemption live for the days of grace where the member has been inactive`(
        grace: UInt32
    ) throws {
        var club = try club()
        club.give(30, "a")
        let mug = try club.scenario.made(
            DefineReward.with {
                $0.detail.label = "Mug"
                $0.detail.points = 30
            })
        let account = Reference(number: club.account)
        let redemption = try club.scenario.made(
            RedeemReward.with {
                $0.account = account
                $0.reward = Reference(number: mug)
            })
        #expect(club.wait(60).isUnchanged)
        let cancel = CancelRedemption.with {
            $0.redemption = Reference(number: redemption)
            $0.graceDays = grace
        }
        #expect(club.scenario.when(cancel).kinds == [.redemptionCancelled, .spendingReversed])
        #expect(try club.balance().active == 30)
        if grace > 0 { #expect(club.wait(Int64(grace) - 1).isUnchanged) }
        #expect(club.wait(2).kinds == [.pointsExpired])
        #expect(club.scenario.isReproducible)
    }

    @Test func `an order recorded late keeps from expiry what would not have expired`() throws {
        var club = try club()
        club.give(100, "a")
        let day20 = club.later(20)
        #expect(club.wait(31).kinds == [.pointsExpired])
        club.wait(9)
        let outcome = club.scenario.when(order(of: "10", club), at: day20)
        #expect(outcome.kinds == recalled)
        #expect(try club.balance().active == 110)
        #expect(try club.balance().expired == 0)
        #expect(try club.state().inactiveAt == day20.adding(days: 30).rawValue)
        #expect(try club.state().expired.isEmpty)
        #expect(club.wait(9).isUnchanged)
        #expect(club.wait(2).kinds == [.pointsExpired])
        #expect(try club.balance().expired == 110)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points of a lapse end with those that came later, where the member was active all the time`() throws {
        var club = try club()
        club.give(100, "a")
        let day20 = club.later(20)
        club.wait(45)
        club.give(5, "b")
        #expect(club.scenario.when(order(of: "10", club), at: day20).kinds == recalled)
        #expect(try club.balance().active == 115)
        #expect(club.wait(29).isUnchanged)
        #expect(club.wait(2).kinds == [.pointsExpired])
        #expect(try club.balance().expired == 115)
    }

    @Test func `points stay expired that would have expired before the member was active again`() throws {
        var club = try club()
        club.give(100, "a")
        let day20 = club.later(20)
        club.wait(70)
        club.give(5, "b")
        let outcome = club.scenario.when(order(of: "10", club), at: day20)
        #expect(!outcome.kinds.contains(.pointsExpiryWithdrawn))
        #expect(try club.balance().expired == 100)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points that somebody ended do not come back with a late order`() throws {
        var club = try club()
        club.give(100, "a")
        let day5 = club.later(5)
        club.wait(10)
        let account = Reference(number: club.account)
        #expect(club.scenario.when(ExpirePoints.with { $0.account = account }).kinds == [.pointsExpired])
        let outcome = club.scenario.when(order(of: "10", club), at: day5)
        #expect(outcome.earned == [10])
        #expect(try club.balance().expired == 100)
    }

    @Test func `points that had not expired fill the debt that was made meanwhile`() throws {
        var club = try club()
        let first = try club.buy("50")
        try club.buy("70")
        club.spend(60)
        let day20 = club.later(20)
        #expect(club.wait(31).kinds == [.pointsExpired])
        club.bringBack(first, 5_000, quantity: "1")
        #expect(try club.balance().active == -50)
        let outcome = club.scenario.when(order(of: "10", club), at: day20)
        #expect(outcome.kinds.suffix(2) == [.pointsExpiryWithdrawn, .pointsEarned])
        #expect(try club.balance().active == 20)
        #expect(try club.state().debt == 0)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points that were set off against a return stay expired`() throws {
        var club = try club()
        let first = try club.buy("40")
        let day20 = club.later(20)
        club.wait(35)
        #expect(club.bringBack(first, 2_000, quantity: "0.5").reversed == [0])
        club.scenario.when(order(of: "10", club), at: day20)
        #expect(try club.balance().active == 30)
        #expect(try club.balance().expired == 20)
        #expect(club.bringBack(first, 2_000, quantity: "0.5").reversed == [20])
        #expect(try club.balance().active == 10)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }
}

@Suite struct LateSpendingTests {
    private func club() throws -> Club {
        var club = try Club {
            $0.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .days
                    $0.policy.days = 30
                })
        }
        club.give(40, "a")
        return club
    }

    @Test func `a reward redeemed before the points expired, recorded later, is paid with them`() throws {
        var club = try club()
        let mug = try club.scenario.made(
            DefineReward.with {
                $0.detail.label = "Mug"
                $0.detail.points = 30
            })
        let day10 = club.later(10)
        #expect(club.wait(31).kinds == [.pointsExpired])
        let account = Reference(number: club.account)
        let redeem = RedeemReward.with {
            $0.account = account
            $0.reward = Reference(number: mug)
        }
        #expect(club.scenario.when(redeem, at: day10).kinds == [.rewardRedeemed, .pointsExpiryWithdrawn, .pointsSpent])
        #expect(try club.balance().spent == 30)
        #expect(try club.balance().expired == 10)
        #expect(club.scenario.when(redeem, at: day10).code == .insufficientPoints)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points given away before they expired, recorded later, had not expired`() throws {
        var club = try club()
        let party = Reference(number: club.shop.other)
        let other = try club.scenario.made(EnrolMember.with { $0.party = party })
        let day10 = club.later(10)
        #expect(club.wait(31).kinds == [.pointsExpired])
        let transfer = TransferPoints.with {
            $0.from = Reference(number: club.account)
            $0.to = Reference(number: other)
            $0.points = 30
        }
        let outcome = club.scenario.when(transfer, at: day10)
        #expect(outcome.kinds == [.pointsExpiryWithdrawn, .pointsTransferred, .pointsTransferred])
        #expect(try club.balance().expired == 10)
        // They keep their end, which has passed.
        #expect(club.wait(1).kinds == [.pointsExpired])
        #expect(try club.balance(of: other).expired == 30)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points that come back in parts have the end that the first of them got`() throws {
        var club = try club()
        club.spend(30)
        let spending = UInt64(club.scenario.events.count)
        let account = Reference(number: club.account)
        func back(_ points: Int64, grace: UInt32) -> ReverseSpending {
            ReverseSpending.with {
                $0.account = account
                $0.spending = spending
                $0.points = points
                $0.graceDays = grace
            }
        }
        #expect(club.wait(31).kinds == [.pointsExpired])
        club.scenario.when(back(10, grace: 30))
        let end = try #require(try club.state().earnings.first).expiresAt
        club.wait(10)
        club.scenario.when(back(10, grace: 1))
        #expect(try club.state().earnings.map(\.expiresAt) == [end])
        #expect(club.wait(19).isUnchanged)
        #expect(club.wait(2).kinds == [.pointsExpired])
        club.scenario.when(back(10, grace: 5))
        #expect(club.wait(4).isUnchanged)
        #expect(club.wait(2).kinds == [.pointsExpired])
        #expect(try club.balance().expired == 40)
        #expect(club.scenario.isReproducible)
    }
}
