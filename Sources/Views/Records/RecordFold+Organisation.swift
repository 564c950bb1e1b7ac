internal import Analytics
internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Folds an event of the organisation.
    mutating func foldOrganisation(_ event: ViewEvent) {
        switch event.payload {
        case .organisationSet(let settings):
            organisation.name = settings.name
            organisation.zone = settings.zone
            organisation.currency = settings.currency
            organisation.locale = settings.locale
            organisation.zoneRulesVersion = settings.zoneRulesVersion
        case .fiscalCalendarSet(let set): organisation.fiscalCalendar = set.calendar
        case .reportingCurrencySet(let set): organisation.reportingCurrency = set.currency
        case .channelsSet(let set): organisation.channels = set.channels
        case .periodClosed(let closed): organisation.close(closed, by: event)
        case .periodReopened(let reopened): organisation.reopen(reopened)
        default: break
        }
    }
}

extension OrganisationRecord {
    fileprivate mutating func close(_ closed: PeriodClosed, by event: ViewEvent) {
        var period = ClosedPeriod()
        period.from = closed.from
        period.through = closed.through
        period.until = Instant(microseconds: closed.closedUntil).timestamp
        period.closedByNumber = event.header.principal.rawValue
        period.closedAt = event.header.occurredAt.timestamp
        closedPeriods.append(period)
    }

    /// Takes back what reaches behind the first day that is open again; the days before it stay closed.
    fileprivate mutating func reopen(_ reopened: PeriodReopened) {
        closedPeriods.removeAll { !$0.from.isEmpty && $0.from >= reopened.from }
        guard reopened.hasClosedUntil, var last = closedPeriods.popLast() else {
            closedPeriods = []
            return
        }
        last.until = Instant(microseconds: reopened.closedUntil).timestamp
        last.through = CivilDate(reopened.from).map { $0.adding(days: -1).description } ?? ""
        closedPeriods.append(last)
    }
}

extension RecordFold {
    /// Folds an event of the exchange rates of a pair of currencies.
    func foldExchangeRates(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        guard case .exchangeRateSet(let set) = event.payload else { return }
        row.exchangeRates.from = set.from
        row.exchangeRates.to = set.to
        guard let day = CivilDate(set.date) else {
            throw ViewError(.eventUnfit, "The event at \(event.header.position) sets a rate for no day.")
        }
        let (year, month, dayOfMonth) = day.parts
        let number = UInt64(clamping: year * 10_000 + month * 100 + dayOfMonth)
        var rate = ExchangeRate()
        rate.date = set.date
        rate.rate = set.rate
        rate.rateSource = set.rateSource
        try put(
            ItemRow(.exchangeRate(rate)), .exchangeRate, number, entries: set.hasRateBefore ? 0 : 1, of: event, &row,
            &store)
    }
}
