package import Schema

/// What events of appointments do to the index: their keys, whose time they take, who has one that is still to come, and
/// when to remind of it.
package enum AppointmentEffects {
    /// The domain of the tokens by which the appointments of an employee on a day are found.
    static let slots = "slot"

    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .appointmentBooked(let booked):
            booked.external.map { .link(.appointment, $0) } + takes(booked.detail, insteadOf: nil)
                + begins(booked.detail.employeeNumbers) + (booked.detail.hasReminder ? [reminder(booked.detail)] : [])
        case .appointmentMoved(let moved):
            takes(moved.detail, insteadOf: moved.detailBefore)
                + (moved.statusBefore == .booked ? [] : begins(moved.detail.employeeNumbers))
                + reminds(moved.detail, insteadOf: moved.detailBefore)
        case .appointmentChanged(let changed):
            takes(changed.detail, insteadOf: changed.detailBefore)
                + changes(changed.detail.employeeNumbers, from: changed.detailBefore.employeeNumbers)
                + reminds(changed.detail, insteadOf: changed.detailBefore)
        case .appointmentAttended(let attended): over(attended.statusBefore, attended.employeeNumbers)
        case .appointmentMissed(let missed): over(missed.statusBefore, missed.employeeNumbers)
        case .appointmentCancelled(let cancelled):
            over(cancelled.statusBefore, cancelled.employeeNumbers) + gives(back: cancelled)
        case .appointmentReminded: [WorkTimers.set(WorkTimers.reminder, nil)]
        default: []
        }
    }

    // MARK: Time

    /// The tokens under which an appointment is found: one for each employee and each day (UTC) that it touches.
    private static func tokens(_ employees: [UInt64], _ start: Int64, _ end: Int64) -> [[UInt8]] {
        let days = Day.touched(from: start, to: end)
        return employees.flatMap { employee in days.map { token(StreamNumber(employee), $0) } }
    }

    /// The value of the token of an employee's day.
    static func token(_ employee: StreamNumber, _ day: Int32) -> [UInt8] {
        ClaimKey.bigEndian(employee.rawValue) + ClaimKey.bigEndian(day)
    }

    private static func takes(_ detail: AppointmentDetail, insteadOf before: AppointmentDetail?) -> [IndexEffect] {
        let after = tokens(detail.employeeNumbers, detail.start, detail.end)
        let before = before.map { tokens($0.employeeNumbers, $0.start, $0.end) } ?? []
        return before.filter { !after.contains($0) }.map { .removeToken(domain: slots, value: $0) }
            + after.filter { !before.contains($0) }.map { .addToken(domain: slots, value: $0) }
    }

    private static func gives(back cancelled: AppointmentCancelled) -> [IndexEffect] {
        tokens(cancelled.employeeNumbers, cancelled.start, cancelled.end)
            .map { .removeToken(domain: slots, value: $0) }
    }

    // MARK: Work

    private static func begins(_ employees: [UInt64]) -> [IndexEffect] {
        employees.flatMap { OwnerEffects.opened(.appointment, owner: Owner(employee: StreamNumber($0))) }
    }

    private static func ends(_ employees: [UInt64]) -> [IndexEffect] {
        employees.flatMap { OwnerEffects.closed(.appointment, owner: Owner(employee: StreamNumber($0))) }
    }

    private static func changes(_ employees: [UInt64], from before: [UInt64]) -> [IndexEffect] {
        ends(before.filter { !employees.contains($0) }) + begins(employees.filter { !before.contains($0) })
    }

    /// An appointment is over from now on; it was before where it was not booked.
    private static func over(_ before: AppointmentStatus, _ employees: [UInt64]) -> [IndexEffect] {
        before == .booked ? ends(employees) + [WorkTimers.set(WorkTimers.reminder, nil)] : []
    }

    // MARK: Reminders

    private static func reminds(_ detail: AppointmentDetail, insteadOf before: AppointmentDetail) -> [IndexEffect] {
        // One that stays where it is may have fired, and does not fire again.
        detail.hasReminder == before.hasReminder && detail.reminder == before.reminder ? [] : [reminder(detail)]
    }

    private static func reminder(_ detail: AppointmentDetail) -> IndexEffect {
        WorkTimers.set(WorkTimers.reminder, detail.hasReminder ? detail.reminder : nil)
    }
}

/// Days of UTC, counted from 1970-01-01: only to find appointments that may overlap.
enum Day {
    private static let length: Int64 = 86_400 * 1_000_000

    /// The days that a span of time touches, `end` not included.
    static func touched(from start: Int64, to end: Int64) -> ClosedRange<Int32> {
        let first = Int32(clamping: number(of: start))
        return first...max(first, Int32(clamping: number(of: end - 1)))
    }

    private static func number(of instant: Int64) -> Int64 {
        let (quotient, remainder) = instant.quotientAndRemainder(dividingBy: length)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension DecisionContext {
    /// Refuses an appointment at a time that one of its employees has given away already, except for history: what took
    /// place took place.
    ///
    /// - Throws: SLOT_TAKEN with the id of the other appointment; LIMIT_EXCEEDED where an employee has too many in a day.
    func requireFreeTime(_ detail: AppointmentDetail) throws(Refusal) {
        guard !historic else { return }
        for (index, number) in detail.employeeNumbers.enumerated() {
            let employee = StreamNumber(number)
            for day in Day.touched(from: detail.start, to: detail.end) {
                let key = world.lookupKey(
                    domain: AppointmentEffects.slots, value: AppointmentEffects.token(employee, day))
                let others = try world.holders(of: key, most: WorkLimits.appointmentsPerDay + 1)
                guard others.count <= WorkLimits.appointmentsPerDay else {
                    throw Refusal(
                        .limitExceeded,
                        "The employee has more than \(WorkLimits.appointmentsPerDay) appointments that day.",
                        field: "employees[\(index)]")
                }
                try requireFree(of: others, detail, field: "employees[\(index)]")
            }
        }
    }

    private func requireFree(
        of others: [StreamNumber], _ detail: AppointmentDetail, field: String
    ) throws(Refusal) {
        for other in others where other != target {
            guard let state = try world.state(AppointmentAggregate.self, of: other), state.takesTime,
                state.detail.overlaps(detail)
            else { continue }
            let refusal = Refusal(
                .slotTaken, "The employee has another appointment then. Choose another time.", field: field)
            guard let head = try world.head(of: other) else { throw refusal }
            throw refusal.related(to: [head.id])
        }
    }
}
