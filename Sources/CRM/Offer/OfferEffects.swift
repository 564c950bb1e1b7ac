package import Schema

/// What events of offers and coupons do to the index: how often an offer was issued and redeemed, by whom and on which
/// orders; and when an offer or a coupon expires.
package enum OfferEffects {
    /// The timer at the end of an offer's or a coupon's validity.
    static let expiry = TimerKey(kind: 1, item: 0)

    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .offerPublished(let published): [timer(published.terms.hasValidTo ? published.terms.validTo : nil)]
        case .offerChanged(let changed): [timer(changed.terms.hasValidTo ? changed.terms.validTo : nil)]
        case .offerExpired, .offerWithdrawn: [timer(nil)]
        case .offerIssued(let issued):
            Self.issued(issued.offerNumber, issued.partyNumber, 1) + [
                timer(issued.hasExpiresAt ? issued.expiresAt : nil)
            ]
        case .couponWithdrawn(let withdrawn):
            Self.issued(withdrawn.offerNumber, withdrawn.partyNumber, -1) + [timer(nil)]
        case .couponExpired: [timer(nil)]
        case .offerRedeemed(let redeemed):
            Self.redeemed(redeemed.offerNumber, redeemed.partyNumber, redeemed.orderNumber, 1) + [timer(nil)]
        case .offerRedemptionReversed(let reversed):
            Self.redeemed(reversed.offerNumber, reversed.partyNumber, reversed.orderNumber, -1)
                + [timer(reversed.hasExpiresAt ? reversed.expiresAt : nil)]
        default: []
        }
    }

    private static func timer(_ microseconds: Int64?) -> IndexEffect {
        .timer(expiry, microseconds.map { Instant(microseconds: $0) })
    }

    private static func issued(_ offer: UInt64, _ party: UInt64, _ change: Int64) -> [IndexEffect] {
        let offer = StreamNumber(offer)
        return [
            .claim(.offerIssued(offer), change), .claim(.offerIssued(offer, to: StreamNumber(party)), change),
        ]
    }

    private static func redeemed(_ offer: UInt64, _ party: UInt64, _ order: UInt64, _ change: Int64) -> [IndexEffect] {
        let offer = StreamNumber(offer)
        let counts: [IndexEffect] = [
            .claim(.offerRedeemed(offer), change), .claim(.offerRedeemed(offer, by: StreamNumber(party)), change),
        ]
        return order == 0 ? counts : counts + [.claim(.offerOnOrder(offer, StreamNumber(order)), change)]
    }
}

extension ExternalKey {
    /// The key under which the coupon with this code is found.
    init(couponCode: String) { self.init(system: ReservedSystem.couponCode, key: couponCode) }
}
