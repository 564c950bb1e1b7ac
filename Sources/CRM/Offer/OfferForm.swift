internal import Schema

/// Limits of offers.
enum OfferLimit {
    static let couponDays: UInt32 = 36_500
    static let points: UInt64 = 1_000_000_000_000
    static let products = 100
    static let tags = 50
    static let tiers = 50
    static let countries = 300
    static let codeBytes = 4...64
}

extension OfferTermsInput {
    /// Refuses what cannot be the terms of an offer, as far as it can be told without the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, AMOUNT_INVALID, CURRENCY_MISMATCH.
    func check() throws(Refusal) {
        try FormCheck.required(name, "terms.name", maximum: Limits.labelBytes)
        try benefit.check("terms.benefit")
        try checkValidity()
        guard couponDays <= OfferLimit.couponDays else {
            throw Refusal(
                .limitExceeded, "A coupon holds \(OfferLimit.couponDays) days at most.", field: "terms.coupon_days")
        }
        if hasEligibility { try eligibility.check("terms.eligibility") }
        if hasMinimumOrder { try minimumOrder.checkPositive("terms.minimum_order") }
        try FormCheck.count(products.count, "terms.products", maximum: OfferLimit.products)
        for (index, product) in products.enumerated() {
            try FormCheck.reference(product, "terms.products[\(index)]")
        }
    }

    private func checkValidity() throws(Refusal) {
        for (timestamp, isSent, field) in [
            (validFrom, hasValidFrom, "valid_from"), (validTo, hasValidTo, "valid_to"),
        ] where isSent && Instant(timestamp) == nil {
            throw Refusal(.schemaInvalid, "\(field) lies outside the years 1 to 9999.", field: "terms.\(field)")
        }
    }

    /// Shows every reference of the terms.
    mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if case .points(var points)? = benefit.benefit {
            try visit(&points.programme, .loyaltyProgramme)
            benefit.points = points
        }
        if eligibility.hasProgramme { try visit(&eligibility.programme, .loyaltyProgramme) }
        for index in products.indices { try visit(&products[index], .product) }
    }
}

extension OfferBenefitInput {
    /// Refuses a benefit that is none.
    ///
    /// - Throws: SCHEMA_INVALID, AMOUNT_INVALID, CURRENCY_MISMATCH.
    fileprivate func check(_ field: String) throws(Refusal) {
        switch benefit {
        case .percent(let percent):
            try Amounts.check(percent, field: "\(field).percent")
            let hundred = DecimalNumber(unscaled: 100, scale: 0)
            guard percent.unscaled > 0, !DecimalArithmetic.isLess(hundred, DecimalNumber(percent)) else {
                throw Refusal(
                    .amountInvalid, "A benefit is above 0 and at most 100 per cent.", field: "\(field).percent")
            }
        case .amount(let amount): try amount.checkPositive("\(field).amount")
        case .points(let points):
            guard (1...OfferLimit.points).contains(points.points) else {
                throw Refusal(
                    .amountInvalid, "points is a number from 1 to 1,000,000,000,000.", field: "\(field).points.points")
            }
            try FormCheck.reference(points.programme, "\(field).points.programme")
        case nil:
            throw Refusal(
                .schemaInvalid, "An offer has a benefit: per cent, an amount or points. Send one.", field: field)
        }
    }
}

extension OfferEligibilityInput {
    /// Refuses conditions that are none.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    fileprivate func check(_ field: String) throws(Refusal) {
        for (index, kind) in kinds.enumerated() {
            try FormCheck.choice(kind, "\(field).kinds[\(index)]", required: true)
        }
        for (index, status) in statuses.enumerated() {
            try FormCheck.choice(status, "\(field).statuses[\(index)]", required: true)
        }
        try Self.check(tags, "\(field).tags", maximum: OfferLimit.tags, bytes: Limits.tagBytes)
        if hasProgramme { try FormCheck.reference(programme, "\(field).programme") }
        try Self.check(tiers, "\(field).tiers", maximum: OfferLimit.tiers, bytes: Limits.wordBytes)
        guard tiers.isEmpty || hasProgramme else {
            throw Refusal(
                .schemaInvalid, "Tiers are those of a programme. Name it.", field: "\(field).programme")
        }
        try FormCheck.count(countries.count, "\(field).countries", maximum: OfferLimit.countries)
        for (index, country) in countries.enumerated() where !CountryCode.isKnown(country) {
            throw Refusal(
                .schemaInvalid, "The country is not a code of two capitals (ISO 3166-1), for example CN.",
                field: "\(field).countries[\(index)]")
        }
    }

    private static func check(_ words: [String], _ field: String, maximum: Int, bytes: Int) throws(Refusal) {
        try FormCheck.count(words.count, field, maximum: maximum)
        for (index, word) in words.enumerated() {
            try FormCheck.required(word, "\(field)[\(index)]", maximum: bytes)
        }
    }
}

extension Money {
    /// Refuses what is no amount above zero in a known currency.
    ///
    /// - Throws: CURRENCY_MISMATCH, AMOUNT_INVALID.
    func checkPositive(_ field: String) throws(Refusal) {
        guard CurrencyCode.isKnown(currency) else {
            throw Refusal(
                .currencyMismatch, "The currency is not known. Send an ISO 4217 code such as EUR.",
                field: "\(field).currency")
        }
        guard minorUnits > 0 else {
            throw Refusal(.amountInvalid, "The amount is above zero.", field: "\(field).minor_units")
        }
    }
}

extension CouponPersonal {
    /// Refuses a code that cannot be one.
    ///
    /// - Throws: SCHEMA_INVALID.
    func check(_ field: String) throws(Refusal) {
        let isFormed = code.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard OfferLimit.codeBytes.contains(code.utf8.count), isFormed else {
            throw Refusal(
                .schemaInvalid, "A code has 4 to 64 letters, digits, hyphens and underscores.", field: "\(field).code")
        }
    }
}
