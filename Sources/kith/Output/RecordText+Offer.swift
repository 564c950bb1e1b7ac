internal import Schema

/// Offers and coupons for a person.
extension RecordText {
    func add(_ offer: OfferRecord, to fields: inout FieldList) {
        fields.add("name", offer.name)
        fields.add("status", Labels.of(offer.status))
        fields.add("benefit", benefit(offer.benefit))
        if offer.hasValidFrom { fields.add("valid from", times.minute(offer.validFrom)) }
        if offer.hasValidTo { fields.add("valid to", times.minute(offer.validTo)) }
        if offer.couponDays > 0 { fields.add("coupons hold", "\(offer.couponDays) days") }
        fields.add("issued", count(offer.issued, of: offer.limits.issued, each: offer.limits.issuedPerParty))
        fields.add("redeemed", count(offer.redeemed, of: offer.limits.redeemed, each: offer.limits.redeemedPerParty))
        if offer.hasMinimumOrder {
            fields.add("orders from", MoneyText.amount(offer.minimumOrder.minorUnits, offer.minimumOrder.currency))
        }
        fields.add("products", offer.productNumbers.map { "#\($0)" }.joined(separator: ", "))
        add(offer.eligibility, to: &fields)
    }

    private func add(_ conditions: OfferEligibility, to fields: inout FieldList) {
        fields.add("for kinds", conditions.kinds.map { Labels.of($0) }.joined(separator: ", "))
        fields.add("for statuses", conditions.statuses.map { Labels.of($0) }.joined(separator: ", "))
        fields.add("for tags", conditions.tags.joined(separator: ", "))
        fields.add("for countries", conditions.countries.joined(separator: ", "))
        if conditions.programmeNumber > 0 { fields.add("for members of", "#\(conditions.programmeNumber)") }
        fields.add("for tiers", conditions.tiers.joined(separator: ", "))
    }

    func add(_ coupon: CouponRecord, to fields: inout FieldList) {
        fields.add("status", Labels.of(coupon.status))
        fields.add("code", coupon.erased ? "(erased)" : coupon.personal.code)
        fields.add("offer", "#\(coupon.offerNumber)")
        fields.add("customer", coupon.partyID)
        fields.add("benefit", benefit(coupon.benefit))
        if coupon.hasIssuedAt { fields.add("issued", times.minute(coupon.issuedAt)) }
        if coupon.hasExpiresAt { fields.add("holds until", times.minute(coupon.expiresAt)) }
        if coupon.hasRedeemedAt { fields.add("redeemed", times.minute(coupon.redeemedAt)) }
        if coupon.orderNumber > 0 { fields.add("order", "#\(coupon.orderNumber)") }
        if coupon.hasDiscount {
            fields.add("discount", MoneyText.amount(coupon.discount.minorUnits, coupon.discount.currency))
        }
    }

    /// What somebody gets who redeems an offer.
    func benefit(_ benefit: OfferBenefit) -> String {
        switch benefit.benefit {
        case .percent(let percent): "\(MoneyText.decimal(percent)) %"
        case .amount(let amount): MoneyText.amount(amount.minorUnits, amount.currency)
        case .points(let points): "\(points.points) points (#\(points.programmeNumber))"
        case nil: ""
        }
    }

    private func count(_ count: UInt64, of most: UInt64, each: UInt64) -> String {
        let limits = [most > 0 ? "at most \(most)" : "", each > 0 ? "\(each) per party" : ""].filter { !$0.isEmpty }
        return limits.isEmpty ? String(count) : "\(count) (\(limits.joined(separator: ", ")))"
    }
}
