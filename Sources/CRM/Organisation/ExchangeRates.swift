internal import Analytics
package import Schema

/// The exchange rates of one pair of currencies, in one direction.
package enum ExchangeRatesAggregate: Aggregate {
    package typealias State = ExchangeRatesState

    package static var kind: AggregateKind { .exchangeRates }

    package static func evolve(_ state: inout ExchangeRatesState, _ event: StoredEvent) {
        guard case .exchangeRateSet(let set) = event.payload else { return }
        state.from = set.from
        state.to = set.to
        var rate = ExchangeRate()
        rate.date = set.date
        rate.rate = set.rate
        rate.rateSource = set.rateSource
        let place = state.rates.firstPlace(notBefore: set.date)
        if place < state.rates.endIndex, state.rates[place].date == set.date {
            state.rates[place] = rate
        } else {
            state.rates.insert(rate, at: place)
        }
    }
}

extension [ExchangeRate] {
    /// Index of the first rate that is not before the day; the rates are in order of their days.
    func firstPlace(notBefore date: String) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].date < date { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// What events of exchange rates do to the index.
package enum ExchangeRatesEffects {
    /// The first rate of a pair makes the pair findable.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        guard event.header.revision == Revision(1), case .exchangeRateSet(let set) = event.payload else { return [] }
        return [.link(.exchangeRates, ExternalKey(ratesFrom: set.from, to: set.to))]
    }
}

extension ExternalKey {
    /// The key under which the rates of a pair of currencies are found.
    init(ratesFrom from: String, to: String) {
        self.init(system: ReservedSystem.exchangeRates, key: "\(from)/\(to)")
    }
}

extension SetExchangeRate: DomainCommand {
    package typealias Target = ExchangeRatesAggregate

    package func validate() throws(Refusal) {
        for (currency, field) in [(from, "from"), (to, "to")] where !CurrencyCode.isKnown(currency) {
            throw Refusal(.currencyMismatch, "The currency is not a code of ISO 4217, for example CNY.", field: field)
        }
        guard from != to else {
            throw Refusal(.rateInvalid, "A currency has no rate to itself. Name two currencies.", field: "to")
        }
        try DayForm.day(date, "date")
        guard rate.scale <= FieldLimits.decimals else {
            throw Refusal(.schemaInvalid, "A rate has up to nine decimals.", field: "rate")
        }
        guard rate.unscaled > 0 else {
            throw Refusal(.rateInvalid, "A rate is greater than 0.", field: "rate")
        }
        try FormCheck.text(rateSource, "rate_source", maximum: Limits.wordBytes)
    }

    package var commandTarget: CommandTarget {
        .upsert(Reference(external: ExternalKey(ratesFrom: from, to: to)), id: "")
    }

    package func decide(
        _ state: ExchangeRatesState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let place = state?.rates.firstPlace(notBefore: date) ?? 0
        let before = state.flatMap { place < $0.rates.count && $0.rates[place].date == date ? $0.rates[place] : nil }
        if let before, DecimalArithmetic.compare(before.rate.number, rate.number) == 0,
            before.rateSource.isIdentical(to: rateSource)
        {
            return []
        }
        var set = ExchangeRateSet()
        set.from = from
        set.to = to
        set.date = date
        set.rate = rate
        set.rateSource = rateSource
        if let before { set.rateBefore = before.rate }
        return [.fact(.exchangeRateSet(set))]
    }
}
