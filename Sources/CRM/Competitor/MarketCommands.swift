package import Schema
internal import SwiftProtobuf

extension DefineMarket: DomainCommand {
    package typealias Target = MarketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try CompetitorForm.check(detail, named: true)
        try FormCheck.externalKeys(external)
    }

    package var commandTarget: CommandTarget { .located(id: id) }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? {
        try world.holder(of: .marketName(detail.name))
    }

    package func decide(
        _ state: MarketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if let state {
            if try context.targetHas(external, .market), detail.isIdentical(to: state.detail) { return [] }
            throw try Refusal.marketExists(context.target, context)
        }
        try context.requireFree(external, .market, field: "external")
        var defined = MarketDefined()
        defined.detail = detail
        defined.external = external
        return [.fact(.marketDefined(defined))]
    }
}

extension ChangeMarket: DomainCommand {
    package typealias Target = MarketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(market, "market")
        try CompetitorForm.check(detail, named: false)
        try CompetitorForm.checkClear(
            clear, known: CompetitorForm.marketClearable,
            set: [
                "description": !detail.description_p.isEmpty, "categories": !detail.categories.isEmpty,
                "countries": !detail.countries.isEmpty,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&market, .market) }

    package var commandTarget: CommandTarget { .existing(market) }

    package func decide(
        _ state: MarketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let merged = state.detail.merging(detail, clear: clear)
        guard !merged.isIdentical(to: state.detail) else { return [] }
        try state.requireInUse(context, field: "market")
        if let holder = try context.world.holder(of: .marketName(merged.name)), holder != context.target {
            throw try Refusal.marketExists(holder, context)
        }
        var changed = MarketChanged()
        changed.detail = merged
        if !merged.name.utf8.elementsEqual(state.detail.name.utf8) { changed.nameBefore = state.detail.name }
        return [.fact(.marketChanged(changed))]
    }
}

extension RetireMarket: DomainCommand {
    package typealias Target = MarketAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(market, "market") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&market, .market) }

    package var commandTarget: CommandTarget { .existing(market) }

    package func decide(
        _ state: MarketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Decided.state(state).retired ? [] : [.fact(.marketRetired(MarketRetired()))]
    }
}

extension RestoreMarket: DomainCommand {
    package typealias Target = MarketAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(market, "market") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&market, .market) }

    package var commandTarget: CommandTarget { .existing(market) }

    package func decide(
        _ state: MarketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Decided.state(state).retired ? [.fact(.marketRestored(MarketRestored()))] : []
    }
}

extension RecordMarketSize: DomainCommand {
    package typealias Target = MarketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(market, "market")
        try DayForm.check(period, "period")
        guard CurrencyCode.isKnown(value.currency) else {
            throw Refusal(
                .currencyMismatch, "The currency is not known. Send an ISO 4217 code such as EUR.",
                field: "value.currency")
        }
        guard value.minorUnits > 0 else {
            throw Refusal(.amountInvalid, "A market has a size of more than 0.", field: "value.minor_units")
        }
        if hasUnits { try Amounts.check(units, field: "units") }
        try FormCheck.required(origin, "origin", maximum: CompetitorForm.originBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&market, .market) }

    package var commandTarget: CommandTarget { .existing(market) }

    package func decide(
        _ state: MarketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var size = MarketSize()
        size.period = period
        size.value = value
        if hasUnits { size.units = units }
        size.origin = origin
        size.forecast = forecast
        if let place = state.place(of: size) {
            if state.sizes[place].isSame(as: size) { return [] }
        } else {
            try FormCheck.count(state.sizes.count + 1, "sizes", maximum: CompetitorForm.sizes)
        }
        try state.requireInUse(context, field: "market")
        var recorded = MarketSizeRecorded()
        recorded.size = size
        return [.fact(.marketSizeRecorded(recorded))]
    }
}

extension MarketSize {
    /// Whether two sizes of the same key say the same.
    fileprivate func isSame(as other: MarketSize) -> Bool {
        value == other.value && forecast == other.forecast
            && Amounts.isSame(hasUnits ? units : nil, other.hasUnits ? other.units : nil)
    }
}

extension WithdrawMarketSize: DomainCommand {
    package typealias Target = MarketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(market, "market")
        try DayForm.check(period, "period")
        try FormCheck.required(currency, "currency", maximum: 3)
        try FormCheck.required(origin, "origin", maximum: CompetitorForm.originBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&market, .market) }

    package var commandTarget: CommandTarget { .existing(market) }

    package func decide(
        _ state: MarketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var size = MarketSize()
        size.period = period
        size.value.currency = currency
        size.origin = origin
        guard try Decided.state(state).place(of: size) != nil else { return [] }
        try context.requireReason("Say why the size is taken back.")
        var withdrawn = MarketSizeWithdrawn()
        withdrawn.period = period
        withdrawn.currency = currency
        withdrawn.origin = origin
        return [.fact(.marketSizeWithdrawn(withdrawn))]
    }
}

extension Refusal {
    /// MARKET_EXISTS with the id of the one that has the name.
    fileprivate static func marketExists(
        _ holder: StreamNumber, _ context: DecisionContext
    ) throws(Refusal) -> Refusal {
        let refusal = Refusal(
            .marketExists, "There is a market of this name. Change that one, or choose another name.",
            field: "detail.name")
        return try context.world.head(of: holder).map { refusal.related(to: [$0.id]) } ?? refusal
    }
}
