package import Schema
internal import SwiftProtobuf

/// Whose log it is, and in which zone and currency its days and figures are; its fiscal year, its channels, and which
/// of its days are closed.
package enum OrganisationAggregate: Aggregate {
    package typealias State = OrganisationState

    package static var kind: AggregateKind { .organisation }

    package static func evolve(_ state: inout OrganisationState, _ event: StoredEvent) {
        switch event.payload {
        case .organisationSet(let settings):
            state.settings = settings
            // Not a setting: whether a reason was given must not make two settings differ.
            state.settings.reason = ""
        case .fiscalCalendarSet(let set): state.fiscalCalendar = set.calendar
        case .reportingCurrencySet(let set): state.reportingCurrency = set.currency
        case .channelsSet(let set): state.channels = set.channels
        case .periodClosed(let closed):
            state.closed.append(
                .with {
                    $0.from = closed.from
                    $0.through = closed.through
                    $0.until = closed.closedUntil
                    $0.closedBy = event.header.principal.rawValue
                })
        case .periodReopened(let reopened): state.reopen(reopened)
        default: break
        }
    }
}

extension OrganisationState {
    /// The first instant that is not closed; nil where nothing is.
    package var closedUntil: Instant? { closed.last.map { Instant(microseconds: $0.until) } }

    /// Takes back what reaches behind the first day that is open again: of the closing that holds this day, the days
    /// before it stay closed by the same principal.
    fileprivate mutating func reopen(_ reopened: PeriodReopened) {
        closed.removeAll { !$0.from.isEmpty && $0.from >= reopened.from }
        guard reopened.hasClosedUntil, var last = closed.popLast() else { return closed = [] }
        last.until = reopened.closedUntil
        last.through = Days.before(reopened.from)
        closed.append(last)
    }
}
