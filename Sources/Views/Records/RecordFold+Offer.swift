internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of a coupon: its own record, and how often its offer was issued and redeemed.
    func foldCoupon(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        row.coupon.fold(event)
        let offer = StreamNumber(row.coupon.record.offerNumber)
        switch event.payload {
        case .offerIssued: try count(offer, issued: 1, event, &store)
        case .couponWithdrawn: try count(offer, issued: -1, event, &store)
        case .offerRedeemed: try count(offer, redeemed: 1, event, &store)
        case .offerRedemptionReversed: try count(offer, redeemed: -1, event, &store)
        default: break
        }
    }

    /// Counts in the record of the coupon's offer; nothing happened to the offer itself.
    private func count(
        _ offer: StreamNumber, issued: Int64 = 0, redeemed: Int64 = 0, _ event: ViewEvent,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = [UInt8].key(offer.rawValue)
        guard var row = try store.row(DirectoryRow.self, tables.rows, key) else {
            throw ViewError(
                .eventUnfit, "The event at \(event.header.position) is about a coupon of an offer that does not exist.")
        }
        row.offer.issued = UInt64(clamping: Int64(clamping: row.offer.issued) + issued)
        row.offer.redeemed = UInt64(clamping: Int64(clamping: row.offer.redeemed) + redeemed)
        try store.put(tables.rows, key, row)
    }
}

extension DirectoryRow {
    /// Folds an event of an offer.
    mutating func foldOffer(_ event: ViewEvent) {
        switch event.payload {
        case .offerPublished(let published): offer.replace(published.terms)
        case .offerChanged(let changed): offer.replace(changed.terms)
        case .offerExpired: offer.status = .expired
        case .offerExpiryWithdrawn: if offer.status == .expired { offer.status = .published }
        case .offerWithdrawn: offer.status = .withdrawn
        default: break
        }
    }
}

extension OfferRecord {
    fileprivate mutating func replace(_ terms: OfferTerms) {
        let (issued, redeemed) = (issued, redeemed)
        self = OfferRecord()
        status = .published
        name = terms.name
        benefit = terms.benefit
        validFrom = Instant(microseconds: terms.validFrom).timestamp
        if terms.hasValidTo { validTo = Instant(microseconds: terms.validTo).timestamp }
        couponDays = terms.couponDays
        if terms.hasLimits { limits = terms.limits }
        if terms.hasEligibility { eligibility = terms.eligibility }
        if terms.hasMinimumOrder { minimumOrder = terms.minimumOrder }
        productNumbers = terms.productNumbers
        self.issued = issued
        self.redeemed = redeemed
    }
}

extension CouponRow {
    fileprivate mutating func fold(_ event: ViewEvent) {
        switch event.payload {
        case .offerIssued(let issued):
            record.status = .issued
            record.offerNumber = issued.offerNumber
            record.partyNumber = issued.partyNumber
            record.benefit = issued.benefit
            record.issuedAt = event.header.occurredAt.timestamp
            if issued.hasExpiresAt { record.expiresAt = Instant(microseconds: issued.expiresAt).timestamp }
            if issued.hasCode_p, let part = event.sealedPart {
                personal = part
                personalLength = event.sealedLength
            }
        case .offerRedeemed(let redeemed):
            record.status = .redeemed
            record.redeemedAt = event.header.occurredAt.timestamp
            record.orderNumber = redeemed.orderNumber
            if redeemed.hasDiscount { record.discount = redeemed.discount } else { record.clearDiscount() }
        case .offerRedemptionReversed:
            record.status = .issued
            record.clearRedeemedAt()
            record.orderNumber = 0
            record.clearDiscount()
        case .couponExpired: record.status = .expired
        case .couponExpiryWithdrawn: if record.status == .expired { record.status = .issued }
        case .couponWithdrawn: record.status = .withdrawn
        default: break
        }
    }
}
