internal import Schema

/// Which tier a member should have: a pure function of programme and account.
struct TierReckoning {
    var programme: ProgrammeState
    var account: LoyaltyAccountState

    /// What is compared with the thresholds.
    var value: Int64 {
        let earned = account.balance.earned - account.balance.reversed
        return switch programme.tierPolicy.basis {
        case .active: account.balance.active
        case .earnedSinceChange: earned - account.tierBaseline
        case .earned, .unspecified, .UNRECOGNIZED: earned
        }
    }

    /// What becomes of the member's tier at an instant.
    ///
    /// - Parameter occasion: `reached` where the value moved; else why all members are gone through.
    /// - Returns: nil where nothing does.
    func change(at instant: Instant, _ occasion: TierCause) -> TierChanged? {
        let present = programme.tier(account.tier)
        let reached = programme.tier(reachedWith: value)
        // A member keeps no tier that does not exist any more.
        let isLost = present == nil && !account.tier.isEmpty
        guard reached?.key != present?.key || isLost else { return nil }
        let isRise = (reached?.rank).map { rank in present.map { rank > $0.rank } ?? true } ?? false
        guard isRise || isLost || mayFall(at: instant, occasion) else { return nil }
        var changed = TierChanged()
        changed.from = account.tier
        changed.to = reached?.key ?? ""
        guard !changed.from.isIdentical(to: changed.to) else { return nil }
        changed.cause = occasion == .reached && !isRise ? .fell : occasion
        changed.programmeVersion = programme.version
        changed.basis = programme.tierPolicy.basis
        changed.value = value
        return changed
    }

    private func mayFall(at instant: Instant, _ occasion: TierCause) -> Bool {
        guard !account.hasTierKeepUntil || account.tierKeepUntil <= instant.rawValue else { return false }
        switch programme.tierPolicy.review {
        case .automatic: return true
        case .everyDays, .yearEnd: return occasion == .review
        case .none, .unspecified, .UNRECOGNIZED: return false
        }
    }
}

/// Members move up as soon as they reach a tier, and down where the programme's policy follows at once.
package enum MemberTierPolicy: Policy {
    /// Stands in the code only: a change of tier carries the version of the programme.
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var latest: [StreamNumber: StoredEvent] = [:]
        var accounts: [StreamNumber] = []
        for fact in facts where fact.payload.ledger != nil {
            if latest.updateValue(fact, forKey: fact.header.stream) == nil { accounts.append(fact.header.stream) }
        }
        var consequences: [NewEvent] = []
        for number in accounts {
            guard let fact = latest[number],
                let account = try context.world.state(LoyaltyAccountAggregate.self, of: number),
                account.status != .closed,
                let programme = try context.world.state(
                    ProgrammeAggregate.self, of: StreamNumber(account.programmeNumber)),
                var changed = TierReckoning(programme: programme, account: account).change(
                    at: fact.occurredAt, .reached)
            else { continue }
            changed.causePosition = fact.position.rawValue
            consequences.append(
                .consequence(
                    .tierChanged(changed), on: .other(number), subjects: account.subjects, cause: fact.position,
                    occurredAt: fact.occurredAt))
        }
        return consequences
    }
}
