import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct LotTests {
    private func days(_ days: UInt32) -> SetExpiryPolicy {
        SetExpiryPolicy.with {
            $0.policy.kind = .days
            $0.policy.days = days
        }
    }

    @Test func `points are spent that end first, among equals those that came first`() throws {
        var club = try Club()
        club.give(10, "never")
        club.scenario.when(days(100))
        club.give(20, "long")
        club.scenario.when(days(10))
        club.give(30, "short")
        #expect(club.spend(35).kinds == [.pointsSpent])
        guard case .pointsSpent(let spent)? = club.scenario.events.last?.stored.payload else { return }
        #expect(spent.lots.map(\.points) == [30, 5])
        #expect(spent.lots.map(\.leftInEarning) == [0, 15])
        #expect(try club.balance().active == 25)
        #expect(club.wait(11).isUnchanged)
        #expect(club.wait(100).kinds == [.pointsExpired])
        #expect(try club.balance().active == 10)
        #expect(try club.balance().expired == 15)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points expire first in, first out, and what was spent does not expire`() throws {
        var club = try Club {
            $0.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .days
                    $0.policy.days = 30
                })
        }
        club.give(100, "a")
        club.wait(10)
        club.give(100, "b")
        club.spend(120)
        #expect(club.wait(21).isUnchanged)
        #expect(try club.balance().active == 80)
        let outcome = club.wait(10)
        #expect(outcome.kinds == [.pointsExpired])
        #expect(try club.balance().expired == 80)
        #expect(try club.balance().active == 0)
        #expect(outcome.events[0].stored.header.origin == .scheduler)
    }

    @Test func `locked points wait`() throws {
        var club = try Club.earning { $0.when(SetLockDays.with { $0.days = 14 }) }
        let order = try club.buy("50")
        #expect(try club.balance().locked == 50)
        #expect(club.spend(10).code == .lotLocked)
        #expect(club.spend(60).code == .insufficientPoints)
        #expect(club.bringBack(order, 2_000).reversed == [20])
        #expect(try club.balance().locked == 30)
        #expect(club.wait(15).kinds == [.pointsUnlocked])
        #expect(try club.balance().active == 30)
        #expect(club.spend(30).kinds == [.pointsSpent])
        #expect(club.scenario.isReproducible)
    }

    @Test func `locked points are unlocked by command, and fill a debt then`() throws {
        var club = try Club.earning()
        let order = try club.buy("50")
        club.spend(50)
        club.bringBack(order, 5_000, quantity: "1")
        club.scenario.when(SetLockDays.with { $0.days = 14 })
        try club.buy("80")
        #expect(try club.balance().locked == 80)
        #expect(try club.balance().active == -50)
        let account = Reference(number: club.account)
        let unlock = UnlockPoints.with { $0.account = account }
        #expect(club.scenario.when(unlock).kinds == [.pointsUnlocked])
        #expect(club.scenario.when(unlock).isUnchanged)
        #expect(try club.balance().active == 30)
        #expect(try club.state().debt == 0)
        #expect(club.wait(20).isUnchanged)
        #expect(club.scenario.isReproducible)
    }

    @Test(arguments: [
        (ExpiryKind.monthEnd, UInt32(0), "2026-01-31"), (.monthEnd, 1, "2026-02-28"), (.yearEnd, 0, "2026-12-31"),
        (.yearEnd, 2, "2028-12-31"),
    ])
    func `points end with the month or the year`(kind: ExpiryKind, periods: UInt32, last: String) throws {
        var club = try Club {
            $0.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = kind
                    $0.policy.periods = periods
                })
        }
        club.give(10, "a")
        guard case .pointsEarned(let earned)? = club.scenario.events.last?.stored.payload else { return }
        let day = Instant(microseconds: earned.expiresAt - 1).timestamp
        #expect("\(day.date)".hasPrefix(last))
        #expect(earned.expiresAt % 86_400_000_000 == 0)
    }

    @Test func `points end with inactivity, and each activity puts it off for all`() throws {
        var club = try Club {
            $0.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .inactivity
                    $0.policy.days = 90
                })
        }
        club.give(100, "a")
        #expect(club.wait(60).isUnchanged)
        club.spend(10)
        #expect(club.wait(60).isUnchanged)
        #expect(club.wait(31).kinds == [.pointsExpired])
        #expect(try club.balance().expired == 90)
        #expect(try club.state().hasInactiveAt == false)
        #expect(club.wait(400).isUnchanged)
        #expect(club.scenario.isReproducible)
    }

    @Test func `a return before the points expired, recorded later, withdraws the expiry`() throws {
        var club = try Club.earning {
            $0.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .days
                    $0.policy.days = 30
                })
        }
        let order = try club.buy("40")
        let before = club.later(10)
        #expect(club.wait(31).kinds == [.pointsExpired])
        let outcome = club.bringBack(order, 2_000, at: before)
        #expect(outcome.kinds == [.returnRegistered, .pointsExpiryWithdrawn, .earningReversed])
        #expect(try club.balance().expired == 20)
        #expect(try club.balance().reversed == 20)
        #expect(try club.balance().active == 0)
        // What comes back after the expiry is not charged a second time.
        #expect(club.bringBack(order, 2_000).reversed == [0])
        #expect(try club.balance().reversed == 20)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `spent points come back into their lots`() throws {
        var club = try Club {
            $0.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .days
                    $0.policy.days = 30
                })
        }
        club.give(100, "a")
        club.spend(60)
        let spending = UInt64(club.scenario.events.count)
        let account = Reference(number: club.account)
        func back(_ points: Int64, grace: UInt32 = 0) -> ReverseSpending {
            ReverseSpending.with {
                $0.account = account
                $0.spending = spending
                $0.points = points
                $0.graceDays = grace
            }
        }
        #expect(club.scenario.when(back(20)).kinds == [.spendingReversed])
        #expect(try club.balance().active == 60)
        #expect(try club.state().earnings.count == 1)
        #expect(club.scenario.when(back(41)).code == .reversalExceeds)
        #expect(club.wait(31).kinds == [.pointsExpired])
        #expect(club.scenario.when(back(30, grace: 7)).kinds == [.spendingReversed])
        #expect(try club.balance().active == 30)
        #expect(club.wait(6).isUnchanged)
        #expect(club.wait(2).kinds == [.pointsExpired])
        #expect(club.scenario.when(back(0)).kinds == [.spendingReversed])
        #expect(club.scenario.when(back(0)).isUnchanged)
        #expect(club.wait(1).isUnchanged)
        #expect(try club.balance().spent == 0)
        #expect(try club.balance().expired == 100)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points go to another member, with their ends`() throws {
        var club = try Club()
        let party = Reference(number: club.shop.other)
        let other = try club.scenario.made(EnrolMember.with { $0.party = party })
        club.give(10, "never")
        club.scenario.when(days(10))
        club.give(20, "short")
        var transfer = TransferPoints.with {
            $0.from = Reference(number: club.account)
            $0.to = Reference(number: other)
            $0.points = 25
            $0.cause = ExternalKey(system: "desk", key: "gift")
        }
        #expect(club.scenario.when(transfer).kinds == [.pointsTransferred, .pointsTransferred, .pointsTransferred])
        #expect(club.scenario.when(transfer).isUnchanged)
        transfer.points = 5
        #expect(club.scenario.when(transfer).code == .causeAlreadyRewarded)
        transfer.clearCause()
        transfer.to = transfer.from
        #expect(club.scenario.when(transfer).code == .transferNotPossible)
        #expect(try club.balance().active == 5)
        #expect(try club.balance(of: other).active == 25)
        #expect(try club.balance(of: other).transferred == 25)
        #expect(club.wait(11).kinds == [.pointsExpired])
        #expect(try club.balance(of: other).active == 5)
        #expect(try club.balance(of: other).isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `balances are put right with a reason`() throws {
        var club = try Club()
        let account = Reference(number: club.account)
        func adjust(_ points: Int64) -> AdjustPoints {
            AdjustPoints.with {
                $0.account = account
                $0.points = points
            }
        }
        #expect(club.scenario.when(adjust(10)).code == .adjustNeedsReason)
        #expect(club.scenario.when(adjust(10), reason: "promised").kinds == [.pointsAdjusted])
        #expect(club.scenario.when(adjust(-11), reason: "typo").code == .insufficientPoints)
        #expect(club.scenario.when(adjust(-4), reason: "typo").kinds == [.pointsAdjusted])
        #expect(try club.balance().adjusted == 6)
        #expect(try club.balance().active == 6)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `nothing is spent from a frozen account, but in history`() throws {
        var club = try Club.earning()
        try club.buy("10")
        let account = Reference(number: club.account)
        let freeze = FreezeAccount.with { $0.account = account }
        #expect(club.scenario.when(freeze).kinds == [.accountFrozen])
        #expect(club.scenario.when(freeze).isUnchanged)
        #expect(club.spend(5).code == .accountFrozen)
        try club.buy("10")
        #expect(try club.balance().active == 20)
        let spend = SpendPoints.with {
            $0.account = account
            $0.points = 5
        }
        #expect(club.scenario.when(spend, historic: true).kinds == [.pointsSpent])
        #expect(club.scenario.when(UnfreezeAccount.with { $0.account = account }).kinds == [.accountUnfrozen])
        #expect(club.spend(5).kinds == [.pointsSpent])
        #expect(club.scenario.isReproducible)
    }
}

