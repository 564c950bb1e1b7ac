internal import Analytics
internal import Schema

/// Everything that ever happened to a ticket and concerns its clocks, in the order in which it occurred: late facts where
/// they belong, and corrected times in place of those that were recorded first.
struct TicketClockHistory {
    /// The terms that a clock was given, as it had them from then on; a clock without terms: none.
    struct Terms {
        var at: Instant
        var position: Position
        var clock: SlaClockState
    }

    private struct Fact {
        var at: Instant
        var position: Position
        /// Among those of one event.
        var order: Int
        var change: SLAFact.Change
    }

    /// A fact, terms, or the beginning or end of a time that does not count, in one order.
    private struct Step {
        var at: Instant
        var position: Position
        var order: Int
        var change: SLAFact.Change?
        var terms: Terms?
    }

    /// The ticket as its last event left it.
    private(set) var state = TicketState()
    private(set) var openedAt = Instant.earliest
    private var facts: [Fact] = []
    private var terms: [SlaClockKind: [Terms]] = [:]
    /// Every instant of the opening that was ever recorded.
    private var openings: [Instant] = []

    /// The history that a ticket's events tell, oldest first.
    init(_ events: [StoredEvent]) {
        for event in events { take(event) }
        openedAt = Instant(microseconds: state.openedAt)
        // What holds since the opening goes with it.
        for kind in SlaClockKind.timed {
            guard let first = terms[kind]?.first, openings.contains(first.at) else { continue }
            terms[kind]?[0].at = .earliest
        }
        facts.sort { ($0.at, $0.position, $0.order) < ($1.at, $1.position, $1.order) }
    }

    private mutating func take(_ event: StoredEvent) {
        let before = state.standing
        TicketAggregate.evolve(&state, event)
        switch event.payload {
        case .ticketOpened: openings.append(event.occurredAt)
        case .ticketCorrected(let corrected): correct(corrected)
        case .slaTargetSet(let set):
            terms[set.clock.kind, default: []].append(
                Terms(at: event.occurredAt, position: event.position, clock: set.clock))
        default: break
        }
        for (order, change) in state.clockChanges(by: event.payload, since: before).enumerated() {
            facts.append(Fact(at: event.occurredAt, position: event.position, order: order, change: change))
        }
    }

    private mutating func correct(_ corrected: TicketCorrected) {
        if corrected.hasOpenedAt { openings.append(Instant(microseconds: corrected.openedAt)) }
        if corrected.hasResolvedAt { move(.resolved, to: corrected.resolvedAt) }
        // A ticket that was resolved before has no fact of its closing.
        if corrected.hasClosedAt { move(.closed, to: corrected.closedAt) }
    }

    private mutating func move(_ change: SLAFact.Change, to instant: Int64) {
        guard let index = facts.lastIndex(where: { $0.change == .resolved || $0.change == .closed }),
            facts[index].change == change
        else { return }
        // It came back after it had ended, whatever is said of the end.
        let back = facts[index...].first { $0.change == .reopened }?.at ?? .latest
        facts[index].at = min(Instant(microseconds: instant), back)
    }

    // MARK: Reckoning

    /// The last terms of a clock that are recorded; nil where it never had any.
    func lastTerms(_ kind: SlaClockKind) -> SlaClockState? { terms[kind]?.last?.clock }

    /// Lets a clock have other terms from an instant on.
    mutating func set(_ clock: SlaClockState, at instant: Instant) {
        terms[clock.kind, default: []].removeAll { $0.at > instant }
        terms[clock.kind, default: []].append(Terms(at: instant, position: Position(.max), clock: clock))
    }

    /// For whom the ticket waited at an instant; nil: for nobody.
    func pause(at instant: Instant) -> SLAPause? {
        var pause: SLAPause?
        for fact in facts where fact.at <= instant {
            switch fact.change {
            case .paused(let why): pause = why
            case .resumed, .resolved, .closed: pause = nil
            default: break
            }
        }
        return pause
    }

    /// What stands on one clock, reckoned from everything up to an instant.
    ///
    /// - Parameter uncounted: what no clock counts.
    func reckoned(
        _ kind: SlaClockKind, until asOf: Instant, _ book: ServiceLevelBook, uncounted: [Range<Instant>]
    ) throws(Refusal) -> ReckonedClock? {
        guard let clock = SLAClockKind(kind), openedAt <= asOf else { return nil }
        var reckoned = ReckonedClock(clock, openedAt: openedAt, uncounted: uncounted)
        for step in steps(kind, uncounted) where step.at <= asOf {
            let at = max(step.at, openedAt)
            if let change = step.change {
                try reckoned.apply(change, at: at)
            } else {
                try reckoned.take(step.terms?.clock, book, at: at)
            }
        }
        return reckoned
    }

    private func steps(_ kind: SlaClockKind, _ uncounted: [Range<Instant>]) -> [Step] {
        var steps = facts.map { Step(at: $0.at, position: $0.position, order: $0.order, change: $0.change) }
        steps += (terms[kind] ?? []).map { Step(at: $0.at, position: $0.position, order: 0, terms: $0) }
        for interval in uncounted {
            steps.append(Step(at: interval.lowerBound, position: Position(.max), order: 1))
            steps.append(Step(at: interval.upperBound, position: .none, order: 0))
        }
        return steps.sorted { ($0.at, $0.position, $0.order) < ($1.at, $1.position, $1.order) }
    }
}
