package import Schema

extension OfferAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: OfferState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var expired = OfferExpired()
        expired.validTo = state.terms.validTo
        return [.timed(.offerExpired(expired))]
    }
}

extension CouponAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: CouponState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var expired = CouponExpired()
        expired.offerNumber = state.offerNumber
        expired.partyNumber = state.partyNumber
        expired.expiresAt = state.expiresAt
        return [
            .timed(
                .couponExpired(expired),
                subjects: [NewSubject(.number(StreamNumber(state.partyNumber)), .customer)])
        ]
    }
}

/// What was late makes an expiry untrue: the offer had been prolonged before its end, or the coupon redeemed.
package enum OfferExpiryPolicy: Policy {
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var consequences: [NewEvent] = []
        for fact in facts {
            switch fact.payload {
            case .offerChanged(let changed) where changed.hasValidToBefore:
                let state = try context.world.state(OfferAggregate.self, of: fact.header.stream)
                guard let expired = state?.expiredPosition, expired != 0 else { continue }
                consequences.append(offerExpiryWithdrawn(expired, fact))
            case .offerRedeemed(let redeemed) where redeemed.hasExpiresAt:
                let state = try context.world.state(CouponAggregate.self, of: fact.header.stream)
                guard let expired = state?.expiredPosition, expired != 0,
                    fact.occurredAt.rawValue < redeemed.expiresAt
                else { continue }
                consequences.append(couponExpiryWithdrawn(expired, redeemed, fact))
            default: continue
            }
        }
        return consequences
    }

    private static func offerExpiryWithdrawn(_ expired: UInt64, _ fact: StoredEvent) -> NewEvent {
        var withdrawn = OfferExpiryWithdrawn()
        withdrawn.withdrawnPosition = expired
        withdrawn.policyVersion = version
        withdrawn.causePositions = [fact.position.rawValue]
        return .consequence(
            .offerExpiryWithdrawn(withdrawn), on: .other(fact.header.stream), cause: fact.position,
            occurredAt: fact.occurredAt)
    }

    private static func couponExpiryWithdrawn(
        _ expired: UInt64, _ redeemed: OfferRedeemed, _ fact: StoredEvent
    ) -> NewEvent {
        var withdrawn = CouponExpiryWithdrawn()
        withdrawn.withdrawnPosition = expired
        withdrawn.policyVersion = version
        withdrawn.causePositions = [fact.position.rawValue]
        return .consequence(
            .couponExpiryWithdrawn(withdrawn), on: .other(fact.header.stream),
            subjects: [NewSubject(.number(StreamNumber(redeemed.partyNumber)), .customer)], cause: fact.position,
            occurredAt: fact.occurredAt)
    }
}
