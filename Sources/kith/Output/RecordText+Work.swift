internal import Schema
internal import SwiftProtobuf

/// Tasks, appointments and promises for a person.
extension RecordText {
    func add(_ task: TaskRecord, to fields: inout FieldList) {
        fields.add("status", Labels.of(task.status))
        fields.add("title", title(task))
        fields.add("description", task.personal.description_p)
        fields.add("category", task.category)
        fields.add("priority", Labels.of(task.priority))
        fields.add("due", due(task.dueDay, task.hasDueAt ? task.dueAt : nil))
        if task.hasReminder { fields.add("reminder", times.minute(task.reminder)) }
        fields.add("assignee", owner(task.assignee))
        if task.partyNumber > 0 { fields.add("party", task.partyID.isEmpty ? "#\(task.partyNumber)" : task.partyID) }
        add(task.concerns, to: &fields)
        if task.hasDeferredUntil { fields.add("put off until", times.minute(task.deferredUntil)) }
        if task.hasStartedAt { fields.add("started", times.minute(task.startedAt)) }
        if task.hasClosedAt { fields.add("closed", times.minute(task.closedAt)) }
        fields.add("outcome", [task.outcomeCode, task.closing.outcome].filter { !$0.isEmpty }.joined(separator: ": "))
        if task.deferrals > 0 { fields.add("put off", "\(task.deferrals) times") }
        if task.reopenings > 0 { fields.add("reopened", "\(task.reopenings) times") }
    }

    func add(_ appointment: AppointmentRecord, to fields: inout FieldList) {
        fields.add("status", Labels.of(appointment.status))
        fields.add("title", title(appointment))
        fields.add("description", appointment.personal.description_p)
        fields.add("place", appointment.personal.place)
        fields.add("category", appointment.category)
        fields.add("channel", appointment.channel)
        fields.add("start", times.minute(appointment.start))
        fields.add("end", times.minute(appointment.end))
        if appointment.hasReminder { fields.add("reminder", times.minute(appointment.reminder)) }
        fields.add("employees", numbers(appointment.employeeNumbers))
        fields.add("parties", numbers(appointment.partyNumbers))
        if appointment.concernedNumber > 0 { fields.add("party", "#\(appointment.concernedNumber)") }
        add(appointment.concerns, to: &fields)
        if appointment.calendarNumber > 0 { fields.add("calendar", "#\(appointment.calendarNumber)") }
        fields.add("attended by", numbers(appointment.attendedNumbers))
        if appointment.absent != .unspecified { fields.add("absent", Labels.of(appointment.absent)) }
        if appointment.moves > 0 { fields.add("moved", "\(appointment.moves) times") }
    }

    func add(_ promise: PromiseRecord, of record: Record, to fields: inout FieldList) {
        fields.add("status", Labels.of(promise.status))
        fields.add("promised", promise.erased ? "(erased)" : promise.personal.text)
        fields.add("category", promise.category)
        fields.add("due", due(promise.dueDay, promise.hasDueAt ? promise.dueAt : nil))
        if promise.hasReminder { fields.add("reminder", times.minute(promise.reminder)) }
        fields.add("to", promise.partyID.isEmpty ? "#\(promise.partyNumber)" : promise.partyID)
        fields.add("by", owner(promise.promisor))
        add(promise.concerns, to: &fields)
        if promise.hasMadeAt { fields.add("made", times.minute(promise.madeAt)) }
        if promise.hasClosedAt { fields.add("closed", times.minute(promise.closedAt)) }
        if promise.hasInTime { fields.add("in time", promise.inTime ? "yes" : "no") }
        fields.add("remark", promise.closing.remark)
        for renegotiation in promise.renegotiations {
            var text = times.minute(renegotiation.occurredAt) + "  before: "
            text += due(renegotiation.dueDayBefore, renegotiation.dueAtBefore)
            if renegotiation.askedByParty { text += ", asked for by the party" }
            fields.add("renegotiated", text)
        }
        fields.add("renegotiated", older("renegotiations", of: record))
    }

    /// The columns of these records in a list; none for others.
    static func workColumns(_ kind: AggregateKind) -> [(title: String, alignment: Table.Alignment)] {
        switch kind {
        case .task:
            [("status", .left), ("priority", .left), ("due", .left), ("assignee", .left), ("title", .left)]
        case .appointment:
            [("status", .left), ("start", .left), ("end", .left), ("employees", .left), ("title", .left)]
        case .promise: [("status", .left), ("due", .left), ("by", .left), ("promised", .left)]
        default: []
        }
    }

    func cells(_ task: TaskRecord) -> [String] {
        [
            Labels.of(task.status), Labels.of(task.priority), due(task.dueDay, task.hasDueAt ? task.dueAt : nil),
            owner(task.assignee), title(task),
        ]
    }

    func cells(_ appointment: AppointmentRecord) -> [String] {
        [
            Labels.of(appointment.status), times.minute(appointment.start), times.minute(appointment.end),
            numbers(appointment.employeeNumbers), title(appointment),
        ]
    }

    func cells(_ promise: PromiseRecord) -> [String] {
        [
            Labels.of(promise.status), due(promise.dueDay, promise.hasDueAt ? promise.dueAt : nil),
            owner(promise.promisor), promise.erased ? "(erased)" : promise.personal.text,
        ]
    }

    private func title(_ task: TaskRecord) -> String { task.erased ? "(erased)" : task.personal.title }

    private func title(_ appointment: AppointmentRecord) -> String {
        appointment.erased ? "(erased)" : appointment.personal.title
    }

    /// By when something is to be done: the day where it was said as one; empty where there is no due date.
    private func due(_ day: String, _ instant: Google_Protobuf_Timestamp?) -> String {
        day.isEmpty ? instant.map { times.minute($0) } ?? "" : day
    }

    private func numbers(_ numbers: [UInt64]) -> String { numbers.map { "#\($0)" }.joined(separator: ", ") }

    private func add(_ concerns: [Concern], to fields: inout FieldList) {
        for concern in concerns { fields.add("about", "\(Labels.of(concern.kind)) #\(concern.number)") }
    }
}
