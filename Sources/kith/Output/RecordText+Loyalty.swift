internal import Schema

/// Loyalty programmes, accounts, rewards and redemptions for a person.
extension RecordText {
    func add(_ programme: ProgrammeRecord, to fields: inout FieldList) {
        fields.add("label", programme.label)
        fields.add("points", programme.pointsLabel)
        fields.add("for", Labels.of(programme.audience))
        fields.add("status", "\(Labels.of(programme.status)), version \(programme.version)")
        for rule in programme.rules { fields.add("rule", text(rule)) }
        if programme.lockDays > 0 { fields.add("locked for", "\(programme.lockDays) days") }
        if programme.hasExpiry { fields.add("expiry", text(programme.expiry)) }
        for tier in programme.tiers { fields.add("tier", "\(tier.key) from \(tier.threshold) points  \(tier.label)") }
        if programme.hasTierPolicy {
            let days = programme.tierPolicy.days > 0 ? " (\(programme.tierPolicy.days) days)" : ""
            fields.add(
                "tier review",
                "\(Labels.of(programme.tierPolicy.review))\(days), by points \(Labels.of(programme.tierPolicy.basis))")
        }
        if programme.hasNextReviewAt { fields.add("next review", times.minute(programme.nextReviewAt)) }
        if programme.hasPointValue {
            let value = programme.pointValue
            fields.add("cost of a point", "\(MoneyText.decimal(value.cost)) \(value.currency)")
            fields.add("share redeemed", MoneyText.decimal(value.redemptionRate))
        }
    }

    func add(_ account: LoyaltyAccountRecord, of record: Record, to fields: inout FieldList) {
        fields.add("status", Labels.of(account.status))
        fields.add("programme", "#\(account.programmeNumber)")
        fields.add("customer", account.partyID)
        fields.add("employee", account.employeeID)
        fields.add("balance", text(account.balance))
        if !account.tier.isEmpty { fields.add("tier", "\(account.tier) since \(times.minute(account.tierSince))") }
        if account.hasEnrolledAt { fields.add("enrolled", times.minute(account.enrolledAt)) }
        if account.hasInactiveAt { fields.add("inactive", times.minute(account.inactiveAt)) }
        for lot in account.lots { fields.add("lot", text(lot)) }
        let further = omitted("lots", of: record)
        if further > 0 { fields.add("lot", "… and \(further) that are spent later") }
    }

    func add(_ reward: RewardRecord, to fields: inout FieldList) {
        fields.add("label", reward.detail.label)
        fields.add("programme", "#\(reward.programmeNumber)")
        fields.add("points", String(reward.detail.points))
        fields.add("tier", reward.detail.tier)
        if reward.productNumber > 0 { fields.add("product", "#\(reward.productNumber)") }
        if reward.detail.hasFrom {
            fields.add("from", times.minute(Instant(microseconds: reward.detail.from).timestamp))
        }
        if reward.detail.hasTo { fields.add("to", times.minute(Instant(microseconds: reward.detail.to).timestamp)) }
        if reward.detail.limitPerAccount > 0 { fields.add("per account", String(reward.detail.limitPerAccount)) }
        if reward.detail.hasCost {
            fields.add("cost", MoneyText.amount(reward.detail.cost.minorUnits, reward.detail.cost.currency))
        }
        if reward.hasStock { fields.add("left", String(reward.stock)) }
        fields.add("redeemed", String(reward.redeemed))
        if reward.retired { fields.add("retired", "yes") }
    }

    func add(_ redemption: RedemptionRecord, to fields: inout FieldList) {
        fields.add("status", Labels.of(redemption.status))
        fields.add("account", "#\(redemption.accountNumber)")
        fields.add("reward", "\(redemption.quantity) of #\(redemption.rewardNumber)")
        fields.add("programme", "#\(redemption.programmeNumber)")
        fields.add("points", String(redemption.points))
        fields.add("customer", redemption.partyID)
        if redemption.employeeNumber > 0 { fields.add("employee", "#\(redemption.employeeNumber)") }
        fields.add("tracking", redemption.tracking)
        if redemption.hasRedeemedAt { fields.add("redeemed", times.minute(redemption.redeemedAt)) }
        if redemption.hasShippedAt { fields.add("shipped", times.minute(redemption.shippedAt)) }
        if redemption.hasDeliveredAt { fields.add("delivered", times.minute(redemption.deliveredAt)) }
        if redemption.hasCancelledAt { fields.add("cancelled", times.minute(redemption.cancelledAt)) }
    }

    private func text(_ rule: EarningRule) -> String {
        var text =
            "\(rule.priority) \(rule.key) v\(rule.version): \(MoneyText.decimal(rule.rate)) \(Labels.of(rule.kind))"
        if !rule.currency.isEmpty { text += " of \(rule.currency)" }
        if !rule.condition.productNumbers.isEmpty {
            text += ", products " + rule.condition.productNumbers.map { "#\($0)" }.joined(separator: " ")
        }
        for (name, words) in [
            ("categories", rule.condition.categories), ("channels", rule.condition.channels),
            ("tiers", rule.condition.tiers),
        ] where !words.isEmpty { text += ", \(name) \(words.joined(separator: " "))" }
        text += ", rounded \(Labels.of(rule.rounding))"
        if rule.hasFrom { text += ", from \(times.minute(Instant(microseconds: rule.from).timestamp))" }
        if rule.hasTo { text += ", to \(times.minute(Instant(microseconds: rule.to).timestamp))" }
        return rule.stop ? text + ", stop" : text
    }

    private func text(_ policy: ExpiryPolicy) -> String {
        switch policy.kind {
        case .days, .inactivity: "\(Labels.of(policy.kind)) \(policy.days)"
        case .monthEnd, .yearEnd:
            policy.periods > 0 ? "\(Labels.of(policy.kind)) + \(policy.periods)" : Labels.of(policy.kind)
        default: Labels.of(policy.kind)
        }
    }

    private func text(_ balance: PointsBalance) -> String {
        "\(balance.active) active, \(balance.locked) locked, \(balance.spent) spent, \(balance.expired) expired, "
            + "\(balance.reversed) reversed of \(balance.earned) earned, \(balance.adjusted) adjusted, "
            + "\(balance.transferred) transferred"
    }

    private func text(_ lot: PointsLot) -> String {
        var text = "\(lot.left) of \(lot.points)  #\(lot.earning)/\(lot.lot)  \(lot.rule)"
        if lot.orderNumber > 0 { text += "  order #\(lot.orderNumber) line \(lot.orderLine)" }
        if lot.hasLocksUntil { text += "  locked until \(times.minute(lot.locksUntil))" }
        if lot.hasExpiresAt { text += "  ends \(times.minute(lot.expiresAt))" }
        return lot.expiresWithInactivity ? text + "  ends with inactivity" : text
    }
}
