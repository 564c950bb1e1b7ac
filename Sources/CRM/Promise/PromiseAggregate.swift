package import Schema

/// A promise: what we told a party that we would do, and by when.
///
/// open → kept ⇄ broken; open or broken → released; broken → open again, where it is renegotiated.
package enum PromiseAggregate: Aggregate {
    package typealias State = PromiseState

    package static var kind: AggregateKind { .promise }

    package static func evolve(_ state: inout PromiseState, _ event: StoredEvent) {
        switch event.payload {
        case .promiseMade(let made):
            state.status = .open
            state.detail = made.detail
            state.promisor = made.promisor
            if made.personalPart { state.personal = event.sealed() }
        case .promiseRenegotiated(let renegotiated):
            state.become(.open, closing: nil)
            state.detail = renegotiated.detail
            state.promisor = renegotiated.promisor
            state.renegotiations += 1
            if renegotiated.personalPart { state.personal = event.sealed() }
        case .promiseKept(let kept):
            state.become(.kept, closing: kept.personalPart ? event.sealed() : nil)
            state.inTime = kept.inTime
        case .promiseBroken(let broken):
            state.become(.broken, closing: broken.personalPart ? event.sealed() : nil)
        case .promiseReleased(let released):
            state.become(.released, closing: released.personalPart ? event.sealed() : nil)
        case .ownerAssigned(let assigned): state.promisor = assigned.owner
        case .promiseReminded: state.detail.clearReminder()
        default: break
        }
    }
}

extension PromiseState {
    /// The party to whom it was promised.
    var party: StreamNumber { StreamNumber(detail.partyNumber) }

    /// The entries of an event of the promise.
    func subjects(part: Int? = nil) -> [NewSubject] { [NewSubject(.number(party), .promisee, part: part)] }

    /// How the promise stands from now on. Nobody is reminded of one that is over.
    fileprivate mutating func become(_ status: PromiseStatus, closing: SealedRef?) {
        self.status = status
        inTime = false
        if let closing { self.closing = closing } else { clearClosing() }
        if status != .open { detail.clearReminder() }
    }
}

extension PromiseState: OwnedState {
    var owner: Owner { promisor }

    func requireAssignable() throws(Refusal) {
        guard status != .open else { return }
        throw Refusal(.terminalState, "The promise is over: there is nothing left to keep.", field: "target")
    }
}

extension PromiseAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: PromiseState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var reminded = PromiseReminded()
        reminded.due = state.detail.due
        if !state.promisor.isNobody { reminded.promisor = state.promisor }
        return [.timed(.promiseReminded(reminded), subjects: state.subjects())]
    }
}

/// What events of promises do to the index: their keys, who has how many to keep, and when to remind of them.
package enum PromiseEffects {
    /// The effects of an event's open payload. Those of a change of owner alone are those of every owned thing.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .promiseMade(let made):
            made.external.map { .link(.promise, $0) } + OwnerEffects.opened(.promise, owner: made.promisor)
                + (made.detail.hasReminder ? [reminder(made.detail)] : [])
        case .promiseRenegotiated(let renegotiated):
            (renegotiated.statusBefore == .open ? [] : OwnerEffects.opened(.promise, owner: renegotiated.promisor))
                + [reminder(renegotiated.detail)]
        case .promiseKept(let kept): over(kept.statusBefore, kept.promisor)
        case .promiseBroken(let broken): over(broken.statusBefore, broken.promisor)
        case .promiseReleased(let released): over(released.statusBefore, released.promisor)
        case .promiseReminded: [WorkTimers.set(WorkTimers.reminder, nil)]
        default: []
        }
    }

    /// A promise is over from now on; there is nothing left to do where it was over before.
    private static func over(_ before: PromiseStatus, _ promisor: Owner) -> [IndexEffect] {
        guard before == .open else { return [] }
        return OwnerEffects.closed(.promise, owner: promisor) + [WorkTimers.set(WorkTimers.reminder, nil)]
    }

    private static func reminder(_ detail: PromiseDetail) -> IndexEffect {
        WorkTimers.set(WorkTimers.reminder, detail.hasReminder ? detail.reminder : nil)
    }
}
