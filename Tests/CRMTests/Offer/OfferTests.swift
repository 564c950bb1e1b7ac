internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct OfferTests {
    @Test func `an offer is published with its terms`() throws {
        let shop = try OfferShop {
            $0.minimumOrder.minorUnits = 1_000
            $0.minimumOrder.currency = "EUR"
            $0.limits.issued = 5
            $0.eligibility.statuses = [.customer]
        }
        let state = shop.offerState()
        #expect(state.status == .published && state.terms.name == "Ten off")
        #expect(state.terms.validFrom == shop.start.rawValue && state.terms.validTo == shop.day(30).rawValue)
        #expect(state.terms.limits.issued == 5 && state.terms.eligibility.statuses == [.customer])
        #expect(shop.shop.scenario.isReproducible)
    }

    @Test func `terms are refused`() throws {
        let shop = try OfferShop()
        let cases: [((inout OfferTermsInput) -> Void, ErrorCode, String)] = [
            ({ $0.name = "" }, .schemaInvalid, "terms.name"),
            ({ $0.clearBenefit() }, .schemaInvalid, "terms.benefit"),
            ({ $0.benefit.percent.unscaled = 0 }, .amountInvalid, "terms.benefit.percent"),
            ({ $0.benefit.percent.unscaled = 101 }, .amountInvalid, "terms.benefit.percent"),
            ({ $0.benefit.amount.minorUnits = 5 }, .currencyMismatch, "terms.benefit.amount.currency"),
            ({ $0.benefit.amount.currency = "EUR" }, .amountInvalid, "terms.benefit.amount.minor_units"),
            ({ $0.benefit.points.points = 0 }, .amountInvalid, "terms.benefit.points.points"),
            ({ $0.validTo = shop.start.timestamp }, .schemaInvalid, "terms.valid_to"),
            ({ $0.couponDays = 40_000 }, .limitExceeded, "terms.coupon_days"),
            ({ $0.eligibility.tiers = ["gold"] }, .schemaInvalid, "terms.eligibility.programme"),
            ({ $0.eligibility.countries = ["Germany"] }, .schemaInvalid, "terms.eligibility.countries[0]"),
            ({ $0.eligibility.kinds = [.unspecified] }, .schemaInvalid, "terms.eligibility.kinds[0]"),
            ({ $0.products = [Reference(number: StreamNumber(999))] }, .referenceMissing, "terms.products[0]"),
        ]
        for (change, code, field) in cases {
            var shop = shop
            let publish = PublishOffer.of(change, until: shop.day(30))
            for outcome in [shop.when(publish), shop.when(shop.change(change))] {
                #expect(outcome.code == code && outcome.field == field, "\(outcome)")
            }
        }
    }

    @Test func `a change replaces the terms, and sent twice changes nothing`() throws {
        var shop = try OfferShop()
        let change = shop.change { $0.benefit.percent.unscaled = 20 }
        let outcome = shop.when(change)
        #expect(outcome.kinds == [.offerChanged])
        guard case .offerChanged(let changed)? = outcome.payloads.first else { throw TestFailure() }
        #expect(changed.validToBefore == shop.day(30).rawValue && changed.terms.validFrom == shop.start.rawValue)
        #expect(shop.when(change).isUnchanged)
    }

    @Test func `an offer expires by itself and goes on when it is prolonged`() throws {
        var shop = try OfferShop()
        let outcome = shop.shop.scenario.advance(to: shop.day(31))
        #expect(outcome.kinds == [.offerExpired])
        #expect(outcome.events.first?.stored.occurredAt == shop.day(30))
        #expect(outcome.events.first?.stored.header.origin == .scheduler)
        #expect(shop.offerState().status == .expired)
        #expect(shop.when(shop.issue()).code == .offerNotValid)
        let prolong = shop.change { $0.validTo = shop.day(60).timestamp }
        #expect(shop.when(prolong).kinds == [.offerChanged])
        #expect(shop.offerState().status == .published && shop.offerState().expiredPosition == 0)
        #expect(shop.when(shop.issue()).kinds == [.offerIssued])
        #expect(shop.shop.scenario.advance(to: shop.day(61)).kinds == [.offerExpired, .couponExpired])
        #expect(shop.shop.scenario.isReproducible)
    }

    @Test func `a late change takes the expiry back`() throws {
        var shop = try OfferShop()
        let expired = shop.shop.scenario.advance(to: shop.day(31)).events[0].stored.position
        let prolong = shop.change { $0.validTo = shop.day(60).timestamp }
        let outcome = shop.when(prolong, at: shop.day(29))
        #expect(outcome.kinds == [.offerChanged, .offerExpiryWithdrawn])
        guard case .offerExpiryWithdrawn(let withdrawn) = outcome.payloads[1] else { throw TestFailure() }
        #expect(withdrawn.withdrawnPosition == expired.rawValue && withdrawn.policyVersion == 1)
        #expect(shop.offerState().status == .published && shop.offerState().expiredPosition == 0)
        #expect(shop.shop.scenario.isReproducible)
    }

    @Test func `an offer is withdrawn for good`() throws {
        var shop = try OfferShop()
        let coupon = shop.issued()
        let withdraw = WithdrawOffer.with { $0.offer = Reference(number: shop.offer) }
        #expect(shop.when(withdraw).kinds == [.offerWithdrawn])
        #expect(shop.when(withdraw).isUnchanged)
        #expect(shop.when(shop.change { $0.name = "Other" }).code == .terminalState)
        #expect(shop.when(shop.issue()).code == .offerNotValid)
        let order = try shop.shop.placed()
        #expect(shop.when(shop.redeem(coupon, on: order)).code == .offerNotValid)
        #expect(shop.shop.scenario.advance(to: shop.day(31)).kinds == [.couponExpired])
    }
}
