internal import Schema
internal import SwiftProtobuf

/// Where the tasks, appointments and promises of customers stand.
///
/// - `work`: number of the task, appointment or promise → `WorkRow`.
/// - `agreed`: party, number → nothing; also of parties whom it concerned once.
struct WorkTables: Sendable {
    static let names = ["work", "agreed"]

    let work: TableID
    let agreed: TableID

    /// - Parameter first: index of the first of them among the projection's tables.
    init(from first: Int) {
        work = TableID(first)
        agreed = TableID(first + 1)
    }

    /// Whether events of this kind are about one of them. A change of owner is one of every aggregate.
    static func holds(_ kind: EventKind) -> Bool { (1_500...1_699).contains(kind.rawValue) }

    /// The key of a party and what concerns it.
    static func key(_ party: UInt64, _ number: StreamNumber) -> [UInt8] {
        var key = [UInt8].key(capacity: 16)
        key.append(bigEndian: party)
        key.append(bigEndian: number.rawValue)
        return key
    }
}

/// Folds tasks, appointments and promises into how they stood at every time: a question about the past needs no other.
struct WorkFold {
    let tables: WorkTables

    init(_ tables: WorkTables) { self.tables = tables }

    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let key = [UInt8].key(event.header.stream.rawValue)
        var row = try store.row(WorkRow.self, tables.work, key) ?? WorkRow()
        if let id = event.streamID {
            row.idHigh = id.high
            row.idLow = id.low
        }
        let last = row.steps.last
        guard let work = last.work(after: event), work != last?.work else { return }
        var step = WorkStep()
        step.since = event.header.occurredAt.rawValue
        step.work = work
        row.steps.append(step)
        try store.put(tables.work, key, row)
        for party in step.parties { try store.put(tables.agreed, WorkTables.key(party, event.header.stream), []) }
    }
}

extension WorkStep {
    /// The parties whom it concerns.
    var parties: [UInt64] {
        switch work {
        case .task(let task): task.partyNumber == 0 ? [] : [task.partyNumber]
        case .promise(let promise): [promise.partyNumber]
        case .appointment(let appointment):
            appointment.concernedNumber == 0
                ? appointment.partyNumbers : appointment.partyNumbers + [appointment.concernedNumber]
        case nil: []
        }
    }
}

extension WorkStep? {
    /// How it stands after one more event; nil where the event is none of one that has begun.
    fileprivate func work(after event: ViewEvent) -> WorkStep.OneOf_Work? {
        switch event.header.streamKind {
        case .task:
            var task = self?.task ?? TaskSummary()
            task.apply(event.payload)
            return .task(task)
        case .appointment:
            var appointment = self?.appointment ?? AppointmentSummary()
            appointment.apply(event.payload)
            return .appointment(appointment)
        case .promise:
            var promise = self?.promise ?? PromiseSummary()
            promise.apply(event.payload)
            return .promise(promise)
        default: return nil
        }
    }
}

extension TaskSummary {
    fileprivate mutating func apply(_ event: EventPayload.OneOf_Event) {
        switch event {
        case .taskCreated(let created):
            status = .open
            keep(created.detail)
            keep(assignee: created.hasAssignee ? created.assignee : nil)
        case .taskChanged(let changed): keep(changed.detail)
        case .taskAssigned(let assigned): keep(assignee: assigned.hasAssignee ? assigned.assignee : nil)
        case .ownerAssigned(let assigned): keep(assignee: assigned.hasOwner ? assigned.owner : nil)
        case .taskStarted: status = .inProgress
        case .taskDeferred(let deferred):
            status = .deferred
            keep(due: deferred.hasDue ? deferred.due : nil)
        case .taskCompleted: status = .completed
        case .taskCancelled: status = .cancelled
        case .taskReopened(let reopened):
            status = .open
            keep(assignee: reopened.hasAssignee ? reopened.assignee : nil)
        default: break
        }
    }

    private mutating func keep(_ detail: TaskDetail) {
        category = detail.category
        priority = detail.priority
        partyNumber = detail.partyNumber
        keep(due: detail.hasDue ? detail.due : nil)
    }

    private mutating func keep(due: Due?) {
        dueDay = due?.day ?? ""
        if let due { dueAt = Instant(microseconds: due.instant).timestamp } else { clearDueAt() }
    }

    private mutating func keep(assignee owner: Owner?) {
        if let owner { assignee = owner } else { clearAssignee() }
    }
}

extension AppointmentSummary {
    fileprivate mutating func apply(_ event: EventPayload.OneOf_Event) {
        switch event {
        case .appointmentBooked(let booked): book(booked.detail)
        case .appointmentMoved(let moved): book(moved.detail)
        case .appointmentChanged(let changed): keep(changed.detail)
        case .appointmentAttended: status = .attended
        case .appointmentMissed: status = .missed
        case .appointmentCancelled: status = .cancelled
        default: break
        }
    }

    private mutating func book(_ detail: AppointmentDetail) {
        status = .booked
        keep(detail)
    }

    private mutating func keep(_ detail: AppointmentDetail) {
        category = detail.category
        channel = detail.channel
        start = Instant(microseconds: detail.start).timestamp
        end = Instant(microseconds: detail.end).timestamp
        employeeNumbers = detail.employeeNumbers
        partyNumbers = detail.partyNumbers
        concernedNumber = detail.concernedNumber
    }
}

extension PromiseSummary {
    fileprivate mutating func apply(_ event: EventPayload.OneOf_Event) {
        switch event {
        case .promiseMade(let made):
            status = .open
            keep(made.detail)
            keep(promisor: made.hasPromisor ? made.promisor : nil)
        case .promiseRenegotiated(let renegotiated):
            status = .open
            inTime = false
            keep(renegotiated.detail)
            keep(promisor: renegotiated.hasPromisor ? renegotiated.promisor : nil)
        case .promiseKept(let kept):
            status = .kept
            inTime = kept.inTime
        case .promiseBroken: end(.broken)
        case .promiseReleased: end(.released)
        case .ownerAssigned(let assigned): keep(promisor: assigned.hasOwner ? assigned.owner : nil)
        default: break
        }
    }

    private mutating func end(_ status: PromiseStatus) {
        self.status = status
        inTime = false
    }

    private mutating func keep(_ detail: PromiseDetail) {
        category = detail.category
        partyNumber = detail.partyNumber
        dueDay = detail.due.day
        dueAt = Instant(microseconds: detail.due.instant).timestamp
    }

    private mutating func keep(promisor owner: Owner?) {
        if let owner { promisor = owner } else { clearPromisor() }
    }
}