@Suite struct LateFactTests {
    private func club() throws -> Club {
        try Club.earning { scenario in
            scenario.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .days
                    $0.policy.days = 30
                })
        }
    }

    @Test func `points that were spent before they expired, recorded later, had not expired`() throws {
        var club = try club()
        try club.buy("40")
        let before = club.later(10)
        #expect(club.wait(31).kinds == [.pointsExpired])
        let account = Reference(number: club.account)
        let spend = SpendPoints.with {
            $0.account = account
            $0.points = 30
        }
        #expect(club.scenario.when(spend, at: before).kinds == [.pointsExpiryWithdrawn, .pointsSpent])
        #expect(try club.balance().spent == 30)
        #expect(try club.balance().expired == 10)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.when(spend, at: before).code == .insufficientPoints)
        #expect(club.scenario.isReproducible)
    }

    @Test func `what is due and has not happened yet, as in an import, has happened by the next order`() throws {
        var club = try club()
        try club.buy("40")
        // An import holds the timers: the order is one of a time after the points have ended.
        let confirmed = try #require(club.scenario.events.last { $0.stored.header.kind == .orderConfirmed })
        var late = confirmed.stored
        late.header.occurredAt = club.later(100)
        let events = try EarningPolicy.consequences(of: [late], PolicyContext(world: club.scenario))
        guard case .pointsExpired(let expired)? = events.first?.payload else {
            Issue.record("nothing expired")
            return
        }
        #expect(expired.points == 40)
        #expect(expired.cause == .due)
        #expect(events.first?.occurredAt?.rawValue == confirmed.stored.occurredAt.rawValue + 30 * 86_400_000_000)
        #expect(expired.balance.isBalanced)
    }
}
