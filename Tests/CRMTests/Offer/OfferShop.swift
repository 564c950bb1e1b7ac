internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import SwiftProtobuf

@testable import CRM

/// A shop with an offer, for tests of coupons: ten per cent off, valid for thirty days.
struct OfferShop {
    var shop: Shop
    let offer: StreamNumber
    /// When the offer was published.
    let start: Instant

    init(_ change: (inout OfferTermsInput) -> Void = { _ in }) throws {
        shop = try Shop()
        start = Instant(microseconds: shop.scenario.now.rawValue + 1_000_000)
        offer = try shop.scenario.made(PublishOffer.of(change, until: Self.day(30, after: start)))
    }

    static func day(_ days: Int64, after start: Instant) -> Instant {
        Instant(microseconds: start.rawValue + days * 86_400_000_000)
    }

    func day(_ days: Int64) -> Instant { Self.day(days, after: start) }

    @discardableResult
    mutating func when(
        _ command: some DomainCommand, historic: Bool = false, at occurredAt: Instant? = nil
    ) -> Outcome {
        shop.scenario.when(command, historic: historic, at: occurredAt)
    }

    /// An issue to the shop's customer.
    func issue(code: String = "", to party: StreamNumber? = nil) -> IssueOffer {
        .with {
            $0.offer = Reference(number: offer)
            $0.party = Reference(number: party ?? shop.customer)
            if !code.isEmpty { $0.personal.code = code }
        }
    }

    mutating func issued(code: String = "", to party: StreamNumber? = nil) -> StreamNumber {
        let outcome = when(issue(code: code, to: party))
        precondition(!outcome.events.isEmpty, "not issued: \(outcome)")
        return outcome.events[0].stream
    }

    func redeem(_ coupon: StreamNumber, on order: StreamNumber?) -> RedeemOffer {
        .with {
            $0.coupon = Reference(number: coupon)
            if let order { $0.order = Reference(number: order) }
        }
    }

    func change(_ change: (inout OfferTermsInput) -> Void) -> ChangeOffer {
        .with {
            $0.offer = Reference(number: offer)
            $0.terms = PublishOffer.of(change, until: day(30)).terms
        }
    }

    func offerState() -> OfferState {
        shop.scenario.folded(OfferAggregate.self, offer)
    }

    func couponState(_ coupon: StreamNumber) -> CouponState {
        shop.scenario.folded(CouponAggregate.self, coupon)
    }
}

extension PublishOffer {
    static func of(_ change: (inout OfferTermsInput) -> Void, until end: Instant) -> PublishOffer {
        .with {
            $0.terms.name = "Ten off"
            $0.terms.benefit.percent.unscaled = 10
            $0.terms.validTo = end.timestamp
            change(&$0.terms)
        }
    }
}
