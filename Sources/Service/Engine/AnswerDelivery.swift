internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema

/// What has to be done for a group beside its answers, once it is durable.
struct DecidedGroup: Sendable {
    /// Events in it.
    let events: Int
    /// When it was complete.
    let begun: ContinuousClock.Instant
    let recordedAt: Instant
    let changesPrincipals: Bool
    /// What it asks of the content store.
    let bodies: [BodyChange]
}

/// Gives callers their answers when a group of theirs has become durable, or has failed. On the writer's thread or on
/// that of its line: one group at a time.
struct AnswerDelivery: Sendable {
    let context: LogContext
    let journal: RefusalJournal
    let keeper: BodyKeeper
    let metrics: ServiceMetrics
    let onPrincipalChange: @Sendable () -> Void

    /// When to come back while the disk is full, in milliseconds: as often as space is looked for.
    private static let spaceHint: UInt32 = 1_000

    /// What was decided has become durable: whoever has all his results gets them.
    func settle(_ answers: inout [WorkAnswers], _ group: DecidedGroup, _ size: UInt64, _ root: TreeHash) {
        if group.events > 0 { metrics.committed(events: group.events, in: .now - group.begun) }
        // Only now: before it is durable, a change of rights is nobody's, and no key may be destroyed.
        if group.changesPrincipals { onPrincipalChange() }
        // Why the key of a redacted body could not be destroyed; whoever redacts one gets to know it.
        var failure = keeper.follow(group.bodies)
        if failure == nil, answers.contains(where: \.redacts) {
            // Nor when somebody else had redacted it before, and its key could not be destroyed then.
            do { try keeper.settleForCaller() } catch { failure = error }
        }
        for index in answers.indices { answers[index].settle(size, root, group.recordedAt, failure) }
        deliver(&answers)
    }

    /// The writer takes nothing, or has failed: what was not settled is refused.
    func refuse(_ answers: inout [WorkAnswers], _ error: EventLogError, isFinal: Bool) {
        let refusal = refusal(error, isFinal: isFinal)
        for index in answers.indices { answers[index].refuseRest(refusal, vault: context.vault) }
        deliver(&answers)
    }

    /// What callers get once the writer has stopped, or while there is no space: definite, and the same id may be sent
    /// again later.
    func refusal(_ error: EventLogError, isFinal: Bool) -> Refusal {
        guard error.code == .diskFull else {
            return Refusal(.readOnly, "The log takes no commands: \(error.message) Restart the service.")
        }
        guard !isFinal else {
            return Refusal(.diskFull, "Nothing can be appended: \(error.message) Make space, then restart the service.")
        }
        var refusal = Refusal(.diskFull, error.message)
        refusal.detail.retryAfterMilliseconds = Self.spaceHint
        return refusal
    }

    /// Delivers the answers to each piece of work that has all of them, once.
    private func deliver(_ answers: inout [WorkAnswers]) {
        let reflects = Reflects.log(context.log)
        var order: [ObjectIdentifier] = []
        var replies: [ObjectIdentifier: (sink: any ReplySink, replies: [SubmitReply])] = [:]
        for index in answers.indices where answers[index].isReady {
            answers[index].isDelivered = true
            let answer = answers[index]
            metrics.answered(answer.settled)
            journal.record(answer.settled, of: answer.work.asked, position: context.log.end.position)
            let key = ObjectIdentifier(answer.work.sink)
            if replies[key] == nil { order.append(key) }
            replies[key, default: (answer.work.sink, [])].replies.append(
                SubmitReply(tag: answer.work.tag, results: answer.settled, reflects: reflects))
        }
        for key in order { if let (sink, replies) = replies[key] { sink.deliver(replies) } }
    }
}
