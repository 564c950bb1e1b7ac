package import Schema

/// The clocks of a ticket by which service is measured.
package enum SLAClockKind: Hashable, Sendable, CaseIterable {
    /// From the opening to the first public reply of an agent.
    case firstResponse
    /// From the first message of the customer that was not answered to the next public reply.
    case nextResponse
    /// From the opening to the resolution, without the time between a resolution and the reopening.
    case resolution
}

/// Whom a ticket waits for while it is pending.
package enum SLAPause: Hashable, Sendable, CaseIterable {
    case customer, thirdParty
}

/// What an SLA policy promises for a ticket: targets in the time of a calendar.
package struct SLATerms: Hashable, Sendable {
    package var calendar: BusinessCalendar
    /// Microseconds of business time for each clock. A clock without a target is measured and can be neither met nor
    /// breached.
    package var targets: [SLAClockKind: Int64]
    /// The share of a target, in percent, after which it is time to warn; nil: there is no warning.
    package var warningPercent: Int?
    /// The states in which clocks stand still.
    package var pausedBy: Set<SLAPause>

    package init(
        calendar: BusinessCalendar, targets: [SLAClockKind: Int64] = [:], warningPercent: Int? = nil,
        pausedBy: Set<SLAPause> = Set(SLAPause.allCases)
    ) {
        self.calendar = calendar
        self.targets = targets
        self.warningPercent = warningPercent
        self.pausedBy = pausedBy
    }

    /// How much of a target may be used before a warning is due, rounded down to a microsecond.
    package func warning(of target: Int64) -> Int64? {
        // Taken apart so that no target is too large for the product.
        warningPercent.map { target / 100 * Int64($0) + target % 100 * Int64($0) / 100 }
    }
}

/// What happened to a ticket, as far as its clocks are concerned.
///
/// What counts as a response is the caller's choice: a system that records no replies may give the instant at which
/// an agent took charge as `.publicReply`.
package struct SLAFact: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        /// The customer wrote, by whatever channel.
        case customerMessage
        /// What the customer wrote waits for no answer here any more: it has gone to another ticket.
        case nothingToAnswer
        /// An agent wrote to the customer. Internal notes and changes of fields are no facts of clocks.
        case publicReply
        /// The ticket waits. Waiting for somebody else than before is a pause too.
        case paused(SLAPause)
        /// The ticket does not wait any more.
        case resumed
        case resolved
        case reopened
        case closed
        /// Another policy, version, priority or calendar is in force from now on.
        case termsChanged(SLATerms)
    }

    /// When it occurred.
    package let at: Instant
    package let change: Change

    package init(_ change: Change, at instant: Instant) {
        self.change = change
        at = instant
    }
}

/// Why a fact cannot be applied.
package enum SLAFactError: Error, Hashable, Sendable {
    /// It occurred before the last one: facts of a ticket come in the order in which they occurred.
    case outOfOrder(last: Instant)
}
