internal import Schema
internal import SwiftProtobuf

/// Folds loyalty programmes into what they are now.
struct ProgrammeFold {
    let tables: LoyaltyTables

    init(_ tables: LoyaltyTables) { self.tables = tables }

    /// Folds one event of a programme.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the programme has not begun, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        guard LoyaltyTables.kinds.contains(event.header.kind) else { return }
        let key = [UInt8].key(event.header.stream.rawValue)
        var row = LoyaltyProgrammeRow()
        if let before = try store.row(LoyaltyProgrammeRow.self, tables.programmes, key) {
            row = before
        } else if event.header.kind != .programmeDefined {
            throw ViewError(
                .eventUnfit, "The event at \(event.header.position) belongs to a programme that has not begun.")
        }
        row.record.foldIdentity(event.payload)
        row.record.foldRules(event.payload)
        row.record.foldTiers(event.payload)
        try store.put(tables.programmes, key, row)
    }
}

extension ProgrammeRecord {
    fileprivate mutating func foldIdentity(_ payload: EventPayload.OneOf_Event) {
        switch payload {
        case .programmeDefined(let defined):
            (label, pointsLabel, version) = (defined.label, defined.pointsLabel, defined.version)
            audience = defined.audience
            status = defined.status
        case .programmeChanged(let changed):
            (label, pointsLabel, version) = (changed.label, changed.pointsLabel, changed.version)
        case .programmeActivated(let activated):
            status = .on
            version = activated.version
        case .programmeSuspended(let suspended):
            status = .off
            version = suspended.version
        default: break
        }
    }

    fileprivate mutating func foldRules(_ payload: EventPayload.OneOf_Event) {
        switch payload {
        case .earningRulePublished(let published):
            rules.removeAll { $0.key.isIdentical(to: published.rule.key) }
            rules.append(published.rule)
            rules.sort { $0.priority == $1.priority ? $0.key.isBefore($1.key) : $0.priority < $1.priority }
            version = published.version
        case .earningRuleRetired(let retired):
            rules.removeAll { $0.key.isIdentical(to: retired.key) }
            version = retired.version
        case .expiryPolicySet(let set):
            expiry = set.policy
            version = set.version
        case .lockDaysSet(let set):
            lockDays = set.days
            version = set.version
        case .pointValueSet(let set):
            pointValue = set.value
            version = set.version
        default: break
        }
    }

    fileprivate mutating func foldTiers(_ payload: EventPayload.OneOf_Event) {
        switch payload {
        case .tierDefined(let defined):
            tiers.removeAll { $0.key.isIdentical(to: defined.tier.key) }
            tiers.append(defined.tier)
            tiers.sort { $0.rank == $1.rank ? $0.key.isBefore($1.key) : $0.rank < $1.rank }
            version = defined.version
        case .tierRetired(let retired):
            tiers.removeAll { $0.key.isIdentical(to: retired.key) }
            version = retired.version
        case .tierPolicySet(let set):
            tierPolicy = set.policy
            version = set.version
            setNextReview(set.hasNextReviewAt ? set.nextReviewAt : nil)
        case .tierReviewAdvanced(let advanced):
            setNextReview(advanced.hasNextReviewAt ? advanced.nextReviewAt : nil)
        default: break
        }
    }

    private mutating func setNextReview(_ microseconds: Int64?) {
        if let microseconds {
            nextReviewAt = Instant(microseconds: microseconds).timestamp
        } else {
            clearNextReviewAt()
        }
    }
}
