package import CRM
package import Schema

/// What became of a command in a scenario.
package enum Outcome: Sendable {
    /// Events were appended, in this order.
    case accepted([ScenarioEvent])
    /// Nothing was to be changed.
    case unchanged
    /// The command got a definite no.
    case refused(Refusal)

    /// The appended events; none where nothing was appended.
    package var events: [ScenarioEvent] {
        if case .accepted(let events) = self { events } else { [] }
    }

    /// The payloads of the appended events.
    package var payloads: [EventPayload.OneOf_Event] { events.map(\.stored.payload) }

    /// The kinds of the appended events.
    package var kinds: [EventKind] { events.map(\.stored.header.kind) }

    /// The refusal, or nil where the command was not refused.
    package var refusal: Refusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }

    /// The refusal's code, or nil where the command was not refused.
    package var code: ErrorCode? { refusal?.code }

    /// The refusal's field, or nil where the command was not refused.
    package var field: String? { refusal?.detail.field }

    /// Whether nothing was to be changed.
    package var isUnchanged: Bool {
        if case .unchanged = self { true } else { false }
    }
}

/// An event of a scenario's log with its subject table; the sealed parts are kept open.
package struct ScenarioEvent: Sendable {
    /// The event as folds see it.
    package var stored: StoredEvent
    /// Its subject table, the entry of a sealed fingerprint included.
    package var subjects: [SubjectEntry]
    /// The part of each subject entry; nil where it has none.
    package var parts: [PersonalData?]

    /// The stream that the event belongs to.
    package var stream: StreamNumber { stored.header.stream }

    /// The personal data of the event itself, without a fingerprint.
    package var personal: [PersonalData] {
        parts.compactMap { part in
            if case .fingerprint? = part?.data { nil } else { part }
        }
    }
}
