internal import Schema
internal import SwiftProtobuf

/// The open fields of tasks, appointments and promises.
extension RecordFields {
    static let task: [String: RecordField] = [
        "status": .choice(.taskStatus) { $0.task.record.status.rawValue },
        "priority": .choice(.workPriority) { $0.task.record.priority.rawValue },
        "category": .text { $0.task.record.category },
        "dueDay": .text { $0.task.record.dueDay },
        "dueAt": .instants { instants($0.task.record.hasDueAt, $0.task.record.dueAt) },
        "reminder": .instants { instants($0.task.record.hasReminder, $0.task.record.reminder) },
        "deferredUntil": .instants { instants($0.task.record.hasDeferredUntil, $0.task.record.deferredUntil) },
        "closedAt": .instants { instants($0.task.record.hasClosedAt, $0.task.record.closedAt) },
        "outcomeCode": .text { $0.task.record.outcomeCode },
        "partyNumber": .number { _, row in number(row.task.record.partyNumber) },
        "partyId": .partyID { StreamNumber($0.task.record.partyNumber) },
        "employeeNumber": .number { _, row in number(row.task.record.assignee.employeeNumber) },
        "teamNumber": .number { _, row in number(row.task.record.assignee.teamNumber) },
        "concernNumber": .numbers { $0.task.record.concerns.map { number($0.number) } },
    ]

    static let appointment: [String: RecordField] = [
        "status": .choice(.appointmentStatus) { $0.appointment.record.status.rawValue },
        "category": .text { $0.appointment.record.category },
        "channel": .text { $0.appointment.record.channel },
        "start": .instants { instants($0.appointment.record.hasStart, $0.appointment.record.start) },
        "end": .instants { instants($0.appointment.record.hasEnd, $0.appointment.record.end) },
        "reminder": .instants { instants($0.appointment.record.hasReminder, $0.appointment.record.reminder) },
        "employeeNumber": .numbers { $0.appointment.record.employeeNumbers.map(number) },
        "partyNumber": .numbers { $0.appointment.record.partyNumbers.map(number) },
        "concernNumber": .numbers { $0.appointment.record.concerns.map { number($0.number) } },
        "absent": .choice(.appointmentSide) { $0.appointment.record.absent.rawValue },
        "moves": .number { _, row in Int64(row.appointment.record.moves) },
    ]

    static let promise: [String: RecordField] = [
        "status": .choice(.promiseStatus) { $0.promise.record.status.rawValue },
        "category": .text { $0.promise.record.category },
        "dueDay": .text { $0.promise.record.dueDay },
        "dueAt": .instants { instants($0.promise.record.hasDueAt, $0.promise.record.dueAt) },
        "reminder": .instants { instants($0.promise.record.hasReminder, $0.promise.record.reminder) },
        "closedAt": .instants { instants($0.promise.record.hasClosedAt, $0.promise.record.closedAt) },
        "inTime": .booleans { $0.promise.record.hasInTime ? [$0.promise.record.inTime] : [] },
        "partyNumber": .number { _, row in number(row.promise.record.partyNumber) },
        "partyId": .partyID { StreamNumber($0.promise.record.partyNumber) },
        "employeeNumber": .number { _, row in number(row.promise.record.promisor.employeeNumber) },
        "teamNumber": .number { _, row in number(row.promise.record.promisor.teamNumber) },
        "concernNumber": .numbers { $0.promise.record.concerns.map { number($0.number) } },
    ]

    /// The instant that is known; none where none is.
    private static func instants(_ isKnown: Bool, _ time: Google_Protobuf_Timestamp) -> [Instant] {
        isKnown ? [Instant(time)].compactMap { $0 } : []
    }
}
