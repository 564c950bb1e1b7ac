package import Schema

extension ReverseOfferRedemption: DomainCommand {
    package typealias Target = CouponAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(coupon, "coupon")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&coupon, .coupon)
    }

    package var commandTarget: CommandTarget { .existing(coupon) }

    package func decide(
        _ state: CouponState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status == .redeemed else { return [] }
        var reversed = OfferRedemptionReversed()
        reversed.offerNumber = state.offerNumber
        reversed.partyNumber = state.partyNumber
        reversed.orderNumber = state.redeemed.orderNumber
        reversed.benefit = state.redeemed.benefit
        if state.redeemed.hasDiscount { reversed.discount = state.redeemed.discount }
        reversed.redeemedPosition = state.redeemedPosition
        if state.hasExpiresAt { reversed.expiresAt = state.expiresAt }
        return [
            .fact(
                .offerRedemptionReversed(reversed),
                subjects: [NewSubject(.number(StreamNumber(state.partyNumber)), .customer)])
        ]
    }
}

extension WithdrawCoupon: DomainCommand {
    package typealias Target = CouponAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(coupon, "coupon")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&coupon, .coupon)
    }

    package var commandTarget: CommandTarget { .existing(coupon) }

    package func decide(
        _ state: CouponState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .withdrawn else { return [] }
        guard state.status != .redeemed else {
            throw Refusal(
                .illegalTransition, "The coupon was redeemed. Reverse the redemption first.", field: "coupon")
        }
        var withdrawn = CouponWithdrawn()
        withdrawn.offerNumber = state.offerNumber
        withdrawn.partyNumber = state.partyNumber
        if state.hasExpiresAt { withdrawn.expiresAt = state.expiresAt }
        return [
            .fact(
                .couponWithdrawn(withdrawn),
                subjects: [NewSubject(.number(StreamNumber(state.partyNumber)), .customer)])
        ]
    }
}
