internal import Schema
internal import SwiftProtobuf

/// The loyalty programme of demo data and its members.
struct DemoLoyalty: Sendable {
    private static let memberShare = 0.6
    /// Decimals of the points per unit of a currency.
    private static let rateScale = 6

    let seed: UInt64

    /// The commands that define the programme: a point for about what a dollar buys, two tiers, points that are locked
    /// for thirty days and end after a year.
    var setUp: [CommandBody] {
        var bodies: [CommandBody] = [
            .with {
                $0.defineProgramme.external = [Self.key("club")]
                $0.defineProgramme.label = "Corner Club"
            }
        ]
        var currencies: Set<String> = []
        for culture in DemoCulture.all where currencies.insert(culture.currency).inserted {
            bodies.append(.with { $0.publishEarningRule = Self.rule(culture) })
        }
        bodies += [("silver", "Silver", 200), ("gold", "Gold", 800)].enumerated().map { index, tier in
            .with {
                $0.defineTier.programme = Self.programme
                $0.defineTier.tier.key = tier.0
                $0.defineTier.tier.label = tier.1
                $0.defineTier.tier.threshold = Int64(tier.2)
                $0.defineTier.tier.rank = UInt32(index + 1)
            }
        }
        bodies.append(.with { $0.publishEarningRule = Self.goldRule })
        return bodies + policies
    }

    private var policies: [CommandBody] {
        [
            .with {
                $0.setTierPolicy.programme = Self.programme
                $0.setTierPolicy.policy.review = .none
                $0.setTierPolicy.policy.basis = .earned
            },
            .with {
                $0.setLockDays.programme = Self.programme
                $0.setLockDays.days = 30
            },
            .with {
                $0.setExpiryPolicy.programme = Self.programme
                $0.setExpiryPolicy.policy.kind = .days
                $0.setExpiryPolicy.policy.days = 365
            },
            .with {
                $0.setPointValue.programme = Self.programme
                $0.setPointValue.value.cost.unscaled = 1
                $0.setPointValue.value.cost.scale = 2
                $0.setPointValue.value.currency = "USD"
                $0.setPointValue.value.redemptionRate.unscaled = 8
                $0.setPointValue.value.redemptionRate.scale = 1
            },
        ]
    }

    /// The command by which a party becomes a member; nil for those that do not want to.
    func enrolment(_ party: Int) -> CommandBody? {
        var random = DemoGenerator(seed, 23, UInt64(party))
        guard random.chance(Self.memberShare) else { return nil }
        return .with {
            $0.enrolMember.external = [Self.key("M-\(party + 1)")]
            $0.enrolMember.programme = Self.programme
            $0.enrolMember.party = DemoParties.reference(party)
        }
    }

    private static func rule(_ culture: DemoCulture) -> PublishEarningRule {
        // Minor units of the currency that a dollar's worth costs, and how many of them are a unit.
        let digits = CurrencyCode.shownDigits(culture.currency)
        let dollar = culture.priceFactor * 100
        let power = { (exponent: Int) in (0..<exponent).reduce(1) { product, _ in product * 10 } }
        return .with {
            $0.programme = programme
            $0.key = "per-\(culture.currency)"
            $0.label = "A point for each dollar's worth in \(culture.currency)"
            $0.priority = 10
            $0.currency = culture.currency
            $0.rate.unscaled = Int64(power(rateScale) * power(digits) / dollar)
            $0.rate.scale = UInt32(rateScale)
        }
    }

    private static var goldRule: PublishEarningRule {
        .with {
            $0.programme = programme
            $0.key = "gold"
            $0.label = "Half as much again for gold members"
            $0.priority = 20
            $0.kind = .multiplier
            $0.rate.unscaled = 15
            $0.rate.scale = 1
            $0.condition.tiers = ["gold"]
        }
    }

    private static var programme: Reference { .with { $0.external = key("club") } }

    private static func key(_ text: String) -> ExternalKey {
        .with {
            $0.system = DemoParties.system
            $0.key = text
        }
    }
}
