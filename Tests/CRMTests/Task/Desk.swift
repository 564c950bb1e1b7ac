internal import KithTesting
internal import Schema
internal import SwiftProtobuf

@testable import CRM

// Short forms of commands about tasks, appointments and promises.

/// Instants of 2026 in UTC.
enum At {
    /// An hour and a minute of a day of January 2026, in which scenarios begin.
    static func january(_ day: Int64, _ hour: Int64 = 0, _ minute: Int64 = 0) -> Instant {
        Instant(microseconds: 1_767_225_600_000_000 + (((day - 1) * 24 + hour) * 60 + minute) * 60_000_000)
    }
}

extension DueInput {
    static func day(_ day: String) -> DueInput { .with { $0.day = day } }
    static func instant(_ instant: Instant) -> DueInput { .with { $0.instant = instant.timestamp } }
}

extension ConcernInput {
    static func of(_ kind: AggregateKind, _ number: StreamNumber) -> ConcernInput {
        .with {
            $0.kind = kind
            $0.target = Reference(number: number)
        }
    }
}

extension CreateTask {
    static func called(_ title: String = "Call back", _ change: (inout CreateTask) -> Void = { _ in }) -> CreateTask {
        var command = CreateTask.with { $0.personal.title = title }
        change(&command)
        return command
    }
}

extension CompleteTask {
    static func of(_ task: StreamNumber, _ code: String = "", _ outcome: String = "") -> CompleteTask {
        .with {
            $0.task = Reference(number: task)
            $0.outcomeCode = code
            if !outcome.isEmpty { $0.closing.outcome = outcome }
        }
    }
}

extension DeferTask {
    static func of(_ task: StreamNumber, until: DueInput, due: DueInput? = nil) -> DeferTask {
        .with {
            $0.task = Reference(number: task)
            $0.until = until
            if let due { $0.due = due }
        }
    }
}

extension AssignTask {
    static func of(_ task: StreamNumber, _ assignee: OwnerReference?) -> AssignTask {
        .with {
            $0.task = Reference(number: task)
            if let assignee { $0.assignee = assignee } else { $0.nobody = true }
        }
    }
}

extension StartTask {
    static func of(_ task: StreamNumber) -> StartTask { .with { $0.task = Reference(number: task) } }
}

extension CancelTask {
    static func of(_ task: StreamNumber) -> CancelTask { .with { $0.task = Reference(number: task) } }
}

extension ReopenTask {
    static func of(_ task: StreamNumber) -> ReopenTask { .with { $0.task = Reference(number: task) } }
}

extension BookAppointment {
    static func of(
        _ employees: [StreamNumber], _ parties: [StreamNumber] = [], from start: Instant, to end: Instant,
        _ change: (inout BookAppointment) -> Void = { _ in }
    ) -> BookAppointment {
        var command = BookAppointment.with {
            $0.personal.title = "Product demonstration"
            $0.employees = employees.map { Reference(number: $0) }
            $0.parties = parties.map { Reference(number: $0) }
            $0.start = start.timestamp
            $0.end = end.timestamp
        }
        change(&command)
        return command
    }
}

extension MoveAppointment {
    static func of(_ appointment: StreamNumber, to start: Instant, until end: Instant? = nil) -> MoveAppointment {
        .with {
            $0.appointment = Reference(number: appointment)
            $0.start = start.timestamp
            if let end { $0.end = end.timestamp }
        }
    }
}

extension ConfirmAttendance {
    static func of(_ appointment: StreamNumber, _ parties: [StreamNumber] = []) -> ConfirmAttendance {
        .with {
            $0.appointment = Reference(number: appointment)
            $0.parties = parties.map { Reference(number: $0) }
        }
    }
}

extension RecordNoShow {
    static func of(_ appointment: StreamNumber, _ absent: AppointmentSide = .unspecified) -> RecordNoShow {
        .with {
            $0.appointment = Reference(number: appointment)
            $0.absent = absent
        }
    }
}

extension CancelAppointment {
    static func of(_ appointment: StreamNumber) -> CancelAppointment {
        .with { $0.appointment = Reference(number: appointment) }
    }
}

extension MakePromise {
    static func to(
        _ party: StreamNumber, by promisor: OwnerReference?, due: DueInput = .day("2026-01-09"),
        _ change: (inout MakePromise) -> Void = { _ in }
    ) -> MakePromise {
        var command = MakePromise.with {
            $0.party = Reference(number: party)
            $0.personal.text = "A new quote"
            $0.due = due
            if let promisor { $0.promisor = promisor }
        }
        change(&command)
        return command
    }
}

extension KeepPromise {
    static func of(_ promise: StreamNumber, _ remark: String = "") -> KeepPromise {
        .with {
            $0.promise = Reference(number: promise)
            if !remark.isEmpty { $0.closing.remark = remark }
        }
    }
}

extension BreakPromise {
    static func of(_ promise: StreamNumber, _ remark: String = "") -> BreakPromise {
        .with {
            $0.promise = Reference(number: promise)
            if !remark.isEmpty { $0.closing.remark = remark }
        }
    }
}

extension ReleasePromise {
    static func of(_ promise: StreamNumber, _ remark: String = "") -> ReleasePromise {
        .with {
            $0.promise = Reference(number: promise)
            if !remark.isEmpty { $0.closing.remark = remark }
        }
    }
}

extension RenegotiatePromise {
    static func of(
        _ promise: StreamNumber, due: DueInput? = nil, _ text: String = "",
        _ change: (inout RenegotiatePromise) -> Void = { _ in }
    ) -> RenegotiatePromise {
        var command = RenegotiatePromise.with {
            $0.promise = Reference(number: promise)
            if let due { $0.due = due }
            if !text.isEmpty { $0.personal.text = text }
        }
        change(&command)
        return command
    }
}
