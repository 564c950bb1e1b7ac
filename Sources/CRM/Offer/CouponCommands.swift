package import Schema

extension IssueOffer: DomainCommand {
    package typealias Target = CouponAggregate

    /// What preparing an issue found out. Nothing in it is personal.
    package struct Facts: Sendable {
        /// The part with the code; nil where there is none.
        var part: Int?
        /// The coupon that has the code already.
        var holder: StreamNumber?
    }

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        for (index, key) in external.enumerated() {
            try ReservedSystem.check(key, .coupon, field: "external[\(index)].system")
        }
        try FormCheck.reference(offer, "offer")
        try FormCheck.reference(party, "party")
        if hasPersonal { try personal.check("personal") }
        if hasExpiresAt, Instant(expiresAt) == nil {
            throw Refusal(.schemaInvalid, "expires_at lies outside the years 1 to 9999.", field: "expires_at")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&offer, .offer)
        try visit(&party, .party)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Facts {
        defer { clearPersonal() }
        guard hasPersonal else { return Facts(part: nil, holder: nil) }
        let holder = try preparation.reader.resolve(
            Reference(external: ExternalKey(couponCode: personal.code)), .coupon)
        var sealed = OfferIssuedPersonal()
        sealed.coupon = personal
        return Facts(
            part: preparation.seal(PersonalData(.offerIssued(sealed)), for: .reference(party)), holder: holder)
    }

    package func decide(
        _ state: CouponState?, _ facts: Facts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if let holder = facts.holder {
            throw Refusal(
                .referenceTaken, "Another coupon has this code. Choose another one.", field: "personal.code"
            ).related(to: try context.world.head(of: holder).map { [$0.id] } ?? [])
        }
        try context.requireFree(external, .coupon, field: "external")
        let offer = try context.world.required(offer, .offer, field: "offer")
        let party = try context.world.required(party, .party, field: "party")
        let conditions = try context.conditions(of: offer)
        try conditions.requireValid(includingEnd: true, field: "offer")
        try conditions.requireEligible(party, field: "party")
        try conditions.requireIssuable(to: party)
        var issued = OfferIssued()
        issued.offerNumber = offer.rawValue
        issued.partyNumber = party.rawValue
        issued.benefit = conditions.state.terms.benefit
        issued.offerRevision = UInt64(try context.world.head(of: offer)?.revision.rawValue ?? 0)
        if let end = try end(conditions.state.terms, context) { issued.expiresAt = end }
        issued.hasCode_p = facts.part != nil
        let subject = NewSubject(.number(party), .customer)
        let links = external.linked.map { NewEvent.fact($0.payload, subjects: [subject]) }
        return [.fact(.offerIssued(issued), subjects: [subject.sealed(facts.part)])] + links
    }

    private func end(_ terms: OfferTerms, _ context: DecisionContext) throws(Refusal) -> Int64? {
        let wish = hasExpiresAt ? Instant(expiresAt) : nil
        if let wish, wish <= context.occurredAt {
            throw Refusal(
                .schemaInvalid, "The coupon would never hold. Send a later expires_at.", field: "expires_at")
        }
        return terms.couponEnd(issuedAt: context.occurredAt, wish: wish)
    }
}

extension RedeemOffer: DomainCommand {
    package typealias Target = CouponAggregate

