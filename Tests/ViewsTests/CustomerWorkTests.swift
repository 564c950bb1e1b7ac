internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct CustomerWorkTests {
    private var log = LogSketch()
    private let party: StreamNumber
    private let other: StreamNumber

    init() throws {
        party = try log.begin(.party, .partyRegistered())
        other = try log.begin(.party, .partyRegistered())
    }

    private func work(_ log: LogSketch, of party: StreamNumber? = nil, _ asOf: Instant) throws -> CustomerWork? {
        let store = try log.fold(Customer360.self)
        #expect(try log.fold(Customer360.self, page: 1) == store)
        return try Customer360.work(of: party ?? self.party, asOf: asOf, in: store)
    }

    private func owner(_ number: UInt64) -> Owner { .with { $0.employeeNumber = number } }

    private func task(_ log: inout LogSketch, _ due: Instant?, day: String = "") throws -> StreamNumber {
        let detail = TaskDetail.with {
            $0.partyNumber = party.rawValue
            $0.priority = .normal
            if let due {
                $0.due.instant = due.rawValue
                $0.due.day = day
            }
        }
        return try log.begin(
            .task, .taskCreated(.with { $0.detail = detail }), at: .day(1), subjects: [(party, .concerned)])
    }

    private func promise(_ log: inout LogSketch, due: Instant, day: String = "") throws -> StreamNumber {
        let detail = PromiseDetail.with {
            $0.partyNumber = party.rawValue
            $0.due.instant = due.rawValue
            $0.due.day = day
        }
        return try log.begin(
            .promise, .promiseMade(.with { $0.detail = detail }), at: .day(1), subjects: [(party, .promisee)])
    }

    @Test func `a customer without work has none`() throws {
        var log = log
        _ = try log.begin(.task, .taskCreated(.with { $0.title = "Order paper" }))
        #expect(try work(log, .day(9)) == nil)
    }

    @Test func `open tasks come by their due date, those without one last`() throws {
        var log = log
        let undated = try task(&log, nil)
        let late = try task(&log, .day(8))
        let early = try task(&log, .day(4), day: "2024-01-04")
        try log.append(late, .taskAssigned(.with { $0.assignee = owner(7) }), at: .day(2))
        var shown = try #require(try work(log, .day(3)))
        #expect(shown.tasks.map(\.number) == [early, late, undated].map(\.rawValue))
        #expect(shown.openTasks == 3 && shown.overdueTasks == 0)
        #expect(shown.tasks[0].id == LogSketch.id(of: early).description && shown.tasks[0].dueDay == "2024-01-04")
        #expect(shown.tasks[1].assignee == owner(7) && shown.tasks[1].partyNumber == party.rawValue)
        // The end of a day no longer belongs to it; an instant does.
        #expect(try work(log, .day(4))?.tasks.first?.overdue == true)
        #expect(try work(log, .day(8))?.tasks.map(\.overdue) == [true, false, false])
        #expect(try work(log, .day(8, seconds: 1))?.overdueTasks == 2)
        try log.append(early, .taskCompleted(.with { $0.statusBefore = .open }), at: .day(5))
        try log.append(undated, .taskCancelled(.with { $0.statusBefore = .open }), at: .day(5))
        shown = try #require(try work(log, .day(9)))
        #expect(shown.tasks.map(\.number) == [late.rawValue])
        // As of a time before, they are still to be done.
        #expect(try work(log, .day(4))?.openTasks == 3)
        #expect(try work(log, .day(0, seconds: 1)) == nil)
        #expect(try work(log, of: other, .day(9)) == nil)
    }

    @Test func `a task that was put off or reopened is to be done`() throws {
        var log = log
        let task = try task(&log, .day(4))
        try log.append(
            task,
            .taskDeferred(
                .with {
                    $0.until.instant = Instant.day(6).rawValue
                    $0.due.instant = Instant.day(9).rawValue
                }), at: .day(3))
        #expect(try work(log, .day(5))?.tasks.map(\.status) == [.deferred])
        #expect(try work(log, .day(5))?.overdueTasks == 0)
        try log.append(task, .taskStarted(.with { $0.statusBefore = .deferred }), at: .day(6))
        try log.append(task, .taskCompleted(.with { $0.statusBefore = .inProgress }), at: .day(7))
        #expect(try work(log, .day(7))?.openTasks == 0)
        try log.append(task, .taskReopened(.with { $0.statusBefore = .completed }), at: .day(8))
        #expect(try work(log, .day(8))?.tasks.map(\.status) == [.open])
        #expect(try work(log, .day(6))?.tasks.map(\.status) == [.inProgress])
    }

    @Test func `appointments are shown to whom they concern, until they are over`() throws {
        var log = log
        var detail = AppointmentDetail.with {
            $0.start = Instant.day(4).rawValue
            $0.end = Instant.day(4, seconds: 3_600).rawValue
            $0.partyNumbers = [party.rawValue]
            $0.employeeNumbers = [7]
        }
        let before = detail
        let appointment = try log.begin(
            .appointment, .appointmentBooked(.with { $0.detail = detail }), at: .day(1),
            subjects: [(party, .participant)])
        #expect(try work(log, .day(4))?.appointments.map(\.number) == [appointment.rawValue])
        #expect(try work(log, .day(5))?.appointments.isEmpty == true)
        detail.partyNumbers = [other.rawValue]
        try log.append(
            appointment,
            .appointmentChanged(
                .with {
                    $0.detail = detail
                    $0.detailBefore = before
                }), at: .day(2), subjects: [(other, .participant)])
        #expect(try work(log, .day(3)) == nil)
        #expect(try work(log, .day(1))?.appointments.count == 1)
        #expect(try work(log, of: other, .day(3))?.appointments.first?.employeeNumbers == [7])
        try log.append(appointment, .appointmentCancelled(.with { $0.statusBefore = .booked }), at: .day(3))
        #expect(try work(log, of: other, .day(3))?.appointments.isEmpty == true)
        #expect(try work(log, of: other, .day(2))?.appointments.count == 1)
    }

    @Test func `promises are counted by how they were kept`() throws {
        var log = log
        let open = try promise(&log, due: .day(20), day: "2024-01-20")
        let overdue = try promise(&log, due: .day(5))
        let (kept, late) = (try promise(&log, due: .day(5)), try promise(&log, due: .day(5)))
        let (broken, released) = (try promise(&log, due: .day(5)), try promise(&log, due: .day(5)))
        try log.append(kept, .promiseKept(.with { $0.inTime = true }), at: .day(4))
        try log.append(late, .promiseKept(PromiseKept()), at: .day(7))
        try log.append(broken, .promiseBroken(PromiseBroken()), at: .day(8))
        try log.append(released, .promiseReleased(PromiseReleased()), at: .day(8))
        var shown = try #require(try work(log, .day(9)))
        #expect(shown.promises.map(\.number) == [overdue, open].map(\.rawValue))
        #expect(shown.promises.map(\.overdue) == [true, false])
        var keeping = shown.promiseKeeping
        #expect(keeping.open == 2 && keeping.overdue == 1 && keeping.kept == 2 && keeping.keptInTime == 1)
        #expect(keeping.broken == 1 && keeping.rate == 0.25)
        shown = try #require(try work(log, .day(3)))
        keeping = shown.promiseKeeping
        #expect(keeping.open == 6 && keeping.overdue == 0 && !keeping.hasRate)
        try log.append(
            broken,
            .promiseRenegotiated(
                .with {
                    $0.detail.partyNumber = party.rawValue
                    $0.detail.due.instant = Instant.day(30).rawValue
                }), at: .day(10))
        #expect(try work(log, .day(10))?.promiseKeeping.open == 3)
        #expect(try work(log, .day(9))?.promiseKeeping.broken == 1)
    }
}
