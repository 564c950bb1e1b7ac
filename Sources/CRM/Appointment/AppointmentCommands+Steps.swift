package import Schema
internal import SwiftProtobuf

extension MoveAppointment: DomainCommand {
    package typealias Target = AppointmentAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(appointment, "appointment")
        guard hasStart else { throw Refusal(.schemaInvalid, "Say from when on.", field: "start") }
        try FormCheck.instant(start, "start")
        if hasEnd { try FormCheck.instant(end, "end") }
        if hasReminder { try FormCheck.instant(reminder, "reminder") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&appointment, .appointment) }

    package var commandTarget: CommandTarget { .existing(appointment) }

    package func decide(
        _ state: AppointmentState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var detail = moved(state.detail, context)
        if state.status == .booked, detail.isIdentical(to: state.detail) { return [] }
        guard state.status == .booked || state.status == .missed else {
            throw Refusal(
                .terminalState, "The appointment took place or was cancelled. Book another one.", field: "appointment")
        }
        try detail.checkTime(context, reminderIsNew: hasReminder)
        try detail.keepHours(context)
        if state.status == .missed { try context.requireActive(employees: detail.employeeNumbers) }
        try context.requireFreeTime(detail)
        var moved = AppointmentMoved()
        moved.statusBefore = state.status
        moved.detail = detail
        moved.detailBefore = state.detail
        return [.fact(.appointmentMoved(moved), subjects: detail.subjects())]
    }

    /// The detail at the other time. What is not said keeps its distance from the start.
    private func moved(_ before: AppointmentDetail, _ context: DecisionContext) -> AppointmentDetail {
        var detail = before
        detail.start = Instant(start)?.rawValue ?? before.start
        let shift = detail.start - before.start
        detail.end = hasEnd ? Instant(end)?.rawValue ?? 0 : min(before.end + shift, Instant.latest.rawValue)
        if hasReminder {
            detail.reminder = Instant(reminder)?.rawValue ?? 0
        } else if shift != 0, before.hasReminder {
            detail.reminder = before.reminder + shift
            // Nobody needs to be reminded of what he is doing at the moment.
            if detail.reminder < context.occurredAt.rawValue { detail.clearReminder() }
        }
        return detail
    }
}

extension ConfirmAttendance: DomainCommand {
    package typealias Target = AppointmentAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(appointment, "appointment")
        try parties.checkPeople("parties")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&appointment, .appointment)
        try parties.visit(.party, visit)
    }

    package var commandTarget: CommandTarget { .existing(appointment) }

    package func decide(
        _ state: AppointmentState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let detail = state.detail
        let there = parties.isEmpty ? detail.partyNumbers : try parties.people(.party, context, "parties")
        if let stranger = there.firstIndex(where: { !detail.partyNumbers.contains($0) }) {
            throw Refusal(
                .schemaInvalid, "The party has no part in the appointment. Add it first (ChangeAppointment).",
                field: "parties[\(stranger)]")
        }
        if state.status == .attended, parties.isEmpty || there == state.attendedNumbers { return [] }
        try state.requireNotCancelled()
        try context.requireBegun(detail)
        var attended = AppointmentAttended()
        attended.statusBefore = state.status
        attended.partyNumbers = there
        attended.employeeNumbers = detail.employeeNumbers
        attended.start = detail.start
        attended.end = detail.end
        return [.fact(.appointmentAttended(attended), subjects: detail.subjects())]
    }
}

extension RecordNoShow: DomainCommand {
    package typealias Target = AppointmentAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(appointment, "appointment")
        try FormCheck.choice(absent, "absent", required: false)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&appointment, .appointment) }

    package var commandTarget: CommandTarget { .existing(appointment) }

    package func decide(
        _ state: AppointmentState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let side: AppointmentSide = absent == .unspecified ? .customer : absent
        if state.status == .missed, absent == .unspecified || state.absent == side { return [] }
        try state.requireNotCancelled()
        try context.requireBegun(state.detail)
        var missed = AppointmentMissed()
        missed.statusBefore = state.status
        missed.absent = side
        missed.employeeNumbers = state.detail.employeeNumbers
        missed.start = state.detail.start
        missed.end = state.detail.end
        return [.fact(.appointmentMissed(missed), subjects: state.detail.subjects())]
    }
}

extension CancelAppointment: DomainCommand {
    package typealias Target = AppointmentAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(appointment, "appointment") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&appointment, .appointment) }

    package var commandTarget: CommandTarget { .existing(appointment) }

    package func decide(
        _ state: AppointmentState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .cancelled else { return [] }
        try state.requireBooked()
        try context.requireReason("Say why the appointment is called off.")
        var cancelled = AppointmentCancelled()
        cancelled.statusBefore = state.status
        cancelled.employeeNumbers = state.detail.employeeNumbers
        cancelled.start = state.detail.start
        cancelled.end = state.detail.end
        return [.fact(.appointmentCancelled(cancelled), subjects: state.detail.subjects())]
    }
}

extension AppointmentState {
    /// Refuses to say of an appointment that was called off whether it took place.
    ///
    /// - Throws: TERMINAL_STATE.
    fileprivate func requireNotCancelled() throws(Refusal) {
        guard status == .cancelled else { return }
        throw Refusal(.terminalState, "The appointment was cancelled. Book another one.", field: "appointment")
    }
}

extension DecisionContext {
    /// Refuses to say of an appointment that has not begun whether it took place, except for history.
    ///
    /// - Throws: APPOINTMENT_AHEAD.
    fileprivate func requireBegun(_ detail: AppointmentDetail) throws(Refusal) {
        guard !historic, occurredAt.rawValue < detail.start else { return }
        throw Refusal(
            .appointmentAhead, "The appointment has not begun. Send this after its start.", field: "appointment")
    }
}
