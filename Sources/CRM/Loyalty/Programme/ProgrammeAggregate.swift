package import Schema

/// A loyalty programme: what earns points, how long they live, which tiers there are.
///
/// Each event that changes what it does carries its version, which stands on everything that is decided by it.
package enum ProgrammeAggregate: TimedAggregate {
    package typealias State = ProgrammeState

    package static var kind: AggregateKind { .loyaltyProgramme }

    package static func evolve(_ state: inout ProgrammeState, _ event: StoredEvent) {
        let instant = event.occurredAt.rawValue
        switch event.payload {
        case .programmeDefined(let defined):
            state.label = defined.label
            state.pointsLabel = defined.pointsLabel
            state.audience = defined.audience
            state.status = defined.status
            state.version = defined.version
        case .programmeChanged(let changed):
            state.label = changed.label
            state.pointsLabel = changed.pointsLabel
            state.version = changed.version
        case .programmeActivated(let activated):
            state.status = .on
            state.version = activated.version
        case .programmeSuspended(let suspended):
            state.status = .off
            state.version = suspended.version
        case .earningRulePublished(let published): state.apply(published)
        case .earningRuleRetired(let retired):
            state.rules.removeAll { $0.key.isIdentical(to: retired.key) }
            state.version = retired.version
        case .expiryPolicySet(let set):
            state.expiry = set.policy
            if set.policy.kind == .inactivity { state.inactivityDays = set.policy.days }
            state.version = set.version
        case .lockDaysSet(let set):
            state.lockDays = set.days
            state.version = set.version
        case .pointValueSet(let set):
            state.pointValue = set.value
            state.version = set.version
        default: state.applyTiers(event.payload, instant)
        }
    }

    package static func fire(
        _ timer: TimerKey, _ state: ProgrammeState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try TierReviewPass(timer: timer, state: state, context: context).events()
    }
}

extension ProgrammeState {
    /// The version that the next change makes.
    var nextVersion: UInt32 { version + 1 }

    fileprivate mutating func apply(_ published: EarningRulePublished) {
        let rule = published.rule
        rules.removeAll { $0.key.isIdentical(to: rule.key) }
        let place = rules.firstIndex { $0.priority > rule.priority } ?? rules.endIndex
        rules.insert(rule, at: place)
        ruleVersions[rule.key] = rule.version
        version = published.version
    }

    fileprivate mutating func applyTiers(_ event: EventPayload.OneOf_Event, _ instant: Int64) {
        switch event {
        case .tierDefined(let defined):
            tiers.removeAll { $0.key.isIdentical(to: defined.tier.key) }
            let place = tiers.firstIndex { $0.rank > defined.tier.rank } ?? tiers.endIndex
            tiers.insert(defined.tier, at: place)
            version = defined.version
            if defined.hasPassAt { beginPass(defined.passAt) }
        case .tierRetired(let retired):
            tiers.removeAll { $0.key.isIdentical(to: retired.key) }
            version = retired.version
            if retired.hasPassAt { beginPass(retired.passAt) }
        case .tierPolicySet(let set):
            tierPolicy = set.policy
            version = set.version
            if set.hasPassAt { beginPass(set.passAt) }
            if set.hasNextReviewAt { nextReviewAt = set.nextReviewAt } else { clearNextReviewAt() }
        case .tierReviewAdvanced(let advanced): apply(advanced)
        default: break
        }
    }

    /// All members are gone through because tiers changed.
    private mutating func beginPass(_ instant: Int64) {
        passCause = .configuration
        passAt = instant
        passAsOf = instant
        nextMember = 0
    }

    private mutating func apply(_ advanced: TierReviewAdvanced) {
        passCause = advanced.cause
        passAsOf = advanced.asOf
        nextMember = advanced.nextMember
        if advanced.hasPassAt { passAt = advanced.passAt } else { clearPassAt() }
        if advanced.hasNextReviewAt { nextReviewAt = advanced.nextReviewAt } else { clearNextReviewAt() }
    }
}

/// What events of a loyalty programme do to the index.
package enum ProgrammeEffects {
    /// The timer of a pass over the members that goes on; the item is the first member that is still to be looked at.
    static let pass: UInt16 = 1
    /// The timer of the next review by the calendar.
    static let review: UInt16 = 2

    /// The effects of an event.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        switch event.payload {
        case .programmeDefined(let defined):
            defined.external.map { .link(.loyaltyProgramme, $0) } + [
                .claim(.programmes, 1),
                .claim(.programme(defined.index), Int64(event.header.stream.rawValue)),
            ]
        case .tierDefined(let defined): defined.hasPassAt ? [timer(pass, 0, defined.passAt)] : []
        case .tierRetired(let retired): retired.hasPassAt ? [timer(pass, 0, retired.passAt)] : []
        case .tierPolicySet(let set):
            (set.hasPassAt ? [timer(pass, 0, set.passAt)] : [])
                + [timer(review, 0, set.hasNextReviewAt ? set.nextReviewAt : nil)]
        case .tierReviewAdvanced(let advanced):
            [
                timer(pass, advanced.firstMember, nil),
                timer(pass, advanced.nextMember, advanced.hasPassAt ? advanced.passAt : nil),
                timer(review, 0, advanced.hasNextReviewAt ? advanced.nextReviewAt : nil),
            ]
        default: []
        }
    }

    private static func timer(_ kind: UInt16, _ item: UInt64, _ due: Int64?) -> IndexEffect {
        .timer(TimerKey(kind: kind, item: item), due.map(Instant.init(microseconds:)))
    }
}
