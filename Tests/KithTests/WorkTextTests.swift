internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// How tasks, appointments and promises are shown to a person.
@Suite struct WorkTextTests {
    private let records = RecordText(times: ZonedTimeText(clock: .utc))

    private static func time(_ day: Int64, _ hour: Int64 = 0) -> Google_Protobuf_Timestamp {
        Google_Protobuf_Timestamp(seconds: (20_000 + day) * 86_400 + hour * 3_600)
    }

    /// The value of a field of a shown record; nil where it is not shown.
    private func value(_ name: String, of record: Record) -> String? {
        values(name, of: record).first
    }

    private func values(_ name: String, of record: Record) -> [String] {
        records.lines(record).filter { $0.hasPrefix(name + "  ") }
            .map { String($0.dropFirst(name.count).drop { $0 == " " }) }
    }

    @Test func `a task shows what is to be done, by when and by whom`() {
        var record = Record()
        record.kind = .task
        record.task = .with {
            $0.status = .deferred
            $0.personal.title = "Call 李小龙"
            $0.personal.description_p = "About the offer"
            $0.category = "call"
            $0.priority = .high
            $0.dueDay = "2024-10-05"
            $0.dueAt = Self.time(1, 23)
            $0.reminder = Self.time(1, 8)
            $0.partyNumber = 7
            $0.concerns = [
                .with {
                    $0.kind = .opportunity
                    $0.number = 12
                }
            ]
            $0.assignee.employeeNumber = 5
            $0.deferredUntil = Self.time(2)
            $0.deferrals = 2
        }
        #expect(value("status", of: record) == "deferred" && value("priority", of: record) == "high")
        #expect(value("title", of: record) == "Call 李小龙")
        // A day that was said as one is shown as one.
        #expect(value("due", of: record) == "2024-10-05")
        #expect(value("reminder", of: record) == "2024-10-05 08:00 +00:00")
        #expect(value("assignee", of: record) == "employee #5" && value("party", of: record) == "#7")
        #expect(value("about", of: record) == "opportunity #12")
        #expect(value("put off until", of: record) == "2024-10-06 00:00 +00:00")
        #expect(values("put off", of: record).contains("2 times"))
        #expect(value("outcome", of: record) == nil && value("closed", of: record) == nil)
        record.task.dueDay = ""
        #expect(value("due", of: record) == "2024-10-05 23:00 +00:00")
        record.task.closing.outcome = "reached"
        record.task.outcomeCode = "done"
        #expect(value("outcome", of: record) == "done: reached")
        record.task.erased = true
        #expect(value("title", of: record) == "(erased)")
    }

    @Test func `an appointment shows when, where and who`() {
        var record = Record()
        record.kind = .appointment
        record.appointment = .with {
            $0.status = .missed
            $0.personal.title = "Visit"
            $0.personal.place = "Ulica Długa 1"
            $0.start = Self.time(0, 9)
            $0.end = Self.time(0, 10)
            $0.employeeNumbers = [5, 6]
            $0.partyNumbers = [7]
            $0.absent = .customer
            $0.moves = 3
        }
        #expect(value("start", of: record) == "2024-10-04 09:00 +00:00")
        #expect(value("end", of: record) == "2024-10-04 10:00 +00:00")
        #expect(value("place", of: record) == "Ulica Długa 1" && value("employees", of: record) == "#5, #6")
        #expect(value("absent", of: record) == "customer" && value("moved", of: record) == "3 times")
        #expect(value("attended by", of: record) == nil && value("calendar", of: record) == nil)
    }

    @Test func `a promise shows whether it was kept in time, and what it was before`() {
        var record = Record()
        record.kind = .promise
        record.promise = .with {
            $0.status = .kept
            $0.personal.text = "A new one by Friday"
            $0.partyNumber = 7
            $0.partyID = "01980000-0000-7000-8000-000000000007"
            $0.promisor.teamNumber = 9
            $0.dueAt = Self.time(1)
            $0.inTime = false
            $0.renegotiations = [
                .with {
                    $0.occurredAt = Self.time(0)
                    $0.dueDayBefore = "2024-10-01"
                    $0.askedByParty = true
                }
            ]
        }
        #expect(value("promised", of: record) == "A new one by Friday" && value("by", of: record) == "team #9")
        #expect(value("to", of: record) == "01980000-0000-7000-8000-000000000007")
        #expect(value("in time", of: record) == "no")
        let renegotiated = "2024-10-04 00:00 +00:00  before: 2024-10-01, asked for by the party"
        #expect(value("renegotiated", of: record) == renegotiated)
        record.promise.clearInTime()
        #expect(value("in time", of: record) == nil)
    }

    @Test func `lists have a column for what matters of each`() {
        var task = Record()
        task.kind = .task
        task.task.status = .open
        task.task.personal.title = "Call"
        for kind in [AggregateKind.task, .appointment, .promise] {
            #expect(!RecordText.workColumns(kind).isEmpty)
        }
        #expect(RecordText.workColumns(.party).isEmpty)
        #expect(records.cells(task.task).count == RecordText.workColumns(.task).count)
        #expect(records.cells(AppointmentRecord()).count == RecordText.workColumns(.appointment).count)
        #expect(records.cells(PromiseRecord()).count == RecordText.workColumns(.promise).count)
    }
}
