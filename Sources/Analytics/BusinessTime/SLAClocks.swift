package import Schema

/// The clocks of one ticket, as a function of what happened to it.
///
/// The rules are those of `docs/business-time.md`. There is no clock on the wall in it: what stands on the clocks at an
/// instant is asked with `reading(of:asOf:)`.
package struct SLAClocks: Hashable, Sendable {
    /// All terms that have been in force, the present ones last.
    package private(set) var terms: [SLATerms]
    package private(set) var firstResponse = SLAClock(.firstResponse)
    package private(set) var nextResponse = SLAClock(.nextResponse)
    package private(set) var resolution = SLAClock(.resolution)
    /// Whom the ticket waits for.
    package private(set) var pause: SLAPause?
    /// Whether the ticket is resolved or closed.
    package private(set) var isDone = false
    /// Whether an agent ever replied.
    package private(set) var hasResponded = false
    /// When the last fact occurred.
    package private(set) var lastFactAt: Instant

    /// The clocks of a ticket that is opened: first response and resolution run.
    package init(openedAt instant: Instant, terms: SLATerms) {
        self.terms = [terms]
        lastFactAt = instant
        firstResponse.start(at: instant, terms: 0, isPaused: false)
        resolution.start(at: instant, terms: 0, isPaused: false)
    }

    /// Takes in what happened next. What does not apply, such as resuming what does not wait, changes no clock.
    ///
    /// - Throws: Where it occurred before the last fact; nothing is changed then.
    package mutating func apply(_ fact: SLAFact) throws(SLAFactError) {
        guard fact.at >= lastFactAt else { throw .outOfOrder(last: lastFactAt) }
        lastFactAt = fact.at
        switch fact.change {
        case .customerMessage: customerWrote(at: fact.at)
        case .nothingToAnswer: nextResponse.stop(.withdrawn, at: fact.at, under: terms)
        case .publicReply: agentReplied(at: fact.at)
        case .paused(let pause): setPause(pause, at: fact.at)
        case .resumed: setPause(nil, at: fact.at)
        case .resolved: finish(resolution: .answered, at: fact.at)
        case .closed: finish(resolution: .withdrawn, at: fact.at)
        case .reopened: reopen(at: fact.at)
        case .termsChanged(let terms): change(to: terms, at: fact.at)
        }
    }

    /// The clock of this kind.
    package subscript(kind: SLAClockKind) -> SLAClock {
        switch kind {
        case .firstResponse: firstResponse
        case .nextResponse: nextResponse
        case .resolution: resolution
        }
    }
}

// MARK: Facts

extension SLAClocks {
    /// A customer who waits already does not begin to wait anew, and the first response is awaited before any next
    /// one.
    private mutating func customerWrote(at instant: Instant) {
        guard !isDone, hasResponded, !nextResponse.phase.isPending else { return }
        nextResponse.start(at: instant, terms: terms.count - 1, isPaused: isPaused)
    }

    private mutating func agentReplied(at instant: Instant) {
        hasResponded = true
        firstResponse.stop(.answered, at: instant, under: terms)
        nextResponse.stop(.answered, at: instant, under: terms)
    }

    private mutating func setPause(_ pause: SLAPause?, at instant: Instant) {
        guard !isDone else { return }
        self.pause = pause
        forEachClock { clock, terms, isPaused in clock.setPaused(isPaused, at: instant, under: terms) }
    }

    private mutating func finish(resolution outcome: SLAClock.Phase, at instant: Instant) {
        guard !isDone else { return }
        (isDone, pause) = (true, nil)
        firstResponse.stop(.withdrawn, at: instant, under: terms)
        nextResponse.stop(.withdrawn, at: instant, under: terms)
        resolution.stop(outcome, at: instant, under: terms)
    }

    /// Resolution goes on with the time that was used; a response is awaited from now on, the first one if there was
    /// none.
    private mutating func reopen(at instant: Instant) {
        guard isDone else { return }
        isDone = false
        resolution.goOn(at: instant, under: terms)
        if hasResponded {
            nextResponse.start(at: instant, terms: terms.count - 1, isPaused: false)
        } else {
            firstResponse.start(at: instant, terms: terms.count - 1, isPaused: false)
        }
    }

    private mutating func change(to changed: SLATerms, at instant: Instant) {
        guard changed != terms.last else { return }
        terms.append(changed)
        forEachClock { clock, terms, isPaused in
            clock.adoptTerms(terms, at: instant)
            clock.setPaused(isPaused, at: instant, under: terms)
        }
    }

    /// Whether clocks stand still under the present terms.
    private var isPaused: Bool {
        guard let pause, let present = terms.last else { return false }
        return present.pausedBy.contains(pause)
    }

    private mutating func forEachClock(_ body: (inout SLAClock, [SLATerms], _ isPaused: Bool) -> Void) {
        let isPaused = isPaused
        body(&firstResponse, terms, isPaused)
        body(&nextResponse, terms, isPaused)
        body(&resolution, terms, isPaused)
    }
}
