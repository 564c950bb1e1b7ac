internal import Analytics
internal import Schema

/// The clocks of one ticket after facts, or after a service level or a calendar has changed: what they do.
struct TicketClocks {
    let number: StreamNumber
    let state: TicketState
    let world: any World
    let book: ServiceLevelBook
    /// The service levels that ever were in force.
    let levels: [StreamNumber]
    /// What no clock counts.
    let uncounted: [Range<Instant>]

    init(
        _ number: StreamNumber, _ state: TicketState, _ world: any World, _ book: ServiceLevelBook,
        levels: [StreamNumber]
    ) throws(Refusal) {
        self.number = number
        self.state = state
        self.world = world
        self.book = book
        self.levels = levels
        uncounted = try world.uncounted(state)
    }

    /// What facts do to the clocks. The ticket is as they left it.
    func events(after facts: [StoredEvent]) throws(Refusal) -> [ClockEvent] {
        guard let first = facts.first, let last = facts.last else { return [] }
        let isOpening = if case .ticketOpened = first.payload { true } else { false }
        let terms = try book.terms(of: state, among: levels, at: (isOpening ? first : last).termsInstant)
        guard terms != nil || !state.clocks.isEmpty else { return [] }
        let instants = facts.map(\.occurredAt)
        let latest = instants.max() ?? last.occurredAt
        guard facts.contains(where: \.correctsTimes) || instants.contains(where: { $0 != latest }) || isBehind(latest)
        else {
            return try events(
                at: latest, terms, isReplied: facts.contains(where: \.isReply),
                isResolved: facts.contains(where: \.isResolution), isTimed: isTimed(last))
        }
        return try revision(facts, at: latest, terms, isOpening: isOpening)
    }

    /// What a pass over the open tickets does to the clocks: they take the terms that hold at an instant.
    func events(inPassAt instant: Instant) throws(Refusal) -> [ClockEvent] {
        let terms = try book.terms(of: state, among: levels, at: instant)
        let known = try world.head(of: number)?.lastFactAt ?? instant
        let counted = state.clocks.map { Instant(microseconds: $0.countedTo) }.max() ?? instant
        return try events(at: max(instant, known, counted), terms, isReplied: false, isResolved: false, isTimed: true)
    }

    /// History that no import encloses goes on with the next command; an import holds the timers of its tickets.
    private func isTimed(_ fact: StoredEvent) -> Bool {
        !fact.header.flags.contains(.historic) || fact.header.importNumber != .none || state.importNumber != 0
    }

    /// Whether a clock has counted further already.
    private func isBehind(_ instant: Instant) -> Bool {
        state.clocks.contains { $0.countedTo > instant.rawValue }
    }

    private func events(
        at instant: Instant, _ terms: TicketTerms?, isReplied: Bool, isResolved: Bool, isTimed: Bool
    ) throws(Refusal) -> [ClockEvent] {
        var events: [ClockEvent] = []
        for kind in SlaClockKind.timed {
            var movement = ClockMovement(
                kind, state.clock(kind), book, uncounted: uncounted, isTimed: isTimed)
            try movement.move(
                ClockStep(
                    at: instant, awaitedSince: state.awaited(kind),
                    isAnswered: kind == .resolution ? isResolved : isReplied,
                    wait: state.status == .pending ? state.wait : .unspecified, terms: terms))
            events += movement.events
        }
        return events
    }

    // MARK: Anew

    private func revision(
        _ facts: [StoredEvent], at instant: Instant, _ present: TicketTerms?, isOpening: Bool
    ) throws(Refusal) -> [ClockEvent] {
        var history = TicketClockHistory(try WorldHistories(world: world).events(of: number))
        let counted = state.clocks.map { Instant(microseconds: $0.countedTo) }.max() ?? instant
        let asOf = max(instant, counted, try world.head(of: number)?.lastFactAt ?? instant)
        var events: [ClockEvent] = []
        for kind in SlaClockKind.timed {
            var promised = SlaClockState()
            promised.kind = kind
            if present?.target(kind) != nil { promised.take(present) }
            let last = history.lastTerms(kind) ?? SlaClockState()
            if !promised.hasTerms(of: last) { history.set(promised, at: isOpening ? .earliest : instant) }
            guard let reckoned = try history.reckoned(kind, until: asOf, book, uncounted: uncounted) else { continue }
            let current = state.clock(kind)
            let movement = ClockMovement(kind, current, book, uncounted: uncounted)
            let used = try current.map { (clock) throws(Refusal) in try movement.used(clock, at: asOf) } ?? 0
            events += try ClockRevision(
                kind: kind, current: current, reckoned: reckoned, currentUsed: used, asOf: asOf, at: instant,
                isTimed: facts.allSatisfy(isTimed), opening: facts.correctedOpening
            ).events(book)
        }
        return events
    }
}

extension World {
    /// What no clock of a ticket counts: what was done between the end of the history that an import brought in and the
    /// end of the import is not known.
    func uncounted(_ ticket: TicketState) throws(Refusal) -> [Range<Instant>] {
        guard ticket.importNumber != 0 else { return [] }
        return try state(ImportAggregate.self, of: StreamNumber(ticket.importNumber))?.uncounted ?? []
    }
}

extension ImportState {
    /// The time between the last fact that it brought in and its end.
    var uncounted: [Range<Instant>] {
        guard committed, hasLatestOccurredAt, latestOccurredAt < committedAt else { return [] }
        return [Instant(microseconds: latestOccurredAt)..<Instant(microseconds: committedAt)]
    }
}

extension StoredEvent {
    /// When the service levels have to be in force for what happens now: at the time of the event in history, and of
    /// what is live when it is recorded, so that what comes a little late has clocks as well.
    fileprivate var termsInstant: Instant {
        header.flags.contains(.historic) || header.importNumber != .none
            ? occurredAt : max(occurredAt, header.recordedAt)
    }

    fileprivate var isReply: Bool {
        switch payload {
        case .agentReplied(let replied): replied.public
        case .ticketClaimed(let claimed): claimed.firstResponse
        default: false
        }
    }

    fileprivate var isResolution: Bool { if case .ticketResolved = payload { true } else { false } }

    fileprivate var correctsTimes: Bool {
        guard case .ticketCorrected(let corrected) = payload else { return false }
        return corrected.hasOpenedAt || corrected.hasResolvedAt || corrected.hasClosedAt
    }
}

extension [StoredEvent] {
    /// When the ticket was opened, before and after a correction; nil where none of them corrects it.
    fileprivate var correctedOpening: (recorded: Instant, known: Instant)? {
        for case .ticketCorrected(let corrected) in map(\.payload) where corrected.hasOpenedAt {
            return (Instant(microseconds: corrected.openedAtBefore), Instant(microseconds: corrected.openedAt))
        }
        return nil
    }
}
