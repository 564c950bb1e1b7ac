import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct TierTests {
    private static let thresholds: [(String, Int64)] = [("0", 0), ("10", 10), ("30", 30), ("100", 100)]

    private func club(_ review: TierReview, _ basis: TierBasis, days: UInt32 = 0) throws -> Club {
        try Club { scenario in
            for (rank, tier) in Self.thresholds.enumerated() {
                scenario.when(
                    DefineTier.with {
                        $0.tier.key = tier.0
                        $0.tier.threshold = tier.1
                        $0.tier.rank = UInt32(rank)
                    })
            }
            scenario.when(
                SetTierPolicy.with {
                    $0.policy.review = review
                    $0.policy.basis = basis
                    $0.policy.days = days
                })
            scenario.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = .yearEnd
                })
        }
    }

    @Test(arguments: [(Int64(5), "0"), (10, "10"), (30, "30")])
    func `30 earned make level 2, and the year's end leaves it by what is active then`(
        active: Int64, tier: String
    ) throws {
        var club = try club(.yearEnd, .active)
        #expect(try club.state().tier == "0")
        #expect(club.give(30, "a").tiers == ["30"])
        if active < 30 { #expect(club.spend(30 - active).tiers.isEmpty) }
        #expect(try club.state().tier == "30")
        let end = club.scenario.advance(to: Instant(microseconds: 1_798_761_600_000_000))
        // The review precedes the expiry of the points at the same instant.
        #expect(end.kinds.first == .tierReviewAdvanced)
        #expect(end.kinds.last == .pointsExpired)
        #expect(end.tiers == (tier == "30" ? [] : [tier]))
        #expect(try club.state().tier == tier)
        #expect(try club.balance().active == 0)
        #expect(club.scenario.isReproducible)
    }

    @Test func `an automatic policy follows the value down at once`() throws {
        var club = try club(.automatic, .active)
        club.give(30, "a")
        let outcome = club.spend(25)
        #expect(outcome.kinds == [.pointsSpent, .tierChanged])
        guard case .tierChanged(let changed)? = outcome.payloads.last else { return }
        #expect(changed.from == "30")
        #expect(changed.to == "0")
        #expect(changed.cause == .fell)
        #expect(changed.value == 5)
        #expect(changed.programmeVersion == 7)
        #expect(changed.causePosition == outcome.events[0].stored.position.rawValue)
    }

    @Test func `without a review a tier once reached is kept`() throws {
        var club = try club(.none, .active)
        club.give(100, "a")
        club.spend(100)
        club.wait(800)
        #expect(try club.state().tier == "100")
    }

    @Test func `what is earned since the last change is counted anew by each review`() throws {
        var club = try club(.everyDays, .earnedSinceChange, days: 30)
        #expect(club.give(12, "a").tiers == ["10"])
        #expect(club.give(10, "b").tiers.isEmpty)
        #expect(club.wait(31).kinds == [.tierReviewAdvanced, .tierConfirmed])
        #expect(try club.state().tier == "10")
        let outcome = club.wait(30)
        #expect(outcome.kinds == [.tierReviewAdvanced, .tierChanged])
        #expect(try club.state().tier == "0")
        #expect(club.scenario.isReproducible)
    }

    @Test func `a tier by hand is kept until its day`() throws {
        var club = try club(.automatic, .earned)
        let account = Reference(number: club.account)
        let until = club.later(30).timestamp
        let change = ChangeTier.with {
            $0.account = account
            $0.tier = "100"
            $0.keepUntil = until
        }
        #expect(club.scenario.when(change).tiers == ["100"])
        #expect(club.scenario.when(change).isUnchanged)
        #expect(club.give(1, "a").tiers.isEmpty)
        club.wait(31)
        #expect(club.give(1, "b").tiers == ["0"])
        var unknown = change
        unknown.tier = "gold"
        #expect(club.scenario.when(unknown).code == .tierUnknown)
    }

    @Test func `a rise leaves the promise of a tier, which holds when the member falls`() throws {
        var club = try club(.automatic, .earned)
        let account = Reference(number: club.account)
        let until = club.later(300)
        var change = ChangeTier.with {
            $0.account = account
            $0.tier = "30"
            $0.keepUntil = until.timestamp
        }
        club.scenario.when(change)
        #expect(club.give(100, "a").tiers == ["100"])
        let earning = UInt64(club.scenario.events.count - 1)
        let fall = club.scenario.when(
            ReverseEarning.with {
                $0.account = account
                $0.earning = earning
            })
        #expect(fall.kinds == [.earningReversed, .tierChanged])
        guard case .tierChanged(let fallen)? = fall.payloads.last else { return }
        #expect(fallen.to == "30")
        #expect(fallen.cause == .fell)
        #expect(fallen.keepUntil == until.rawValue)
        #expect(club.give(1, "b").tiers.isEmpty)
        #expect(club.give(99, "c").tiers == ["100"])
        // The higher tier is not promised until somebody does so.
        change.tier = "100"
        #expect(club.scenario.when(change).kinds == [.tierChanged])
        #expect(club.scenario.when(change).isUnchanged)
        club.wait(301)
        #expect(club.give(1, "d").tiers.isEmpty)
        #expect(club.scenario.isReproducible)
    }

    @Test func `a promise that has passed holds nobody`() throws {
        var club = try club(.automatic, .active)
        let account = Reference(number: club.account)
        let until = club.later(30).timestamp
        club.scenario.when(
            ChangeTier.with {
                $0.account = account
                $0.tier = "10"
                $0.keepUntil = until
            })
        #expect(club.give(100, "a").tiers == ["100"])
        #expect(club.spend(99).tiers == ["10"])
        club.wait(31)
        #expect(club.give(1, "b").tiers == ["0"])
    }

    @Test func `a tier that is promised for longer is held since before`() throws {
        var club = try club(.everyDays, .earnedSinceChange, days: 300)
        #expect(club.give(12, "a").tiers == ["10"])
        club.give(5, "b")
        let before = try club.state()
        let account = Reference(number: club.account)
        let until = club.later(60)
        let change = ChangeTier.with {
            $0.account = account
            $0.tier = "10"
            $0.keepUntil = until.timestamp
        }
        #expect(club.scenario.when(change).tiers == ["10"])
        #expect(club.scenario.when(change).isUnchanged)
        let after = try club.state()
        #expect(after.tierSince == before.tierSince)
        #expect(after.tierBaseline == before.tierBaseline)
        #expect(after.tierKeepUntil == until.rawValue)
        #expect(club.scenario.isReproducible)
    }

    @Test(arguments: [(UInt32(5), Int64(200)), (12, 200), (9, 300), (5, 100)])
    func `no two tiers have one rank or one threshold`(rank: UInt32, threshold: Int64) throws {
        var club = try club(.none, .earned)
        func define(_ key: String, _ rank: UInt32, _ threshold: Int64) -> DefineTier {
            DefineTier.with {
                $0.tier.key = key
                $0.tier.rank = rank
                $0.tier.threshold = threshold
            }
        }
        #expect(club.scenario.when(define("gold", 9, 200)).kinds == [.tierDefined])
        #expect(club.scenario.when(define("silver", rank, threshold)).code == .tierOrder)
    }

    @Test func `a changed programme goes through all its members`() throws {
        var club = try club(.automatic, .earned)
        let programme = Reference(number: club.programme)
        for index in 0..<450 {
            let party = club.scenario.given(.party, .partyRegistered(PartyRegistered()))
            let member = try club.scenario.made(
                EnrolMember.with {
                    $0.programme = programme
                    $0.party = Reference(number: party)
                })
            if index % 3 == 0 { club.give(20, "a", to: member) }
        }
        #expect(
            club.scenario.when(
                DefineTier.with {
                    $0.tier.key = "10"
                    $0.tier.threshold = 10
                    $0.tier.rank = 7
                }
            ).code == .tierOrder)
        let outcome = club.scenario.when(RetireTier.with { $0.key = "10" })
        #expect(outcome.kinds == [.tierRetired])
        let pass = club.scenario.advance(to: club.scenario.now)
        #expect(pass.kinds.filter { $0 == .tierReviewAdvanced }.count == 3)
        #expect(pass.kinds.filter { $0 == .tierChanged }.count == 150)
        #expect(pass.tiers.allSatisfy { $0 == "0" })
        #expect(club.scenario.when(RetireTier.with { $0.key = "10" }).isUnchanged)
        #expect(club.scenario.advance(to: club.later(1)).isUnchanged)
        #expect(club.scenario.isReproducible)
    }
}
