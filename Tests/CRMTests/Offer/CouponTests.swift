internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct CouponTests {
    @Test func `a coupon's code is sealed for its holder and names it once`() throws {
        var shop = try OfferShop { $0.couponDays = 7 }
        let outcome = shop.when(shop.issue(code: "SPRING-77"))
        #expect(outcome.kinds == [.offerIssued])
        guard case .offerIssued(let issued)? = outcome.payloads.first else { throw TestFailure() }
        #expect(issued.hasCode_p && issued.offerRevision == 1)
        #expect(issued.expiresAt == outcome.events[0].stored.occurredAt.rawValue + 7 * 86_400_000_000)
        #expect(outcome.events[0].subjects.last?.subject == shop.shop.customer)
        #expect(!shop.shop.scenario.showsOpenly("SPRING"))
        let again = shop.when(shop.issue(code: "SPRING-77"))
        #expect(again.code == .referenceTaken && again.field == "personal.code")
        let order = try shop.shop.placed()
        let redeem = RedeemOffer.with {
            $0.personal.code = "SPRING-77"
            $0.order = Reference(number: order)
        }
        #expect(shop.when(redeem).kinds == [.offerRedeemed])
        #expect(!shop.shop.scenario.showsOpenly("SPRING"))
        #expect(shop.when(redeem).isUnchanged)
        #expect(shop.when(redeem.with { $0.personal.code = "SPRING-78" }).code == .notFound)
        #expect(shop.shop.scenario.isReproducible)
    }

    @Test func `issues are refused`() throws {
        var shop = try OfferShop {
            $0.eligibility.countries = ["DE"]
            $0.eligibility.tags = ["vip", "staff"]
        }
        let plain = shop.issue()
        let cases: [(IssueOffer, ErrorCode, String)] = [
            (plain.with { $0.clearOffer() }, .schemaInvalid, "offer"),
            (plain.with { $0.clearParty() }, .schemaInvalid, "party"),
            (plain.with { $0.offer = Reference(number: StreamNumber(999)) }, .referenceMissing, "offer"),
            (plain.with { $0.party = Reference(number: StreamNumber(999)) }, .referenceMissing, "party"),
            (plain.with { $0.personal.code = "abc" }, .schemaInvalid, "personal.code"),
            (plain.with { $0.personal.code = "a b c d" }, .schemaInvalid, "personal.code"),
            (
                plain.with { $0.external = [ExternalKey(system: "coupon-code", key: "x")] }, .schemaInvalid,
                "external[0].system"
            ),
            (plain, .notEligible, "party"),
        ]
        for (command, code, field) in cases {
            var shop = shop
            let outcome = shop.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
        #expect(shop.when(plain, historic: true).kinds == [.offerIssued])
        shop.when(
            ChangePartyDetail.with {
                $0.party = Reference(number: shop.shop.customer)
                $0.detail.country = "DE"
            })
        #expect(shop.when(plain).refusal?.detail.sentence.contains("tags") ?? false)
        shop.when(Schema.Tag.of(shop.shop.customer, "staff"))
        #expect(shop.when(plain).kinds == [.offerIssued])
        #expect(shop.when(plain.with { $0.expiresAt = shop.start.timestamp }).field == "expires_at")
        #expect(shop.when(plain, at: shop.day(-1)).code == .offerNotValid)
    }

    @Test func `limits hold for issues and redemptions, and count back`() throws {
        var shop = try OfferShop {
            $0.limits.issued = 3
            $0.limits.issuedPerParty = 2
            $0.limits.redeemed = 1
        }
        let first = shop.issued()
        let second = shop.issued()
        #expect(shop.when(shop.issue()).code == .offerLimit)
        #expect(shop.when(shop.issue(to: shop.shop.other)).kinds == [.offerIssued])
        #expect(shop.when(shop.issue(to: shop.shop.other)).code == .offerLimit)
        let withdraw = WithdrawCoupon.with { $0.coupon = Reference(number: second) }
        #expect(shop.when(withdraw).kinds == [.couponWithdrawn])
        #expect(shop.when(withdraw).isUnchanged)
        let third = shop.issued()
        let (order, other) = (try shop.shop.placed(), try shop.shop.placed { $0.documentNumber = "A-2" })
        #expect(shop.when(shop.redeem(second, on: order)).code == .offerNotValid)
        #expect(shop.when(shop.redeem(first, on: order)).kinds == [.offerRedeemed])
        #expect(shop.when(shop.redeem(third, on: other)).code == .offerLimit)
        #expect(shop.when(shop.redeem(third, on: other), historic: true).kinds == [.offerRedeemed])
        #expect(shop.shop.scenario.isReproducible)
    }

    @Test func `a coupon is redeemed once, on one order`() throws {
        var shop = try OfferShop()
        let (first, second) = (shop.issued(), shop.issued())
        let order = try shop.shop.placed()
        let redeem = shop.redeem(first, on: order).with {
            $0.discount.minorUnits = 225
            $0.discount.currency = "EUR"
        }
        guard case .offerRedeemed(let redeemed)? = shop.when(redeem).payloads.first else { throw TestFailure() }
        #expect(redeemed.orderNumber == order.rawValue && redeemed.discount.minorUnits == 225)
        #expect(redeemed.benefit.percent.unscaled == 10 && redeemed.expiresAt == shop.day(30).rawValue)
        #expect(shop.when(redeem).isUnchanged)
        #expect(shop.when(redeem.with { $0.discount.minorUnits = 1 }).code == .alreadyRedeemed)
        let twice = shop.when(shop.redeem(second, on: order), historic: true)
        #expect(twice.code == .offerLimit && twice.field == "order")
        let reverse = ReverseOfferRedemption.with { $0.coupon = Reference(number: first) }
        guard case .offerRedemptionReversed(let reversed)? = shop.when(reverse).payloads.first else {
            throw TestFailure()
        }
        #expect(reversed.redeemedPosition > 0 && reversed.discount.minorUnits == 225)
        #expect(shop.when(reverse).isUnchanged)
        #expect(shop.when(shop.redeem(second, on: order)).kinds == [.offerRedeemed])
        #expect(shop.couponState(first).status == .issued)
        #expect(shop.shop.scenario.advance(to: shop.day(31)).kinds == [.offerExpired, .couponExpired])
        #expect(shop.shop.scenario.isReproducible)
    }

    @Test func `orders that do not fit are refused`() throws {
        var shop = try OfferShop {
            $0.minimumOrder.minorUnits = 2_251
            $0.minimumOrder.currency = "EUR"
        }
        let coupon = shop.issued()
        let order = try shop.shop.placed()
        let foreign = try shop.shop.placed {
            $0.documentNumber = "A-2"
            $0.currency = "USD"
        }
        let somebody = shop.shop.other
        let strange = try shop.shop.placed {
            $0.documentNumber = "A-3"
            $0.party = Reference(number: somebody)
        }
        let dollars = shop.redeem(coupon, on: order).with {
            $0.discount.minorUnits = 5
            $0.discount.currency = "USD"
        }
        let cases: [(RedeemOffer, ErrorCode, String)] = [
            (RedeemOffer(), .schemaInvalid, "coupon"),
            (shop.redeem(coupon, on: nil), .referenceMissing, "order"),
            (shop.redeem(coupon, on: StreamNumber(999)), .referenceMissing, "order"),
            (shop.redeem(coupon, on: order), .notEligible, "order"),
            (shop.redeem(coupon, on: foreign), .currencyMismatch, "order"),
            (shop.redeem(coupon, on: strange), .notEligible, "order"),
            (dollars, .currencyMismatch, "discount.currency"),
        ]
        for (command, code, field) in cases {
            var shop = shop
            let outcome = shop.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
        #expect(shop.when(cases[3].0, historic: true).kinds == [.offerRedeemed])
    }

    @Test func `money off is redeemed on an order in its currency`() throws {
        var shop = try OfferShop {
            $0.benefit.amount.minorUnits = 500
            $0.benefit.amount.currency = "EUR"
        }
        let coupon = shop.issued()
        let foreign = try shop.shop.placed { $0.currency = "USD" }
        let order = try shop.shop.placed { $0.documentNumber = "A-2" }
        let refused = shop.when(shop.redeem(coupon, on: foreign))
        #expect(refused.code == .currencyMismatch && refused.field == "order", "\(refused)")
        #expect(shop.when(shop.redeem(coupon, on: order)).kinds == [.offerRedeemed])
    }

    @Test func `only orders with the wanted products are taken`() throws {
        var shop = try OfferShop()
        let coupon = shop.issued()
        let order = try shop.shop.placed()
        let nib = try shop.shop.scenario.made(DefineProduct.with { $0.sku = "NIB" })
        shop.when(shop.change { $0.products = [Reference(number: nib)] })
        #expect(shop.when(shop.redeem(coupon, on: order)).code == .notEligible)
        shop.when(shop.change { $0.products = [Reference(number: nib), Reference(number: shop.shop.pen)] })
        #expect(shop.when(shop.redeem(coupon, on: order)).kinds == [.offerRedeemed])
    }

    @Test func `a coupon expires, and a redemption that came late takes that back`() throws {
        var shop = try OfferShop { $0.couponDays = 7 }
        let (coupon, other) = (shop.issued(), shop.issued())
        let order = try shop.shop.placed()
        let expired = shop.shop.scenario.advance(to: shop.day(8))
        #expect(expired.kinds == [.couponExpired, .couponExpired])
        #expect(expired.events[0].subjects.map(\.subject) == [shop.shop.customer])
        #expect(shop.couponState(coupon).status == .expired)
        #expect(shop.when(shop.redeem(other, on: order)).code == .offerNotValid)
        let late = shop.when(shop.redeem(coupon, on: order), at: shop.day(6))
        #expect(late.kinds == [.offerRedeemed, .couponExpiryWithdrawn])
        #expect(shop.couponState(coupon).status == .redeemed && shop.couponState(coupon).expiredPosition == 0)
        let reverse = ReverseOfferRedemption.with { $0.coupon = Reference(number: coupon) }
        #expect(shop.when(reverse).kinds == [.offerRedemptionReversed])
        #expect(shop.shop.scenario.advance(to: shop.day(9)).kinds == [.couponExpired])
        #expect(shop.shop.scenario.isReproducible)
    }

    @Test func `points need no order, and eligibility of a programme asks for membership`() throws {
        var shop = try OfferShop()
        let programme = shop.shop.scenario.given(.loyaltyProgramme, .programmeDefined(ProgrammeDefined()))
        let points = PublishOffer.of(
            {
                $0.benefit.points.points = 50
                $0.benefit.points.programme = Reference(number: programme)
            }, until: shop.day(30))
        let offer = try shop.shop.scenario.made(points)
        let coupon = try shop.shop.scenario.made(shop.issue().with { $0.offer = Reference(number: offer) })
        let outcome = shop.when(shop.redeem(coupon, on: nil))
        guard case .offerRedeemed(let redeemed)? = outcome.payloads.first else { throw TestFailure() }
        #expect(redeemed.benefit.points.points == 50 && redeemed.benefit.points.programmeNumber == programme.rawValue)
        #expect(redeemed.orderNumber == 0)
        shop.when(shop.change { $0.eligibility.programme = Reference(number: programme) })
        let refused = shop.when(shop.issue())
        #expect(refused.code == .notEligible && refused.field == "party")
    }

    @Test func `a redeemed coupon is not withdrawn, and a note about one is its holder's`() throws {
        var shop = try OfferShop()
        let coupon = shop.issued()
        let note = AddNote.with {
            $0.kind = .coupon
            $0.target = Reference(number: coupon)
            $0.note.text = "given at the fair"
        }
        #expect(shop.when(note).events[0].subjects.last?.subject == shop.shop.customer)
        #expect(!shop.shop.scenario.showsOpenly("fair"))
        shop.when(shop.redeem(coupon, on: try shop.shop.placed()))
        let withdraw = WithdrawCoupon.with { $0.coupon = Reference(number: coupon) }
        #expect(shop.when(withdraw).code == .illegalTransition)
    }
}
