internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of a loyalty programme, an account, a reward or a redemption.
    func foldLoyalty(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        row.foldLoyalty(event)
        switch event.payload {
        case .rewardRedeemed(let redeemed):
            try change(redeemed.rewardNumber, by: Int64(redeemed.quantity), hasStock: redeemed.fromStock, &store)
        case .redemptionCancelled(let cancelled):
            try change(cancelled.rewardNumber, by: -Int64(cancelled.quantity), hasStock: cancelled.toStock, &store)
        default: break
        }
    }

    /// So many more of a reward were redeemed. Its record is no newer by that: nothing was said about the reward.
    private func change(
        _ reward: UInt64, by redeemed: Int64, hasStock: Bool, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = [UInt8].key(reward)
        guard var row = try store.row(DirectoryRow.self, tables.rows, key) else { return }
        row.reward.redeemed = UInt64(clamping: Int64(clamping: row.reward.redeemed) + redeemed)
        if hasStock, row.reward.hasStock { row.reward.stock = UInt32(clamping: Int64(row.reward.stock) - redeemed) }
        try store.put(tables.rows, key, row)
    }
}

extension DirectoryRow {
    /// Folds what the event says about its own stream.
    fileprivate mutating func foldLoyalty(_ event: ViewEvent) {
        switch event.header.streamKind {
        case .loyaltyProgramme: foldProgramme(event)
        case .loyaltyAccount: foldAccount(event)
        default: foldReward(event)
        }
    }

    private mutating func foldProgramme(_ event: ViewEvent) {
        switch event.payload {
        case .programmeDefined(let defined):
            loyaltyProgramme.label = defined.label
            loyaltyProgramme.pointsLabel = defined.pointsLabel
            loyaltyProgramme.audience = defined.audience
            loyaltyProgramme.status = defined.status
            loyaltyProgramme.version = defined.version
            link(defined.external)
        case .programmeChanged(let changed):
            loyaltyProgramme.label = changed.label
            loyaltyProgramme.pointsLabel = changed.pointsLabel
            loyaltyProgramme.version = changed.version
        case .programmeActivated(let activated):
            loyaltyProgramme.status = .on
            loyaltyProgramme.version = activated.version
        case .programmeSuspended(let suspended):
            loyaltyProgramme.status = .off
            loyaltyProgramme.version = suspended.version
        case .earningRulePublished(let published):
            loyaltyProgramme.rules.removeAll { $0.key.utf8.elementsEqual(published.rule.key.utf8) }
            let place = loyaltyProgramme.rules.firstIndex { $0.priority > published.rule.priority }
            loyaltyProgramme.rules.insert(published.rule, at: place ?? loyaltyProgramme.rules.endIndex)
            loyaltyProgramme.version = published.version
        case .earningRuleRetired(let retired):
            loyaltyProgramme.rules.removeAll { $0.key.utf8.elementsEqual(retired.key.utf8) }
            loyaltyProgramme.version = retired.version
        case .expiryPolicySet(let set):
            loyaltyProgramme.expiry = set.policy
            loyaltyProgramme.version = set.version
        case .lockDaysSet(let set):
            loyaltyProgramme.lockDays = set.days
            loyaltyProgramme.version = set.version
        case .pointValueSet(let set):
            loyaltyProgramme.pointValue = set.value
            loyaltyProgramme.version = set.version
        default: foldTiers(event)
        }
    }

    private mutating func foldTiers(_ event: ViewEvent) {
        switch event.payload {
        case .tierDefined(let defined):
            loyaltyProgramme.tiers.removeAll { $0.key.utf8.elementsEqual(defined.tier.key.utf8) }
            let place = loyaltyProgramme.tiers.firstIndex { $0.rank > defined.tier.rank }
            loyaltyProgramme.tiers.insert(defined.tier, at: place ?? loyaltyProgramme.tiers.endIndex)
            loyaltyProgramme.version = defined.version
        case .tierRetired(let retired):
            loyaltyProgramme.tiers.removeAll { $0.key.utf8.elementsEqual(retired.key.utf8) }
            loyaltyProgramme.version = retired.version
        case .tierPolicySet(let set):
            loyaltyProgramme.tierPolicy = set.policy
            loyaltyProgramme.version = set.version
            setNextReview(set.hasNextReviewAt ? set.nextReviewAt : nil)
        case .tierReviewAdvanced(let advanced):
            setNextReview(advanced.hasNextReviewAt ? advanced.nextReviewAt : nil)
        default: break
        }
    }

    private mutating func setNextReview(_ instant: Int64?) {
        if let instant {
            loyaltyProgramme.nextReviewAt = Instant(microseconds: instant).timestamp
        } else {
            loyaltyProgramme.clearNextReviewAt()
        }
    }

    private mutating func foldAccount(_ event: ViewEvent) {
        let instant = event.header.occurredAt
        switch event.payload {
        case .memberEnrolled(let enrolled):
            loyaltyAccount.status = .open
            loyaltyAccount.programmeNumber = enrolled.programmeNumber
            loyaltyAccount.partyNumber = enrolled.partyNumber
            loyaltyAccount.employeeNumber = enrolled.employeeNumber
            loyaltyAccount.tier = enrolled.tier
            loyaltyAccount.tierSince = instant.timestamp
            loyaltyAccount.enrolledAt = instant.timestamp
            loyaltyAccount.balance = PointsBalance()
            link(enrolled.external)
        case .tierChanged(let changed):
            loyaltyAccount.tier = changed.to
            if !changed.from.isIdentical(to: changed.to) { loyaltyAccount.tierSince = instant.timestamp }
        case .accountFrozen: loyaltyAccount.status = .frozen
        case .accountUnfrozen: loyaltyAccount.status = .open
        case .accountClosed: loyaltyAccount.status = .closed
        default:
            guard let movement = PointsMovement(event.payload) else { return }
            loyaltyAccount.fold(movement, position: event.header.position.rawValue, at: instant)
        }
    }

    private mutating func foldReward(_ event: ViewEvent) {
        let instant = event.header.occurredAt
        switch event.payload {
        case .rewardDefined(let defined):
            reward.programmeNumber = defined.programmeNumber
            reward.detail = defined.detail
            reward.productNumber = defined.productNumber
            if defined.hasStock { reward.stock = defined.stock }
            link(defined.external)
        case .rewardChanged(let changed): reward.detail = changed.detail
        case .rewardRetired: reward.retired = true
        case .rewardStockSet(let set):
            if set.hasStock { reward.stock = set.stock } else { reward.clearStock() }
        case .rewardRedeemed(let redeemed):
            redemption.status = .redeemed
            redemption.accountNumber = redeemed.accountNumber
            redemption.rewardNumber = redeemed.rewardNumber
            redemption.programmeNumber = redeemed.programmeNumber
            redemption.quantity = redeemed.quantity
            redemption.points = redeemed.points
            redemption.partyNumber = redeemed.partyNumber
            redemption.employeeNumber = redeemed.employeeNumber
            redemption.redeemedAt = instant.timestamp
            link(redeemed.external)
        case .rewardShipped(let shipped):
            redemption.status = .shipped
            redemption.tracking = shipped.tracking
            redemption.shippedAt = instant.timestamp
        case .rewardDelivered(let delivered):
            redemption.status = .delivered
            if !delivered.tracking.isEmpty { redemption.tracking = delivered.tracking }
            redemption.deliveredAt = instant.timestamp
        case .redemptionCancelled:
            redemption.status = .cancelled
            redemption.cancelledAt = instant.timestamp
        default: break
        }
    }
}
