package import Schema

/// An appointment: when we and those we deal with come together.
///
/// booked → attended ⇄ missed; booked → cancelled; missed → booked again, where it is moved.
package enum AppointmentAggregate: Aggregate {
    package typealias State = AppointmentState

    package static var kind: AggregateKind { .appointment }

    package static func evolve(_ state: inout AppointmentState, _ event: StoredEvent) {
        switch event.payload {
        case .appointmentBooked(let booked):
            state.status = .booked
            state.detail = booked.detail
            state.keepText(booked.title, booked.description_p, booked.place, booked.personalPart ? event : nil)
        case .appointmentMoved(let moved):
            state.become(.booked)
            state.detail = moved.detail
        case .appointmentChanged(let changed):
            state.detail = changed.detail
            guard changed.textChanged else { return }
            state.keepText(changed.title, changed.description_p, changed.place, changed.personalPart ? event : nil)
        case .appointmentAttended(let attended):
            state.become(.attended)
            state.attendedNumbers = attended.partyNumbers
        case .appointmentMissed(let missed):
            state.become(.missed)
            state.absent = missed.absent
        case .appointmentCancelled: state.become(.cancelled)
        default: break
        }
    }
}

extension AppointmentDetail {
    /// Those for whom the text is sealed, in the order of the events' entries; none where it stands open.
    var recipients: [StreamNumber] {
        guard partyNumbers.isEmpty else { return partyNumbers.map { StreamNumber($0) } }
        return concernedNumber == 0 ? [] : [StreamNumber(concernedNumber)]
    }

    /// The entries of an event of the appointment.
    ///
    /// - Parameter parts: the sealed part of each recipient; none where nothing is sealed.
    func subjects(parts: [Int] = []) -> [NewSubject] {
        let role: SubjectRole = partyNumbers.isEmpty ? .concerned : .participant
        return recipients.enumerated().map { index, party in
            NewSubject(.number(party), role, part: parts.indices.contains(index) ? parts[index] : nil)
        }
    }

    /// Whether the time of this appointment and that of another one have an instant in common.
    func overlaps(_ other: AppointmentDetail) -> Bool { start < other.end && other.start < end }
}

extension AppointmentState {
    /// Whether it takes the time of its employees.
    var takesTime: Bool { status == .booked || status == .attended }

    fileprivate mutating func become(_ status: AppointmentStatus) {
        self.status = status
        attendedNumbers = []
        absent = .unspecified
    }

    /// - Parameter event: the event in which the text is sealed; nil where it stands open.
    fileprivate mutating func keepText(_ title: String, _ description: String, _ place: String, _ event: StoredEvent?) {
        self.title = title
        description_p = description
        self.place = place
        personal = event.map { event in detail.recipients.indices.map { event.sealed(subject: $0) } } ?? []
    }
}

extension AppointmentAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: AppointmentState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var reminded = AppointmentReminded()
        reminded.employeeNumbers = state.detail.employeeNumbers
        reminded.start = state.detail.start
        return [.timed(.appointmentReminded(reminded), subjects: state.detail.subjects())]
    }
}
