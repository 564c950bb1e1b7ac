import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct EarningTests {
    @Test func `a confirmed order earns, as a consequence of its confirmation`() throws {
        var club = try Club.earning()
        var order = club.shop.order
        order.reached = .confirmed
        let outcome = club.scenario.when(order)
        #expect(outcome.kinds == [.orderPlaced, .orderConfirmed, .partyStatusChanged, .pointsEarned])
        guard case .pointsEarned(let earned)? = outcome.payloads.last else { return }
        #expect(earned.points == 22)
        #expect(earned.lines.map(\.points) == [7, 15])
        #expect(earned.lots.map(\.lot) == [1, 2])
        #expect(earned.lots.map(\.rule) == ["base", "base"])
        #expect(earned.programmeNumber == club.programme.rawValue)
        #expect(try club.balance() == earned.balance)
        #expect(outcome.events[3].stored.header.origin == .policy)
        #expect(outcome.events[3].stored.header.causation == outcome.events[1].stored.position)
        #expect(outcome.events[3].subjects.map(\.subject) == [club.shop.customer])
        #expect(try club.balance().active == 22)
        #expect(club.scenario.isReproducible)
    }

    @Test func `who is no member, and who enrols later, earns nothing`() throws {
        var club = try Club.earning()
        #expect(try club.buy("10", by: club.shop.other) > .none)
        #expect(club.scenario.events.last?.stored.header.kind != .pointsEarned)
        let late = Reference(number: club.shop.other)
        let account = try club.scenario.made(EnrolMember.with { $0.party = late })
        let before = Instant(microseconds: club.scenario.now.rawValue - 86_400_000_000)
        try club.buy("10", by: club.shop.other, at: before)
        #expect(try club.balance(of: account) == PointsBalance())
        try club.buy("10", by: club.shop.other)
        #expect(try club.balance(of: account).active == 10)
    }

    @Test func `a programme that is off earns nothing`() throws {
        var club = try Club.earning()
        club.scenario.when(SuspendProgramme())
        try club.buy("10")
        #expect(try club.balance().earned == 0)
        #expect(club.give(5, "a").code == .programmeOff)
        club.scenario.when(ActivateProgramme())
        try club.buy("10")
        #expect(try club.balance().earned == 10)
    }

    @Test func `rules are added in the order of their priority until one says stop`() throws {
        var club = try Club()
        let ink = Reference(number: club.shop.ink)
        club.scenario.when(Club.perEuro("1"))
        club.scenario.when(
            PublishEarningRule.with {
                $0.key = "ink"
                $0.kind = .perUnit
                $0.rate = decimal("5")
                $0.priority = 20
                $0.condition.products = [ink]
            })
        club.scenario.when(
            PublishEarningRule.with {
                $0.key = "double"
                $0.kind = .multiplier
                $0.rate = decimal("2")
                $0.priority = 30
            })
        var order = club.shop.order
        order.reached = .confirmed
        let outcome = club.scenario.when(order)
        // Pens: 7.50 EUR make 7, doubled 14. Ink: 15 and 1.5 * 5 = 7, doubled 44.
        #expect(outcome.earned == [58])
        guard case .pointsEarned(let earned)? = outcome.payloads.last else { return }
        #expect(earned.lots.map(\.points) == [7, 7, 15, 7, 22])
        #expect(earned.lots.map(\.rule) == ["base", "double", "base", "ink", "double"])

        club.scenario.when(
            PublishEarningRule.with {
                $0.key = "ink"
                $0.kind = .perUnit
                $0.rate = decimal("5")
                $0.priority = 20
                $0.stop = true
                $0.condition.products = [ink]
            })
        order.documentNumber = "A-2"
        #expect(club.scenario.when(order).earned == [36])
        #expect(club.scenario.isReproducible)
    }

    @Test(arguments: [
        (PointsRounding.down, "0.1", Int64(2)), (.up, "0.1", 3), (.halfEven, "0.1", 2), (.halfEven, "0.14", 4),
        (.unspecified, "0.1", 2),
    ])
    func `broken points are rounded as the rule says`(rounding: PointsRounding, rate: String, points: Int64) throws {
        var club = try Club()
        var rule = Club.perEuro(rate)
        rule.rounding = rounding
        club.scenario.when(rule)
        try club.buy("25")
        #expect(try club.balance().active == points)
    }

    @Test func `rules look at category, channel, currency, tier and time`() throws {
        var club = try Club { scenario in
            scenario.when(
                DefineTier.with {
                    $0.tier.key = "gold"
                    $0.tier.threshold = 100
                    $0.tier.rank = 1
                })
        }
        let product = try club.scenario.made(
            DefineProduct.with {
                $0.sku = "NIB"
                $0.detail.category = "writing/nibs"
            })
        func rule(_ key: String, _ priority: UInt32, _ change: (inout PublishEarningRule) -> Void) -> PublishEarningRule
        {
            PublishEarningRule.with {
                $0.key = key
                $0.kind = .perUnit
                $0.rate = decimal("1")
                $0.priority = priority
                change(&$0)
            }
        }
        let now = club.scenario.now
        club.scenario.when(rule("category", 1) { $0.condition.categories = ["writing"] })
        club.scenario.when(rule("other", 2) { $0.condition.categories = ["writ"] })
        club.scenario.when(rule("channel", 3) { $0.condition.channels = ["shop"] })
        club.scenario.when(rule("currency", 4) { $0.currency = "USD" })
        club.scenario.when(rule("tier", 5) { $0.condition.tiers = ["gold"] })
        club.scenario.when(rule("past", 6) { $0.to = now.timestamp })
        try club.buy("1", product: product)
        #expect(try club.balance().active == 1)
        #expect(club.scenario.when(rule("x", 7) { $0.condition.tiers = ["lead"] }).code == .tierUnknown)
    }

    @Test func `points for another cause are given once`() throws {
        var club = try Club()
        #expect(club.give(50, "survey").kinds == [.pointsEarned])
        #expect(club.give(50, "survey").isUnchanged)
        #expect(club.give(60, "survey").code == .causeAlreadyRewarded)
        #expect(club.give(0, "x").code == .amountInvalid)
        #expect(try club.balance().active == 50)
        #expect(club.scenario.isReproducible)
    }

    @Test func `an offer's points come with its redemption and go with its reversal`() throws {
        var club = try Club()
        let redeemed = OfferRedeemed.with {
            $0.partyNumber = club.shop.customer.rawValue
            $0.benefit.points.points = 25
            $0.benefit.points.programmeNumber = club.programme.rawValue
        }
        let coupon = club.scenario.given(.coupon, .offerRedeemed(redeemed))
        let position = club.scenario.events.count
        let events = try EarningPolicy.consequences(
            of: [club.scenario.events[position - 1].stored], PolicyContext(world: club.scenario))
        guard case .pointsEarned(let earned)? = events.first?.payload else {
            Issue.record("nothing earned")
            return
        }
        #expect(earned.points == 25)
        club.scenario.given(on: club.account, .pointsEarned(earned))
        let reversed = OfferRedemptionReversed.with {
            $0.partyNumber = redeemed.partyNumber
            $0.benefit = redeemed.benefit
            $0.redeemedPosition = UInt64(position)
        }
        club.scenario.given(on: coupon, .offerRedemptionReversed(reversed))
        let back = try EarningPolicy.consequences(
            of: [try #require(club.scenario.events.last).stored], PolicyContext(world: club.scenario))
        guard case .earningReversed(let reversal)? = back.first?.payload else {
            Issue.record("nothing reversed")
            return
        }
        #expect(reversal.points == 25)
        #expect(reversal.balance.isBalanced)
    }
}

@Suite struct EnrolmentTests {
    @Test func `an enrolment sent again is unchanged, and refused where it asks for something else`() throws {
        var club = try Club()
        let party = Reference(number: club.shop.customer)
        let again = EnrolMember.with { $0.party = party }
        #expect(club.scenario.when(again).isUnchanged)
        #expect(club.scenario.lastTarget == club.account)
        var other = again
        other.id = club.scenario.freshID().description
        #expect(club.scenario.when(other).code == .alreadyMember)
        other = again
        other.external = [ExternalKey(system: "card", key: "4711")]
        #expect(club.scenario.when(other).code == .alreadyMember)
        other = again
        other.programme = Reference(number: club.shop.customer)
        #expect(club.scenario.when(other).code == .referenceMissing)
    }

    @Test func `a programme need not be named where there is only one`() throws {
        var club = try Club()
        _ = try club.scenario.made(
            DefineProgramme.with {
                $0.label = "Staff"
                $0.audience = .staff
            })
        let party = Reference(number: club.shop.other)
        let command = EnrolMember.with { $0.party = party }
        #expect(club.scenario.when(command).code == .referenceMissing)
        #expect(club.scenario.when(SuspendProgramme()).code == .referenceMissing)
        var named = command
        named.programme = Reference(number: club.programme)
        #expect(club.scenario.when(named).kinds == [.memberEnrolled])
        named.programme = Reference(number: club.scenario.lastTarget ?? .none)
        #expect(club.scenario.when(named).code == .referenceMissing)
    }

    @Test func `of several programmes the one that is on is meant, where only one is`() throws {
        var club = try Club()
        let off = DefineProgramme.with {
            $0.label = "Next year's"
            $0.status = .off
        }
        let second = try club.scenario.made(off)
        let party = Reference(number: club.shop.other)
        #expect(club.scenario.when(EnrolMember.with { $0.party = party }).kinds == [.memberEnrolled])
        let suspended = club.scenario.when(SuspendProgramme())
        #expect(suspended.kinds == [.programmeSuspended] && suspended.events.first?.stream == club.programme)
        #expect(club.scenario.when(SuspendProgramme()).code == .referenceMissing)
        let activate = ActivateProgramme.with { $0.programme = Reference(number: second) }
        #expect(club.scenario.when(activate).kinds == [.programmeActivated])
        #expect(club.scenario.when(SuspendProgramme()).events.first?.stream == second)
        #expect(club.scenario.isReproducible)
    }

    @Test func `the organisation's currency values points where none is named`() throws {
        var club = try Club()
        let value = SetPointValue.with { $0.value.cost = DecimalValue.with { $0.unscaled = 1 } }
        let refused = club.scenario.when(value)
        #expect(refused.code == .currencyMismatch && refused.field == "value.currency")
        #expect(club.scenario.when(SetOrganisation.with { $0.currency = "CHF" }).kinds == [.organisationSet])
        guard case .pointValueSet(let set)? = club.scenario.when(value).payloads.first else { return missing() }
        #expect(set.value.currency == "CHF")
        #expect(club.scenario.when(value).isUnchanged)
    }

    @Test func `who has left can come again`() throws {
        var club = try Club.earning()
        try club.buy("10")
        let account = Reference(number: club.account)
        let close = CloseAccount.with { $0.account = account }
        #expect(club.scenario.when(close).kinds == [.pointsExpired, .accountClosed])
        #expect(club.scenario.when(close).isUnchanged)
        #expect(club.give(5, "late").code == .terminalState)
        let party = Reference(number: club.shop.customer)
        let enrol = EnrolMember.with { $0.party = party }
        #expect(club.scenario.when(enrol).kinds == [.memberEnrolled])
        let second = try #require(club.scenario.lastTarget)
        #expect(second != club.account)
        try club.buy("10")
        #expect(try club.balance(of: second).active == 10)
        #expect(try club.balance().active == 0)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }
}

@Suite struct EarningCostTests {
    /// Counts what is looked up.
    private final class Lookups {
        var count = 0
    }

    private struct CountingWorld: World {
        var scenario: Scenario
        var lookups: Lookups

        private func counted<Value>(_ value: Value) -> Value {
            lookups.count += 1
            return value
        }

        func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
            counted(try scenario.resolve(reference, kind))
        }
        func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
            counted(try scenario.singleton(kind))
        }
        func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
            counted(try scenario.state(type, of: number))
        }
        func event(at position: Position) throws(Refusal) -> StoredEvent? { counted(try scenario.event(at: position)) }
        func claim(_ key: ClaimKey) throws(Refusal) -> Int64 { counted(try scenario.claim(key)) }
        func lookupKey(domain: String, value: [UInt8]) -> LookupKey { scenario.lookupKey(domain: domain, value: value) }
        func head(of number: StreamNumber) throws(Refusal) -> StreamHead? { counted(try scenario.head(of: number)) }
        func holders(of token: LookupKey, most: Int) throws(Refusal) -> [StreamNumber] {
            counted(try scenario.holders(of: token, most: most))
        }
        func nextTicket(in queue: StreamNumber) throws(Refusal) -> PooledTicket? {
            counted(try scenario.nextTicket(in: queue))
        }
        func latestFact(ofImport number: StreamNumber) throws(Refusal) -> Instant? { nil }
    }

    @Test func `an order or a return of somebody without an account costs one look at a claim`() throws {
        var club = try Club.earning()
        let order = try club.buy("10", by: club.shop.other)
        club.bringBack(order, 500)
        for kind in [EventKind.orderConfirmed, .returnRegistered] {
            let fact = try #require(club.scenario.events.last { $0.stored.header.kind == kind }).stored
            let lookups = Lookups()
            let world = CountingWorld(scenario: club.scenario, lookups: lookups)
            #expect(try EarningPolicy.consequences(of: [fact], PolicyContext(world: world)).isEmpty)
            #expect(try MemberTierPolicy.consequences(of: [fact], PolicyContext(world: world)).isEmpty)
            #expect(lookups.count == 1, "\(kind)")
        }
    }

    @Test func `a very long order earns and gives back in several events`() throws {
        var club = try Club.earning()
        var order = club.shop.order
        order.reached = .confirmed
        order.lines = (0..<900).map { _ in club.shop.line(club.shop.pen, "1", "2") }
        let outcome = club.scenario.when(order)
        #expect(outcome.earned == [800, 800, 200])
        #expect(try club.balance().active == 1_800)
        let number = Reference(number: outcome.events[0].stream)
        let cancelled = club.scenario.when(CancelOrder.with { $0.order = number }, reason: "gone")
        #expect(cancelled.reversed.reduce(0, +) == 1_800)
        #expect(cancelled.reversed.count == 9)
        #expect(try club.balance().active == 0)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }
}