    package func validate() throws(Refusal) {
        if hasCoupon {
            try FormCheck.reference(coupon, "coupon")
        } else if hasPersonal {
            try personal.check("personal")
        } else {
            throw Refusal(.schemaInvalid, "The command names no coupon. Send it or its code.", field: "coupon")
        }
        if hasOrder { try FormCheck.reference(order, "order") }
        if hasDiscount { try discount.checkPositive("discount") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        // The code goes the way of an external key: nothing but its keyed hash goes on.
        if !hasCoupon, hasPersonal { coupon = Reference(external: ExternalKey(couponCode: personal.code)) }
        clearPersonal()
        if hasCoupon { try visit(&coupon, .coupon) }
        if hasOrder { try visit(&order, .order) }
    }

    package var commandTarget: CommandTarget { .existing(coupon) }

    package func decide(
        _ state: CouponState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let orderNumber = hasOrder ? try context.world.required(order, .order, field: "order") : .none
        if try isRedeemed(state, on: orderNumber) { return [] }
        try requireHolding(state, context)
        let party = StreamNumber(state.partyNumber)
        let offer = StreamNumber(state.offerNumber)
        let conditions = try context.conditions(of: offer)
        try conditions.requireValid(includingEnd: false, field: "coupon")
        try conditions.requireEligible(party, field: "coupon")
        try requireOrder(state.benefit, orderNumber, context)
        if orderNumber != .none { try conditions.requireFit(orderNumber, of: party) }
        try conditions.requireRedeemable(by: party)
        var redeemed = OfferRedeemed()
        redeemed.offerNumber = state.offerNumber
        redeemed.partyNumber = state.partyNumber
        redeemed.orderNumber = orderNumber.rawValue
        redeemed.benefit = state.benefit
        if hasDiscount { redeemed.discount = discount }
        redeemed.offerRevision = UInt64(try context.world.head(of: offer)?.revision.rawValue ?? 0)
        if state.hasExpiresAt { redeemed.expiresAt = state.expiresAt }
        return [.fact(.offerRedeemed(redeemed), subjects: [NewSubject(.number(party), .customer)])]
    }

    /// Whether the coupon was redeemed just as the command asks.
    ///
    /// - Throws: ALREADY_REDEEMED where it was redeemed otherwise.
    private func isRedeemed(_ state: CouponState, on order: StreamNumber) throws(Refusal) -> Bool {
        guard state.status == .redeemed else { return false }
        let isSameDiscount =
            hasDiscount ? discount.isIdentical(to: state.redeemed.discount) : !state.redeemed.hasDiscount
        guard state.redeemed.orderNumber == order.rawValue, isSameDiscount else {
            throw Refusal(
                .alreadyRedeemed, "The coupon was redeemed before. Use another one, or reverse that first.",
                field: "coupon")
        }
        return true
    }

    /// Refuses a coupon that does not hold at the command's time.
    ///
    /// - Throws: OFFER_NOT_VALID.
    private func requireHolding(_ state: CouponState, _ context: DecisionContext) throws(Refusal) {
        guard state.status != .withdrawn else {
            throw Refusal(.offerNotValid, "The coupon was withdrawn. Use another one.", field: "coupon")
        }
        guard !context.historic, state.hasExpiresAt, context.occurredAt.rawValue >= state.expiresAt else { return }
        throw Refusal(.offerNotValid, "The coupon has expired. Use another one.", field: "coupon")
    }

    /// Refuses money off without an order, and money off or a discount in another currency than the order's.
    ///
    /// - Throws: REFERENCE_MISSING, CURRENCY_MISMATCH.
    private func requireOrder(
        _ benefit: OfferBenefit, _ order: StreamNumber, _ context: DecisionContext
    ) throws(Refusal) {
        guard !context.historic else { return }
        if order == .none {
            if case .points? = benefit.benefit { return }
            throw Refusal(.referenceMissing, "The coupon is redeemed on an order. Name it.", field: "order")
        }
        let currency = try context.world.state(OrderAggregate.self, of: order)?.currency ?? ""
        if case .amount(let amount)? = benefit.benefit, !currency.isEmpty, amount.currency != currency {
            throw Refusal(
                .currencyMismatch, "The coupon takes money off in \(amount.currency). Choose an order in it.",
                field: "order")
        }
        guard !hasDiscount || currency.isEmpty || discount.currency == currency else {
            throw Refusal(
                .currencyMismatch, "The discount is in another currency than the order, \(currency).",
                field: "discount.currency")
        }
    }
}
