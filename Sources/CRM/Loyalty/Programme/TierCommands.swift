package import Schema
internal import SwiftProtobuf

extension DefineTier: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try FormCheck.required(tier.key, "tier.key", maximum: LoyaltyLimits.keyBytes)
        try FormCheck.text(tier.label, "tier.label", maximum: Limits.labelBytes)
        guard (0...LoyaltyLimits.points).contains(tier.threshold) else {
            throw Refusal(
                .amountInvalid, "A tier is reached with 0 to 1,000,000,000,000 points.", field: "tier.threshold")
        }
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        if let present = state.tier(tier.key), present.isIdentical(to: tier) { return [] }
        let others = state.tiers.filter { !$0.key.isIdentical(to: tier.key) }
        guard others.count < LoyaltyLimits.tiers else {
            throw Refusal(.limitExceeded, "A programme has at most 50 tiers. Retire some first.", field: "tier.key")
        }
        for other in others where !tier.isInOrder(with: other) {
            throw Refusal(
                .tierOrder, "Thresholds rise with the rank, and no two tiers share one: compare the tier \(other.key).",
                field: "tier.threshold")
        }
        var defined = TierDefined()
        defined.tier = tier
        defined.version = state.nextVersion
        if let pass = try context.pass() { defined.passAt = pass }
        return [.fact(.tierDefined(defined))]
    }
}

extension RetireTier: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try FormCheck.required(key, "key", maximum: LoyaltyLimits.keyBytes)
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        guard state.tier(key) != nil else { return [] }
        var retired = TierRetired()
        retired.key = key
        retired.version = state.nextVersion
        if let pass = try context.pass() { retired.passAt = pass }
        return [.fact(.tierRetired(retired))]
    }
}

extension SetTierPolicy: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try FormCheck.choice(policy.review, "policy.review", required: true)
        try FormCheck.choice(policy.basis, "policy.basis", required: true)
        let isEveryDays = policy.review == .everyDays
        guard isEveryDays ? (1...LoyaltyLimits.reviewDays).contains(policy.days) : policy.days == 0 else {
            throw Refusal(
                .schemaInvalid, "A review every so many days names 1 to 3,660 of them; others name none.",
                field: "policy.days")
        }
        guard policy.review != .automatic || policy.basis != .earnedSinceChange else {
            throw Refusal(
                .schemaInvalid,
                "What is earned since a tier was given begins at 0 and cannot be followed at once. Name another basis.",
                field: "policy.basis")
        }
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        guard !policy.isIdentical(to: state.tierPolicy) else { return [] }
        var set = TierPolicySet()
        set.policy = policy
        set.version = state.nextVersion
        if let pass = try context.pass() { set.passAt = pass }
        if let next = try policy.nextReview(after: context.occurredAt, context.world) {
            set.nextReviewAt = next.rawValue
        }
        return [.fact(.tierPolicySet(set))]
    }
}

extension DecisionContext {
    /// When all members of the target are gone through because of a change: at once; nil where there are none.
    fileprivate func pass() throws(Refusal) -> Int64? {
        try world.claim(.members(target)) > 0 ? max(occurredAt, recordedAt).rawValue : nil
    }
}

extension TierPolicy {
    /// When members are reviewed by the calendar after an instant; nil where they never are.
    func nextReview(after instant: Instant, _ world: any World) throws(Refusal) -> Instant? {
        switch review {
        case .everyDays: instant.adding(days: days)
        case .yearEnd: try world.organisationZone().yearEnd(after: instant, periods: 0)
        case .none, .automatic, .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension Tier {
    /// Whether the one that is ranked higher is also reached later.
    fileprivate func isInOrder(with other: Tier) -> Bool {
        rank != other.rank && threshold != other.threshold && (rank < other.rank) == (threshold < other.threshold)
    }
}

extension ProgrammeState {
    /// The tier with this key; nil where there is none.
    func tier(_ key: String) -> Tier? { tiers.first { $0.key.isIdentical(to: key) } }

    /// The highest tier that a value reaches; nil where it reaches none.
    func tier(reachedWith value: Int64) -> Tier? { tiers.last { $0.threshold <= value } }
}
