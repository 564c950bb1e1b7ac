internal import Analytics
internal import Schema

/// What a version of a service level promises for a ticket, with the version of the calendar by which it counts.
struct TicketTerms {
    var policy: StreamNumber
    var version: UInt32
    var content: SlaPolicyContent
    /// None: every second counts.
    var calendarNumber: StreamNumber
    var calendarVersion: UInt32

    /// Microseconds of business time for one clock; nil where nothing is promised.
    func target(_ kind: SlaClockKind) -> Int64? {
        content.targets.first { $0.clock == kind }.map { Int64(clamping: $0.seconds) * 1_000_000 }
    }

    /// Whether clocks stand still while the ticket waits for somebody.
    func pauses(on wait: TicketWait) -> Bool { content.pauseOn.contains(wait) }

    /// Microseconds after which somebody is warned; nil: nobody is.
    func warning(of target: Int64) -> Int64? { sla(nil, by: .alwaysOpen).warning(of: target) }

    /// The terms of one clock in the form in which clocks reckon.
    func sla(_ kind: SlaClockKind?, by calendar: BusinessCalendar) -> SLATerms {
        var targets: [SLAClockKind: Int64] = [:]
        if let kind, let clock = SLAClockKind(kind), let target = target(kind) { targets[clock] = target }
        return SLATerms(
            calendar: calendar, targets: targets,
            warningPercent: content.warnPercent == 0 ? nil : Int(content.warnPercent),
            pausedBy: Set(content.pauseOn.compactMap(SLAPause.init)))
    }
}

extension SLAClockKind {
    /// The clock of the schema's name.
    init?(_ kind: SlaClockKind) {
        switch kind {
        case .firstResponse: self = .firstResponse
        case .nextResponse: self = .nextResponse
        case .resolution: self = .resolution
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

extension SLAPause {
    /// For whom a ticket waits.
    init?(_ wait: TicketWait) {
        switch wait {
        case .customer: self = .customer
        case .thirdParty: self = .thirdParty
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

/// Service levels and calendars while a policy or a timer works: each is read once.
final class ServiceLevelBook {
    private struct CalendarVersion: Hashable {
        var number: StreamNumber
        var version: UInt32
    }

    private let histories: any StreamHistories
    private var policies: [StreamNumber: SlaPolicyState] = [:]
    private var calendars: [CalendarVersion: BusinessCalendar] = [:]
    private var presentStates: [StreamNumber: CalendarState] = [:]

    init(_ histories: any StreamHistories) { self.histories = histories }

    /// The terms that a clock was given.
    ///
    /// - Returns: nil where it has none.
    func recorded(_ clock: SlaClockState) throws(Refusal) -> TicketTerms? {
        guard clock.slaNumber != 0,
            let content = try policy(StreamNumber(clock.slaNumber))?.content(clock.slaVersion)
        else { return nil }
        return TicketTerms(
            policy: StreamNumber(clock.slaNumber), version: clock.slaVersion, content: content,
            calendarNumber: StreamNumber(clock.calendarNumber), calendarVersion: clock.calendarVersion)
    }

    /// The calendar by which terms count. It is made of its content only where it is asked for: most facts move no clock.
    func calendar(of terms: TicketTerms) throws(Refusal) -> BusinessCalendar {
        try calendar(terms.calendarNumber, version: terms.calendarVersion)
    }

    /// The terms of the first of these service levels that held at an instant and is for the ticket. A ticket that
    /// lives on in another one has none.
    func terms(
        of ticket: TicketState, among levels: [StreamNumber], at instant: Instant
    ) throws(Refusal) -> TicketTerms? {
        guard ticket.mergedIntoNumber == 0 else { return nil }
        var found: (number: StreamNumber, version: UInt32, content: SlaPolicyContent)?
        for number in levels {
            guard let state = try policy(number) else { continue }
            let version = state.version(at: instant)
            guard let content = state.content(version), content.match.holds(for: ticket) else { continue }
            // They come by their number, which decides between equals.
            if let found, found.content.order <= content.order { continue }
            found = (number, version, content)
        }
        guard let found else { return nil }
        let calendar = StreamNumber(found.content.calendarNumber)
        return TicketTerms(
            policy: found.number, version: found.version, content: found.content, calendarNumber: calendar,
            calendarVersion: try present(calendar)?.version ?? 0)
    }

    /// A service level with all of its versions.
    func policy(_ number: StreamNumber) throws(Refusal) -> SlaPolicyState? {
        if let known = policies[number] { return known }
        let state = try histories.state(SlaPolicyAggregate.self, of: number)
        policies[number] = state
        return state
    }

    // MARK: Calendars

    private func present(_ number: StreamNumber) throws(Refusal) -> CalendarState? {
        guard number != .none else { return nil }
        if let known = presentStates[number] { return known }
        let state = try histories.state(CalendarAggregate.self, of: number)
        presentStates[number] = state
        return state
    }

    /// A version of a calendar.
    func calendar(_ number: StreamNumber, version: UInt32) throws(Refusal) -> BusinessCalendar {
        guard number != .none else { return .alwaysOpen }
        let key = CalendarVersion(number: number, version: version)
        if let known = calendars[key] { return known }
        var content = try present(number).flatMap { $0.version == version ? $0.content : nil }
        if content == nil { content = try self.content(number, version: version) }
        guard let content else {
            throw Refusal(.internal, "There is no version \(version) of the calendar \(number).")
        }
        let calendar = try content.businessCalendar()
        calendars[key] = calendar
        return calendar
    }

    /// The content of a version of a calendar, which only its history has.
    func content(_ number: StreamNumber, version: UInt32) throws(Refusal) -> CalendarContent? {
        var state = CalendarState()
        for event in try histories.events(of: number) {
            CalendarAggregate.evolve(&state, event)
            if state.version == version { return state.content }
        }
        return nil
    }
}

extension World {
    /// The service levels that ever were in force, by their numbers.
    func serviceLevels() throws(Refusal) -> [StreamNumber] {
        try holders(of: lookupKey(domain: ServiceLevelEffects.everDomain, value: [1]))
    }
}
