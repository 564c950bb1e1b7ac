internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Folds an event of a task.
    mutating func foldTask(_ event: ViewEvent) {
        switch event.payload {
        case .taskCreated(let created):
            task.record.status = .open
            task.record.keep(created.detail)
            if created.hasAssignee { task.record.assignee = created.assignee }
            task.keepText(created.title, created.description_p, created.personalPart, event)
            link(created.external)
        case .taskChanged(let changed):
            task.record.keep(changed.detail)
            if changed.textChanged {
                task.keepText(changed.title, changed.description_p, changed.personalPart, event)
            }
        case .taskAssigned(let assigned): task.record.assign(assigned.hasAssignee ? assigned.assignee : nil)
        case .ownerAssigned(let assigned): task.record.assign(assigned.hasOwner ? assigned.owner : nil)
        case .taskStarted, .taskDeferred, .taskCompleted, .taskCancelled, .taskReopened: task.foldStep(event)
        case .taskReminded(let reminded) where reminded.cause == .reminder: task.record.clearReminder()
        default: break
        }
    }

    /// Folds an event of an appointment.
    mutating func foldAppointment(_ event: ViewEvent) {
        switch event.payload {
        case .appointmentBooked(let booked):
            appointment.record.status = .booked
            appointment.record.keep(booked.detail)
            appointment.keepText(booked.title, booked.description_p, booked.place, booked.personalPart, event)
            link(booked.external)
        case .appointmentMoved(let moved):
            appointment.record.become(.booked)
            appointment.record.keep(moved.detail)
            appointment.record.moves += 1
        case .appointmentChanged(let changed):
            appointment.record.keep(changed.detail)
            if changed.textChanged {
                appointment.keepText(changed.title, changed.description_p, changed.place, changed.personalPart, event)
            }
        case .appointmentAttended(let attended):
            appointment.record.become(.attended)
            appointment.record.attendedNumbers = attended.partyNumbers
        case .appointmentMissed(let missed):
            appointment.record.become(.missed)
            appointment.record.absent = missed.absent
        case .appointmentCancelled: appointment.record.become(.cancelled)
        default: break
        }
    }
}

extension RecordFold {
    /// Folds an event of a promise. What was renegotiated is an item each.
    func foldPromise(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .promiseMade(let made):
            row.promise.record.status = .open
            row.promise.record.keep(made.detail)
            if made.hasPromisor { row.promise.record.promisor = made.promisor }
            row.promise.record.madeAt = event.header.occurredAt.timestamp
            if made.personalPart { row.promise.keepPersonal(of: event) }
            row.link(made.external)
        case .promiseRenegotiated(let renegotiated):
            row.promise.become(.open, nil, event)
            row.promise.record.keep(renegotiated.detail)
            row.promise.record.assign(renegotiated.hasPromisor ? renegotiated.promisor : nil)
            if renegotiated.personalPart { row.promise.keepPersonal(of: event) }
            try put(
                ItemRow(.renegotiation(renegotiated.record(of: event))), .renegotiation, event.header.position.rawValue,
                of: event, &row, &store)
        case .promiseKept(let kept):
            row.promise.become(.kept, kept.personalPart, event)
            row.promise.record.inTime = kept.inTime
        case .promiseBroken(let broken): row.promise.become(.broken, broken.personalPart, event)
        case .promiseReleased(let released): row.promise.become(.released, released.personalPart, event)
        case .ownerAssigned(let assigned): row.promise.record.assign(assigned.hasOwner ? assigned.owner : nil)
        case .promiseReminded: row.promise.record.clearReminder()
        default: break
        }
    }
}

// MARK: Tasks

extension TaskRow {
    /// Where the task stands from now on; what belongs to another standing goes.
    fileprivate mutating func foldStep(_ event: ViewEvent) {
        let instant = event.header.occurredAt.timestamp
        record.clearDeferredUntil()
        record.clearClosedAt()
        record.outcomeCode = ""
        record.clearClosing()
        clearClosing()
        closingLength = 0
        switch event.payload {
        case .taskStarted:
            record.status = .inProgress
            if !record.hasStartedAt { record.startedAt = instant }
        case .taskDeferred(let deferred):
            record.status = .deferred
            record.deferredUntil = Instant(microseconds: deferred.until.instant).timestamp
            record.keepDue(deferred.hasDue ? deferred.due : nil)
            record.deferrals += 1
        case .taskCompleted(let completed):
            close(.completed, at: instant)
            record.outcomeCode = completed.outcomeCode
            if completed.personalPart, let part = event.sealedPart {
                closing = part
                closingLength = event.sealedLength
            } else if !completed.outcome.isEmpty {
                record.closing.outcome = completed.outcome
            }
        case .taskCancelled: close(.cancelled, at: instant)
        case .taskReopened(let reopened):
            record.status = .open
            record.reopenings += 1
            record.assign(reopened.hasAssignee ? reopened.assignee : nil)
        default: break
        }
    }

