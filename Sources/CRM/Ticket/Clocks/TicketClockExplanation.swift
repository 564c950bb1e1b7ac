internal import Analytics
package import Schema
internal import SwiftProtobuf

/// What stands on the clocks of a ticket, with every interval that was counted, reckoned from what happened to it.
package struct TicketClockExplanation {
    private let events: [StoredEvent]
    private let histories: any StreamHistories
    private let book: ServiceLevelBook
    /// What the answer is told for: nothing that occurred later counts.
    private let asOf: Instant
    /// How many intervals of a clock are told, the latest ones.
    private let most: Int

    /// Intervals of a clock where nobody says how many, and the most that can be asked for.
    package static let intervals: (standard: UInt32, most: UInt32) = (1_000, 10_000)

    /// - Parameters:
    ///   - events: those of the ticket, oldest first.
    ///   - histories: streams of service levels, calendars and imports.
    package init(_ events: [StoredEvent], _ histories: any StreamHistories, asOf: Instant, intervals: UInt32) {
        self.events = events
        self.histories = histories
        book = ServiceLevelBook(histories)
        self.asOf = asOf
        most = Int(intervals == 0 ? Self.intervals.standard : intervals)
    }

    /// The answer, but for the id of the ticket.
    ///
    /// - Throws: NOT_YET where the ticket was opened later.
    package func response() throws(Refusal) -> TicketClocksResponse {
        let history = TicketClockHistory(events)
        guard history.openedAt <= asOf, let first = events.first else {
            throw Refusal(.notYet, "The ticket was opened later. Ask for a later instant.", field: "as_of")
        }
        var response = TicketClocksResponse()
        response.ticketNumber = first.header.stream.rawValue
        response.sequence = history.state.sequence
        response.status = status
        response.asOf = asOf.timestamp
        let importNumber = StreamNumber(history.state.importNumber)
        let uncounted =
            importNumber == .none ? [] : try histories.state(ImportAggregate.self, of: importNumber)?.uncounted ?? []
        for kind in SlaClockKind.timed where history.lastTerms(kind) != nil {
            guard let reckoned = try history.reckoned(kind, until: asOf, book, uncounted: uncounted) else { continue }
            response.clocks.append(try clock(kind, reckoned, history))
        }
        return response
    }

    /// How the ticket stood.
    private var status: TicketStatus {
        var state = TicketState()
        for event in events where event.occurredAt <= asOf { TicketAggregate.evolve(&state, event) }
        return state.status
    }

    // MARK: One clock

    private func clock(
        _ kind: SlaClockKind, _ reckoned: ReckonedClock, _ history: TicketClockHistory
    ) throws(Refusal) -> TicketClock {
        let reading = reckoned.reading(asOf: asOf)
        var clock = TicketClock()
        clock.kind = kind
        clock.cycle = cycle(kind, reckoned)
        clock.standing = Self.standing(reading, hasTarget: reading.target != nil)
        if let startedAt = reading.startedAt { clock.startedAt = startedAt.timestamp }
        if let stoppedAt = reading.stoppedAt { clock.stoppedAt = stoppedAt.timestamp }
        clock.usedMicroseconds = UInt64(clamping: reading.used)
        if let target = reading.target { clock.targetMicroseconds = UInt64(clamping: target) }
        if let due = reading.due?.instant { clock.dueAt = due.timestamp }
        if let warning = reading.warning?.instant { clock.warnAt = warning.timestamp }
        if let breachedAt = reading.breachedAt { clock.breachedAt = breachedAt.timestamp }
        clock.stretches = try stretches(reckoned, history)
        clock.intervalsLeftOut = leaveOut(&clock.stretches)
        return clock
    }

    /// The cycle that began by then; 0 where none had a target.
    private func cycle(_ kind: SlaClockKind, _ reckoned: ReckonedClock) -> UInt32 {
        guard let startedAt = reckoned.clock.startedAt else { return 0 }
        var cycle: UInt32 = 0
        for event in events where event.occurredAt <= asOf {
            guard case .slaTargetSet(let set) = event.payload, set.clock.kind == kind else { continue }
            if set.clock.startedAt <= startedAt.rawValue { cycle = max(cycle, set.clock.cycle) }
        }
        return cycle
    }

    private static func standing(_ reading: SLAReading, hasTarget: Bool) -> TicketClockStanding {
        switch reading.state {
        case .notStarted: .notStarted
        case .running: hasTarget ? .running : .withoutTarget
        case .paused: hasTarget ? .paused : .withoutTarget
        case .met: .met
        case .breached: .breached
        case .stopped: .stopped
        }
    }

    // MARK: Stretches

    /// The times in which it ran, and those between them in which it stood still.
    private func stretches(
        _ reckoned: ReckonedClock, _ history: TicketClockHistory
    ) throws(Refusal) -> [TicketClockStretch] {
        guard let startedAt = reckoned.clock.startedAt else { return [] }
        var stretches: [TicketClockStretch] = []
        var last = startedAt
        let explained = reckoned.clocks.explanation(of: reckoned.kind, asOf: asOf)
        for explanation in explained where explanation.start < explanation.end {
            if last < explanation.start { stretches.append(still(last, explanation.start, history)) }
            stretches.append(try ran(explanation, reckoned))
            last = explanation.end
        }
        let end = reckoned.clock.stoppedAt ?? max(asOf, reckoned.clocks.lastFactAt)
        if last < end { stretches.append(still(last, end, history)) }
        return stretches
    }

    private func still(_ start: Instant, _ end: Instant, _ history: TicketClockHistory) -> TicketClockStretch {
        var stretch = TicketClockStretch()
        stretch.start = start.timestamp
        stretch.end = end.timestamp
        switch history.pause(at: start) {
        case .customer: stretch.wait = .customer
        case .thirdParty: stretch.wait = .thirdParty
        case nil: break
        }
        return stretch
    }

    private func ran(_ explanation: SLAExplanation, _ reckoned: ReckonedClock) throws(Refusal) -> TicketClockStretch {
        var stretch = TicketClockStretch()
        stretch.start = explanation.start.timestamp
        stretch.end = explanation.end.timestamp
        let recorded = reckoned.recorded[explanation.terms]
        let calendar = reckoned.clocks.terms[explanation.terms].calendar
        guard let terms = try book.recorded(recorded) else { return stretch }
        stretch.counts = calendar != .neverOpen
        stretch.slaNumber = recorded.slaNumber
        stretch.slaVersion = recorded.slaVersion
        stretch.slaLabel = terms.content.label
        stretch.calendarNumber = recorded.calendarNumber
        stretch.calendarVersion = recorded.calendarVersion
        stretch.calendarLabel =
            try book.content(terms.calendarNumber, version: terms.calendarVersion)?.label ?? ""
        stretch.zone = calendar.zone.name
        if let target = recorded.target { stretch.targetMicroseconds = UInt64(clamping: target) }
        stretch.usedMicroseconds = UInt64(
            clamping: explanation.intervals.reduce(Int64(0)) { $0 + $1.microseconds })
        stretch.intervals = explanation.intervals.map { interval in
            CountedInterval.with {
                $0.start = interval.lowerBound.timestamp
                $0.end = interval.upperBound.timestamp
            }
        }
        return stretch
    }

    /// Leaves out the earliest intervals beyond what was asked for.
    ///
    /// - Returns: how many.
    private func leaveOut(_ stretches: inout [TicketClockStretch]) -> UInt64 {
        var left = max(0, stretches.reduce(0) { $0 + $1.intervals.count } - most)
        let total = UInt64(left)
        for index in stretches.indices where left > 0 {
            let dropped = min(left, stretches[index].intervals.count)
            stretches[index].intervals.removeFirst(dropped)
            left -= dropped
        }
        return total
    }
}
