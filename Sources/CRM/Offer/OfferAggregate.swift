package import Schema

/// An offer: what somebody gets, who may have it, and how often.
///
/// published → expired → published (where its validity goes on); published or expired → withdrawn.
package enum OfferAggregate: Aggregate {
    package typealias State = OfferState

    package static var kind: AggregateKind { .offer }

    package static func evolve(_ state: inout OfferState, _ event: StoredEvent) {
        switch event.payload {
        case .offerPublished(let published):
            state.status = .published
            state.terms = published.terms
        case .offerChanged(let changed):
            state.status = .published
            state.terms = changed.terms
            // An expiry that is older than the change was true; of another one `OfferExpiryPolicy` takes it back.
            if !changed.hasValidToBefore || event.occurredAt.rawValue >= changed.validToBefore {
                state.expiredPosition = 0
            }
        case .offerExpired:
            state.status = .expired
            state.expiredPosition = event.position.rawValue
        case .offerExpiryWithdrawn:
            state.expiredPosition = 0
            if state.status == .expired { state.status = .published }
        case .offerWithdrawn:
            state.status = .withdrawn
            state.withdrawnAt = event.occurredAt.rawValue
        default: break
        }
    }
}

/// A coupon: an offer in the hands of one party.
///
/// issued → redeemed → issued (where the redemption is reversed); issued → expired or withdrawn.
package enum CouponAggregate: Aggregate {
    package typealias State = CouponState

    package static var kind: AggregateKind { .coupon }

    package static func evolve(_ state: inout CouponState, _ event: StoredEvent) {
        switch event.payload {
        case .offerIssued(let issued):
            state.status = .issued
            state.offerNumber = issued.offerNumber
            state.partyNumber = issued.partyNumber
            state.benefit = issued.benefit
            state.issuedAt = event.occurredAt.rawValue
            if issued.hasExpiresAt { state.expiresAt = issued.expiresAt }
        case .offerRedeemed(let redeemed):
            state.status = .redeemed
            state.redeemed = redeemed
            state.redeemedPosition = event.position.rawValue
        case .offerRedemptionReversed:
            state.status = .issued
            state.clearRedeemed()
            state.redeemedPosition = 0
        case .couponExpired:
            state.status = .expired
            state.expiredPosition = event.position.rawValue
        case .couponExpiryWithdrawn:
            state.expiredPosition = 0
            if state.status == .expired { state.status = .issued }
        case .couponWithdrawn: state.status = .withdrawn
        default: break
        }
    }
}
