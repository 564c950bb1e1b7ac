internal import Schema

/// The conditions under which an offer is issued and redeemed. In historic mode they are those of somebody else, who
/// has decided already.
struct OfferConditions {
    var offer: StreamNumber
    var state: OfferState
    var context: DecisionContext

    private var terms: OfferTerms { state.terms }

    /// Refuses an offer that is not valid at the command's time.
    ///
    /// - Parameter includingEnd: whether its end counts; a coupon has an end of its own.
    /// - Throws: OFFER_NOT_VALID.
    func requireValid(includingEnd: Bool, field: String) throws(Refusal) {
        guard !context.historic else { return }
        let instant = context.occurredAt
        if state.hasWithdrawnAt, state.withdrawnAt <= instant.rawValue {
            throw Refusal(.offerNotValid, "The offer was withdrawn.", field: field)
        }
        guard terms.validFrom <= instant.rawValue, !includingEnd || terms.isValid(at: instant) else {
            throw Refusal(
                .offerNotValid, "The offer is not valid at that time. Take another one, or change its validity.",
                field: field)
        }
    }

    /// Refuses a party that does not meet the conditions.
    ///
    /// - Throws: NOT_ELIGIBLE, ARCHIVED.
    func requireEligible(_ party: StreamNumber, field: String) throws(Refusal) {
        guard !context.historic else { return }
        try context.requireActive(party, field: field)
        let conditions = terms.eligibility
        let state = try Decided.state(try context.world.state(PartyAggregate.self, of: party))
        try Self.require(conditions.kinds.isEmpty || conditions.kinds.contains(state.kind), "kind", field)
        try Self.require(conditions.statuses.isEmpty || conditions.statuses.contains(state.status), "status", field)
        let hasTag = conditions.tags.contains { wanted in state.tags.contains { $0.isIdentical(to: wanted) } }
        try Self.require(conditions.tags.isEmpty || hasTag, "tags", field)
        let country = state.detail.country
        try Self.require(conditions.countries.isEmpty || conditions.countries.contains(country), "country", field)
        guard conditions.programmeNumber != 0 else { return }
        let tier = try context.world.tier(of: party, in: StreamNumber(conditions.programmeNumber))
        try Self.require(tier != nil, "membership of the programme", field)
        let isInTier = conditions.tiers.contains { $0.isIdentical(to: tier ?? "") }
        try Self.require(conditions.tiers.isEmpty || isInTier, "tier", field)
    }

    private static func require(_ isMet: Bool, _ what: String, _ field: String) throws(Refusal) {
        guard !isMet else { return }
        throw Refusal(
            .notEligible, "The party's \(what) does not meet the conditions of the offer. Choose another one.",
            field: field)
    }

    /// Refuses a coupon more than the offer has.
    ///
    /// - Throws: OFFER_LIMIT.
    func requireIssuable(to party: StreamNumber) throws(Refusal) {
        try limit(terms.limits.issued, .offerIssued(offer), "The offer was issued as often as it may be.")
        try limit(
            terms.limits.issuedPerParty, .offerIssued(offer, to: party),
            "The offer was issued to the party as often as it may be.")
    }

    /// Refuses a redemption more than the offer has.
    ///
    /// - Throws: OFFER_LIMIT.
    func requireRedeemable(by party: StreamNumber) throws(Refusal) {
        try limit(terms.limits.redeemed, .offerRedeemed(offer), "The offer was redeemed as often as it may be.")
        try limit(
            terms.limits.redeemedPerParty, .offerRedeemed(offer, by: party),
            "The offer was redeemed by the party as often as it may be.")
    }

    private func limit(_ most: UInt64, _ key: ClaimKey, _ sentence: String) throws(Refusal) {
        guard most > 0, !context.historic else { return }
        let count = try context.world.claim(key)
        guard count >= Int64(clamping: most) else { return }
        throw Refusal(.offerLimit, "\(sentence) Raise the limit or use another offer.", field: "offer")
            .expected(most, actual: UInt64(clamping: count))
    }

    /// Refuses an order on which the coupon of a party cannot be redeemed.
    ///
    /// - Throws: NOT_ELIGIBLE, CURRENCY_MISMATCH; OFFER_LIMIT where the order has a coupon of the offer, in historic
    ///   mode too.
    func requireFit(_ number: StreamNumber, of party: StreamNumber) throws(Refusal) {
        guard try context.world.claim(.offerOnOrder(offer, number)) == 0 else {
            throw Refusal(.offerLimit, "An order takes one coupon of an offer, and has one.", field: "order")
        }
        guard !context.historic else { return }
        let order = try Decided.state(try context.world.state(OrderAggregate.self, of: number))
        guard order.status != .cancelled else { throw Self.unfit("The order was cancelled.") }
        guard order.party == .none || order.party == party else {
            throw Self.unfit("The order is of another customer.")
        }
        if terms.hasMinimumOrder {
            guard order.currency == terms.minimumOrder.currency else {
                throw Refusal(
                    .currencyMismatch, "The offer asks for an order in \(terms.minimumOrder.currency). Choose one.",
                    field: "order")
            }
            guard order.net >= terms.minimumOrder.minorUnits else {
                throw Self.unfit("The order is worth less than the offer asks for.")
            }
        }
        let isWanted = order.lines.contains { terms.productNumbers.contains($0.productNumber) }
        guard terms.productNumbers.isEmpty || isWanted else {
            throw Self.unfit("The order has none of the products that the offer is for.")
        }
    }

    private static func unfit(_ sentence: String) -> Refusal {
        Refusal(.notEligible, "\(sentence) Choose another order or another coupon.", field: "order")
    }
}

extension DecisionContext {
    /// The conditions of an offer.
    ///
    /// - Throws: NOT_FOUND where there is no such offer.
    func conditions(of offer: StreamNumber) throws(Refusal) -> OfferConditions {
        OfferConditions(
            offer: offer, state: try Decided.state(try world.state(OfferAggregate.self, of: offer)), context: self)
    }
}

extension World {
    /// The key of the tier that a party has in a loyalty programme, empty where it is in none; nil where it is no
    /// member.
    fileprivate func tier(of party: StreamNumber, in programme: StreamNumber) throws(Refusal) -> String? {
        let account = StreamNumber(UInt64(clamping: try claim(.enrolment(programme, party))))
        guard account != .none else { return nil }
        return try state(LoyaltyAccountAggregate.self, of: account)?.tier
    }
}
