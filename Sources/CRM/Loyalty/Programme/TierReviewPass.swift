internal import Schema

/// One step of going through the members of a programme: some of them at a time, the next ones at the same instant.
///
/// A review by the calendar comes before points expire at the same instant, because a programme is older than its
/// accounts.
struct TierReviewPass {
    var timer: TimerKey
    var state: ProgrammeState
    var context: DecisionContext

    func events() throws(Refusal) -> [NewEvent] {
        let isBeginning = timer.kind == ProgrammeEffects.review
        let first = isBeginning ? 0 : timer.item
        var advanced = TierReviewAdvanced()
        advanced.cause = isBeginning ? .scheduled : state.passCause
        advanced.version = state.version
        advanced.firstMember = first
        advanced.asOf = context.occurredAt.rawValue
        let members = UInt64(max(0, try context.world.claim(.members(context.target))))
        // What is left of a pass that has begun anew meanwhile looks at nobody.
        let isCurrent = isBeginning || state.nextMember == first
        let end = isCurrent ? min(members, first + LoyaltyLimits.membersPerStep) : first
        var changes: [NewEvent] = []
        for member in first..<max(first, end) {
            try review(member, isScheduled: advanced.cause == .scheduled, &changes, &advanced.changed)
        }
        advanced.nextMember = isCurrent ? end : state.nextMember
        if isCurrent, end < members { advanced.passAt = context.occurredAt.rawValue }
        if !isCurrent, state.hasPassAt { advanced.passAt = state.passAt }
        if isBeginning {
            let next = try state.tierPolicy.nextReview(after: context.occurredAt, context.world)
            if let next { advanced.nextReviewAt = next.rawValue }
        } else if state.hasNextReviewAt {
            advanced.nextReviewAt = state.nextReviewAt
        }
        return [.timed(.tierReviewAdvanced(advanced))] + changes
    }

    private func review(
        _ member: UInt64, isScheduled: Bool, _ changes: inout [NewEvent], _ changed: inout UInt64
    ) throws(Refusal) {
        guard let number = try context.world.register(.member(context.target, member)),
            let account = try context.world.state(LoyaltyAccountAggregate.self, of: number), account.status != .closed
        else { return }
        let reckoning = TierReckoning(programme: state, account: account)
        let change = try reckoning.change(at: context.occurredAt, isScheduled ? .review : .configuration) {
            () throws(Refusal) in try context.world.promisedTier(account, of: number, at: context.occurredAt)
        }
        if let change {
            changes.append(.timed(.tierChanged(change), on: .other(number), subjects: account.subjects))
            changed += 1
        } else if isScheduled, state.tierPolicy.basis == .earnedSinceChange {
            var confirmed = TierConfirmed()
            confirmed.tier = account.tier
            confirmed.programmeVersion = state.version
            confirmed.basis = state.tierPolicy.basis
            confirmed.value = reckoning.value
            changes.append(.timed(.tierConfirmed(confirmed), on: .other(number), subjects: account.subjects))
        }
    }
}
