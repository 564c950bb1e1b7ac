internal import Analytics
internal import Schema

/// One clock of a ticket, reckoned from everything that happened to the ticket.
///
/// A clock without a target counts nothing, and so does every clock in the times that nobody knows anything of.
struct ReckonedClock {
    let kind: SLAClockKind
    private(set) var clocks: SLAClocks
    /// The terms as they were recorded, by their place among `SLAClocks.terms`.
    private(set) var recorded: [SlaClockState] = [SlaClockState()]
    private let uncounted: [Range<Instant>]
    /// What was recorded last, and what it promises.
    private var present: (clock: SlaClockState, promised: SLATerms)

    private static let nothing = SLATerms(calendar: .neverOpen)

    init(_ kind: SLAClockKind, openedAt: Instant, uncounted: [Range<Instant>]) {
        self.kind = kind
        self.uncounted = uncounted
        present = (SlaClockState(), Self.nothing)
        clocks = SLAClocks(openedAt: openedAt, terms: Self.nothing)
    }

    /// Takes in a fact.
    mutating func apply(_ change: SLAFact.Change, at instant: Instant) throws(Refusal) {
        do { try clocks.apply(SLAFact(change, at: max(instant, clocks.lastFactAt))) } catch {
            throw Refusal(.internal, "The facts of a ticket are not in order: \(error)")
        }
    }

    /// Takes other terms; the last ones again where nil, because a time has begun or ended that does not count.
    mutating func take(_ clock: SlaClockState?, _ book: ServiceLevelBook, at instant: Instant) throws(Refusal) {
        if let clock {
            present = (clock, Self.nothing)
            if let terms = try book.recorded(clock), terms.target(clock.kind) != nil {
                present.promised = terms.sla(clock.kind, by: try book.calendar(of: terms))
            }
        }
        var next = present.promised
        if uncounted.contains(where: { $0.contains(instant) }) { next.calendar = .neverOpen }
        let count = clocks.terms.count
        try apply(.termsChanged(next), at: instant)
        if clocks.terms.count > count { recorded.append(present.clock) }
    }

    /// The clock itself.
    var clock: SLAClock { clocks[kind] }

    /// The terms from which its target is taken, as they were recorded.
    var terms: SlaClockState { recorded[clock.terms] }

    /// What stands on it at an instant that is not before the last fact.
    func reading(asOf: Instant) -> SLAReading { clocks.reading(of: kind, asOf: asOf) }
}
