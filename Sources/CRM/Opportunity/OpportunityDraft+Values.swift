internal import Schema

extension OpportunityDraft {
    /// Sets the amount of an open opportunity; nothing where it was set to that. The sum of the lines becomes an amount
    /// that stays.
    ///
    /// - Throws: ILLEGAL_TRANSITION, CURRENCY_MISMATCH.
    mutating func set(amount: Money) throws(Refusal) {
        try requireOpen()
        guard state.amountFromLines || !state.hasAmount || !state.amount.isSame(as: amount) else { return }
        try requireCurrencyOfLines(amount.currency, field: prefix + "amount.currency")
        var set = amountSet()
        set.amount = amount
        append(.amountSet(set))
    }

    /// Makes the amount of an open opportunity the sum of its lines; it is not known while there are none.
    ///
    /// - Throws: ILLEGAL_TRANSITION, AMOUNT_INVALID.
    mutating func setAmountFromLines() throws(Refusal) {
        try requireOpen()
        guard !state.amountFromLines else { return }
        var set = amountSet()
        if let sum = try state.sumOfLines(field: prefix + "from_lines") { set.amount = Money(sum, state.currency) }
        set.fromLines = true
        append(.amountSet(set))
    }

    /// Forgets the amount of an open opportunity: with lines it is their sum again.
    ///
    /// - Throws: ILLEGAL_TRANSITION, AMOUNT_INVALID.
    mutating func clearAmount() throws(Refusal) {
        guard state.hasAmount else { return }
        guard state.lines.isEmpty else { return try setAmountFromLines() }
        try requireOpen()
        append(.amountSet(amountSet()))
    }

    private func amountSet() -> AmountSet {
        var set = AmountSet()
        if state.hasAmount { set.amountBefore = state.amount }
        if let sourceVersion { set.sourceVersion = sourceVersion }
        return set
    }

    /// Refuses a currency other than that of the lines.
    ///
    /// - Throws: CURRENCY_MISMATCH.
    func requireCurrencyOfLines(_ currency: String, field: String) throws(Refusal) {
        guard !state.lines.isEmpty, currency != state.currency else { return }
        throw Refusal(
            .currencyMismatch, "The lines are in \(state.currency). Use that currency, or remove the lines first.",
            field: field)
    }

    /// Moves the expected close date of an open opportunity; nothing where it is that one.
    ///
    /// - Parameter day: yyyy-mm-dd; empty: it is not known any more.
    /// - Throws: ILLEGAL_TRANSITION, CLOSE_DATE_PAST.
    mutating func set(closeDate day: String) throws(Refusal) {
        guard !day.isIdentical(to: state.closeDate) else { return }
        try requireOpen()
        try requireFuture(day)
        var moved = CloseDateMoved()
        moved.from = state.closeDate
        moved.to = day
        if let sourceVersion { moved.sourceVersion = sourceVersion }
        append(.closeDateMoved(moved))
    }

    /// Refuses an expected close date that is past when the change occurs, except for history.
    ///
    /// - Throws: CLOSE_DATE_PAST.
    func requireFuture(_ day: String) throws(Refusal) {
        guard !context.historic, !day.isEmpty, day < (try context.day(of: instant)) else { return }
        throw Refusal(
            .closeDatePast, "The close date \(day) is past. Send the day on which the decision is expected.",
            field: prefix + "close_date")
    }

    /// Sets a probability of an open opportunity's own, or that of its stage again.
    ///
    /// - Throws: PROBABILITY_FIXED.
    mutating func set(probability: UInt32?) throws(Refusal) {
        try requireMovable("probability")
        let after = probability ?? state.stageProbability
        guard after != state.probability || state.probabilityOverridden != (probability != nil) else { return }
        var overridden = ProbabilityOverridden()
        overridden.probabilityBefore = state.probability
        overridden.probability = after
        overridden.overridden = probability != nil
        append(.probabilityOverridden(overridden))
    }

    /// Sets a forecast category of an open opportunity's own, or that of its stage again.
    ///
    /// - Throws: PROBABILITY_FIXED.
    mutating func set(category: ForecastCategory) throws(Refusal) {
        try requireMovable("category")
        let isOwn = category != .unspecified
        let after = isOwn ? category : state.stageCategory
        guard after != state.category || state.categoryOverridden != isOwn else { return }
        var set = ForecastCategorySet()
        set.categoryBefore = state.category
        set.category = after
        set.overridden = isOwn
        append(.forecastCategorySet(set))
    }

    private func requireMovable(_ field: String) throws(Refusal) {
        guard state.status == .open else {
            throw Refusal(
                .probabilityFixed, "The opportunity is closed: its outcome is certain. Reopen it first.",
                field: prefix + field)
        }
    }
}

extension Money {
    /// Whether both are the same amount of the same currency.
    func isSame(as other: Money) -> Bool {
        minorUnits == other.minorUnits && currency == other.currency
    }
}
