package import Schema

/// A business calendar: when the organisation works.
package enum CalendarAggregate: Aggregate {
    package typealias State = CalendarState

    package static var kind: AggregateKind { .calendar }

    package static func evolve(_ state: inout CalendarState, _ event: StoredEvent) {
        switch event.payload {
        case .calendarDefined(let defined):
            state.version = defined.version
            state.content = defined.content
        case .calendarChanged(let changed):
            state.version = changed.version
            state.content = changed.content
            if changed.hasPassAt {
                state.passAt = changed.passAt
                state.nextSequence = 0
            }
        case .slaReviewAdvanced(let advanced):
            state.nextSequence = advanced.nextSequence
            if advanced.hasPassAt { state.passAt = advanced.passAt } else { state.clearPassAt() }
        case .calendarRetired(let retired):
            state.version = retired.version
            state.retired = true
        default: break
        }
    }
}

extension DecisionContext {
    /// The calendar that a reference names. A retired one is refused, except for history.
    ///
    /// - Throws: REFERENCE_MISSING, CALENDAR_RETIRED.
    func calendar(_ reference: Reference, field: String) throws(Refusal) -> StreamNumber {
        let number = try world.required(reference, .calendar, field: field)
        guard !historic, try world.state(CalendarAggregate.self, of: number)?.retired ?? false else { return number }
        throw Refusal(.calendarRetired, "The calendar is retired. Name another one.", field: field)
    }
}

extension World {
    /// The calendar of which nothing else is said; none where there is none.
    func defaultCalendar() throws(Refusal) -> StreamNumber {
        StreamNumber(UInt64(clamping: try claim(.defaultCalendar)))
    }
}
