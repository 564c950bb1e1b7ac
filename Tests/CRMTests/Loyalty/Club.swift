import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

/// A shop with a loyalty programme: one point for a euro, of which customer is a member.
struct Club {
    var shop: Shop
    let programme: StreamNumber
    let account: StreamNumber

    /// - Parameter change: commands about the programme before anybody is a member.
    init(_ change: (inout Scenario) throws -> Void = { _ in }) throws {
        shop = try Shop()
        programme = try shop.scenario.made(DefineProgramme.with { $0.label = "Club" })
        try change(&shop.scenario)
        let customer = Reference(number: shop.customer)
        account = try shop.scenario.made(EnrolMember.with { $0.party = customer })
    }

    /// One point for each euro of any line.
    static func perEuro(_ rate: String = "1", key: String = "base") -> PublishEarningRule {
        PublishEarningRule.with {
            $0.key = key
            $0.rate = decimal(rate)
            $0.priority = 10
        }
    }

    /// A club in which each euro earns so many points.
    static func earning(_ rate: String = "1", _ change: (inout Scenario) throws -> Void = { _ in }) throws -> Club {
        try Club { scenario in
            #expect(scenario.when(perEuro(rate)).kinds == [.earningRulePublished])
            try change(&scenario)
        }
    }

    var scenario: Scenario {
        get { shop.scenario }
        set { shop.scenario = newValue }
    }

    func state(of number: StreamNumber? = nil) throws -> LoyaltyAccountState {
        try #require(try scenario.state(LoyaltyAccountAggregate.self, of: number ?? account))
    }

    func balance(of number: StreamNumber? = nil) throws -> PointsBalance { try state(of: number).balance }

    /// A confirmed order of lines of so much each, in euros.
    @discardableResult
    mutating func buy(
        _ amounts: String..., by party: StreamNumber? = nil, product: StreamNumber? = nil, at instant: Instant? = nil
    ) throws -> StreamNumber {
        var order = shop.order
        order.documentNumber = ""
        order.reached = .confirmed
        if let party { order.party = Reference(number: party) }
        order.lines = amounts.map { shop.line(product ?? shop.pen, "1", $0) }
        return try scenario.made(order, at: instant)
    }

    /// Brings back so much of the net of a line.
    @discardableResult
    mutating func bringBack(
        _ order: StreamNumber, _ net: Int64, line: UInt32 = 1, quantity: String = "0.01", at instant: Instant? = nil
    ) -> Outcome {
        var goods = shop.goods(of: order, quantity, line: line)
        goods.lines[0].net = net
        return scenario.when(goods, at: instant)
    }

    @discardableResult
    mutating func give(_ points: Int64, _ cause: String, to number: StreamNumber? = nil) -> Outcome {
        scenario.when(
            EarnPoints.with {
                $0.account = Reference(number: number ?? account)
                $0.cause = ExternalKey(system: "desk", key: cause)
                $0.points = points
            })
    }

    @discardableResult
    mutating func spend(_ points: Int64, of number: StreamNumber? = nil) -> Outcome {
        scenario.when(
            SpendPoints.with {
                $0.account = Reference(number: number ?? account)
                $0.points = points
            })
    }

    /// The clock, so many days on.
    func later(_ days: Int64) -> Instant { Instant(microseconds: scenario.now.rawValue + days * 86_400_000_000) }

    @discardableResult
    mutating func wait(_ days: Int64) -> Outcome { scenario.advance(to: later(days)) }
}

extension PointsBalance {
    /// Whether every point is in one place.
    var isBalanced: Bool {
        earned + adjusted + transferred == active + locked + spent + expired + reversed
    }
}

extension Outcome {
    /// The points that the appended earnings gave.
    var earned: [Int64] {
        payloads.compactMap { if case .pointsEarned(let earned) = $0 { earned.points } else { nil } }
    }

    /// The points that were taken back.
    var reversed: [Int64] {
        payloads.compactMap { if case .earningReversed(let reversed) = $0 { reversed.points } else { nil } }
    }

    /// The tiers that were given.
    var tiers: [String] { payloads.compactMap { if case .tierChanged(let changed) = $0 { changed.to } else { nil } } }
}
