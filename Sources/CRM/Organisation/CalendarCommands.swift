package import Schema

extension SetFiscalCalendar: DomainCommand {
    package typealias Target = OrganisationAggregate

    package func validate() throws(Refusal) {
        guard (1...12).contains(calendar.firstMonth) else {
            throw Refusal(.schemaInvalid, "The first month is 1 to 12.", field: "calendar.first_month")
        }
        guard (1...28).contains(calendar.firstDay) else {
            throw Refusal(
                .schemaInvalid, "The first day is 1 to 28, so that every year has it.", field: "calendar.first_day")
        }
    }

    package var commandTarget: CommandTarget { .singleton }

    package func decide(
        _ state: OrganisationState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if let state, state.hasFiscalCalendar, state.fiscalCalendar == calendar { return [] }
        var set = FiscalCalendarSet()
        set.calendar = calendar
        return [.fact(.fiscalCalendarSet(set))]
    }
}

extension SetReportingCurrency: DomainCommand {
    package typealias Target = OrganisationAggregate

    package func validate() throws(Refusal) {
        guard CurrencyCode.isKnown(currency) else {
            throw Refusal(
                .currencyMismatch, "The currency is not a code of ISO 4217, for example CNY.", field: "currency")
        }
    }

    package var commandTarget: CommandTarget { .singleton }

    package func decide(
        _ state: OrganisationState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if state?.reportingCurrency == currency { return [] }
        var set = ReportingCurrencySet()
        set.currency = currency
        return [.fact(.reportingCurrencySet(set))]
    }
}

extension SetChannels: DomainCommand {
    package typealias Target = OrganisationAggregate

    private static let channelsMaximum = 100

    package func validate() throws(Refusal) {
        try FormCheck.count(channels.count, "channels", maximum: Self.channelsMaximum)
        var seen = Channels.common
        for (index, channel) in channels.enumerated() {
            let path = "channels[\(index)]"
            try FormCheck.required(channel.code, path + ".code", maximum: Limits.wordBytes)
            try FormCheck.text(channel.label, path + ".label", maximum: Limits.labelBytes)
            guard seen.insert(channel.code).inserted else {
                throw Refusal(
                    .schemaInvalid, "The code stands twice, or is known everywhere. Leave it out.",
                    field: path + ".code")
            }
        }
    }

    package var commandTarget: CommandTarget { .singleton }

    package func decide(
        _ state: OrganisationState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var set = ChannelsSet()
        set.channels = channels.sorted { $0.code < $1.code }
        if set.channels == state?.channels ?? [] { return [] }
        return [.fact(.channelsSet(set))]
    }
}
