internal import Schema

extension OfferTerms {
    /// Terms out of a command, with what they name looked up.
    ///
    /// - Parameter before: the terms that the command changes; a change that does not say from when an offer is valid
    ///   leaves that as it is.
    /// - Throws: REFERENCE_MISSING; SCHEMA_INVALID where the end is not after the beginning.
    init(_ input: OfferTermsInput, before: OfferTerms?, _ context: DecisionContext) throws(Refusal) {
        self.init()
        name = input.name
        benefit = try OfferBenefit(input.benefit, context.world)
        validFrom =
            Instant(input.validFrom).flatMap { input.hasValidFrom ? $0.rawValue : nil }
            ?? before?.validFrom ?? context.occurredAt.rawValue
        if input.hasValidTo, let end = Instant(input.validTo) {
            guard end.rawValue > validFrom else {
                throw Refusal(
                    .schemaInvalid, "The validity ends after it begins. Send a later valid_to.", field: "terms.valid_to"
                )
            }
            validTo = end.rawValue
        }
        couponDays = input.couponDays
        if input.hasLimits { limits = input.limits }
        if input.hasEligibility { eligibility = try OfferEligibility(input.eligibility, context.world) }
        if input.hasMinimumOrder { minimumOrder = input.minimumOrder }
        var products = Set<UInt64>()
        for (index, reference) in input.products.enumerated() {
            products.insert(
                try context.world.required(reference, .product, field: "terms.products[\(index)]").rawValue)
        }
        productNumbers = products.sorted()
    }

    /// Whether an offer with these terms is valid at an instant.
    func isValid(at instant: Instant) -> Bool {
        validFrom <= instant.rawValue && (!hasValidTo || instant.rawValue < validTo)
    }

    /// Until when a coupon holds that is issued at an instant; nil: for ever.
    ///
    /// - Parameter wish: an earlier end that somebody asks for.
    func couponEnd(issuedAt instant: Instant, wish: Instant?) -> Int64? {
        let ends = [
            hasValidTo ? validTo : nil, couponDays > 0 ? instant.adding(days: couponDays).rawValue : nil,
            wish?.rawValue,
        ]
        return ends.compactMap { $0 }.min()
    }
}

extension OfferBenefit {
    fileprivate init(_ input: OfferBenefitInput, _ world: any World) throws(Refusal) {
        self.init()
        switch input.benefit {
        case .percent(let value): percent = value
        case .amount(let value): amount = value
        case .points(let value):
            let field = "terms.benefit.points.programme"
            points.points = value.points
            points.programmeNumber = try world.required(value.programme, .loyaltyProgramme, field: field).rawValue
        case nil: break
        }
    }
}

extension OfferEligibility {
    fileprivate init(_ input: OfferEligibilityInput, _ world: any World) throws(Refusal) {
        self.init()
        kinds = input.kinds
        statuses = input.statuses
        tags = input.tags
        if input.hasProgramme {
            let field = "terms.eligibility.programme"
            programmeNumber = try world.required(input.programme, .loyaltyProgramme, field: field).rawValue
        }
        tiers = input.tiers
        countries = input.countries
    }
}
