internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// Limits of tasks, appointments and promises. Lengths are bytes of UTF-8.
enum WorkLimits {
    /// What one of them can be about.
    static let concerns = 20
    /// People on each side of an appointment.
    static let people = 20
    /// Where an appointment takes place.
    static let placeBytes = 500
    /// How long an appointment can be, in microseconds: 31 days.
    static let longestAppointment: Int64 = 31 * 86_400 * 1_000_000
    /// Appointments of one employee that touch one day (UTC).
    static let appointmentsPerDay = 200
}

/// The timers of tasks, appointments and promises.
enum WorkTimers {
    /// The time that somebody set as a reminder.
    static let reminder = TimerKey(kind: 1, item: 0)
    /// The time until which a task was put off.
    static let deferral = TimerKey(kind: 2, item: 0)

    /// The effect that sets a timer, or clears it where there is no instant.
    static func set(_ key: TimerKey, _ microseconds: Int64?) -> IndexEffect {
        .timer(key, microseconds.map(Instant.init(microseconds:)))
    }
}

extension FormCheck {
    /// A point in time of the years 1 to 9999.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func instant(_ time: Google_Protobuf_Timestamp, _ field: String) throws(Refusal) {
        guard Instant(time) == nil else { return }
        throw Refusal(.schemaInvalid, "The time lies outside the years 1 to 9999.", field: field)
    }
}

extension DueInput {
    /// Checks that it says a day or an instant, and not both.
    ///
    /// - Throws: SCHEMA_INVALID.
    func checkForm(_ field: String) throws(Refusal) {
        guard day.isEmpty == hasInstant else {
            throw Refusal(.schemaInvalid, "Send either a day or an instant.", field: field)
        }
        if hasInstant {
            try FormCheck.instant(instant, "\(field).instant")
        } else {
            try DayForm.day(day, "\(field).day")
        }
    }

    /// By when something is to be done: a day means its end.
    func due(_ zone: ZoneRules) -> Due { resolved { Days.end(of: $0, zone) } }

    /// Until when something is put off: a day means its beginning.
    func beginning(_ zone: ZoneRules) -> Due { resolved { zone.startOfDay($0) } }

    private func resolved(_ instantOfDay: (CivilDate) -> Instant) -> Due {
        var due = Due()
        if let date = CivilDate(day) {
            due.day = date.description
            due.instant = instantOfDay(date).rawValue
        } else if let instant = Instant(instant) {
            due.instant = instant.rawValue
        }
        return due
    }
}

extension Due {
    /// Whether what is done at an instant is done in time. The end of a day no longer belongs to it.
    func includes(_ instant: Instant) -> Bool {
        day.isEmpty ? instant.rawValue <= self.instant : instant.rawValue < self.instant
    }
}

extension DecisionContext {
    /// Refuses a due date that is past when the command holds, except for history.
    ///
    /// - Throws: DUE_IN_PAST.
    func requireAhead(_ due: Due, field: String) throws(Refusal) {
        guard !historic, !due.includes(occurredAt) else { return }
        throw Self.past(field)
    }

    /// Refuses a time before the one at which the command holds, except for history.
    ///
    /// - Throws: DUE_IN_PAST.
    func requireAhead(_ instant: Instant, field: String) throws(Refusal) {
        guard !historic, instant < occurredAt else { return }
        throw Self.past(field)
    }

    private static func past(_ field: String) -> Refusal {
        Refusal(.dueInPast, "\(field) lies before the time of the command. Name a later one.", field: field)
    }
}

extension [ConcernInput] {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm(_ field: String) throws(Refusal) {
        try FormCheck.count(count, field, maximum: WorkLimits.concerns)
        for (index, concern) in enumerated() {
            guard AggregateRegistry.aggregate(of: concern.kind) != nil else {
                throw Refusal(
                    .schemaInvalid, "kind does not say of which aggregate target is.", field: "\(field)[\(index)].kind")
            }
            guard concern.kind != .party else {
                throw Refusal(
                    .schemaInvalid, "A party has a field of its own. Name it there.", field: "\(field)[\(index)].kind")
            }
            try FormCheck.reference(concern.target, "\(field)[\(index)].target")
        }
    }

    mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in indices { try visit(&self[index].target, self[index].kind) }
    }

    /// What they name, each once and in their order.
    ///
    /// - Throws: REFERENCE_MISSING, SCHEMA_INVALID for one that names the thing itself.
    func resolved(_ context: DecisionContext, _ field: String) throws(Refusal) -> [Concern] {
        var concerns: [Concern] = []
        for (index, input) in enumerated() {
            let path = "\(field)[\(index)].target"
            var concern = Concern()
            concern.kind = input.kind
            concern.number = try context.world.required(input.target, input.kind, field: path).rawValue
            guard concern.number != context.target.rawValue else {
                throw Refusal(.schemaInvalid, "A thing is not about itself.", field: path)
            }
            if !concerns.contains(concern) { concerns.append(concern) }
        }
        return concerns
    }
}

extension [Concern] {
    /// The concerns with some taken out and others put in, each once.
    ///
    /// - Throws: LIMIT_EXCEEDED where they become too many.
    func changed(adding added: [Concern], removing removed: [Concern]) throws(Refusal) -> [Concern] {
        var concerns = filter { !removed.contains($0) }
        for concern in added where !concerns.contains(concern) { concerns.append(concern) }
        try FormCheck.count(concerns.count, "add_concerns", maximum: WorkLimits.concerns)
        return concerns
    }
}
