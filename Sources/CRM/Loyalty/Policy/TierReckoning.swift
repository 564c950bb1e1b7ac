internal import Schema

/// Which tier a member should have: a pure function of programme, account and what was promised.
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
    /// - Parameters:
    ///   - occasion: `reached` where the value moved; else why all members are gone through.
    ///   - promised: key of the tier that the member keeps for now, where there is one; asked only where it matters.
    /// - Returns: nil where nothing does.
    /// - Throws: what `promised` throws.
    func change(
        at instant: Instant, _ occasion: TierCause, promised: () throws(Refusal) -> String?
    ) throws(Refusal) -> TierChanged? {
        let present = programme.tier(account.tier)
        let reached = programme.tier(reachedWith: value)
        // A member keeps no tier that does not exist any more.
        let isLost = present == nil && !account.tier.isEmpty
        guard reached?.key != present?.key || isLost else { return nil }
        let isRise = reached?.isAbove(present) ?? false
        guard isRise || isLost || mayFall(occasion) else { return nil }
        var changed = TierChanged()
        changed.from = account.tier
        changed.to = reached?.key ?? ""
        if !isRise || isLost, let floor = try promised().flatMap(programme.tier), floor.isAbove(reached) {
            changed.to = floor.key
            changed.keepUntil = account.tierKeepUntil
        }
        guard !changed.from.isIdentical(to: changed.to) else { return nil }
        changed.cause = occasion == .reached && !isRise ? .fell : occasion
        changed.programmeVersion = programme.version
        changed.basis = programme.tierPolicy.basis
        changed.value = value
        return changed
    }

    private func mayFall(_ occasion: TierCause) -> Bool {
        switch programme.tierPolicy.review {
        case .automatic: true
        case .everyDays, .yearEnd: occasion == .review
        case .none, .unspecified, .UNRECOGNIZED: false
        }
    }
}

extension Tier {
    /// Whether the tier ranks above another one, or that is none.
    fileprivate func isAbove(_ other: Tier?) -> Bool { other.map { rank > $0.rank } ?? true }
}

extension World {
    /// Key of the tier below which no policy takes a member at an instant; nil where none was promised for so long.
    ///
    /// - Throws: what reading the world throws.
    func promisedTier(
        _ account: LoyaltyAccountState, of number: StreamNumber, at instant: Instant
    ) throws(Refusal) -> String? {
        guard account.hasTierKeepUntil, account.tierKeepUntil > instant.rawValue else { return nil }
        // The member may have risen since: the state has the tier of now, and until when the promise holds.
        return try lookBack(from: try head(of: number)?.last ?? .none) { event in
            if case .tierChanged(let changed) = event.payload, changed.cause == .command { changed.to } else { nil }
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
                    ProgrammeAggregate.self, of: StreamNumber(account.programmeNumber))
            else { continue }
            let reckoning = TierReckoning(programme: programme, account: account)
            let change = try reckoning.change(at: fact.occurredAt, .reached) { () throws(Refusal) in
                try context.world.promisedTier(account, of: number, at: fact.occurredAt)
            }
            guard var changed = change else { continue }
            changed.causePosition = fact.position.rawValue
            consequences.append(
                .consequence(
                    .tierChanged(changed), on: .other(number), subjects: account.subjects, cause: fact.position,
                    occurredAt: fact.occurredAt))
        }
        return consequences
    }
}
