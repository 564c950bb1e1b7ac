package import Schema

extension DefineCalendar: DomainCommand {
    package typealias Target = CalendarAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try FormCheck.required(content.label, "content.label", maximum: Limits.labelBytes)
        try content.checkForm("content")
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: CalendarState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .calendar, field: "external")
        var defined = CalendarDefined()
        defined.content = content.completed(zone: try context.organisationZoneName())
        defined.version = 1
        defined.external = external
        defined.zoneRulesVersion = ZoneName.tzdataVersion
        let standard = try context.world.defaultCalendar()
        defined.isDefault = isDefault || standard == .none
        if defined.isDefault { defined.defaultBeforeNumber = standard.rawValue }
        let events = [NewEvent.fact(.calendarDefined(defined))]
        return defined.isDefault ? try events + context.noLongerDefault(calendar: standard) : events
    }
}

extension ChangeCalendar: DomainCommand {
    package typealias Target = CalendarAggregate

    package func validate() throws(Refusal) {
        if hasCalendar { try FormCheck.reference(calendar, "calendar") }
        guard !hasContent || !changesDays else {
            throw Refusal(
                .schemaInvalid, "Send the whole content, or single days; not both.", field: "content")
        }
        if hasContent {
            try FormCheck.required(content.label, "content.label", maximum: Limits.labelBytes)
            try content.checkForm("content")
        }
        for (index, day) in removeDays.enumerated() { try DayForm.day(day, "remove_days[\(index)]") }
        // The days that come in are checked as a calendar of their own; in its place they are checked once more.
        var days = CalendarContent()
        days.holidays = addHolidays
        days.specialDays = addSpecialDays
        try days.checkForm("days")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasCalendar { try visit(&calendar, .calendar) }
    }

    package var commandTarget: CommandTarget { hasCalendar ? .existing(calendar) : .located(id: "") }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { try world.defaultCalendar().orNil }

    private var changesDays: Bool { !(addHolidays.isEmpty && addSpecialDays.isEmpty && removeDays.isEmpty) }

    package func decide(
        _ state: CalendarState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try context.calendarInUse(state)
        var changed = CalendarChanged()
        changed.content =
            hasContent
            ? content.completed(zone: try context.organisationZoneName())
            : changedDays(of: state.content).completed(zone: state.content.zone)
        try changed.content.checkForm("content")
        let standard = try context.world.defaultCalendar()
        changed.isDefault = isDefault && standard != context.target
        if changed.isDefault { changed.defaultBeforeNumber = standard.rawValue }
        guard changed.isDefault || !changed.content.isIdentical(to: state.content) else { return [] }
        changed.version = state.version + 1
        changed.zoneRulesVersion = ZoneName.tzdataVersion
        if !changed.content.isIdentical(to: state.content), try context.world.claim(.policiesOn(context.target)) > 0,
            let pass = try context.ticketPass()
        {
            changed.passAt = pass
        }
        let events = [NewEvent.fact(.calendarChanged(changed))]
        return changed.isDefault ? try events + context.noLongerDefault(calendar: standard) : events
    }

    private func changedDays(of content: CalendarContent) -> CalendarContent {
        let gone = Set(removeDays + addHolidays.map(\.day) + addSpecialDays.map(\.day))
        var changed = content
        changed.holidays = content.holidays.filter { !gone.contains($0.day) } + addHolidays
        changed.specialDays = content.specialDays.filter { !gone.contains($0.day) } + addSpecialDays
        return changed
    }
}

extension RetireCalendar: DomainCommand {
    package typealias Target = CalendarAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(calendar, "calendar") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&calendar, .calendar) }

    package var commandTarget: CommandTarget { .existing(calendar) }

    package func decide(
        _ state: CalendarState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if let state, state.retired { return [] }
        let state = try context.calendarInUse(state)
        guard try context.world.claim(.policiesOn(context.target)) == 0 else {
            throw Refusal(
                .calendarInUse, "A service level in force counts by the calendar. Let it count by another one first.",
                field: "calendar")
        }
        var retired = CalendarRetired()
        retired.version = state.version + 1
        retired.wasDefault = try context.world.defaultCalendar() == context.target
        return [.fact(.calendarRetired(retired))]
    }
}

extension DecisionContext {
    /// The calendar that a command changes.
    ///
    /// - Throws: NOT_FOUND, CALENDAR_RETIRED.
    fileprivate func calendarInUse(_ state: CalendarState?) throws(Refusal) -> CalendarState {
        guard let state else {
            throw Refusal(.notFound, "There is no default calendar. Name the calendar.", field: "calendar")
        }
        guard !state.retired else {
            throw Refusal(.calendarRetired, "The calendar is retired. Define another one.", field: "calendar")
        }
        return state
    }

    /// What is recorded of the calendar that was the default one; nothing where there was none.
    fileprivate func noLongerDefault(calendar: StreamNumber) throws(Refusal) -> [NewEvent] {
        guard calendar != .none, let state = try world.state(CalendarAggregate.self, of: calendar) else { return [] }
        var changed = CalendarChanged()
        changed.content = state.content
        changed.version = state.version + 1
        changed.zoneRulesVersion = ZoneName.tzdataVersion
        changed.noLongerDefault = true
        return [
            try NewEvent.fact(.calendarChanged(changed), stream: .other(calendar))
                .atOrAfter(lastFactOf: calendar, self)
        ]
    }

    /// The name of the organisation's zone; UTC where it has none.
    fileprivate func organisationZoneName() throws(Refusal) -> String {
        guard let number = try world.singleton(.organisation),
            let zone = try world.state(OrganisationAggregate.self, of: number)?.settings.zone, !zone.isEmpty
        else { return "UTC" }
        return zone
    }
}
