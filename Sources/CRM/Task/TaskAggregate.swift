package import Schema

/// A task: something that somebody of us is to do.
///
/// open ⇄ in progress or deferred → completed or cancelled → open again.
package enum TaskAggregate: Aggregate {
    package typealias State = TaskState

    package static var kind: AggregateKind { .task }

    package static func evolve(_ state: inout TaskState, _ event: StoredEvent) {
        switch event.payload {
        case .taskCreated(let created):
            state.status = .open
            state.detail = created.detail
            state.assignee = created.assignee
            state.keepText(created.title, created.description_p, created.personalPart ? event.sealed() : nil)
        case .taskChanged(let changed):
            state.detail = changed.detail
            guard changed.textChanged else { return }
            state.keepText(changed.title, changed.description_p, changed.personalPart ? event.sealed() : nil)
        case .taskAssigned(let assigned): state.assignee = assigned.assignee
        case .ownerAssigned(let assigned): state.assignee = assigned.owner
        case .taskStarted: state.become(.inProgress)
        case .taskDeferred(let deferred):
            state.become(.deferred)
            state.deferredUntil = deferred.until
            if deferred.hasDue { state.detail.due = deferred.due } else { state.detail.clearDue() }
        case .taskCompleted(let completed):
            state.become(.completed)
            state.outcomeCode = completed.outcomeCode
            state.outcome = completed.outcome
            if completed.personalPart { state.closing = event.sealed() }
        case .taskCancelled: state.become(.cancelled)
        case .taskReopened(let reopened):
            state.become(.open)
            state.assignee = reopened.assignee
        case .taskReminded(let reminded) where reminded.cause == .reminder: state.detail.clearReminder()
        default: break
        }
    }
}

extension TaskState {
    /// Whether it is still to be done.
    var isOpen: Bool { status != .completed && status != .cancelled }

    /// Refuses a step of a task that is over.
    ///
    /// - Throws: TERMINAL_STATE.
    func requireOpen() throws(Refusal) {
        guard !isOpen else { return }
        let what = status == .completed ? "completed" : "cancelled"
        throw Refusal(.terminalState, "The task is \(what). Reopen it first.", field: "task")
    }

    /// Where the task stands from now on. What belongs to another standing goes; nobody is reminded of what is over.
    fileprivate mutating func become(_ status: TaskStatus) {
        self.status = status
        clearDeferredUntil()
        outcomeCode = ""
        outcome = ""
        clearClosing()
        if !isOpen { detail.clearReminder() }
    }

    fileprivate mutating func keepText(_ title: String, _ description: String, _ sealed: SealedRef?) {
        self.title = title
        description_p = description
        if let sealed { personal = sealed } else { clearPersonal() }
    }
}

extension TaskState: OwnedState {
    var owner: Owner { assignee }

    func requireAssignable() throws(Refusal) { try requireOpen() }
}

extension TaskAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: TaskState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var reminded = TaskReminded()
        reminded.cause = timer == WorkTimers.deferral ? .deferralEnded : .reminder
        if !state.assignee.isNobody { reminded.assignee = state.assignee }
        if state.detail.hasDue { reminded.due = state.detail.due }
        return [.timed(.taskReminded(reminded), subjects: TaskText.subjects(state.party))]
    }
}

/// What events of tasks do to the index: their keys, who has how much to do, and when to remind of it.
package enum TaskEffects {
    /// The effects of an event's open payload. Those of a change of owner alone are those of every owned thing.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .taskCreated(let created):
            created.external.map { .link(.task, $0) } + OwnerEffects.opened(.task, owner: created.assignee)
                + (created.detail.hasReminder ? [reminder(created.detail)] : [])
        case .taskChanged(let changed):
            changed.detail.hasReminder == changed.detailBefore.hasReminder
                && changed.detail.reminder == changed.detailBefore.reminder ? [] : [reminder(changed.detail)]
        case .taskAssigned(let assigned):
            OwnerEffects.assigned(.task, owner: assigned.assignee, before: assigned.assigneeBefore)
        case .taskStarted(let started): started.statusBefore == .deferred ? [deferral(nil)] : []
        case .taskDeferred(let deferred): [deferral(deferred.until.instant)]
        case .taskCompleted(let completed):
            OwnerEffects.closed(.task, owner: completed.assignee) + Self.nothingAhead
        case .taskCancelled(let cancelled):
            OwnerEffects.closed(.task, owner: cancelled.assignee) + Self.nothingAhead
        case .taskReopened(let reopened): OwnerEffects.opened(.task, owner: reopened.assignee)
        case .taskReminded(let reminded):
            [WorkTimers.set(reminded.cause == .deferralEnded ? WorkTimers.deferral : WorkTimers.reminder, nil)]
        default: []
        }
    }

    private static func reminder(_ detail: TaskDetail) -> IndexEffect {
        WorkTimers.set(WorkTimers.reminder, detail.hasReminder ? detail.reminder : nil)
    }

    private static func deferral(_ instant: Int64?) -> IndexEffect { WorkTimers.set(WorkTimers.deferral, instant) }

    private static let nothingAhead = [
        WorkTimers.set(WorkTimers.reminder, nil), WorkTimers.set(WorkTimers.deferral, nil),
    ]
}