    private mutating func close(_ status: TaskStatus, at instant: Google_Protobuf_Timestamp) {
        record.status = status
        record.closedAt = instant
        record.clearReminder()
    }

    fileprivate mutating func keepText(_ title: String, _ description: String, _ isSealed: Bool, _ event: ViewEvent) {
        record.clearPersonal()
        clearPersonal()
        personalLength = 0
        if isSealed, let part = event.sealedPart {
            personal = part
            personalLength = event.sealedLength
        } else if !isSealed {
            record.personal.title = title
            record.personal.description_p = description
        }
    }
}

extension TaskRecord {
    fileprivate mutating func keep(_ detail: TaskDetail) {
        category = detail.category
        priority = detail.priority
        keepDue(detail.hasDue ? detail.due : nil)
        if detail.hasReminder {
            reminder = Instant(microseconds: detail.reminder).timestamp
        } else {
            clearReminder()
        }
        partyNumber = detail.partyNumber
        concerns = detail.concerns
    }

    fileprivate mutating func keepDue(_ due: Due?) {
        dueDay = due?.day ?? ""
        if let due { dueAt = Instant(microseconds: due.instant).timestamp } else { clearDueAt() }
    }

    fileprivate mutating func assign(_ owner: Owner?) {
        if let owner { assignee = owner } else { clearAssignee() }
    }
}

// MARK: Appointments

extension AppointmentRow {
    /// Keeps where the text stands: once for each party for whom it is sealed. They are the first subjects of the event;
    /// what is sealed behind them is no text.
    fileprivate mutating func keepText(
        _ title: String, _ description: String, _ place: String, _ isSealed: Bool, _ event: ViewEvent
    ) {
        record.clearPersonal()
        personal = []
        personalLength = 0
        guard isSealed else {
            record.personal.title = title
            record.personal.description_p = description
            record.personal.place = place
            return
        }
        let concerned = event.subjects.indices.filter { event.subjects[$0].role != .fingerprint }
        for index in concerned.prefix(max(1, record.partyNumbers.count)) where event.subjects[index].sealedLength > 0 {
            personal.append(event.sealed(at: index))
            personalLength = max(personalLength, UInt32(event.subjects[index].sealedLength))
        }
    }
}

extension AppointmentRecord {
    fileprivate mutating func become(_ status: AppointmentStatus) {
        self.status = status
        attendedNumbers = []
        absent = .unspecified
    }

    fileprivate mutating func keep(_ detail: AppointmentDetail) {
        category = detail.category
        channel = detail.channel
        start = Instant(microseconds: detail.start).timestamp
        end = Instant(microseconds: detail.end).timestamp
        employeeNumbers = detail.employeeNumbers
        partyNumbers = detail.partyNumbers
        concerns = detail.concerns
        concernedNumber = detail.concernedNumber
        calendarNumber = detail.calendarNumber
        if detail.hasReminder {
            reminder = Instant(microseconds: detail.reminder).timestamp
        } else {
            clearReminder()
        }
    }
}

// MARK: Promises

extension PromiseRow {
    /// How the promise stands from now on.
    ///
    /// - Parameter isSealed: whether the event holds a remark about its end; nil where the event is no end.
    fileprivate mutating func become(_ status: PromiseStatus, _ isSealed: Bool?, _ event: ViewEvent) {
        record.status = status
        record.clearClosedAt()
        record.clearInTime()
        clearClosing()
        closingLength = 0
        guard let isSealed else { return }
        record.closedAt = event.header.occurredAt.timestamp
        record.clearReminder()
        if isSealed, let part = event.sealedPart {
            closing = part
            closingLength = event.sealedLength
        }
    }

    fileprivate mutating func keepPersonal(of event: ViewEvent) {
        if let part = event.sealedPart { personal = part } else { clearPersonal() }
        personalLength = event.sealedLength
    }
}

extension PromiseRecord {
    fileprivate mutating func keep(_ detail: PromiseDetail) {
        partyNumber = detail.partyNumber
        category = detail.category
        dueDay = detail.due.day
        dueAt = Instant(microseconds: detail.due.instant).timestamp
        concerns = detail.concerns
        if detail.hasReminder {
            reminder = Instant(microseconds: detail.reminder).timestamp
        } else {
            clearReminder()
        }
    }

    fileprivate mutating func assign(_ owner: Owner?) {
        if let owner { promisor = owner } else { clearPromisor() }
    }
}

extension PromiseRenegotiated {
    fileprivate func record(of event: ViewEvent) -> PromiseRenegotiation {
        .with {
            $0.occurredAt = event.header.occurredAt.timestamp
            $0.dueDayBefore = detailBefore.due.day
            $0.dueAtBefore = Instant(microseconds: detailBefore.due.instant).timestamp
            $0.askedByParty = askedByParty
            $0.textChanged = textChanged
        }
    }
}
