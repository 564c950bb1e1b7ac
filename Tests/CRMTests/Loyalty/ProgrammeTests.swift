import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct ProgrammeTests {
    private static func rule(_ key: String, _ change: (inout PublishEarningRule) -> Void = { _ in })
        -> PublishEarningRule
    {
        var rule = Club.perEuro(key: key)
        change(&rule)
        return rule
    }

    @Test func `rules of one priority must not be for the same lines`() throws {
        var club = try Club.earning()
        let pen = Reference(number: club.shop.pen)
        let ink = Reference(number: club.shop.ink)
        #expect(club.scenario.when(Self.rule("b")).code == .ruleOverlap)
        #expect(club.scenario.when(Self.rule("b") { $0.priority = 11 }).kinds == [.earningRulePublished])
        #expect(
            club.scenario.when(
                Self.rule("pen") {
                    $0.priority = 20
                    $0.condition.products = [pen]
                }
            ).kinds == [.earningRulePublished])
        #expect(
            club.scenario.when(
                Self.rule("ink") {
                    $0.priority = 20
                    $0.condition.products = [ink]
                }
            ).kinds == [.earningRulePublished])
        #expect(
            club.scenario.when(
                Self.rule("both") {
                    $0.priority = 20
                    $0.condition.products = [ink, pen]
                }
            ).code == .ruleOverlap)
        #expect(
            club.scenario.when(
                Self.rule("usd") {
                    $0.priority = 11
                    $0.currency = "USD"
                }
            ).code == .ruleOverlap)
        #expect(club.scenario.isReproducible)
    }

    @Test func `a rule sent again is unchanged, another content is its next version`() throws {
        var club = try Club.earning()
        #expect(club.scenario.when(Club.perEuro()).isUnchanged)
        let outcome = club.scenario.when(Club.perEuro("2"))
        guard case .earningRulePublished(let published)? = outcome.payloads.first else { return }
        #expect(published.rule.version == 2)
        #expect(published.version == 3)
        let retire = RetireEarningRule.with { $0.key = "base" }
        #expect(club.scenario.when(retire).kinds == [.earningRuleRetired])
        #expect(club.scenario.when(retire).isUnchanged)
        #expect(club.scenario.when(RetireEarningRule.with { $0.key = "x" }).code == .notFound)
        try club.buy("10")
        #expect(try club.balance().earned == 0)
    }

    @Test func `rates take nothing away`() throws {
        var club = try Club()
        #expect(club.scenario.when(Club.perEuro("-1")).code == .negativeRate)
        #expect(
            club.scenario.when(
                Self.rule("half") {
                    $0.kind = .multiplier
                    $0.rate = decimal("0.5")
                }
            ).code == .negativeRate)
    }

    @Test func `every change raises the version, and what changes nothing is unchanged`() throws {
        var club = try Club()
        let commands: [CommandBody.OneOf_Command] = [
            .changeProgramme(ChangeProgramme.with { $0.pointsLabel = "miles" }),
            .setLockDays(SetLockDays.with { $0.days = 3 }),
            .setExpiryPolicy(SetExpiryPolicy.with { $0.policy.kind = .yearEnd }),
            .defineTier(
                DefineTier.with {
                    $0.tier.key = "gold"
                    $0.tier.rank = 1
                }),
            .setTierPolicy(
                SetTierPolicy.with {
                    $0.policy.review = .yearEnd
                    $0.policy.basis = .earned
                }),
            .setPointValue(
                SetPointValue.with {
                    $0.value.cost = decimal("0.012")
                    $0.value.currency = "EUR"
                    $0.value.redemptionRate = decimal("0.8")
                }),
            .suspendProgramme(SuspendProgramme()), .activateProgramme(ActivateProgramme()),
        ]
        for (index, command) in commands.enumerated() {
            #expect(club.scenario.when(command).events.count >= 1)
            let state = try #require(try club.scenario.state(ProgrammeAggregate.self, of: club.programme))
            #expect(state.version == UInt32(index + 2))
            #expect(club.scenario.when(command).isUnchanged)
        }
        #expect(club.scenario.isReproducible)
    }
}
