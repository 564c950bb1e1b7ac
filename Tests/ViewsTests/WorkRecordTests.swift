internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct WorkRecordTests {
    private func sealed(_ stream: StreamNumber, _ log: LogSketch) throws -> SealedRecord {
        try #require(try Directory.record(stream, in: try log.fold(Directory.self)))
    }

    private func owner(_ number: UInt64) -> Owner { .with { $0.employeeNumber = number } }

    private func due(_ day: String, _ instant: Instant) -> Due {
        .with {
            $0.day = day
            $0.instant = instant.rawValue
        }
    }

    // MARK: Tasks

    private func task(_ log: inout LogSketch) throws -> (task: StreamNumber, party: StreamNumber) {
        let party = try log.begin(.party, .partyRegistered())
        let created = TaskCreated.with {
            $0.detail.category = "call"
            $0.detail.priority = .high
            $0.detail.due = due("2024-01-06", .day(6))
            $0.detail.reminder = Instant.day(4).rawValue
            $0.detail.partyNumber = party.rawValue
            $0.detail.concerns = [
                .with {
                    $0.kind = .order; $0.number = 9
                }
            ]
            $0.personalPart = true
            $0.assignee = owner(7)
            $0.external = [
                .with {
                    $0.system = "crm"; $0.key = "t1"
                }
            ]
        }
        let task = try log.begin(
            .task, .taskCreated(created), at: .day(1), subjects: [(party, .concerned)],
            personal: .taskCreated(.with { $0.title = "Call about the leak" }))
        return (task, party)
    }

    @Test func `a task's record shows what is to be done, by whom and by when`() throws {
        var log = LogSketch()
        let (task, party) = try task(&log)
        let sealed = try sealed(task, log)
        #expect(!sealed.record.task.hasPersonal)
        let record = try log.opened(sealed).task
        #expect(record.status == .open && record.priority == .high && record.category == "call")
        #expect(record.dueDay == "2024-01-06" && Instant(record.dueAt) == .day(6))
        #expect(Instant(record.reminder) == .day(4))
        #expect(record.partyNumber == party.rawValue && record.partyID == LogSketch.id(of: party).description)
        #expect(record.concerns.map(\.number) == [9] && record.assignee == owner(7))
        #expect(record.personal.title == "Call about the leak")
        #expect(sealed.record.external.map(\.key) == ["t1"])
        var erased = sealed.record
        for field in sealed.sealed { erased.markErased(field) }
        #expect(erased.task.erased)
    }

    @Test func `steps change the record of a task`() throws {
        var log = LogSketch()
        let (task, party) = try task(&log)
        try log.append(task, .taskReminded(.with { $0.cause = .reminder }), at: .day(4))
        #expect(try !sealed(task, log).record.task.hasReminder)
        try log.append(
            task,
            .taskDeferred(
                .with {
                    $0.until = due("2024-01-08", .day(7))
                    $0.due = due("", .day(9))
                }), at: .day(5))
        var record = try sealed(task, log).record.task
        #expect(record.status == .deferred && Instant(record.deferredUntil) == .day(7) && record.deferrals == 1)
        #expect(record.dueDay.isEmpty && Instant(record.dueAt) == .day(9))
        try log.append(task, .taskReminded(.with { $0.cause = .deferralEnded }), at: .day(7))
        #expect(try sealed(task, log).record.task.status == .deferred)
        try log.append(task, .taskStarted(.with { $0.statusBefore = .deferred }), at: .day(8))
        try log.append(
            task,
            .taskCompleted(
                .with {
                    $0.outcomeCode = "reached"; $0.personalPart = true
                }), at: .day(9), subjects: [(party, .concerned)],
            personal: .taskCompleted(.with { $0.outcome = "She wants two" }))
        record = try log.opened(try sealed(task, log)).task
        #expect(record.status == .completed && Instant(record.startedAt) == .day(8))
        #expect(Instant(record.closedAt) == .day(9) && !record.hasDeferredUntil)
        #expect(record.outcomeCode == "reached" && record.closing.outcome == "She wants two")
        try log.append(task, .taskReopened(.with { $0.assignee = owner(7) }), at: .day(10))
        try log.append(task, .taskAssigned(.with { $0.assigneeBefore = owner(7) }), at: .day(11))
        record = try log.opened(try sealed(task, log)).task
        #expect(record.status == .open && record.reopenings == 1 && !record.hasClosedAt && !record.hasClosing)
        #expect(!record.hasAssignee && record.personal.title == "Call about the leak")
    }

    @Test func `what concerns nobody stands open in the record`() throws {
        var log = LogSketch()
        let task = try log.begin(.task, .taskCreated(.with { $0.title = "Order paper" }))
        try log.append(
            task,
            .taskChanged(
                .with {
                    $0.detail.priority = .low
                    $0.textChanged = true
                    $0.title = "Order paper"
                    $0.description_p = "The thick one"
                }))
        try log.append(task, .taskCompleted(.with { $0.outcome = "done" }))
        let record = try sealed(task, log).record.task
        #expect(record.personal.description_p == "The thick one" && record.closing.outcome == "done")
        #expect(record.priority == .low)
    }

    // MARK: Appointments

    @Test func `the text of an appointment is erased when it is for every party, and not before`() throws {
        var log = LogSketch()
        let parties = try (0..<2).map { _ in try log.begin(.party, .partyRegistered()) }
        let detail = AppointmentDetail.with {
            $0.start = Instant.day(3).rawValue
            $0.end = Instant.day(3, seconds: 3_600).rawValue
            $0.employeeNumbers = [7, 8]
            $0.partyNumbers = parties.map(\.rawValue)
        }
        let appointment = try log.begin(
            .appointment,
            .appointmentBooked(
                .with {
                    $0.detail = detail
                    $0.personalPart = true
                }), at: .day(1), subjects: parties.map { ($0, .participant) },
            personal: .appointmentBooked(.with { $0.title = "Visit" }), parts: 2)
        let sealed = try sealed(appointment, log)
        #expect(sealed.sealed.count == 2)
        let record = try log.opened(sealed).appointment
        #expect(record.status == .booked && Instant(record.start) == .day(3) && record.personal.title == "Visit")
        #expect(record.employeeNumbers == [7, 8] && record.partyNumbers == parties.map(\.rawValue))
        let text = try #require(log.sealed[sealed.sealed[1].reference])
        var half = sealed.record
        half.markErased(sealed.sealed[0])
        half.fill(sealed.sealed[1], with: text)
        #expect(!half.appointment.erased && half.appointment.personal.title == "Visit")
        var erased = sealed.record
        for field in sealed.sealed { erased.markErased(field) }
        #expect(erased.appointment.erased)
    }

    @Test func `what became of an appointment changes its record`() throws {
        var log = LogSketch()
        let detail = AppointmentDetail.with {
            $0.start = Instant.day(3).rawValue
            $0.end = Instant.day(4).rawValue
            $0.employeeNumbers = [7]
        }
        let appointment = try log.begin(
            .appointment,
            .appointmentBooked(
                .with {
                    $0.detail = detail
                    $0.title = "Stocktaking"
                }))
        try log.append(appointment, .appointmentMissed(.with { $0.absent = .both }), at: .day(3))
        #expect(try sealed(appointment, log).record.appointment.absent == .both)
        try log.append(
            appointment,
            .appointmentMoved(
                .with {
                    $0.detail = detail
                    $0.detail.start = Instant.day(5).rawValue
                    $0.detail.end = Instant.day(6).rawValue
                    $0.detailBefore = detail
                }), at: .day(3))
        var record = try sealed(appointment, log).record.appointment
        #expect(record.status == .booked && record.moves == 1 && record.absent == .unspecified)
        #expect(Instant(record.start) == .day(5) && record.personal.title == "Stocktaking")
        try log.append(appointment, .appointmentAttended(.with { $0.partyNumbers = [3] }), at: .day(6))
        record = try sealed(appointment, log).record.appointment
        #expect(record.status == .attended && record.attendedNumbers == [3])
    }

    // MARK: Promises

    @Test func `a promise's record shows what was promised, and what it was before`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let detail = PromiseDetail.with {
            $0.partyNumber = party.rawValue
            $0.due = due("2024-01-06", .day(6))
        }
        let promise = try log.begin(
            .promise,
            .promiseMade(
                .with {
                    $0.detail = detail
                    $0.promisor = owner(7)
                    $0.personalPart = true
                }), at: .day(1), subjects: [(party, .promisee)],
            personal: .promiseMade(.with { $0.text = "A new quote" }))
        try log.append(
            promise,
            .promiseRenegotiated(
                .with {
                    $0.detail = detail
                    $0.detail.due = due("2024-01-09", .day(9))
                    $0.detailBefore = detail
                    $0.askedByParty = true
                    $0.promisor = owner(7)
                }), at: .day(2), subjects: [(party, .promisee)])
        try log.append(
            promise,
            .promiseKept(
                .with {
                    $0.inTime = true
                    $0.personalPart = true
                }), at: .day(8), subjects: [(party, .promisee)],
            personal: .promiseKept(.with { $0.remark = "sent by mail" }))
        let record = try log.opened(try sealed(promise, log)).promise
        #expect(record.status == .kept && record.inTime && Instant(record.closedAt) == .day(8))
        #expect(record.personal.text == "A new quote" && record.closing.remark == "sent by mail")
        #expect(record.partyID == LogSketch.id(of: party).description && record.promisor == owner(7))
        #expect(record.dueDay == "2024-01-09" && Instant(record.madeAt) == .day(1))
        let before = try #require(record.renegotiations.first)
        #expect(before.dueDayBefore == "2024-01-06" && before.askedByParty && !before.textChanged)
        try log.append(promise, .promiseBroken(PromiseBroken()), at: .day(10), subjects: [(party, .promisee)])
        let broken = try log.opened(try sealed(promise, log)).promise
        #expect(broken.status == .broken && !broken.hasInTime && !broken.hasClosing)
    }
}
